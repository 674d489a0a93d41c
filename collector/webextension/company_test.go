package webextension

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

// rawSpan is a span of the company that the report is tested with. Times are
// whole milliseconds after the window's start.
type rawSpan struct {
	service string
	parent  int // in the flow, -1 for none
	kind    ptrace.SpanKind
	attrs   map[string]string
	from    int
	until   int
	failed  bool
	id      flow.SpanID
}

// rawFlow is one flow, a trace.
type rawFlow struct {
	flow.Flow
	spans     []rawSpan
	culprit   int // span, -1 for none
	endpoints map[uint64]string
}

// company owns by service. Orders change hands at the middle of the window.
type company struct {
	begin time.Time
	flows []rawFlow
	store *store.Store
	own   []uint64 // endpoints of orders

	rules string // path of the ownership file
	owns  *ownership.Watcher
}

const (
	windowMS = 600_000
	middleMS = 3 * windowMS / 2 // the report is on [windowMS, 2*windowMS); the one before ends where it starts
)

func (c *company) owner(service string, ms int) string {
	switch service {
	case "gateway":
		return "edge"
	case "orders":
		if ms >= middleMS {
			return "late"
		}
		return "early"
	case "shipping", "queue":
		return "ships"
	}
	return "" // nobody owns payments
}

const companyYAML = `
teams: [{id: edge}, {id: early}, {id: late}, {id: ships}, {id: idle}]
rules:
  - match: {service: gateway}
    owner: edge
  - match: {service: orders}
    owner: late
  - match: {service: shipping}
    owner: ships
  - match: {kind: queue, role: channel}
    owner: ships
`

func calling(method, route string) map[string]string {
	return map[string]string{"http.request.method": method, "http.route": route, "url.path": route}
}

func messageOf(operation string) map[string]string {
	return map[string]string{"messaging.system": "rabbitmq", "messaging.destination.name": "parcels", "messaging.operation.type": operation,
		"messaging.operation.name": operation}
}

// newSpans makes a flow of a random course: calls one after another and at the
// same time, a child that outlives its parent, a database, and a message. Some
// callees fail.
func newSpans(r *rand.Rand, at int) []rawSpan {
	some := func(from, until int) (int, int) {
		a, b := from+r.IntN(until-from), from+r.IntN(until-from)
		return min(a, b), max(a, b) + 1
	}
	end := at + 100 + r.IntN(200)
	s := []rawSpan{{service: "gateway", parent: -1, kind: ptrace.SpanKindServer, attrs: calling("POST", "/orders"), from: at, until: end}}
	add := func(service string, parent int, kind ptrace.SpanKind, attrs map[string]string, from, until int) int {
		s = append(s, rawSpan{service: service, parent: parent, kind: kind, attrs: attrs, from: from, until: until})
		return len(s) - 1
	}
	within := func(parent int) (int, int) { return some(s[parent].from, s[parent].until) }
	call := func(from string, parent int, to, route string) int {
		a, b := within(parent)
		client := add(from, parent, ptrace.SpanKindClient, calling("POST", route), a, b)
		a, b = within(client)
		return add(to, client, ptrace.SpanKindServer, calling("POST", route), a, b)
	}
	orders := call("gateway", 0, "orders", "/place")
	for range 1 + r.IntN(3) {
		call("orders", orders, "payments", "/charge")
	}
	a, b := within(orders)
	add("orders", orders, ptrace.SpanKindClient, map[string]string{"db.system": "postgresql", "db.operation.name": "INSERT"}, a, b+r.IntN(30))
	a, b = within(orders)
	work := add("orders", orders, ptrace.SpanKindInternal, nil, a, b)
	a, b = within(work)
	send := add("orders", work, ptrace.SpanKindProducer, messageOf("send"), a, b)
	take := add("shipping", send, ptrace.SpanKindConsumer, messageOf("process"), b+r.IntN(50), b+60+r.IntN(100))
	a, b = within(take)
	add("shipping", take, ptrace.SpanKindInternal, nil, a, b)
	switch r.IntN(6) {
	case 0:
		s[take].failed = true // nobody waits for it
	case 1:
		for i := orders; i >= 0; i = s[i].parent { // nobody handles it
			s[i].failed = true
		}
	}
	return s
}

// callee reports whether a span is the side of a hop that takes something up.
func callee(s *rawSpan) bool {
	return s.kind == ptrace.SpanKindServer || s.kind == ptrace.SpanKindConsumer
}

func (c *company) ns(ms int) int64 {
	return c.begin.Add(time.Duration(ms) * time.Millisecond).UnixNano()
}

