package web

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

func parseOwnership(t testing.TB, text string) *ownership.Set {
	t.Helper()
	f, err := ownership.Parse("ownership.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := ownership.New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(d time.Duration) int64 { return now.Add(d).UnixNano() }

func traceNo(n byte) flow.TraceID { return flow.TraceID{15: n} }
func spanNo(n byte) flow.SpanID   { return flow.SpanID{7: n} }
func flowNo(n byte) flow.FlowID   { return flow.FlowID{15: n} }

func endpoint(service string, kind flow.Kind, role flow.Role, operation string) store.EndpointRecord {
	e := flow.Endpoint{Environment: "prod", Service: service, Kind: kind, System: "http", Operation: operation, Role: role}
	return store.EndpointRecord{Endpoint: e, ID: e.ID(), FirstSeen: at(-48 * time.Hour), LastSeen: at(-time.Minute)}
}

var (
	orderAPI   = endpoint("order-api", flow.API, flow.Provider, "POST /orders")
	orderSend  = endpoint("order-api", flow.Queue, flow.Producer, "orders send")
	shipTake   = endpoint("shipping", flow.Queue, flow.Consumer, "orders process")
	unownedEnd = endpoint("mystery", flow.API, flow.Provider, "GET /what")
)

func fact(trace, id, parent byte, start time.Duration, length time.Duration, e store.EndpointRecord, step flow.Step, kind flow.SpanKind) *flow.Facts {
	return &flow.Facts{Trace: traceNo(trace), ID: spanNo(id), Parent: spanNo(parent), Start: at(start), Duration: int64(length),
		Name: e.Operation, SpanKind: kind, Kind: e.Kind, Role: e.Role, System: e.System, Operation: e.Operation, Rule: "test", Step: step,
		Endpoint: e.Endpoint, EndpointID: e.ID, Resource: &flow.Resource{Environment: "prod", Service: e.Service}}
}

// estate has an order that failed in the shipping consumer, in a second trace
// that a message joins, and more flows around it.
func estate(t testing.TB) *world {
	x, err := flow.NewExtractor(flow.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{extractor: x, owners: parseOwnership(t, ownershipYAML), revision: 7,
		endpoints: []store.EndpointRecord{orderAPI, orderSend, shipTake, unownedEnd}}
	server := fact(1, 1, 0, -10*time.Minute, 50*time.Millisecond, orderAPI, flow.Serve, flow.KindServer)
	send := fact(1, 2, 1, -10*time.Minute+10*time.Millisecond, 5*time.Millisecond, orderSend, flow.Send, flow.KindProducer)
	take := fact(2, 3, 0, -10*time.Minute+time.Second, 200*time.Millisecond, shipTake, flow.Process, flow.KindConsumer)
	send.MessageID, take.MessageID = 77, 77
	take.Flags = flow.FlagError | flow.FlagTakes
	take.Status, take.Message = flow.StatusError, "no such address"
	key := flow.Key{Name: "order.id", Value: "ORD-1", Hash: 99, Trust: 4, Identifying: true}
	server.Keys = []flow.Key{key}
	w.wide = []flow.Wide{{Trace: traceNo(1), Facts: []*flow.Facts{server, send}}, {Trace: traceNo(2), Facts: []*flow.Facts{take}}}
	typ := flow.FlowType{ID: orderAPI.ID, Service: "order-api", Operation: "POST /orders"}
	culprit := &flow.Culprit{Endpoint: shipTake.ID, Service: "shipping", Operation: "orders process", Kind: flow.Queue, System: "servicebus",
		Role: flow.Consumer, Reason: "no such address", Signature: "no such address", Rule: "consumer-failed", Confidence: flow.High,
		Trace: traceNo(2), Span: spanNo(3)}
	w.flows = []flow.Flow{{ID: flowNo(1), Revision: 3, Environment: "prod", Type: typ, Start: server.Start, LastActivity: take.Start + take.Duration,
		FailedAt: take.Start + take.Duration, Verdict: flow.Failed, Spans: 3, Hops: 2, Traces: 2,
		Endpoints: []uint64{orderAPI.ID, orderSend.ID, shipTake.ID}, Services: []string{"order-api", "shipping"},
		Correlations: []flow.KeyValue{{Key: "order.id", Value: "ORD-1"}}, TraceIDs: []flow.TraceID{traceNo(1), traceNo(2)}, Culprit: culprit}}
	slices.Sort(w.flows[0].Endpoints)
	w.flows[0].Shares = flow.Assemble(w.wide).Shares(w.flows[0].Endpoints, culprit)
	for n := byte(2); n <= 8; n++ {
		f := flow.Flow{ID: flowNo(n), Revision: 1, Environment: "prod", Type: typ, Start: at(-time.Duration(n) * time.Minute),
			LastActivity: at(-time.Duration(n)*time.Minute + time.Second), Verdict: flow.Completed, Spans: 2, Hops: 1, Traces: 1,
			Endpoints: []uint64{orderAPI.ID}, Services: []string{"order-api"}, TraceIDs: []flow.TraceID{traceNo(10 + n)},
			Correlations: []flow.KeyValue{{Key: "order.id", Value: fmt.Sprintf("ORD-%d", n)}}}
		if n == 8 {
			f.Environment, f.Verdict, f.Endpoints = "test", flow.Running, []uint64{unownedEnd.ID}
		}
		if n == 7 {
			f.Verdict, f.FailedAt = flow.Stalled, f.LastActivity
			f.Culprit = &flow.Culprit{Endpoint: unownedEnd.ID, Service: "mystery", Kind: flow.API, Role: flow.Provider, Reason: "never answered",
				Signature: "never answered", Rule: "stalled", Confidence: flow.Low, Trace: traceNo(17)}
			f.Endpoints = []uint64{orderAPI.ID, unownedEnd.ID}
		}
		w.flows = append(w.flows, f)
	}
	return w
}

// awkward fills a span with every attribute type and the values that JSON is bad at.
func awkward(s ptrace.Span, f *flow.Facts) {
	s.SetTraceID([16]byte(f.Trace))
	s.SetSpanID([8]byte(f.ID))
	s.SetKind(ptrace.SpanKind(f.SpanKind))
	s.SetName(f.Name)
	s.SetStartTimestamp(2)
	s.SetEndTimestamp(5)
	s.Status().SetCode(ptrace.StatusCode(f.Status))
	s.Status().SetMessage(f.Message)
	a := s.Attributes()
	a.PutStr("text", "x")
	a.PutInt("big", math.MaxInt64)
	a.PutDouble("nan", math.NaN())
	a.PutDouble("inf", math.Inf(-1))
	a.PutDouble("half", 0.5)
	a.PutBool("yes", true)
	a.PutEmptyBytes("bytes").FromRaw([]byte{0, 255})
	a.PutEmpty("nothing")
	list := a.PutEmptySlice("list")
	list.AppendEmpty().SetInt(1)
	list.AppendEmpty().SetEmptyMap().PutStr("k", "v")
	e := s.Events().AppendEmpty()
	e.SetName("exception")
	e.SetTimestamp(1)
	l := s.Links().AppendEmpty()
	l.SetTraceID([16]byte{1})
	l.SetSpanID([8]byte{2})
}

func emptySet() *ownership.Set {
	s, err := ownership.New()
	if err != nil {
		panic(err)
	}
	return s
}
