package estate

import "time"

// placeOrder: the gateway calls the order API, an event goes to billing, search and loyalty, billing puts a charge on
// a queue, the captured payment starts the fulfilment workflow, and the customer is told.
var placeOrder = &Scenario{
	Name: "place-order", Share: 60, prefix: "ORD-",
	entry: gateway("POST", "/v1/orders",
		http("order-api", "POST", "/v1/orders", dist{9 * ms, 30 * ms},
			work("OrderValidator.validate", dist{time.Millisecond, 3 * ms}),
			http("customer-api", "GET", "/v1/customers/{customer}", dist{3 * ms, 12 * ms},
				db("redis", "GET", "customer", dist{400 * time.Microsecond, 2 * ms}),
				db("postgresql", "SELECT", "customers", dist{2 * ms, 9 * ms})),
			http("customer-api", "GET", "/v1/customers/{customer}/preferences", dist{2 * ms, 8 * ms},
				db("postgresql", "SELECT", "preferences", dist{2 * ms, 9 * ms})).tagged("preferences").mayFail(),
			rpc("fraud-scoring", "risk.v1.Fraud/Score", dist{14 * ms, 60 * ms},
				db("redis", "GET", "fraud_profile", dist{500 * time.Microsecond, 3 * ms})).tagged("score"),
			rpc("inventory-service", "inventory.v1.Inventory/Reserve", dist{4 * ms, 15 * ms},
				db("postgresql", "SELECT", "stock_levels", dist{2 * ms, 8 * ms}),
				db("postgresql", "UPDATE", "stock_levels", dist{3 * ms, 12 * ms})).tagged("reserve"),
			db("postgresql", "INSERT", "orders", dist{3 * ms, 12 * ms}).tagged("insert-order"),
			publish("kafka", "orders.placed",
				consume("order-projector", byLink, dist{4 * ms, 15 * ms},
					db("postgresql", "UPDATE", "order_view", dist{3 * ms, 12 * ms})),
				consume("loyalty-service", byParent, dist{4 * ms, 15 * ms},
					db("postgresql", "UPDATE", "points", dist{3 * ms, 12 * ms})),
				billing),
		).tagged("create-order")).tagged("edge"),

	failures: []*Fault{
		{Kind: "provider-error", Verdict: "failed", Culprit: "inventory-service", at: "reserve", how: throws,
			exception: "inventory.StockLedgerError", message: "stock ledger out of balance for sku 4711"},
		{Kind: "consumer-exception", Verdict: "failed", Culprit: "billing-worker", at: "bill", how: throws,
			exception: "System.NullReferenceException", message: "Object reference not set to an instance of an object: order.BillingAddress"},
		{Kind: "consumer-exception", Verdict: "failed", Culprit: "notification-service", at: "notify", how: throws,
			exception: "jinja2.exceptions.UndefinedError", message: "'order' has no attribute 'eta'"},
		{Kind: "dead-letter", Verdict: "failed", Culprit: "payment-worker", at: "charge", how: throws,
			exception: "System.Text.Json.JsonException", message: "The JSON value could not be converted to Shop.Money. Path: $.amount", Weight: 2},
		{Kind: "activity-failed", Verdict: "failed", Culprit: "fulfilment-worker", at: "reserve-slot", how: throws,
			exception: "SlotError", message: "no delivery slot left in region NL-3", Weight: 2},
		{Kind: "db-error", Verdict: "failed", Culprit: "order-api", at: "insert-order", how: answers, status: 500, sqlState: "40P01",
			exception: "org.postgresql.util.PSQLException", message: "ERROR: deadlock detected"},
		{Kind: "partner-unavailable", Verdict: "failed", Culprit: "api.fastship.example", at: "book-carrier", how: answers,
			exception: "*net.OpError", message: "Post \"https://api.fastship.example/v2/shipments\": dial tcp 203.0.113.20:443: connect: connection refused"},
		{Kind: "deadline", Verdict: "failed", Culprit: "fraud-scoring", at: "score", how: expires, after: 800 * ms,
			exception: "DEADLINE_EXCEEDED", message: "Deadline Exceeded", Weight: 2},
		{Kind: "compensated", Verdict: "compensated", Culprit: "warehouse-worker", at: "pick", how: throws,
			exception: "ItemMissing", message: "shelf 12-B is empty for sku 4711"},
		{Kind: "compensated", Verdict: "compensated", Culprit: "warehouse-worker", at: "pick", how: throws, handledByWorkflow: true,
			exception: "ItemMissing", message: "shelf 12-B is empty for sku 4711"},
	},
	rejections: []*Fault{
		{Kind: "rejected-401", Verdict: "rejected", at: "edge", how: rejects, status: 401},
		{Kind: "rejected-422", Verdict: "rejected", at: "create-order", how: rejects, status: 422, message: "items must not be empty"},
		{Kind: "rejected-429", Verdict: "rejected", at: "edge", how: rejects, status: 429},
	},
	degradations: []*Fault{
		{Kind: "retry-recovered", Verdict: "degraded", at: "authorise", how: answers, times: 1, status: 503},
		{Kind: "activity-retried", Verdict: "degraded", at: "book", how: throws, times: 1, exception: "CarrierTimeout", message: "carrier did not answer in time"},
		{Kind: "redelivered", Verdict: "degraded", at: "charge", how: throws, times: 1, exception: "System.TimeoutException", message: "The operation has timed out."},
		{Kind: "handled-error", Verdict: "degraded", at: "preferences", how: throws, exception: "java.lang.IllegalStateException", message: "preferences cache is being rebuilt"},
	},
	harmless: []*Fault{
		{Kind: "not-found-expected", Verdict: "completed", at: "preferences", how: rejects, status: 404},
	},
}