func (c *company) insert(t *testing.T) {
	t.Helper()
	b := c.store.NewBatch("raw")
	for n := range c.flows {
		f := &c.flows[n]
		for i := range f.spans {
			s := &f.spans[i]
			td := ptrace.NewTraces()
			rs := td.ResourceSpans().AppendEmpty()
			rs.Resource().Attributes().PutStr("service.name", s.service)
			sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
			sp.SetTraceID(pcommon.TraceID(f.TraceIDs[0]))
			sp.SetSpanID(pcommon.SpanID(s.id))
			if s.parent >= 0 {
				sp.SetParentSpanID(pcommon.SpanID(f.spans[s.parent].id))
			}
			sp.SetKind(s.kind)
			sp.SetName("x")
			sp.SetStartTimestamp(pcommon.Timestamp(c.ns(s.from)))
			sp.SetEndTimestamp(pcommon.Timestamp(c.ns(s.until)))
			if s.failed {
				sp.Status().SetCode(ptrace.StatusCodeError)
			}
			for k, v := range s.attrs {
				sp.Attributes().PutStr(k, v)
			}
			b.Add("", td)
		}
	}
	if err := c.store.Insert(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// judge writes a row for each flow, as the joiner would.
func (c *company) judge(t *testing.T, r *rand.Rand) {
	t.Helper()
	var w store.FlowWrite
	for n := range c.flows {
		f := &c.flows[n]
		facts, err := c.store.ReadFacts(t.Context(), "", f.TraceIDs)
		if err != nil || len(facts) != len(f.spans) {
			t.Fatalf("%d facts of %d spans: %v", len(facts), len(f.spans), err)
		}
		of := map[flow.SpanID]*flow.Facts{}
		f.endpoints = map[uint64]string{}
		for i := range facts {
			x := &facts[i]
			of[x.ID] = x
			if x.Kind == flow.API || x.Kind == flow.Queue {
				f.endpoints[x.EndpointID] = x.Resource.Service
				if x.Resource.Service == "orders" && !slices.Contains(c.own, x.EndpointID) {
					c.own = append(c.own, x.EndpointID)
				}
			}
		}
		for id := range f.endpoints {
			f.Endpoints = append(f.Endpoints, id)
		}
		slices.Sort(f.Endpoints)
		f.Type = flow.FlowType{ID: of[f.spans[0].id].EndpointID, Service: "gateway", Operation: "POST /orders"}
		f.Start, f.Spans, f.Revision, f.Hops, f.Traces = c.ns(f.spans[0].from), uint32(len(f.spans)), 1, 3, 1
		for _, s := range f.spans {
			f.LastActivity = max(f.LastActivity, c.ns(s.until))
		}
		f.Verdict, f.culprit = flow.Completed, -1
		if r.IntN(2) == 0 {
			f.Verdict = []flow.Verdict{flow.Failed, flow.Failed, flow.Stalled, flow.Slow, flow.Degraded}[r.IntN(5)]
		}
		if f.Verdict != flow.Completed && f.Verdict != flow.Degraded {
			var sides []int
			for i, s := range f.spans {
				if callee(&s) {
					sides = append(sides, i)
				}
			}
			f.culprit = sides[r.IntN(len(sides))]
			s := &f.spans[f.culprit]
			x := of[s.id]
			f.FailedAt = c.ns(s.until)
			f.Culprit = &flow.Culprit{Endpoint: x.EndpointID, Service: s.service, Kind: x.Kind, Role: x.Role, Reason: "no", Signature: "no", Rule: "x",
				Trace: f.TraceIDs[0], Span: s.id}
		}
		var channels []flow.Endpoint
		f.Shares, channels = f.measure(facts)
		w.Endpoints = append(w.Endpoints, channels...)
		w.Flows = append(w.Flows, f.Flow)
		w.Segments = append(w.Segments, store.Segment{SegmentID: flow.SegmentID{Trace: f.TraceIDs[0]}, Flow: f.ID, Arrived: c.begin})
	}
	if err := c.store.WriteFlows(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// measure is what the joiner does: whole for a flow with a failure, else from
// an outline.
func (f *rawFlow) measure(facts []flow.Facts) (_ *flow.Shares, channels []flow.Endpoint) {
	wide := flow.Wide{Trace: f.TraceIDs[0]}
	narrow := flow.Piece{Trace: f.TraceIDs[0]}
	for i := range facts {
		wide.Facts = append(wide.Facts, &facts[i])
		narrow.Spans = append(narrow.Spans, facts[i].Narrow())
	}
	story := flow.Assemble([]flow.Wide{wide})
	for _, h := range story.Hops {
		for _, p := range h.Parties {
			if p.Role == flow.Channel {
				channels = append(channels, p.Endpoint)
			}
		}
	}
	if o := flow.Sketch([]flow.Piece{narrow}); f.Culprit == nil && !o.Suspect {
		return o.Shares(f.Endpoints, nil), channels
	}
	return story.Shares(f.Endpoints, f.Culprit), channels
}
