package store

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// everyType puts every attribute type, nested too, into m.
func everyType(m pcommon.Map) {
	m.PutStr("string", "grün")
	m.PutStr("empty string", "")
	m.PutInt("int", -42)
	m.PutInt("max", math.MaxInt64)
	m.PutInt("min", math.MinInt64)
	m.PutDouble("double", 0.1)
	m.PutDouble("inf", math.Inf(-1))
	m.PutDouble("negative zero", math.Copysign(0, -1))
	m.PutBool("true", true)
	m.PutBool("false", false)
	m.PutEmpty("empty")
	m.PutEmptyBytes("bytes").FromRaw([]byte{0, 1, 255})
	m.PutEmptyBytes("no bytes")
	s := m.PutEmptySlice("array")
	s.AppendEmpty().SetInt(1)
	s.AppendEmpty().SetStr("two")
	s.AppendEmpty().SetEmptySlice().AppendEmpty().SetBool(true)
	kv := m.PutEmptyMap("kvlist")
	kv.PutStr("a", "b")
	kv.PutEmptyMap("inner").PutDouble("pi", math.Pi)
	m.PutEmptyMap("empty kvlist")
	m.PutEmptySlice("empty array")
}

// rich makes spans that use everything OTLP has.
func rich() ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.SetSchemaUrl("https://opentelemetry.io/schemas/1.30.0")
	rs.Resource().Attributes().PutStr("service.name", "orders")
	rs.Resource().Attributes().PutStr("deployment.environment.name", "prod")
	everyType(rs.Resource().Attributes())
	rs.Resource().SetDroppedAttributesCount(3)
	ss := rs.ScopeSpans().AppendEmpty()
	ss.SetSchemaUrl("https://example.com/scope")
	ss.Scope().SetName("scope")
	ss.Scope().SetVersion("1.2.3")
	ss.Scope().Attributes().PutBool("on", true)
	ss.Scope().SetDroppedAttributesCount(4)

	sp := ss.Spans().AppendEmpty()
	sp.SetTraceID(pcommon.TraceID{1, 2, 3, 15: 16})
	sp.SetSpanID(pcommon.SpanID{1, 7: 8})
	sp.SetParentSpanID(pcommon.SpanID{9, 7: 9})
	sp.SetName("POST /orders/{id}")
	sp.SetKind(ptrace.SpanKindServer)
	sp.SetFlags(0x101)
	sp.TraceState().FromRaw("vendor=1,other=2")
	sp.SetStartTimestamp(pcommon.Timestamp(noon.UnixNano()))
	sp.SetEndTimestamp(pcommon.Timestamp(noon.UnixNano() + 1234567))
	sp.Status().SetCode(ptrace.StatusCodeError)
	sp.Status().SetMessage("card declined")
	everyType(sp.Attributes())
	sp.SetDroppedAttributesCount(5)
	sp.SetDroppedEventsCount(6)
	sp.SetDroppedLinksCount(7)
	for i := range 2 {
		e := sp.Events().AppendEmpty()
		e.SetName(fmt.Sprintf("event %d", i))
		e.SetTimestamp(sp.StartTimestamp() + pcommon.Timestamp(i*1000) - 500)
		everyType(e.Attributes())
		e.SetDroppedAttributesCount(uint32(8 + i))
	}
	l := sp.Links().AppendEmpty()
	l.SetTraceID(pcommon.TraceID{7, 15: 7})
	l.SetSpanID(pcommon.SpanID{6, 7: 6})
	l.TraceState().FromRaw("linked=yes")
	l.SetFlags(1)
	everyType(l.Attributes())
	l.SetDroppedAttributesCount(10)

	plain := ss.Spans().AppendEmpty()
	plain.SetTraceID(sp.TraceID())
	plain.SetSpanID(pcommon.SpanID{2})
	plain.SetParentSpanID(sp.SpanID())
	plain.SetName("internal work")
	plain.SetStartTimestamp(sp.StartTimestamp() + 10)
	plain.SetEndTimestamp(sp.StartTimestamp() + 20)
	return td
}

// span is what most tests need of a span.
type span struct {
	trace, id, parent byte
	service           string
	name              string
	kind              ptrace.SpanKind
	start, end        int64
	attrs             map[string]any
}

func traceID(n byte) flow.TraceID { return flow.TraceID{0: n, 15: n} }

// spansOf makes one request of simple spans, a resource for each.
func spansOf(t testing.TB, spans ...span) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	for _, s := range spans {
		rs := td.ResourceSpans().AppendEmpty()
		if s.service != "" {
			rs.Resource().Attributes().PutStr("service.name", s.service)
		}
		sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		sp.SetTraceID(pcommon.TraceID(traceID(s.trace)))
		sp.SetSpanID(pcommon.SpanID{s.id})
		sp.SetParentSpanID(pcommon.SpanID{s.parent})
		sp.SetName(s.name)
		sp.SetKind(s.kind)
		sp.SetStartTimestamp(pcommon.Timestamp(s.start))
		sp.SetEndTimestamp(pcommon.Timestamp(s.end))
		for _, k := range slices.Sorted(maps.Keys(s.attrs)) {
			require.NoError(t, sp.Attributes().PutEmpty(k).FromRaw(s.attrs[k]))
		}
	}
	return td
}