var billing = consume("billing-worker", byLink|byCorrelation, dist{8 * ms, 30 * ms},
	db("postgresql", "INSERT", "invoices", dist{3 * ms, 12 * ms}),
	publish("servicebus", "payments.charge",
		consume("payment-worker", byLink|byConversation, dist{10 * ms, 35 * ms},
			http("psp-adapter", "POST", "/charges", dist{6 * ms, 20 * ms},
				external("api.northpay.example", "POST", "/v1/charges", dist{45 * ms, 160 * ms}).tagged("authorise").tries(3),
				db("postgresql", "INSERT", "charges", dist{3 * ms, 12 * ms})),
			publish("kafka", "payments.captured",
				consume("ledger-service", byLink, dist{5 * ms, 18 * ms},
					db("postgresql", "INSERT", "entries", dist{3 * ms, 12 * ms})),
				consume("fulfilment-starter", byCorrelation, dist{4 * ms, 15 * ms}, fulfilment)),
		).tagged("charge").tries(3)),
).tagged("bill")

var fulfilment = workflow("fulfilment-worker", "FulfilOrder",
	activity("fulfilment-worker", "ReserveSlot", dist{6 * ms, 20 * ms},
		db("postgresql", "UPDATE", "slots", dist{3 * ms, 12 * ms})).tagged("reserve-slot"),
	activity("fulfilment-worker", "BookCarrier", dist{8 * ms, 25 * ms},
		external("api.fastship.example", "POST", "/v2/shipments", dist{60 * ms, 200 * ms}).tagged("book-carrier")).tagged("book").tries(3),
	activity("warehouse-worker", "AllocateStock", dist{6 * ms, 20 * ms},
		db("postgresql", "UPDATE", "allocations", dist{3 * ms, 12 * ms})).
		undoneBy(activity("warehouse-worker", "CancelAllocation", dist{5 * ms, 18 * ms},
			db("postgresql", "UPDATE", "allocations", dist{3 * ms, 12 * ms}))),
	activity("warehouse-worker", "PickItems", dist{20 * ms, 70 * ms},
		db("postgresql", "SELECT", "shelves", dist{2 * ms, 9 * ms})).tagged("pick"),
	activity("fulfilment-worker", "TellCustomer", dist{4 * ms, 15 * ms}, notify("notify")),
)

// notify sends the customer a message through a queue whose consumer knows nothing of tracing but the correlation id.
func notify(tag string) *Step {
	return publish("rabbitmq", "notifications.email",
		consume("notification-service", byCorrelation, dist{7 * ms, 25 * ms},
			work("template.render", dist{2 * ms, 8 * ms}),
			external("api.mailhub.example", "POST", "/v3/mail/send", dist{30 * ms, 110 * ms})).tagged(tag))
}
