package azure

// send puts a message into a Service Bus queue or topic. Its consumers take it up in traces of their own.
type send struct {
	tag    string
	entity string
	ids    bool // the sender names the message on its span
	to     []*consumerOf
}

// consumerOf is who takes messages up, from the queue or from a subscription of the topic.
type consumerOf struct {
	tag          string
	svc          *service
	subscription string
	carries      carrier
	deliveries   int // how often the broker tries
	own          dist
	do           []step
}

// carrier is what a consumer's trace has in common with its sender's.
type carrier uint8

const (
	byLink         carrier = 1 << iota // a span link
	byCorrelation                      // the correlation id, as a property of the message
	byConversation                     // the message's own CorrelationId
	byMessage                          // nothing but the message id
)

// message is a message on its way.
type message struct {
	id, entity string
	from       site // the span whose context it carries
	corr, key  string
	owner      int
}

func (m *send) play(r *run, p place, t int64) (int64, *failure) {
	msg, end := r.sendMessage(p, t, m.entity, m.ids || r.allIDs)
	for _, c := range m.to {
		r.deliver(c, msg, end)
	}
	return end, nil
}

const namespace = "sb-shop.servicebus.windows.net"

// sendMessage writes the sender's spans: in most SDKs one that makes the message, and one that sends it.
func (r *run) sendMessage(p place, t int64, entity string, ids bool) (*message, int64) {
	msg := &message{id: r.uuid(), entity: entity, corr: p.corr, key: p.key, owner: p.owner}
	end := t + r.draw(dist{4 * ms, 15 * ms})
	attrs := []attr{str("az.namespace", "Microsoft.ServiceBus"), str("messaging.system", "servicebus"), str("messaging.destination.name", entity),
		str("server.address", namespace)}
	named := attrs
	if ids {
		named = append(named[:len(named):len(named)], str("messaging.message.id", msg.id))
	}
	made := span{id: r.newSpan(), parent: p.span, kind: producer, start: t, end: end, attrs: named}
	switch p.svc.stack {
	case golang:
		made.name, made.scope = "send "+entity, [2]string{"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus", "v1.10.0"}
		made.attrs = append(made.attrs, str("messaging.operation.name", "send"), str("messaging.operation.type", "send"),
			str("messaging.message.conversation_id", r.talk))
		if !ids {
			made.attrs = append(made.attrs, str("messaging.message.id", msg.id))
		}
		r.emit(p, made)
	case java, python, snake:
		lib := [2]string{"azure-messaging-servicebus", "7.17.11"}
		if p.svc.stack != java {
			lib = [2]string{"azure.servicebus", "7.14.2"}
		}
		made.name, made.scope, made.end = "ServiceBus.message", lib, t+r.draw(dist{ms, 2 * ms})
		sent := span{id: r.newSpan(), parent: p.span, kind: client, start: made.end, end: end, name: "ServiceBus.send", scope: lib, attrs: attrs,
			links: []site{{p.trace, made.id}}}
		sent.end = max(sent.end, sent.start)
		r.emit(p, made)
		r.emit(p, sent)
		end = sent.end
	default:
		made.name, made.scope, made.end = "Message", [2]string{"Azure.Messaging.ServiceBus.Message", "7.19.0"}, t+r.draw(dist{ms, 2 * ms})
		made.attrs = append(made.attrs, p.business()...)
		sent := span{id: r.newSpan(), parent: p.span, kind: client, start: t, end: max(end, made.end), name: "ServiceBusSender.Send",
			scope: [2]string{"Azure.Messaging.ServiceBus.ServiceBusSender", "7.19.0"}, links: []site{{p.trace, made.id}},
			attrs: append(attrs[:len(attrs):len(attrs)], str("messaging.operation", "publish"))}
		r.emit(p, made)
		r.emit(p, sent)
		end = sent.end
	}
	msg.from = site{p.trace, made.id}
	return msg, end
}

// business is the key, where the code writes one on the messages that it makes.
func (p place) business() []attr {
	if p.svc == importFunc && p.key != "" {
		return []attr{str("order.id", p.key)}
	}
	return nil
}

