package azure

import "time"

// errorKinds are errors of services and gateways on the way.
var errorKinds = []*Kind{
	{Name: "error-at-depth", About: "a service three calls down throws", Class: Errors, flow: order,
		effects: []effect{{at: "reserve", how: throws, exception: "java.lang.IllegalStateException", message: "stock ledger out of balance for sku 4711"}},
		verdict: "failed", culprit: "inventory-api", role: "provider"},
	{Name: "db-deadlock", About: "the database chooses a service's statement as deadlock victim", Class: Errors, flow: order,
		effects: []effect{{at: "orders-rows", how: throws, exception: "Microsoft.Data.SqlClient.SqlException", reason: "1205",
			message: "Transaction (Process ID 71) was deadlocked on lock resources with another process and has been chosen as the deadlock victim."}},
		verdict: "failed", culprit: "orders-api", role: "provider"},
	{Name: "callee-down", About: "a callee refuses the connection: it sends no span", Class: Errors, flow: order,
		effects: []effect{{at: "reserve", how: refuses}}, verdict: "failed", culprit: "inventory-api", role: "provider", or: []string{inventory.host}},
	{Name: "callee-crash", About: "a callee dies at work, and its spans with it", Class: Errors, flow: order,
		effects: []effect{{at: "reserve", how: crashes, delay: 2 * time.Second}}, verdict: "failed", culprit: "inventory-api", role: "provider", or: []string{inventory.host}},
	{Name: "slow-callee-timeout", About: "a callee is far slower than usual, and its caller gives up", Class: Errors, flow: order,
		effects: []effect{{at: "reserve", how: outlasts, delay: 9 * time.Second, deadline: 3 * time.Second}}, verdict: "failed", culprit: "inventory-api", role: "provider"},
	{Name: "timeout-too-short", About: "a caller gives up long before the callee's usual time", Class: Errors, flow: order,
		effects: []effect{{at: "reserve", how: impatient, deadline: 4 * ms}}, verdict: "failed", culprit: "orders-api", role: "caller"},
	{Name: "grpc-unavailable", About: "a gRPC callee is down", Class: Errors, flow: order,
		effects: []effect{{at: "tax", how: refuses}}, verdict: "failed", culprit: "tax-api", role: "provider"},
	{Name: "grpc-invalid-argument", About: "a gRPC callee refuses what its caller asks", Class: Errors, flow: order,
		effects: []effect{{at: "tax", how: answers, status: 400, message: "country is required"}}, verdict: "failed", culprit: "orders-api", role: "caller"},
	refusedWith("http-401", 401), refusedWith("http-403", 403), refusedWith("http-404", 404), refusedWith("http-409", 409),
	refusedWith("http-422", 422), refusedWith("http-429", 429),
	{Name: "partner-error", About: "a partner outside answers 500, again and again", Class: Errors, flow: order,
		effects: []effect{{at: "psp", how: answers, status: 500}}, verdict: "failed", culprit: "api.northpay.example", role: "provider"},
	{Name: "partner-down", About: "a partner outside refuses the connection", Class: Errors, flow: order,
		effects: []effect{{at: "psp", how: refuses}}, verdict: "failed", culprit: "api.northpay.example", role: "provider"},
	{Name: "partner-timeout", About: "a partner outside does not answer in time", Class: Errors, flow: order,
		effects: []effect{{at: "psp", how: outlasts, deadline: 5 * time.Second}}, verdict: "failed", culprit: "api.northpay.example", role: "provider"},
	{Name: "partner-rejects", About: "a partner outside refuses what a consumer sends it", Class: Errors, flow: order,
		effects: []effect{{at: "psp", how: answers, status: 402}}, verdict: "failed", culprit: "payments-func", role: "caller"},
	{Name: "publish-refused", About: "Event Grid refuses the publisher", Class: Errors, flow: order,
		effects: []effect{{at: "announce", how: answers, status: 403, message: "The request authorization key is not authorized for EVGT-ORDERS. Status: 403 (Forbidden)"}},
		verdict: "failed", culprit: "orders-api", or: nil},
	{Name: "incident-down", About: "a callee is down for a while, for everybody", Class: Errors, flow: order, burst: 40,
		effects: []effect{{at: "reserve", how: refuses}, {at: "allocation", how: refuses}}, verdict: "failed", culprit: "inventory-api", role: "provider", or: []string{inventory.host}},
	{Name: "two-branches", About: "two consumers fail, one before the other", Class: Errors, flow: order,
		effects: []effect{{at: "facts", how: throws, exception: "java.lang.NumberFormatException", message: "For input string: \"n/a\""},
			{at: "mailing", how: throws, delay: 4 * time.Second, exception: "jinja2.exceptions.UndefinedError", message: "'order' has no attribute 'eta'"}},
		verdict: "failed", culprit: "analytics-svc", role: "consumer"},

	{Name: "gateway-policy", About: "an expression in a gateway policy fails", Class: Errors, flow: order,
		effects: []effect{{at: "edge", how: faults, status: 500, reason: "ExpressionValueEvaluationFailure", message: "Expression evaluation failed. Object reference not set to an instance of an object."}},
		verdict: "failed", culprit: "apim-shop", role: "gateway"},
	{Name: "gateway-no-route", About: "the gateway has no route for a call from inside the estate", Class: Errors, flow: order,
		effects: []effect{{at: "label", how: logs4xx, status: 404, reason: "OperationNotFound", message: "Unable to match incoming request to an operation."}},
		verdict: "failed", culprit: "apim-shop", role: "gateway"},
	{Name: "gateway-timeout", About: "the gateway gives up on a backend that goes on", Class: Errors, flow: order,
		effects: []effect{{at: "api", how: outlasts, delay: 45 * time.Second, deadline: 30 * time.Second}}, verdict: "failed", culprit: "orders-api", role: "provider",
		or: []string{ordersAPI.host}},
	{Name: "backend-down", About: "the gateway's backend refuses the connection", Class: Errors, flow: order,
		effects: []effect{{at: "edge", how: refuses}}, verdict: "failed", culprit: "orders-api", role: "provider", or: []string{ordersAPI.host}},
}

// refusedWith is an activity whose call a callee inside the estate refuses: the caller's fault, and not at the entry.
func refusedWith(name string, status int64) *Kind {
	return &Kind{Name: name, About: "a callee inside the estate refuses its caller", Class: Errors, flow: order,
		effects: []effect{{at: "allocation", how: answers, status: status}}, verdict: "failed", culprit: "fulfilment-func", role: "caller"}
}

// rejectedKinds are refusals at the entry: whoever called is outside, and nobody of the estate is to blame.
var rejectedKinds = []*Kind{
	entryRefusal("entry-401", "edge", logs4xx, 401, "SubscriptionKeyInvalid"), entryRefusal("entry-403", "edge", logs4xx, 403, "CallerIpNotAllowed"),
	entryRefusal("entry-404", "edge", logs4xx, 404, "OperationNotFound"), entryRefusal("entry-409", "api", answers, 409, ""),
	entryRefusal("entry-422", "api", answers, 422, ""), entryRefusal("entry-429", "edge", logs4xx, 429, "RateLimitExceeded"),
}

func entryRefusal(name, at string, how how, status int64, reason string) *Kind {
	return &Kind{Name: name, About: "the entry refuses a caller outside", Class: Rejected, flow: order,
		effects: []effect{{at: at, how: how, status: status, reason: reason}}, verdict: "rejected", role: "caller"}
}
