package webextension

import (
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/storetest"
	"github.com/baton-observability/baton/web"
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
// same time, a child that outlives its parent, a database, and a message.
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
	return s
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
				if s.kind == ptrace.SpanKindServer || s.kind == ptrace.SpanKindConsumer {
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
		w.Flows = append(w.Flows, f.Flow)
		w.Segments = append(w.Segments, store.Segment{SegmentID: flow.SegmentID{Trace: f.TraceIDs[0]}, Flow: f.ID, Arrived: c.begin})
	}
	if err := c.store.WriteFlows(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// expect adds up a window by the definitions, flow by flow and millisecond by
// millisecond.
func (c *company) expect(from, until int) map[string]*web.ReportFigures {
	out := map[string]*web.ReportFigures{}
	row := func(team string) *web.ReportFigures {
		if out[team] == nil {
			out[team] = &web.ReportFigures{}
		}
		return out[team]
	}
	endpoints := map[string]map[uint64]bool{}
	all := int64(0)
	for n := range c.flows {
		f := &c.flows[n]
		at, in := f.LastActivity, f.Start < c.ns(until) && f.LastActivity >= c.ns(from)
		if f.FailedAt > 0 {
			at = f.FailedAt
			in = at >= c.ns(from) && at < c.ns(until)
		}
		if !in {
			continue
		}
		ms := int((at - c.begin.UnixNano()) / 1e6)
		touched := map[string]bool{}
		unowned := int64(0)
		for id, service := range f.endpoints {
			team := c.owner(service, ms)
			touched[team] = true
			if endpoints[team] == nil {
				endpoints[team] = map[uint64]bool{}
			}
			endpoints[team][id] = true
			if team == "" {
				unowned++
			}
		}
		for team := range touched {
			row(team).Flows++
			row(team).UnownedHops += unowned
		}
		c.expectFailure(f, ms, touched, row)
		for i := range f.spans {
			own := c.expectOwn(f, i)
			all += own
			row(c.owner(f.spans[i].service, f.spans[i].from)).OwnTimeNs += own
		}
	}
	for team, ids := range endpoints {
		row(team).Endpoints = int64(len(ids))
	}
	c.expectRecovery(from, until, row)
	for _, r := range out {
		part := float64(r.OwnTimeNs) / float64(all)
		r.LatencyShare = &part
	}
	return out
}

func (c *company) expectFailure(f *rawFlow, ms int, touched map[string]bool, row func(string) *web.ReportFigures) {
	if f.culprit < 0 {
		return
	}
	s := &f.spans[f.culprit]
	team := c.owner(s.service, ms)
	row(team).FailuresCaused++
	switch f.Verdict {
	case flow.Slow:
		row(team).Slow++
		return
	case flow.Stalled:
		row(team).Stalled++
	}
	for t := range touched {
		if t != team && t != "" {
			row(t).FailuresSuffered++
		}
	}
	sides := map[string]bool{team: true}
	if s.parent >= 0 {
		sides[c.owner(f.spans[s.parent].service, ms)] = true
	}
	if s.kind == ptrace.SpanKindConsumer {
		sides[c.owner("queue", ms)] = true
	}
	if len(sides) > 1 {
		for t := range sides {
			row(t).FailedHandoffs++
		}
	}
}

// expectOwn counts the milliseconds in which a span runs and none of its
// children does.
func (c *company) expectOwn(f *rawFlow, i int) int64 {
	own := int64(0)
	for ms := f.spans[i].from; ms < f.spans[i].until; ms++ {
		covered := false
		for k := range f.spans {
			covered = covered || f.spans[k].parent == i && f.spans[k].from <= ms && ms < f.spans[k].until
		}
		if !covered {
			own += int64(time.Millisecond)
		}
	}
	return own
}

// expectRecovery walks through time: each failure opens an incident of its
// culprit unless one is open, and a flow through the culprit that starts and
// completes closes it.
func (c *company) expectRecovery(from, until int, row func(string) *web.ReportFigures) {
	type event struct {
		at, ended int64 // ended is 0 for a failure
	}
	events := map[uint64][]event{}
	service := map[uint64]string{}
	for n := range c.flows {
		f := &c.flows[n]
		if (f.Verdict == flow.Failed || f.Verdict == flow.Stalled) && f.FailedAt >= c.ns(from) && f.FailedAt < c.ns(until) {
			events[f.Culprit.Endpoint] = append(events[f.Culprit.Endpoint], event{at: f.FailedAt})
			service[f.Culprit.Endpoint] = f.Culprit.Service
		}
	}
	for id := range events {
		for n := range c.flows {
			f := &c.flows[n]
			if f.Verdict == flow.Completed && slices.Contains(f.Endpoints, id) && f.LastActivity >= c.ns(from) && f.LastActivity < c.ns(until) {
				events[id] = append(events[id], event{f.Start, f.LastActivity})
			}
		}
		slices.SortFunc(events[id], func(a, b event) int {
			if a.at == b.at {
				return int(min(a.ended, 1) - min(b.ended, 1)) // a failure first
			}
			return int(max(min(a.at-b.at, 1), -1))
		})
	}
	sums := map[string]int64{}
	done := func(failed, ended int64, id uint64) {
		team := c.owner(service[id], int((failed-c.begin.UnixNano())/1e6))
		r := row(team)
		r.Incidents++
		if ended == 0 {
			r.IncidentsOpen++
			return
		}
		took := ended - failed
		sums[team] += took
		if r.RecoveryMaxNs == nil || *r.RecoveryMaxNs < took {
			r.RecoveryMaxNs = &took
		}
	}
	for id, es := range events {
		open := int64(0)
		for _, e := range es {
			if e.ended == 0 && open == 0 {
				open = e.at
			}
			if e.ended != 0 && open != 0 {
				done(open, e.ended, id)
				open = 0
			}
		}
		if open != 0 {
			done(open, 0, id)
		}
	}
	for team, sum := range sums {
		mean := sum / (row(team).Incidents - row(team).IncidentsOpen)
		row(team).RecoveryMeanNs = &mean
	}
}

// The report's figures are those of the raw spans, on the real engine, with a
// service that changes hands in the middle of the window.
func TestReportIsWhatTheSpansSay(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	c := &company{begin: time.Now().Add(-time.Hour).UTC().Truncate(time.Second), store: storetest.New(t, flow.Rules{})}
	for n := range 300 {
		f := rawFlow{spans: newSpans(r, r.IntN(2*windowMS))}
		for i := range f.spans {
			f.spans[i].id = flow.SpanID{byte(n), byte(n >> 8), byte(i), 1}
		}
		f.TraceIDs = []flow.TraceID{{byte(n), byte(n >> 8), 1, 9: byte(n)}}
		f.ID = flow.MintFlowID(c.begin, "", flow.SegmentID{Trace: f.TraceIDs[0]})
		c.flows = append(c.flows, f)
	}
	c.insert(t)
	c.judge(t, r)
	var changes []store.OwnerChange
	for _, id := range c.own {
		changes = append(changes, store.OwnerChange{Endpoint: id, At: 1, Team: "early"}, store.OwnerChange{Endpoint: id, At: c.ns(middleMS), Team: "late"})
	}
	last, err := c.store.LastOwners(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.store.RecordOwners(t.Context(), "", last, changes); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(t.TempDir(), "ownership.yaml")
	if err := os.WriteFile(rules, []byte(companyYAML), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := flow.NewExtractor(flow.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := web.New(web.Config{Endpoint: "localhost:8080"}, web.Deps{Flows: c.store, Sums: c.store, Spans: c.store, Endpoints: c.store, Extractor: x,
		Owners: ownership.NewWatcher([]string{rules}, nil, 0), History: c.store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	moment := func(ms int) []string { return []string{time.Unix(0, c.ns(ms)).UTC().Format(time.RFC3339Nano)} }
	q := url.Values{"from": moment(windowMS), "to": moment(2 * windowMS)}
	ask := httptest.NewRequest("GET", "/api/v1/ownership/report?"+q.Encode(), nil)
	ask.Host = "localhost:8080"
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, ask)
	var got web.OwnershipReport
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 200 {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	for _, m := range []web.Measured{got.Measured, got.Before.Measured} {
		if m.Flows != m.OfFlows || m.Failures != m.OfFailures || m.Failures < 20 {
			t.Errorf("measured %+v", m)
		}
	}
	now, before := c.expect(windowMS, 2*windowMS), c.expect(0, windowMS)
	if now["early"].FailuresCaused == 0 || now["late"].FailuresCaused == 0 || now["late"].RecoveryMeanNs == nil {
		t.Fatalf("the company shows too little: %+v", now)
	}
	for _, row := range append(got.Teams, got.Unowned) {
		var figures web.ReportFigures
		text, _ := json.Marshal(row)
		if err := json.Unmarshal(text, &figures); err != nil {
			t.Fatal(err)
		}
		for when, p := range map[string]struct{ got, want *web.ReportFigures }{"now": {&figures, now[row.ID]}, "before": {&row.Before, before[row.ID]}} {
			if p.want == nil {
				zero := 0.0
				p.want = &web.ReportFigures{LatencyShare: &zero}
			}
			if !reflect.DeepEqual(p.got, p.want) {
				a, _ := json.MarshalIndent(p.got, "", " ")
				b, _ := json.MarshalIndent(p.want, "", " ")
				t.Errorf("%q %s:\ngot  %s\nwant %s", row.ID, when, a, b)
			}
		}
	}
}