// deliver plays one consumer with all its deliveries. What fails comes again, as often as the queue allows; then the
// broker puts it aside, where only a reader of the dead letters sees it.
func (r *run) deliver(c *consumerOf, m *message, t int64) {
	first := r.hit(c.tag, 0)
	if first != nil {
		switch first.how {
		case never:
			return
		case brokerDead:
			r.readDeadLetter(c, m, t+r.draw(lying), first.reason)
			return
		case lapses:
			r.readDeadLetter(c, m, t+r.around(first.delay), first.reason)
			return
		case waits:
			t += r.around(first.delay)
		case throws:
			t += r.scaled(first.delay)
		case twice:
			r.process(c, m, t+r.draw(lying), 0, nil)
		}
	}
	tries := max(c.deliveries, 1)
	for attempt := range tries {
		hit := r.hit(c.tag, attempt)
		end, f := r.process(c, m, t+r.draw(lying), attempt, hit)
		if f == nil {
			return
		}
		t = end + r.draw(backOff)
	}
	if first != nil && first.how == throws && first.reason != "" {
		r.readDeadLetter(c, m, t, first.reason)
	}
}

// place is where a consumer begins, and the links that its first span has.
func (r *run) consumerPlace(c *consumerOf, m *message) (place, []site) {
	p := place{svc: c.svc, site: site{trace: r.newTrace()}, owner: m.owner}
	var links []site
	if c.carries&byLink != 0 && !r.bare {
		links = []site{m.from}
	}
	if c.carries&byCorrelation != 0 && !r.bare {
		p.corr = m.corr
		if r.fresh && c.svc == payments {
			p.corr = r.uuid()
		}
	}
	if c.carries != byMessage {
		p.key = m.key
	}
	return p, links
}

// entityOf is how a consumer names where it reads.
func (c *consumerOf) entityOf(m *message) string {
	if c.subscription == "" || c.svc.stack == golang {
		return m.entity
	}
	return m.entity + "/Subscriptions/" + c.subscription
}

// process plays one delivery: the processing, what it does inside, and how the message is settled.
func (r *run) process(c *consumerOf, m *message, t int64, attempt int, hit *effect) (int64, *failure) {
	p, links := r.consumerPlace(c, m)
	s := span{id: r.newSpan(), kind: consumer, start: t, links: links, trace: p.trace}
	inner := p
	inner.span = s.id
	var body *span
	attrs := []attr{str("messaging.system", "servicebus"), str("messaging.destination.name", c.entityOf(m)), str("server.address", namespace)}
	if r.allIDs || c.carries&byMessage != 0 || c.svc.stack == golang {
		attrs = append(attrs, str("messaging.message.id", m.id))
	}
	switch c.svc.stack {
	case golang:
		s.name, s.scope = "process "+m.entity, [2]string{"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus", "v1.10.0"}
		attrs = append(attrs, str("messaging.operation.name", "process"), str("messaging.operation.type", "process"),
			num("messaging.servicebus.message.delivery_count", int64(attempt+1)), str("messaging.destination.subscription.name", c.subscription))
		attrs = append(attrs, p.carried(r)...)
	case java, python:
		s.name, s.scope = "ServiceBus.process", [2]string{"azure-messaging-servicebus", "7.17.11"}
		attrs = append(attrs, str("az.namespace", "Microsoft.ServiceBus"), str("messaging.operation", "process"))
		if c.carries&byConversation != 0 {
			attrs = append(attrs, str("messaging.message.conversation_id", r.talk))
		}
		attrs = append(attrs, p.carried(r)...)
	case snake: // the host sends nothing, and the worker knows of a function only
		s.kind, s.name, s.scope = server, "notify_customer", [2]string{"azure.functions.worker", "1.2.0"}
		attrs = []attr{str("faas.trigger", "pubsub"), str("faas.name", "notify_customer"), str("faas.invocation_id", r.uuid())}
		if r.allIDs {
			attrs = append(attrs, str("messaging.system", "servicebus"), str("messaging.destination.name", c.entityOf(m)), str("messaging.message.id", m.id))
		}
		attrs = append(attrs, p.carried(r)...)
	default:
		s.name, s.scope = "ServiceBusProcessor.ProcessMessage", [2]string{"Azure.Messaging.ServiceBus.ServiceBusProcessor", "7.19.0"}
		attrs = append(attrs, str("az.namespace", "Microsoft.ServiceBus"), str("messaging.operation", "process"))
		body = &span{id: r.newSpan(), parent: s.id, kind: internal, start: t + r.scaled(ms), name: "Invoke", scope: [2]string{"Microsoft.Azure.Functions.Worker", "2.0.0"},
			attrs: append([]attr{str("faas.invocation_id", r.uuid()), str("faas.name", "Handle_"+m.entity), str("faas.trigger", "pubsub")}, p.carried(r)...)}
		inner.span = body.id
	}
	s.attrs = attrs
	do := c.do
	if hit != nil && (hit.how == throws || hit.how == deadLetter || hit.how == swallows) {
		do = nil // what is wrong with a message shows when it is read
	}
	end, f := r.serve(inner, t+r.scaled(ms), c.own, do, hit)
	settled := "complete"
	reason := ""
	switch {
	case hit == nil:
	case hit.how == deadLetter:
		settled, reason, f = "dead_letter", hit.reason, nil
	case hit.how == swallows:
		f = &failure{kind: hit.exception, message: hit.message}
	case hit.how == loses:
		settled = "lost"
	}
	if f != nil && (hit == nil || hit.how != swallows) {
		settled = "abandon"
	}
	if f != nil {
		s.failed, s.message = true, f.message
		if body != nil {
			body.failed, body.thrown = true, f
		} else {
			s.thrown = f
		}
	}
	if body != nil {
		body.end = end
		r.emit(p, *body)
	}
	s.end = r.settle(c, m, p, s.id, end, settled, reason)
	r.emit(p, s)
	switch settled {
	case "complete", "dead_letter":
		return s.end, nil
	case "lost":
		return s.end, &failure{kind: "MessageLockLost"}
	}
	return s.end, f
}

