package azure

import (
	"fmt"
	"strings"
)

// stockSync: shops report their stock one by one, and a function takes the reports up in batches. One trace works on
// many flows: what it does for all of them belongs to none.
var stockSync = &scenario{name: "stock-sync", share: 6, prefix: "ST-", play: func(r *run) int {
	n := 6 + r.rng.IntN(7)
	bad := r.rng.IntN(n)
	var msgs []*message
	t := r.start
	for i := range n {
		p := place{svc: storeAPI, site: site{trace: r.newTrace()}, owner: i}
		at := r.start + int64(i)*r.scaled(30*ms)
		end, _ := serveHTTP(r, p, at, "POST", "/stock-reports", dist{8 * ms, 30 * ms}, []step{stepFunc(func(r *run, p place, t int64) (int64, *failure) {
			m, end := r.sendMessage(p, t, "stock-updates", true)
			msgs = append(msgs, m)
			return end, nil
		})}, nil, nil)
		t = max(t, end)
	}
	// Half of the batches name their messages by link, the other half by message id.
	byIDs := r.rng.IntN(2) == 0
	p := place{svc: stockFunc, site: site{trace: r.newTrace()}, owner: everybody}
	s := span{id: r.newSpan(), trace: p.trace, kind: consumer, start: t + r.draw(lying), name: "ServiceBusProcessor.ProcessMessage",
		scope: [2]string{"Azure.Messaging.ServiceBus.ServiceBusProcessor", "7.19.0"}}
	s.attrs = []attr{str("az.namespace", "Microsoft.ServiceBus"), str("messaging.system", "servicebus"), str("messaging.operation", "process"),
		str("messaging.destination.name", "stock-updates"), str("server.address", namespace), num("messaging.batch.message_count", int64(n))}
	for _, m := range msgs {
		s.links = append(s.links, m.from)
	}
	t = s.start + r.scaled(2*ms)
	load := span{id: r.newSpan(), parent: s.id, kind: internal, start: t, end: t + r.draw(dist{5 * ms, 20 * ms}), name: "Stock.LoadLevels", scope: [2]string{"Shop.stock.func", "1.0.0"}}
	r.emit(p, load)
	t = load.end
	for i, m := range msgs {
		item := place{svc: stockFunc, site: site{p.trace, s.id}, owner: i}
		one := span{id: r.newSpan(), parent: s.id, kind: consumer, start: t, name: "Stock.ApplyReport", scope: [2]string{"Shop.stock.func", "1.0.0"}}
		one.attrs = []attr{str("messaging.system", "servicebus"), str("messaging.operation", "process"), str("messaging.destination.name", "stock-updates")}
		if byIDs {
			one.attrs = append(one.attrs, str("messaging.message.id", m.id))
		} else {
			one.links = []site{m.from}
		}
		inner := item
		inner.span = one.id
		var f *failure
		if hit := r.hit("item", 0); hit != nil && i == bad {
			f = &failure{kind: hit.exception, message: hit.message}
			t += r.draw(dist{3 * ms, 12 * ms})
		} else {
			t, _ = (&sql{system: "microsoft.sql_server", op: "UPDATE", table: "stock", own: dist{4 * ms, 15 * ms}}).play(r, inner, t)
		}
		one.end = t
		if f != nil {
			one.failed, one.thrown, one.message = true, f, f.message
			r.hurt = map[int]bool{i: true}
		}
		r.emit(item, one)
	}
	s.end = t + r.scaled(ms)
	r.emit(p, s)
	return n
}}

// stepFunc is a step that is a function.
type stepFunc func(r *run, p place, t int64) (int64, *failure)

func (f stepFunc) play(r *run, p place, t int64) (int64, *failure) { return f(r, p, t) }

// bulkImport: a file with many orders is read in one trace, and each order goes its own way. Only the business key, on
// the span that makes each message, tells them apart.
var bulkImport = &scenario{name: "import", share: 0, prefix: "IM-", play: func(r *run) int {
	n := 25 + r.rng.IntN(50)
	p := place{svc: importFunc, site: site{trace: r.newTrace()}, owner: everybody}
	root := span{id: r.newSpan(), trace: p.trace, kind: server, start: r.start, name: "function ImportOrders", scope: [2]string{"Microsoft.Azure.Functions.Worker", "2.0.0"}}
	root.attrs = []attr{str("faas.trigger", "datasource"), str("faas.name", "ImportOrders"), str("faas.invocation_id", r.uuid()), str("faas.document.name", "orders.csv")}
	p.span = root.id
	t := r.start + r.draw(dist{60 * ms, 200 * ms})
	for i := range n {
		item := p
		item.owner, item.key = i, fmt.Sprintf("%s-%d", r.key, i)
		m, end := r.sendMessage(item, t, "imported-orders", false)
		t = end
		r.deliver(&consumerOf{svc: intake, carries: byLink, deliveries: 3, own: dist{6 * ms, 25 * ms}, do: []step{
			&sql{system: "microsoft.sql_server", op: "INSERT", table: "orders", own: dist{4 * ms, 16 * ms}}}}, m, end)
	}
	root.end = t
	r.emit(p, root)
	return n
}}

// shipment: ids lead from one to the next. The order is known to the intake alone; a partner reports the shipment by its
// own id, and the invoice is written for the shipment.
var shipment = &scenario{name: "shipment", share: 3, prefix: "SH-", play: func(r *run) int {
	parcel, bill := "SHP-"+strings.ToUpper(r.uuid()[:8]), "INV-"+strings.ToUpper(r.uuid()[:8])
	says := func(attrs ...attr) func(*run) []attr { return func(*run) []attr { return attrs } }
	p := place{svc: intake, site: site{trace: r.newTrace()}}
	_, _ = serveHTTP(r, p, r.start, "POST", "/handovers", dist{9 * ms, 35 * ms}, []step{
		&sql{system: "microsoft.sql_server", op: "INSERT", table: "handovers", own: dist{4 * ms, 16 * ms}}}, nil, says(str("order.id", r.key), str("shipment.id", parcel)))
	p = place{svc: shipping, site: site{trace: r.newTrace()}}
	t := r.start + r.around(3000*ms)
	_, _ = serveHTTP(r, p, t, "POST", "/events", dist{6 * ms, 25 * ms}, []step{
		&sql{system: "postgresql", op: "UPDATE", table: "parcels", own: dist{4 * ms, 16 * ms}}}, nil, says(str("shipment.id", parcel)))
	p = place{svc: invoicing, site: site{trace: r.newTrace()}}
	t += r.around(2500 * ms)
	_, _ = serveHTTP(r, p, t, "POST", "/invoices", dist{9 * ms, 35 * ms}, nil, nil, says(str("shipment.id", parcel), str("invoice.id", bill)))
	p = place{svc: invoicing, site: site{trace: r.newTrace()}}
	t += r.around(2500 * ms)
	_, _ = serveHTTP(r, p, t, "POST", "/invoices/{id}/paid", dist{6 * ms, 25 * ms}, nil, r.hit("paid", 0), says(str("invoice.id", bill)))
	return 1
}}
