package azure

import (
	"strconv"
	"time"
)

// scenario is one flow type.
type scenario struct {
	name   string
	share  int // of all flows, in percent
	prefix string
	// play plays a unit and answers how many flows it has.
	play func(r *run) int
}

// entering is a scenario of one flow that comes in through a step.
func entering(s step) func(r *run) int {
	return func(r *run) int {
		p := place{corr: r.correlation, key: r.key}
		if r.traced { // the span of the client outside, which nobody sees
			p.site = site{r.newTrace(), r.newSpan()}
		}
		_, _ = s.play(r, p, r.start)
		return 1
	}
}

var scenarios = []*scenario{order, bulkOrder, goodsReturn, quote, settlement, stockSync, bulkImport, catalog, shipment}

// order: the whole estate. API Management, the order API and what it asks, Event Grid, Service Bus, payment, a durable
// fulfilment, shipping and mail.
var order = &scenario{name: "order", share: 52, prefix: "SO-", play: entering(orderEntry)}

var orderEntry = &gateway{tag: "edge", api: "orders-api", operation: "CreateOrder", method: "POST", path: "/orders/v1/orders", to: ordersAPI, own: dist{4 * ms, 14 * ms},
	backend: &entry{tag: "api", method: "POST", path: "/orders", own: dist{12 * ms, 40 * ms}, do: []step{
		&work{tag: "validate", name: "OrderValidator.Validate", own: dist{ms, 4 * ms}},
		lives{&call{tag: "price", to: pricingAPI, method: "GET", path: "/prices/{id}", own: dist{4 * ms, 15 * ms}, do: []step{
			&sql{system: "redis", op: "GET", table: "prices", own: dist{ms, 3 * ms}}}}},
		&rpc{tag: "tax", to: taxAPI, service: "tax.v1.Tax", method: "Quote", own: dist{5 * ms, 18 * ms}},
		&call{tag: "reserve", to: inventory, method: "POST", path: "/reservations", own: dist{8 * ms, 30 * ms}, do: []step{
			&sql{tag: "stock-rows", system: "microsoft.sql_server", op: "UPDATE", table: "stock", own: dist{4 * ms, 15 * ms}}}},
		&sql{tag: "orders-rows", system: "microsoft.sql_server", op: "INSERT", table: "orders", own: dist{4 * ms, 16 * ms}},
		&publish{tag: "announce", topic: "evgt-orders", event: "Shop.OrderPlaced", to: []*subscriber{
			{tag: "points", svc: loyalty, name: "AddPoints", deliveries: 3, own: dist{8 * ms, 30 * ms}, do: []step{
				&sql{system: "azure.cosmosdb", op: "UPSERT", table: "points", own: dist{5 * ms, 20 * ms}}}}}},
		&send{tag: "pay", entity: "payments", to: []*consumerOf{charge}},
	}}}

var charge = &consumerOf{tag: "charge", svc: payments, carries: byLink | byCorrelation, deliveries: 3, own: dist{12 * ms, 45 * ms}, do: []step{
	&call{tag: "psp", host: "api.northpay.example", method: "POST", path: "/v1/charges", own: dist{70 * ms, 260 * ms}, tries: 3},
	&sql{system: "azure.cosmosdb", op: "CREATE", table: "charges", own: dist{5 * ms, 20 * ms}},
	&send{tag: "paid", entity: "order-events", to: []*consumerOf{
		{tag: "fulfil", svc: fulfilment, subscription: "fulfilment", carries: byLink | byCorrelation, deliveries: 3, own: dist{6 * ms, 25 * ms}, do: []step{fulfilOrder}},
		{tag: "facts", svc: analytics, subscription: "analytics", carries: byLink, deliveries: 3, own: dist{5 * ms, 20 * ms}, do: []step{
			&sql{system: "microsoft.sql_server", op: "INSERT", table: "facts", own: dist{4 * ms, 16 * ms}}}},
	}},
}}

