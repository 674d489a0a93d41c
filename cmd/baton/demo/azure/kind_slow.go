package azure

import "time"

// slowKinds are flows in which nothing fails, and which take far longer than flows of their type do.
var slowKinds = []*Kind{
	{Name: "network-delay", About: "the way between two services is slow", Class: Slow, flow: order,
		effects: []effect{{at: "reserve", how: delays, delay: 12 * time.Second}}, verdict: "slow", role: "hand-off", between: []string{"orders-api", "inventory-api"}},
	{Name: "queue-wait", About: "a message lies in its queue", Class: Slow, flow: order,
		effects: []effect{{at: "charge", how: waits, delay: 40 * time.Second}}, verdict: "slow", role: "hand-off", between: []string{"orders-api", "payments-func"}},
	{Name: "event-wait", About: "an event is delivered late", Class: Slow, flow: order,
		effects: []effect{{at: "points", how: waits, delay: 50 * time.Second}}, verdict: "slow", role: "hand-off", between: []string{"orders-api", "loyalty-func"}},
	{Name: "task-wait", About: "an orchestration starts late", Class: Slow, flow: order,
		effects: []effect{{at: "orchestration", how: waits, delay: 30 * time.Second}}, verdict: "slow", role: "hand-off", between: []string{"fulfilment-func", "fulfilment-func"},
		culprit: "fulfilment-func"},
	{Name: "cpu-starvation", About: "a service has no processor time", Class: Slow, flow: order,
		effects: []effect{{at: "reserve", how: starves, delay: 12 * time.Second}}, verdict: "slow", culprit: "inventory-api", role: "provider"},
	{Name: "lock-contention", About: "a service's statement waits for a lock", Class: Slow, flow: order,
		effects: []effect{{at: "stock-rows", how: locks, delay: 14 * time.Second}}, verdict: "slow", culprit: "inventory-api", role: "provider"},
	{Name: "slow-partner", About: "a partner outside takes its time", Class: Slow, flow: order,
		effects: []effect{{at: "psp", how: starves, delay: 18 * time.Second}}, verdict: "slow", culprit: "api.northpay.example", role: "provider"},
	{Name: "slow-activity", About: "an activity's own work is slow", Class: Slow, flow: order,
		effects: []effect{{at: "slot", how: starves, delay: 15 * time.Second}}, verdict: "slow", culprit: "fulfilment-func", role: "activity"},
	{Name: "slow-consumer", About: "a consumer's own work is slow", Class: Slow, flow: order,
		effects: []effect{{at: "parcel", how: starves, delay: 20 * time.Second}}, verdict: "slow", culprit: "shipping-svc", role: "consumer"},
	{Name: "slow-return", About: "a partner outside takes its time, in a flow type that is seen less often", Class: Slow, flow: goodsReturn,
		effects: []effect{{at: "credits", how: starves, delay: 25 * time.Second}}, verdict: "slow", culprit: "api.northpay.example", role: "provider"},
	{Name: "incident-slow", About: "a service has no processor time for a while, for everybody", Class: Slow, flow: order, burst: 40,
		effects: []effect{{at: "reserve", how: starves, delay: 10 * time.Second}}, verdict: "slow", culprit: "inventory-api", role: "provider"},
	{Name: "slow-gateway", About: "the gateway's own policies are slow", Class: Slow, flow: order,
		effects: []effect{{at: "edge", how: starves, delay: 12 * time.Second}}, verdict: "slow", culprit: "apim-shop", role: "gateway"},
}