// estate makes n spans of an order estate, 14 attributes each, about 10 spans
// a trace, in requests of 512.
func estate(n int, seed uint64) []ptrace.Traces {
	r := rand.New(rand.NewPCG(seed, 1))
	services := make([]string, 25)
	for i := range services {
		services[i] = fmt.Sprintf("service-%02d", i)
	}
	routes := []string{"/orders/{id}", "/orders", "/payments", "/stock/{sku}", "/customers/{id}", "/shipments/{id}"}
	var requests []ptrace.Traces
	var trace pcommon.TraceID
	var order, at int64
	left := 0
	var parent pcommon.SpanID
	base := noon.UnixNano()
	for len(requests)*512 < n {
		td := ptrace.NewTraces()
		byService := map[string]ptrace.SpanSlice{}
		for range min(512, n-len(requests)*512) {
			if left == 0 {
				left = 5 + r.IntN(12)
				for i := range trace {
					trace[i] = byte(r.Uint32())
				}
				parent = pcommon.SpanID{}
				order++
				at = base + order*200_000
			}
			left--
			svc := services[r.IntN(len(services))]
			spans, ok := byService[svc]
			if !ok {
				rs := td.ResourceSpans().AppendEmpty()
				a := rs.Resource().Attributes()
				a.PutStr("service.name", svc)
				a.PutStr("service.version", "1.4.2")
				a.PutStr("deployment.environment.name", "prod")
				a.PutStr("k8s.pod.name", svc+"-7d9f8b6c5-x2x9z")
				a.PutStr("host.name", "node-7")
				a.PutStr("telemetry.sdk.language", "go")
				ss := rs.ScopeSpans().AppendEmpty()
				ss.Scope().SetName("otelhttp")
				spans = ss.Spans()
				byService[svc] = spans
			}
			sp := spans.AppendEmpty()
			estateSpan(sp, r, routes[r.IntN(len(routes))], order)
			sp.SetTraceID(trace)
			sp.SetParentSpanID(parent)
			var id pcommon.SpanID
			for i := range id {
				id[i] = byte(r.Uint32())
			}
			sp.SetSpanID(id)
			if parent.IsEmpty() || r.IntN(3) == 0 {
				parent = id
			}
			at += int64(r.IntN(2_000_000))
			sp.SetStartTimestamp(pcommon.Timestamp(at))
			sp.SetEndTimestamp(pcommon.Timestamp(at + int64(r.ExpFloat64()*8e6) + 20000))
		}
		requests = append(requests, td)
	}
	return requests
}

func estateSpan(sp ptrace.Span, r *rand.Rand, route string, order int64) {
	sp.SetFlags(0x101)
	a := sp.Attributes()
	if r.IntN(2) == 0 {
		sp.SetKind(ptrace.SpanKindServer)
		sp.SetName("GET " + route)
		a.PutStr("http.request.method", "GET")
		a.PutStr("url.scheme", "https")
		a.PutStr("http.route", route)
		a.PutStr("url.path", fmt.Sprintf("%s/%d", route, r.IntN(10000)))
		a.PutStr("server.address", "shop.example.com")
		a.PutInt("server.port", 443)
		a.PutStr("client.address", fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(256), r.IntN(256)))
		a.PutStr("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)")
		a.PutStr("network.protocol.version", "1.1")
		a.PutInt("http.response.status_code", 200)
		a.PutInt("http.response.body.size", int64(r.IntN(20000)))
	} else {
		sp.SetKind(ptrace.SpanKindClient)
		sp.SetName("SELECT orders")
		a.PutStr("db.system.name", "postgresql")
		a.PutStr("db.namespace", "orders")
		a.PutStr("db.operation.name", "SELECT")
		a.PutStr("db.collection.name", "orders")
		a.PutStr("db.query.text", "SELECT * FROM orders WHERE id = $1")
		a.PutStr("server.address", "db-3.internal")
		a.PutInt("server.port", 5432)
		a.PutInt("db.response.returned_rows", int64(r.IntN(30)))
		a.PutStr("network.peer.address", "10.0.0.7")
		a.PutInt("network.peer.port", 5432)
		a.PutStr("app.cache", "miss")
	}
	a.PutStr("thread.name", fmt.Sprintf("worker-%d", r.IntN(16)))
	a.PutInt("thread.id", int64(r.IntN(64)))
	a.PutStr("order.id", fmt.Sprintf("ord-%08d", order))
}
