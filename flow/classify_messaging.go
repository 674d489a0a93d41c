package flow

import "strings"

// messagingSystem is the system in one spelling.
func messagingSystem(k *block, s string) string {
	if s == "" {
		return ""
	}
	var buf [40]byte
	switch string(squash(buf[:0], s)) {
	case "awssqs", "amazonsqs", "sqs":
		return "aws_sqs"
	case "awssns", "amazonsns", "sns":
		return "aws.sns"
	case "servicebus", "azureservicebus", "microsoftservicebus":
		return "servicebus"
	case "eventhubs", "eventhub", "azureeventhubs", "microsofteventhub":
		return "eventhubs"
	case "eventgrid", "azureeventgrid", "microsofteventgrid":
		return "eventgrid"
	case "gcppubsub", "googlepubsub":
		return "gcp_pubsub"
	case "solacepubsub+", "solace", "solacepubsub":
		return "solace"
	case "azurequeues", "azurestoragequeue", "azurestoragequeues":
		return "azure_storage_queue"
	}
	return cut(k.lower(s), 64)
}

// azureMessaging is the broker of an Azure resource provider.
func azureMessaging(provider string) string {
	switch provider {
	case "Microsoft.ServiceBus":
		return "servicebus"
	case "Microsoft.EventHub":
		return "eventhubs"
	case "Microsoft.EventGrid":
		return "eventgrid"
	}
	return ""
}

func (f *Facts) systemByScope(b *bag) string {
	if s := azureMessaging(b.text(sAzure)); s != "" {
		return s
	}
	for _, p := range [...][2]string{
		{"Azure.Messaging.ServiceBus", "servicebus"}, {"Azure.Messaging.EventHubs", "eventhubs"}, {"Azure.Messaging.EventGrid", "eventgrid"},
		{"Azure.Storage.Queues", "azure_storage_queue"}, {"NServiceBus", "nservicebus"}, {"MassTransit", "masstransit"},
	} {
		if strings.HasPrefix(f.Scope, p[0]) {
			return p[1]
		}
	}
	if b.has(sQueueURL) {
		return "aws_sqs"
	}
	return ""
}

// eventOrQueue tells publishing to whoever listens from handing over to one
// receiver, by what a single span shows.
func (f *Facts) eventOrQueue(b *bag, system, dest string) (Kind, string) {
	if b.has(sDestKind) {
		switch k := b.text(sDestKind); {
		case strings.EqualFold(k, "queue"):
			return Queue, RuleDestKind
		case strings.EqualFold(k, "topic"):
			return Event, RuleDestKind
		}
	}
	switch {
	case strings.HasPrefix(dest, "queue://"):
		return Queue, RuleAddress
	case strings.HasPrefix(dest, "topic://"):
		return Event, RuleAddress
	}
	switch system {
	case "eventgrid", "eventhubs", "kafka", "aws.sns", "gcp_pubsub", "pulsar", "mqtt", "cloudevents", "pubsub", "rocketmq":
		return Event, RuleSystem
	case "aws_sqs", "activemq", "artemis", "jms", "celery", "ibmmq", "azure_storage_queue":
		return Queue, RuleSystem
	case "servicebus":
		if b.has(sSubscription) || containsFold(dest, "/subscriptions/") {
			return Event, RuleSubscription
		}
	case "rabbitmq":
		exchange, _, _ := strings.Cut(dest, ":")
		if exchange == "amq.topic" || exchange == "amq.fanout" || exchange == "amq.headers" {
			return Event, RuleExchange
		}
	case "nats":
		if b.has(sGroup) {
			return Queue, RuleGroup
		}
		return Event, RuleSystem
	}
	if b.has(sIntent) || b.has(sEventTypes) {
		if b.has(sEventTypes) || strings.EqualFold(b.text(sIntent), "Publish") {
			return Event, RuleIntent
		}
		return Queue, RuleIntent
	}
	if (f.Scope == "MassTransit" || strings.HasPrefix(f.Scope, "NServiceBus")) && (lastWord(f.Name) == "publish" || strings.HasPrefix(f.Name, "publish ")) {
		return Event, RuleIntent
	}
	return Queue, RuleQueueDefault
}

