package joinerextension

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// estate builds flows whose partition and verdicts are known, out of real OTLP
// spans read by the real extractor.
type estate struct {
	maxSpans int // in memory, when play is wild and this is more than little
	t        testing.TB
	x        *flow.Extractor
	rnd      *rand.Rand
	facts    []flow.Facts
	truth    map[flow.TraceID]int // trace -> flow number
	items    map[flow.SpanID]int  // spans of cut traces -> flow number
	want     map[int]flow.Verdict // flow number -> verdict
	owner    map[int]string       // flow number -> culprit service
	start    time.Time
	next     uint64
}

func newEstate(t testing.TB, seed uint64, keys ...string) *estate {
	x, err := flow.NewExtractor(flow.Rules{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return &estate{t: t, x: x, rnd: rand.New(rand.NewPCG(seed, 1)), truth: map[flow.TraceID]int{}, items: map[flow.SpanID]int{},
		want: map[int]flow.Verdict{}, owner: map[int]string{}, start: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
}

func (e *estate) trace(n int) flow.TraceID {
	var id flow.TraceID
	e.next++
	binary.BigEndian.PutUint64(id[:], 0xabcd0000+e.next)
	binary.BigEndian.PutUint64(id[8:], e.rnd.Uint64())
	e.truth[id] = n
	return id
}

type opt func(s ptrace.Span)

func attr(k, v string) opt { return func(s ptrace.Span) { s.Attributes().PutStr(k, v) } }
func num(k string, v int64) opt {
	return func(s ptrace.Span) { s.Attributes().PutInt(k, v) }
}
func failed(msg string) opt {
	return func(s ptrace.Span) {
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage(msg)
	}
}
func link(t flow.TraceID, id flow.SpanID) opt {
	return func(s ptrace.Span) {
		l := s.Links().AppendEmpty()
		l.SetTraceID(pcommon.TraceID(t))
		l.SetSpanID(pcommon.SpanID(id))
	}
}

// span adds a span at an offset in ms, lasting ms.
func (e *estate) span(service string, trace flow.TraceID, parent flow.SpanID, kind ptrace.SpanKind, name string, at, ms int, opts ...opt) flow.SpanID {
	var id flow.SpanID
	binary.BigEndian.PutUint64(id[:], e.rnd.Uint64()|1)
	res := pcommon.NewResource()
	res.Attributes().PutStr("service.name", service)
	res.Attributes().PutStr("deployment.environment.name", "production")
	s := ptrace.NewSpan()
	s.SetTraceID(pcommon.TraceID(trace))
	s.SetSpanID(pcommon.SpanID(id))
	s.SetParentSpanID(pcommon.SpanID(parent))
	s.SetKind(kind)
	s.SetName(name)
	start := e.start.Add(time.Duration(at) * time.Millisecond)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(ms) * time.Millisecond)))
	for _, o := range opts {
		o(s)
	}
	var f flow.Facts
	e.x.Span(e.x.Resource("", res), "", s, &f)
	f.Keys = append([]flow.Key(nil), f.Keys...)
	f.Links = append([]flow.Link(nil), f.Links...)
	e.facts = append(e.facts, f)
	return id
}

const (
	server   = ptrace.SpanKindServer
	client   = ptrace.SpanKindClient
	producer = ptrace.SpanKindProducer
	consumer = ptrace.SpanKindConsumer
	internal = ptrace.SpanKindInternal
)

