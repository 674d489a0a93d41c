package azure

import "time"

// messageKinds are failures of consumers, and dead letters by their reasons.
var messageKinds = []*Kind{
	{Name: "consumer-exception", About: "a consumer fails at every delivery", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: throws, exception: "System.NullReferenceException", message: "Object reference not set to an instance of an object: order.BillingAddress"}},
		verdict: "failed", culprit: "payments-func", role: "consumer"},
	{Name: "subscriber-exception", About: "an Event Grid subscriber fails at every delivery", Class: Errors, flow: order,
		effects: []effect{{at: "points", how: throws, exception: "System.FormatException", message: "Input string was not in a correct format."}},
		verdict: "failed", culprit: "loyalty-func", role: "consumer"},
	{Name: "delivery-failed", About: "Event Grid cannot deliver, and only its log says so", Class: Errors, flow: order,
		effects: []effect{{at: "points", how: undelivered, reason: "NotFound"}},
		verdict: "failed", orVerdicts: []string{"stalled"}, culprit: "loyalty-func", or: []string{loyalty.host}},
	{Name: "dlq-max-delivery", About: "a poison message is dead-lettered: MaxDeliveryCountExceeded", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: throws, exception: "System.Text.Json.JsonException", reason: "MaxDeliveryCountExceeded",
			message: "The JSON value could not be converted to Shop.Money. Path: $.amount"}},
		verdict: "failed", culprit: "payments-func", role: "consumer"},
	{Name: "dlq-by-consumer", About: "a consumer puts a message aside for a reason of its own", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: deadLetter, reason: "FraudSuspected"}}, verdict: "failed", culprit: "payments-func", role: "consumer"},
	{Name: "dlq-schema", About: "a consumer puts a message aside because it breaks the contract", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: deadLetter, reason: "SchemaValidationFailed"}}, verdict: "failed", culprit: "orders-api", role: "producer"},
	{Name: "dlq-ttl", About: "nobody takes a message up in its time to live: TTLExpiredException", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: lapses, reason: "TTLExpiredException", delay: 8 * time.Second}}, verdict: "failed", culprit: "payments-func", role: "consumer"},
	{Name: "dlq-header-size", About: "a message has too many properties: HeaderSizeExceeded", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: brokerDead, reason: "HeaderSizeExceeded"}}, verdict: "failed", culprit: "orders-api", role: "producer"},
	{Name: "dlq-session", About: "a queue with sessions gets a message without one: Session ID is null", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: brokerDead, reason: "Session ID is null"}}, verdict: "failed", culprit: "orders-api", role: "producer"},
	{Name: "dlq-transfer-hops", About: "a message is forwarded in circles: MaxTransferHopCountExceeded", Class: Errors, flow: order,
		effects: []effect{{at: "charge", how: brokerDead, reason: "MaxTransferHopCountExceeded"}}, verdict: "failed", culprit: "orders-api", role: "producer",
		or: []string{"payments"}},
	{Name: "batch-bad-item", About: "one item of a batch fails, the others are well", Class: Errors, flow: stockSync,
		effects: []effect{{at: "item", how: throws, exception: "System.OverflowException", message: "Value was either too large or too small for an Int32."}},
		verdict: "failed", culprit: "stock-func", role: "consumer"},
}

// handledKinds look bad in a span, and the flow gets over it.
var handledKinds = []*Kind{
	{Name: "error-handled", About: "a caller lives with its callee's error", Class: Handled, flow: order,
		effects: []effect{{at: "price", how: throws, exception: "KeyError", message: "'EUR'"}}, verdict: "degraded"},
	{Name: "retried", About: "a call fails once and is well when it is tried again", Class: Handled, flow: order,
		effects: []effect{{at: "psp", how: answers, status: 503, times: 1}}, verdict: "degraded"},
	{Name: "redelivered", About: "a consumer fails once and is well when the message comes again", Class: Handled, flow: order,
		effects: []effect{{at: "charge", how: throws, times: 1, exception: "System.TimeoutException", message: "The operation has timed out."}}, verdict: "degraded"},
	{Name: "activity-retried", About: "an activity fails once and is well when it is scheduled again", Class: Handled, flow: order,
		effects: []effect{{at: "slot", how: throws, times: 1, exception: "Shop.SlotException", message: "no slot in region NL-3"}}, verdict: "degraded"},
	{Name: "lock-lost", About: "the lock on a message is lost, and it is worked on again", Class: Handled, flow: order,
		effects: []effect{{at: "facts", how: loses, times: 1}}, verdict: "degraded", orVerdicts: []string{"completed"}},
	{Name: "swallowed-error", About: "a consumer fails and completes the message nevertheless", Class: Handled, flow: order,
		effects: []effect{{at: "facts", how: swallows, exception: "java.lang.NumberFormatException", message: "For input string: \"n/a\""}}, verdict: "degraded"},
	{Name: "exception-event", About: "an exception is recorded where nothing fails", Class: Handled, flow: order,
		effects: []effect{{at: "validate", how: notes, exception: "System.Collections.Generic.KeyNotFoundException", message: "The given key 'coupon' was not present in the dictionary."}},
		verdict: "completed"},
	{Name: "expected-404", About: "a caller asks for what is not there and lives with the answer", Class: Handled, flow: order,
		effects: []effect{{at: "price", how: answers, status: 404}}, verdict: "completed"},
	{Name: "duplicate-delivery", About: "Event Grid delivers an event twice", Class: Handled, flow: order,
		effects: []effect{{at: "points", how: twice}}, verdict: "completed"},
}

// stalledKinds are next steps that never come, where they always come.
var stalledKinds = []*Kind{
	{Name: "missing-consumer", About: "the consumer of a queue never takes the message up", Class: Stalled, flow: order, rare: true,
		effects: []effect{{at: "parcel", how: never}}, verdict: "stalled", culprit: "shipping-svc", role: "consumer"},
	{Name: "missing-subscriber", About: "one of two subscriptions never takes the message up", Class: Stalled, flow: order, rare: true,
		effects: []effect{{at: "facts", how: never}}, verdict: "stalled", culprit: "analytics-svc", role: "consumer"},
	{Name: "workflow-never-ran", About: "an orchestration is created and never runs", Class: Stalled, flow: order, rare: true,
		effects: []effect{{at: "orchestration", how: never}}, verdict: "stalled", culprit: "fulfilment-func", role: "orchestrator"},
}