// deadLetters reports whether a destination is where messages go that nobody
// could process, by the names that brokers and libraries give to such places.
func deadLetters(dest string) bool {
	if len(dest) > 2*maxName {
		return false
	}
	for _, s := range [...]string{"-dlq", "_dlq", ".dlq", ".dlt", "-dlt", "_error", "_skipped"} {
		if hasSuffixFold(dest, s) {
			return true
		}
	}
	return strings.EqualFold(dest, "error") ||
		containsFold(dest, "dead") && (containsFold(dest, "deadletter") || containsFold(dest, "dead-letter") || containsFold(dest, "dead_letter"))
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && s[len(s)-1]|0x20 == suffix[len(suffix)-1] && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

func containsFold(s, sub string) bool { return indexFold(s, sub) >= 0 }

// destination is the queue or topic with bounded cardinality and the same on
// both sides: without the subscription, the partition and the broker's address.
func (f *Facts) destination(b *bag, system, dest string) string {
	if b.has(sDestTemplate) {
		if t := b.text(sDestTemplate); t != "" {
			return f.operationName(t)
		}
	}
	switch {
	case b.truth(sDestTemporary):
		return "(temporary)"
	case b.truth(sDestAnonymous):
		return "(anonymous)"
	}
	dest = plainDestination(system, dest)
	switch {
	case strings.HasPrefix(dest, "amq.gen"), strings.HasPrefix(dest, "amq.rabbitmq.reply-to"):
		return "(anonymous)"
	case strings.HasPrefix(dest, "_INBOX."):
		return "(reply)"
	}
	return f.operationName(dest)
}

// plainDestination takes off what does not belong to the name of the queue or
// topic itself.
func plainDestination(system, dest string) string {
	dest = strings.TrimSpace(dest)
	if system != "pulsar" && strings.IndexByte(dest, '/') < 0 && strings.IndexByte(dest, ':') < 0 {
		return dest
	}
	if authority, path := splitURL(dest); path != "" && path != "/" {
		dest = strings.Trim(path, "/")
		if i := strings.IndexAny(dest, "?#"); i >= 0 {
			dest = dest[:i]
		}
		if system != "servicebus" && system != "eventhubs" {
			dest = dest[strings.LastIndexByte(dest, '/')+1:]
		}
	} else if authority != "" {
		dest = authority
	}
	if strings.HasPrefix(dest, "arn:") {
		dest = dest[strings.LastIndexByte(dest, ':')+1:]
	}
	switch system {
	case "servicebus":
		if i := indexFold(dest, "/subscriptions/"); i >= 0 && !containsFold(dest, "$deadletterqueue") {
			dest = dest[:i]
		}
	case "eventhubs":
		if i := indexFold(dest, "/consumergroups/"); i >= 0 {
			dest = dest[:i]
		}
		if i := indexFold(dest, "/partitions/"); i >= 0 {
			dest = dest[:i]
		}
	case "pulsar":
		if i := strings.LastIndex(dest, "-partition-"); i > 0 {
			dest = dest[:i]
		}
	case "rabbitmq":
		// exchange:routing key:queue on the consumer's side
		if i := strings.IndexByte(dest, ':'); i > 0 {
			if j := strings.IndexByte(dest[i+1:], ':'); j >= 0 {
				dest = dest[:i+1+j]
			}
		}
	}
	return dest
}

// indexFold expects sub in lower case, beginning with an ASCII letter or sign.
func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if (s[i] == sub[0] || s[i]|0x20 == sub[0]) && strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// typeName is the short name of the first .NET type in a list.
func typeName(s string) string {
	if i := strings.IndexAny(s, ",;"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s[strings.LastIndexByte(s, '.')+1:])
}
