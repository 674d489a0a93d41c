package flow

import "strings"

// messaging finds messages by their attributes, by the span kinds that only
// messages have, and by libraries that send messages without saying so.
func (f *Facts) messaging(b *bag) bool {
	system := messagingSystem(f.block, b.text(sMsgSystem))
	switch {
	case system != "" || b.has(sDest) || b.has(sQueueURL):
	case f.SpanKind == KindProducer || f.SpanKind == KindConsumer:
		if b.has(sEventID) || b.has(sEventSource) || b.has(sEventType) || b.has(sTopicARN) {
			return false // an event that says what it is
		}
	case b.has(sFaasTrigger) && b.text(sFaasTrigger) == "pubsub" && !b.has(sMethod):
	case f.Scope == "Azure.Core.Http":
		return false
	case strings.HasPrefix(f.Scope, "Azure.Messaging.") || strings.HasPrefix(f.Scope, "Azure.Storage.Queues") || strings.HasPrefix(f.Scope, "NServiceBus.Core"):
		if f.Scope == "NServiceBus.Core.Handler" {
			return false // runs inside the process span
		}
	case azureMessaging(b.text(sAzure)) != "" && !b.has(sMethod) && azureMessaging(b.text(sAzure)) != "eventgrid":
	default:
		return false
	}
	if system == "" {
		system = f.systemByScope(b)
	}
	dest := b.text(sDest)
	if dest == "" {
		dest = b.text(sQueueURL)
	}
	if dest == "" && system == "nservicebus" {
		if dest = b.text(sProcessingEndpoint); dest == "" {
			dest = typeName(b.text(sMessageTypes))
		}
	}
	f.step(b)
	kind, rule := f.eventOrQueue(b, system, dest)
	f.finishMessage(b, kind, rule, system, dest)
	return true
}

// message is an event or queue span whose step follows from the span.
func (f *Facts) message(b *bag, kind Kind, rule, system, dest string) {
	f.step(b)
	f.finishMessage(b, kind, rule, system, dest)
}

// finishMessage names the destination and what is done to it.
func (f *Facts) finishMessage(b *bag, kind Kind, rule, system, dest string) {
	dest = cut(dest, 2*maxName)
	f.OriginalDest = dest
	if deadLetters(dest) {
		kind, rule = Queue, RuleDLQ
		f.Flags |= FlagDLQ
	}
	f.messageSide()
	f.Destination = f.destination(b, system, dest)
	op := verb(kind, f.Step)
	switch {
	case f.Destination == "" && b.has(sFaasName) && op != "":
		op = f.block.join(f.operationName(b.text(sFaasName)), " ", op)
	case f.Destination == "":
		op = f.operationName(f.Name)
	case op == "":
		op = f.Destination
	case len(f.Name) == len(f.Destination)+1+len(op) && f.Name[:len(f.Destination)] == f.Destination && f.Name[len(f.Destination)+1:] == op && f.Name[len(f.Destination)] == ' ':
		op = f.Name
	default:
		op = f.block.join(f.Destination, " ", op)
	}
	f.set(kind, rule, system, op)
}

func (f *Facts) messageSide() {
	switch f.Step {
	case Send:
		f.Role = Producer
	case Receive, Process, Settle:
		f.Role = Consumer
	}
}

func verb(k Kind, s Step) string {
	switch s {
	case Send:
		if k == Event {
			return "publish"
		}
		return "send"
	case Receive:
		return "receive"
	case Process:
		return "process"
	case Settle:
		return "settle"
	}
	return ""
}

// step finds what the span does to the message: from the operation, then from
// the names that Azure's and older libraries give their spans, then from the
// kind, which says different things in different versions of the conventions.
func (f *Facts) step(b *bag) {
	if b.has(sMsgType) {
		f.Step = stepOf(f.block.lower(b.text(sMsgType)))
	}
	if b.has(sMsgName) {
		name := f.block.lower(b.text(sMsgName))
		if f.Step == NoStep {
			f.Step = stepOf(name)
		}
		if f.Step == Settle && f.Disposition == "" {
			f.Disposition = disposition(name)
		}
	}
	if i := strings.LastIndexByte(f.Name, '.'); i > 0 && (strings.HasPrefix(f.Name, "ServiceBus") || strings.HasPrefix(f.Name, "Event") || strings.HasPrefix(f.Name, "Queue")) {
		s := azureStep(f.Name[i+1:])
		if f.Step == NoStep {
			f.Step = s
		}
		if (s == Settle || f.Step == Settle) && f.Disposition == "" {
			f.Disposition = disposition(f.Name[i+1:])
		}
	}
	if f.Step != NoStep {
		return
	}
	switch f.SpanKind {
	case KindProducer:
		f.Step = Send
		return
	case KindConsumer, KindServer:
		if f.Step = stepOf(lastWord(f.Name)); f.Step != Receive {
			f.Step = Process
		}
		return
	}
	if f.Step = stepOf(lastWord(f.Name)); f.Step == NoStep {
		first, _, _ := strings.Cut(f.Name, " ")
		f.Step = stepOf(f.block.lower(first))
	}
	if f.Step == NoStep && f.SpanKind == KindClient {
		f.Step = Send
	}
}

func lastWord(s string) string {
	if i := strings.LastIndexByte(s, ' '); i >= 0 {
		return s[i+1:]
	}
	return ""
}

func stepOf(op string) Step {
	switch op {
	case "create", "send", "publish", "enqueue", "produce", "schedule":
		return Send
	case "receive", "poll", "peek", "consume", "receive_deferred", "dequeue", "get", "fetch":
		return Receive
	case "process", "deliver", "handle":
		return Process
	case "settle", "complete", "abandon", "dead_letter", "deadletter", "defer", "ack", "nack", "reject", "commit", "renew_message_lock", "delete",
		"cancel_scheduled", "accept_session", "renew_session_lock", "delete_batch", "delete_message":
		return Settle
	}
	return NoStep
}

// azureStep reads the method after the last dot of an Azure SDK's span name.
func azureStep(method string) Step {
	switch method {
	case "Send", "Schedule", "SendMessage", "SendEvents", "SendEvent", "Message", "message", "SendCloudEvents":
		return Send
	case "Receive", "ReceiveDeferred", "Peek", "ReceiveMessage", "ReceiveMessages", "PeekMessages":
		return Receive
	case "ProcessMessage", "ProcessSessionMessage", "Process", "process":
		return Process
	case "Abandon", "Complete", "DeadLetter", "Defer", "Delete", "DeleteMessage", "Purge", "RenewMessageLock", "Cancel", "Checkpoint":
		return Settle
	}
	return NoStep
}

// disposition is what became of a message, in Service Bus' words.
func disposition(s string) string {
	var buf [16]byte
	switch string(squash(buf[:0], s)) {
	case "complete", "completed", "ack", "commit", "accepted":
		return "complete"
	case "abandon", "abandoned", "nack", "reject", "rejected", "released", "immediateretry", "delayedretry":
		return "abandon"
	case "deadletter", "deadlettered", "movetoerror":
		return "dead_letter"
	case "defer", "deferred":
		return "defer"
	}
	return ""
}