// order is one business flow: an api call that publishes an event; a consumer in
// a trace of its own that sends to a queue; its consumer runs a workflow.
func (e *estate) order(n, at int) {
	id := fmt.Sprintf("corr-%06d-%d", n, e.rnd.Uint32())
	msg := fmt.Sprintf("m-%d-%d", n, e.rnd.Uint32())
	fault := []string{"", "", "", "", "consumer", "callee", "handled", "retried", "entry"}[e.rnd.IntN(9)]
	e.want[n] = flow.Completed
	a := e.trace(n)
	entry := []opt{attr("http.request.method", "POST"), attr("http.route", "/orders"), num("http.response.status_code", 202), attr("correlation.id", id)}
	if fault == "entry" {
		e.want[n] = flow.Rejected
		e.span("order-api", a, flow.SpanID{}, server, "POST /orders", at, 10, attr("http.request.method", "POST"), attr("http.route", "/orders"), num("http.response.status_code", 422))
		return
	}
	root := e.span("order-api", a, flow.SpanID{}, server, "POST /orders", at, 50, entry...)
	call := []opt{attr("http.request.method", "GET"), attr("url.full", "http://stock/items/7"), attr("server.address", "stock")}
	switch fault {
	case "handled":
		e.want[n] = flow.Degraded
		c := e.span("order-api", a, root, client, "GET", at+5, 10, append(call, failed("boom"), num("http.response.status_code", 500))...)
		e.span("stock", a, c, server, "GET /items/{id}", at+6, 8, attr("http.request.method", "GET"), attr("http.route", "/items/{id}"), num("http.response.status_code", 500), failed("boom"))
	case "retried":
		e.want[n] = flow.Degraded
		c := e.span("order-api", a, root, client, "GET", at+5, 5, append(call, failed("reset"), num("http.response.status_code", 503))...)
		e.span("stock", a, c, server, "GET /items/{id}", at+6, 3, attr("http.request.method", "GET"), attr("http.route", "/items/{id}"), num("http.response.status_code", 503), failed("reset"))
		c = e.span("order-api", a, root, client, "GET", at+11, 5, append(call, num("http.response.status_code", 200), num("http.request.resend_count", 1))...)
		e.span("stock", a, c, server, "GET /items/{id}", at+12, 3, attr("http.request.method", "GET"), attr("http.route", "/items/{id}"), num("http.response.status_code", 200))
	}
	pub := e.span("order-api", a, root, producer, "orders.placed publish", at+30, 2, attr("messaging.system", "kafka"), attr("messaging.operation.type", "send"), attr("messaging.destination.name", "orders.placed"), attr("messaging.message.id", msg))

	b := e.trace(n) // joined by link, by correlation or by message, as it comes
	var how opt
	switch e.rnd.IntN(3) {
	case 0:
		how = link(a, pub)
	case 1:
		how = attr("correlation_id", id)
	default:
		how = attr("messaging.message.id", msg)
	}
	take := []opt{attr("messaging.system", "kafka"), attr("messaging.operation.type", "process"), attr("messaging.destination.name", "orders.placed"), attr("messaging.consumer.group.name", "billing"), how}
	if fault == "consumer" {
		take = append(take, failed("NullPointer at Billing"))
		e.want[n], e.owner[n] = flow.Failed, "billing"
	}
	proc := e.span("billing", b, flow.SpanID{}, consumer, "orders.placed process", at+100, 40, take...)
	if fault == "consumer" {
		return
	}
	send := e.span("billing", b, proc, producer, "payments send", at+120, 2, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "send"), attr("messaging.destination.name", "payments"), attr("messaging.message.id", "p"+msg))
	c := e.trace(n)
	worker := []opt{attr("messaging.system", "servicebus"), attr("messaging.operation.type", "process"), attr("messaging.destination.name", "payments"), attr("messaging.message.id", "p"+msg), link(b, send)}
	if fault == "callee" {
		e.want[n], e.owner[n] = flow.Failed, "bank"
		worker = append(worker, failed("charge failed"))
	}
	w := e.span("payment-worker", c, flow.SpanID{}, consumer, "payments process", at+200, 100, worker...)
	pay := []opt{attr("http.request.method", "POST"), attr("url.full", "http://bank/charges"), attr("server.address", "bank")}
	bank := []opt{attr("http.request.method", "POST"), attr("http.route", "/charges")}
	if fault == "callee" {
		pay = append(pay, num("http.response.status_code", 500), failed("HTTP 500"))
		bank = append(bank, num("http.response.status_code", 500), failed("ledger is read-only"))
	}
	p := e.span("payment-worker", c, w, client, "POST", at+210, 60, pay...)
	e.span("bank", c, p, server, "POST /charges", at+215, 50, bank...)
	e.span("payment-worker", c, w, internal, "update ledger", at+280, 5)
}

// batch is a consumer that takes the messages of several orders at once and
// works on each in a span of its own: one trace, many flows.
func (e *estate) batch(first, n, at int) {
	t := e.trace(-1)
	type sent struct {
		trace flow.TraceID
		span  flow.SpanID
	}
	var links []opt
	var from []sent
	for i := range n {
		a := e.trace(first + i)
		root := e.span("shop", a, flow.SpanID{}, server, "POST /carts", at+i, 20, attr("http.request.method", "POST"), attr("http.route", "/carts"), num("http.response.status_code", 200))
		pub := e.span("shop", a, root, producer, "carts send", at+i+5, 2, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "send"), attr("messaging.destination.name", "carts"))
		links = append(links, link(a, pub))
		from = append(from, sent{a, pub})
		e.want[first+i] = flow.Completed
	}
	recv := e.span("batcher", t, flow.SpanID{}, client, "carts receive", at+500, 5+10*n, append(links, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "receive"), attr("messaging.destination.name", "carts"), num("messaging.batch.message_count", int64(n)))...)
	for i, f := range from {
		opts := []opt{attr("messaging.system", "servicebus"), attr("messaging.operation.type", "process"), attr("messaging.destination.name", "carts"), link(f.trace, f.span)}
		if i == n/2 {
			opts = append(opts, failed("bad item"))
			e.want[first+i], e.owner[first+i] = flow.Failed, "batcher"
		}
		id := e.span("batcher", t, recv, consumer, "carts process", at+510+10*i, 8, opts...)
		e.items[id] = first + i
	}
}
