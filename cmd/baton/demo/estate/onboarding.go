package estate

// onboarding: a new customer's papers go through a queue to the document checker, and the verified customer's account
// is activated by a consumer that now and then never comes.
var onboarding = &Scenario{
	Name: "onboarding", Share: 20, prefix: "APP-",
	entry: gateway("POST", "/v1/customers",
		http("customer-api", "POST", "/v1/customers", dist{6 * ms, 22 * ms},
			work("PasswordPolicy.check", dist{1 * ms, 4 * ms}),
			db("postgresql", "INSERT", "customers", dist{3 * ms, 12 * ms}).tagged("insert-customer"),
			publish("servicebus", "onboarding.documents",
				consume("document-checker", byConversation|byCorrelation, dist{12 * ms, 45 * ms},
					external("api.idcheck.example", "POST", "/v4/verifications", dist{70 * ms, 240 * ms}).tagged("verify").tries(2),
					db("postgresql", "INSERT", "verifications", dist{3 * ms, 12 * ms}),
					publish("kafka", "customers.verified",
						consume("account-activator", byLink|byCorrelation, dist{6 * ms, 22 * ms},
							db("postgresql", "UPDATE", "accounts", dist{3 * ms, 12 * ms}),
							db("redis", "SET", "session_seed", dist{400_000, 2 * ms}),
							notify("welcome")).tagged("activate"))))).tagged("create-customer")).tagged("edge"),

	failures: []*Fault{
		{Kind: "consumer-exception", Verdict: "failed", Culprit: "account-activator", at: "activate", how: throws,
			exception: "java.util.NoSuchElementException", message: "no tariff for segment 'student'"},
		{Kind: "db-error", Verdict: "failed", Culprit: "customer-api", at: "insert-customer", how: answers, status: 500, sqlState: "57014",
			exception: "org.postgresql.util.PSQLException", message: "ERROR: canceling statement due to statement timeout", Weight: 2},
		{Kind: "consumer-exception", Verdict: "failed", Culprit: "notification-service", at: "welcome", how: throws,
			exception: "KeyError", message: "'locale'"},
	},
	rejections: []*Fault{
		{Kind: "rejected-422", Verdict: "rejected", at: "create-customer", how: rejects, status: 422, message: "e-mail address is not valid"},
		{Kind: "rejected-429", Verdict: "rejected", at: "edge", how: rejects, status: 429},
	},
	degradations: []*Fault{
		{Kind: "retry-recovered", Verdict: "degraded", at: "verify", how: answers, times: 1, status: 502},
	},
	stall: &Fault{Kind: "never-finished", Verdict: "stalled", Culprit: "account-activator", at: "activate", how: never},
}
