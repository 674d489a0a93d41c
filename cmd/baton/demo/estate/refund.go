package estate

// refund: a Durable orchestration whose activities do the work. Activity names keep clear of words like "refund" and
// "cancel", which would make ordinary steps look like compensations.
var refund = &Scenario{
	Name: "refund", Share: 20, prefix: "RET-",
	entry: gateway("POST", "/v1/refunds",
		http("refund-api", "POST", "/v1/refunds", dist{6 * ms, 22 * ms},
			db("postgresql", "SELECT", "returns", dist{2 * ms, 9 * ms}),
			db("postgresql", "INSERT", "returns", dist{3 * ms, 12 * ms}),
			orchestration("refund-orchestrator", "ReturnOrder",
				task("refund-orchestrator", "CheckReturn", dist{5 * ms, 18 * ms},
					db("postgresql", "SELECT", "return_policies", dist{2 * ms, 9 * ms})).tagged("check"),
				task("refund-orchestrator", "CreditCustomer", dist{6 * ms, 20 * ms},
					http("psp-adapter", "POST", "/credits", dist{6 * ms, 20 * ms},
						external("api.northpay.example", "POST", "/v1/credits", dist{45 * ms, 160 * ms}).tagged("provider").tries(2),
						db("postgresql", "INSERT", "credits", dist{3 * ms, 12 * ms})).tagged("credit")),
				task("refund-orchestrator", "AnnounceReturn", dist{4 * ms, 15 * ms},
					publish("kafka", "returns.settled",
						consume("ledger-service", byLink, dist{5 * ms, 18 * ms},
							db("postgresql", "INSERT", "entries", dist{3 * ms, 12 * ms}).tagged("post-entry")),
						consume("inventory-service", byLink|byCorrelation, dist{5 * ms, 18 * ms},
							db("postgresql", "UPDATE", "stock_levels", dist{3 * ms, 12 * ms})))),
				task("refund-orchestrator", "TellCustomer", dist{4 * ms, 15 * ms}, notify("notify")),
			)).tagged("create-return")).tagged("edge"),

	failures: []*Fault{
		{Kind: "provider-error", Verdict: "failed", Culprit: "psp-adapter", at: "credit", how: throws,
			exception: "java.lang.ArithmeticException", message: "credit exceeds captured amount after rounding", Weight: 2},
		{Kind: "partner-unavailable", Verdict: "failed", Culprit: "api.northpay.example", at: "provider", how: answers, status: 503,
			message: "Service Unavailable", Weight: 2},
		{Kind: "db-error", Verdict: "failed", Culprit: "ledger-service", at: "post-entry", how: answers, status: 500, sqlState: "53300",
			exception: "org.postgresql.util.PSQLException", message: "FATAL: remaining connection slots are reserved"},
		{Kind: "activity-failed", Verdict: "failed", Culprit: "refund-orchestrator", at: "check", how: throws,
			exception: "Shop.Returns.PolicyException", message: "no return policy for country 'XK'"},
	},
	rejections: []*Fault{
		{Kind: "rejected-401", Verdict: "rejected", at: "edge", how: rejects, status: 401},
		{Kind: "rejected-422", Verdict: "rejected", at: "create-return", how: rejects, status: 422, message: "order is older than 30 days"},
	},
	degradations: []*Fault{
		{Kind: "retry-recovered", Verdict: "degraded", at: "provider", how: answers, times: 1, status: 503},
	},
}