// settle plays the answer to the broker, as a child of the processing.
func (r *run) settle(c *consumerOf, m *message, p place, parent spanID, t int64, how, reason string) int64 {
	if c.svc.stack == snake {
		return t
	}
	s := span{id: r.newSpan(), parent: parent, trace: p.trace, kind: client, start: t, end: t + r.draw(dist{3 * ms, 12 * ms})}
	s.attrs = []attr{str("messaging.system", "servicebus"), str("messaging.destination.name", c.entityOf(m)), str("server.address", namespace)}
	if how == "lost" {
		how = "complete"
		s.failed, s.message = true, "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue. (MessageLockLost)"
		s.attrs = append(s.attrs, str("error.type", "MessageLockLost"))
	}
	verb := map[string]string{"complete": "Complete", "abandon": "Abandon", "dead_letter": "DeadLetter"}[how]
	switch c.svc.stack {
	case golang:
		s.name, s.scope = how+" "+m.entity, [2]string{"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus", "v1.10.0"}
		s.attrs = append(s.attrs, str("messaging.operation.name", how), str("messaging.operation.type", "settle"),
			str("messaging.servicebus.disposition_status", how), str("messaging.destination.subscription.name", c.subscription))
	case java, python:
		s.name, s.scope = "ServiceBus."+map[string]string{"complete": "complete", "abandon": "abandon", "dead_letter": "deadLetter"}[how],
			[2]string{"azure-messaging-servicebus", "7.17.11"}
		s.attrs = append(s.attrs, str("az.namespace", "Microsoft.ServiceBus"), str("messaging.operation", "settle"))
	default:
		s.name, s.scope = "ServiceBusReceiver."+verb, [2]string{"Azure.Messaging.ServiceBus.ServiceBusReceiver", "7.19.0"}
		s.attrs = append(s.attrs, str("az.namespace", "Microsoft.ServiceBus"))
	}
	if reason != "" {
		s.attrs = append(s.attrs, str("DeadLetterReason", reason))
	}
	r.emit(p, s)
	return s.end
}

// readDeadLetter plays the function that looks after the dead letters: what the broker itself puts aside shows up
// nowhere else.
func (r *run) readDeadLetter(c *consumerOf, m *message, t int64, reason string) {
	p := place{svc: triage, site: site{trace: r.newTrace()}, owner: m.owner}
	t += r.draw(dist{2000 * ms, 6000 * ms})
	s := span{id: r.newSpan(), kind: consumer, start: t, end: t + r.draw(dist{30 * ms, 90 * ms}), name: "ServiceBusProcessor.ProcessMessage", links: []site{m.from},
		scope: [2]string{"Azure.Messaging.ServiceBus.ServiceBusProcessor", "7.19.0"}}
	s.attrs = []attr{str("az.namespace", "Microsoft.ServiceBus"), str("messaging.system", "servicebus"), str("messaging.operation", "process"),
		str("messaging.destination.name", c.entityOf(m)+"/$DeadLetterQueue"), str("server.address", namespace), str("faas.trigger", "pubsub"),
		str("faas.name", "DeadLetters"), str("faas.invocation_id", r.uuid()), str("DeadLetterReason", reason)}
	r.emit(p, s)
}