var fulfilOrder = &orchestrate{tag: "orchestration", svc: fulfilment, name: "FulfilOrder", own: dist{40 * ms, 150 * ms}, do: []*activity{
	{tag: "slot", name: "PickSlot", own: dist{10 * ms, 40 * ms}, tries: 3, do: []step{
		&sql{system: "microsoft.sql_server", op: "UPDATE", table: "slots", own: dist{4 * ms, 16 * ms}}}},
	{tag: "allocate", name: "AllocateStock", own: dist{8 * ms, 30 * ms}, do: []step{
		&call{tag: "allocation", to: inventory, method: "POST", path: "/allocations", own: dist{8 * ms, 30 * ms}, do: []step{
			&sql{system: "microsoft.sql_server", op: "UPDATE", table: "allocations", own: dist{4 * ms, 15 * ms}}}}},
		undo: &activity{tag: "undo", name: "CancelAllocation", own: dist{8 * ms, 30 * ms}, do: []step{
			&call{tag: "undo-call", to: inventory, method: "POST", path: "/allocations/{id}/cancel", own: dist{6 * ms, 25 * ms}}}}},
	{tag: "book", name: "BookCarrier", own: dist{10 * ms, 40 * ms}, do: []step{
		&call{tag: "carrier", host: "api.fastship.example", method: "POST", path: "/v2/shipments", own: dist{90 * ms, 300 * ms}},
		&viaGateway{tag: "label"}}},
	{tag: "dispatch", name: "DispatchParcel", own: dist{5 * ms, 20 * ms}, do: []step{
		signals{"stock-watch"}, signals{"@stockcounter@sku-4711"},
		&send{tag: "ship", entity: "shipping", ids: true, to: []*consumerOf{
			{tag: "parcel", svc: shipping, carries: byMessage, deliveries: 3, own: dist{9 * ms, 35 * ms}, do: []step{
				&sql{system: "postgresql", op: "INSERT", table: "parcels", own: dist{4 * ms, 16 * ms}}}}}}}},
	{tag: "tell", name: "TellCustomer", own: dist{5 * ms, 20 * ms}, do: []step{
		&send{tag: "mail", entity: "notifications", to: []*consumerOf{
			{tag: "mailing", svc: notify, subscription: "email", carries: byCorrelation, deliveries: 3, own: dist{9 * ms, 35 * ms}, do: []step{
				&call{host: "api.mailhub.example", method: "POST", path: "/v3/mail/send", own: dist{45 * ms, 160 * ms}}}}}}}},
}}

// viaGateway is a call to an API of a partner through the company's own gateway, with its trace context.
type viaGateway struct{ tag string }

func (v *viaGateway) play(r *run, p place, t int64) (int64, *failure) {
	hit := r.hit(v.tag, 0)
	if hit == nil {
		return t, nil // labels usually are printed at once, and no call is needed
	}
	out := span{id: r.newSpan(), parent: p.span, kind: client, start: t, name: "POST", scope: httpScope(p.svc, client)}
	g := &gateway{tag: v.tag, api: "carriers-api", operation: "PrintLabel", method: "POST", path: "/carriers/v2/labels", to: gatewayLogs, own: dist{4 * ms, 14 * ms}}
	end, f := g.play(r, place{svc: p.svc, site: site{p.trace, out.id}, owner: p.owner, corr: p.corr}, t+r.draw(network))
	out.end, out.failed = end+r.draw(network), f != nil
	out.attrs = []attr{str("http.request.method", "POST"), str("url.full", "https://"+gatewayLogs.host+"/carriers/v2/labels"),
		str("server.address", gatewayLogs.host), num("server.port", 443)}
	if f != nil {
		out.attrs = append(out.attrs, num("http.response.status_code", f.status), str("error.type", strconv.FormatInt(f.status, 10)))
	}
	r.emit(p, out)
	return out.end, f
}

// signals tells an orchestration or an entity that never ends of the order, where there is one.
type signals struct{ target string }

func (g signals) play(r *run, p place, t int64) (int64, *failure) {
	if !r.eternal {
		return t, nil
	}
	return (&signal{event: "StockTaken", target: g.target}).play(r, p, t)
}

// bulkOrder: a big order waits for somebody's approval in a Logic Apps workflow.
var bulkOrder = &scenario{name: "bulk-order", share: 8, prefix: "BO-", play: entering(&gateway{
	tag: "edge", api: "orders-api", operation: "CreateBulkOrder", method: "POST", path: "/orders/v1/bulk-orders", to: ordersAPI, own: dist{4 * ms, 14 * ms},
	backend: &entry{tag: "api", method: "POST", path: "/bulk-orders", own: dist{12 * ms, 40 * ms}, do: []step{
		&sql{system: "microsoft.sql_server", op: "INSERT", table: "orders", own: dist{4 * ms, 16 * ms}},
		&logicApp{tag: "approval", do: []action{
			{name: "Parse_request", own: dist{15 * ms, 60 * ms}},
			{tag: "approval-mail", name: "Send_approval_email", own: dist{400 * ms, 1500 * ms}},
			{tag: "approval-wait", name: "Wait_for_decision", own: dist{70 * time.Second, 240 * time.Second}},
			{name: "Post_decision", own: dist{60 * ms, 200 * ms}, do: []step{&callback{tag: "decision", to: fulfilment, path: "/api/decisions", own: dist{8 * ms, 30 * ms},
				head: func(_ *run, p place) []attr { return []attr{header("x-ms-client-tracking-id", p.corr)} },
				do: []step{&send{tag: "ship", entity: "shipping", ids: true, to: []*consumerOf{
					{svc: shipping, carries: byMessage, deliveries: 3, own: dist{9 * ms, 35 * ms}, do: []step{
						&sql{system: "postgresql", op: "INSERT", table: "parcels", own: dist{4 * ms, 16 * ms}}}}}}}}}},
		}},
	}}})}

