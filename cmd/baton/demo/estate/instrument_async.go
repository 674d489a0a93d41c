package estate

// messageSpan is one side of a message: the producer's when consumer is nil, else the consumer's.
func messageSpan(s *Service, message, consumer *Step) *template {
	kind, op, opType := int64(kindProducer), "send", "send"
	if consumer != nil {
		kind, op, opType = kindConsumer, "process", "process"
	}
	broker, destination := message.method, message.name
	attrs := []attr{
		str("messaging.system", broker), str("messaging.destination.name", destination),
		str("messaging.operation.name", op), str("messaging.operation.type", opType),
		str("messaging.message.id", "{message}"), str("messaging.message.body.size", "#size"),
		str("messaging.client.id", s.Name+"-{thread}"),
	}
	technology := broker
	switch broker {
	case "kafka":
		attrs = append(attrs, str("messaging.destination.partition.id", "{partition}"), str("messaging.kafka.offset", "#offset"),
			str("messaging.kafka.message.key", "{order}"), str("server.address", "shop-kafka-bootstrap"), num("server.port", 9092))
		if consumer != nil {
			attrs = append(attrs, str("messaging.consumer.group.name", s.Name))
		}
	case "servicebus":
		attrs = append(attrs, str("az.namespace", "Microsoft.ServiceBus"), str("messaging.message.conversation_id", "{conversation}"),
			str("server.address", "shop-prod.servicebus.windows.net"), num("server.port", 5671),
			str("messaging.servicebus.message.enqueued_time", "#enqueued"))
		if consumer != nil {
			attrs = append(attrs, str("messaging.servicebus.message.delivery_count", "#delivery"))
		}
	case "rabbitmq":
		attrs = append(attrs, str("messaging.rabbitmq.destination.routing_key", destination),
			str("server.address", "shop-rabbit"), num("server.port", 5672), str("network.protocol.name", "amqp"))
		if consumer != nil {
			attrs = append(attrs, str("messaging.rabbitmq.message.delivery_tag", "#threshold"))
		}
	}
	attrs = append(attrs, str(correlationKey(s), "{correlation}"), str("order.id", "{order}"))
	return newTemplate(s, technology, op+" "+destination, kind, resultMessage, attrs...)
}

// settleSpan is the answer a Service Bus consumer gives the broker about one delivery.
func settleSpan(s *Service, message *Step) *template {
	return newTemplate(s, "servicebus", "settle "+message.name, kindClient, resultSettle,
		str("messaging.system", "servicebus"), str("messaging.destination.name", message.name),
		str("messaging.operation.name", "settle"), str("messaging.operation.type", "settle"), str("az.namespace", "Microsoft.ServiceBus"),
		str("messaging.message.id", "{message}"), str("messaging.servicebus.message.delivery_count", "#delivery"),
		str("server.address", "shop-prod.servicebus.windows.net"), num("server.port", 5671))
}

// temporalSpans are both sides of a Temporal workflow or activity, as the Go SDK's tracing interceptor writes them.
func temporalSpans(caller, callee *Service, step *Step) (out, in *template) {
	ids := []attr{str("temporalWorkflowID", "{workflow}"), str("temporalRunID", "{run}")}
	queue := str("shop.temporal.task_queue", callee.Name)
	namespace := str("shop.temporal.namespace", "shop-production")
	start, execute := "StartWorkflow:", "RunWorkflow:"
	if step.verb == verbActivity {
		start, execute = "StartActivity:", "RunActivity:"
		ids = append(ids, str("temporalActivityID", "{activity}"))
	}
	common := append(ids, queue, namespace, str(correlationKey(callee), "{correlation}"), str("order.id", "{order}"),
		str("shop.items", "#rows"), str("server.address", "shop.tmprl.cloud"), num("server.port", 7233))
	out = newTemplate(caller, "temporal", start+step.name, kindClient, resultPlain, common...)
	in = newTemplate(callee, "temporal", execute+step.name, kindServer, resultPlain, common...)
	return out, in
}

// durableSpans are both sides of a Durable Task orchestration or activity, as its .NET SDK writes them.
func durableSpans(caller, callee *Service, step *Step) (out, in *template) {
	kind, name := "orchestration", "orchestration:"+step.name
	started, startKind, startResult := "create_orchestration:"+step.name, int64(kindProducer), resultPlain
	if step.verb == verbTask {
		kind, name = "activity", "activity:"+step.name
		started, startKind, startResult = name, kindClient, resultTask
	}
	common := []attr{
		str("durabletask.type", kind), str("durabletask.task.name", step.name),
		str("durabletask.task.instance_id", "{conversation}"), str("durabletask.task.execution_id", "{run}"),
		str("durabletask.task.version", "2"), str(correlationKey(callee), "{correlation}"), str("order.id", "{order}"),
		str("server.address", "shop-dts.westeurope.durabletask.io"), num("server.port", 443), str("shop.task_hub", "refunds"),
	}
	if step.verb == verbTask {
		common = append(common, str("durabletask.task.task_id", "#task"))
	}
	out = newTemplate(caller, "durable", started, startKind, startResult, common...)
	in = newTemplate(callee, "durable", name, kindServer, resultTask, common...)
	return out, in
}