// goodsReturn: a return is inspected and credited by an orchestration of durabletask-go, which sends its spans again
// whenever it replays.
var goodsReturn = &scenario{name: "return", share: 12, prefix: "RT-", play: entering(&gateway{
	tag: "edge", api: "returns-api", operation: "CreateReturn", method: "POST", path: "/returns/v1/returns", to: returnsAPI, own: dist{4 * ms, 14 * ms},
	backend: &entry{tag: "api", method: "POST", path: "/returns", own: dist{9 * ms, 35 * ms}, do: []step{
		&sql{system: "postgresql", op: "INSERT", table: "returns", own: dist{4 * ms, 16 * ms}},
		&orchestrate{tag: "orchestration", svc: returnsWork, name: "ReturnGoods", own: dist{30 * ms, 120 * ms}, do: []*activity{
			{tag: "inspect", name: "InspectReturn", own: dist{12 * ms, 50 * ms}, tries: 2},
			{tag: "credit", name: "CreditCustomer", own: dist{8 * ms, 30 * ms}, do: []step{
				&call{tag: "credits", host: "api.northpay.example", method: "POST", path: "/v1/credits", own: dist{70 * ms, 260 * ms}, tries: 2}}},
			{tag: "restock", name: "RestockItem", own: dist{6 * ms, 25 * ms}, do: []step{
				&call{tag: "restocking", to: inventory, method: "POST", path: "/stock/{id}", own: dist{8 * ms, 30 * ms}}}},
			{tag: "label", name: "PrintLabel", own: dist{5 * ms, 20 * ms}, do: []step{
				&send{entity: "labels", to: []*consumerOf{{tag: "labelling", svc: labels, carries: byConversation, deliveries: 3, own: dist{9 * ms, 35 * ms}}}}}},
			{tag: "tell", name: "TellCustomer", own: dist{5 * ms, 20 * ms}, do: []step{
				&send{tag: "mail", entity: "notifications", to: []*consumerOf{
					{tag: "mailing", svc: notify, subscription: "email", carries: byCorrelation, deliveries: 3, own: dist{9 * ms, 35 * ms}, do: []step{
						&call{host: "api.mailhub.example", method: "POST", path: "/v3/mail/send", own: dist{45 * ms, 160 * ms}}}}}}}},
		}},
	}}})}

// quote: services that sample one trace in ten, each trace for itself.
var quote = &scenario{name: "quote", share: 6, prefix: "QT-", play: entering(&callback{tag: "quote", to: quotesAPI, path: "/quotes", own: dist{10 * ms, 40 * ms},
	head: func(_ *run, p place) []attr { return []attr{header("x-correlation-id", p.corr)} },
	do: []step{&send{entity: "quotes", to: []*consumerOf{{tag: "quoting", svc: quotesWork, carries: byLink | byCorrelation, deliveries: 3, own: dist{15 * ms, 60 * ms}, do: []step{
		&sql{system: "postgresql", op: "INSERT", table: "quotes", own: dist{4 * ms, 16 * ms}},
		&send{entity: "quote-mail", to: []*consumerOf{{tag: "quote-mail", svc: quotesMail, carries: byLink | byCorrelation, deliveries: 3, own: dist{9 * ms, 35 * ms}}}}}}}}}})}

// settlement: a nightly Data Factory pipeline, all day long.
var settlement = &scenario{name: "settlement", share: 5, prefix: "", play: entering(&pipeline{tag: "pipeline", name: "settle-orders", do: []copyActivity{
	{name: "LookupOpen", kind: "Lookup", own: dist{900 * ms, 3000 * ms}},
	{tag: "copy", name: "CopyPayments", kind: "Copy", own: dist{2500 * ms, 9000 * ms}},
	{name: "PostLedger", kind: "WebActivity", own: dist{150 * ms, 500 * ms}, do: []step{&callback{tag: "ledger", to: ledger, path: "/api/ledger", own: dist{40 * ms, 150 * ms},
		head: func(_ *run, p place) []attr { return []attr{header("x-correlation-id", p.corr)} },
		do:   []step{&sql{system: "microsoft.sql_server", op: "INSERT", table: "ledger", own: dist{20 * ms, 80 * ms}}}}}},
	{name: "MarkSettled", kind: "SqlServerStoredProcedure", own: dist{300 * ms, 1200 * ms}},
}})}

// catalog: a change is put on a topic to which nobody has ever subscribed.
var catalog = &scenario{name: "catalog", share: 4, prefix: "CT-", play: entering(&callback{to: catalogAPI, path: "/products/{id}", own: dist{8 * ms, 30 * ms},
	head: func(_ *run, p place) []attr { return []attr{header("x-correlation-id", p.corr)} },
	do: []step{&sql{system: "microsoft.sql_server", op: "UPDATE", table: "products", own: dist{4 * ms, 16 * ms}},
		&send{entity: "catalog-changes"}}})}
