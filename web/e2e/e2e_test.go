// Package e2e tests the HTTP interface on the real store and the real engine.
package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/engine/enginetest"
	"github.com/baton-observability/baton/web"
)

// The store is what the server wants, whole.
var (
	_ web.FlowReader     = (*store.Store)(nil)
	_ web.FlowSums       = (*store.Store)(nil)
	_ web.SpanReader     = (*store.Store)(nil)
	_ web.EndpointReader = (*store.Store)(nil)
	_ web.StoreReader    = (*store.Store)(nil)
	_ web.Owners         = (*ownership.Watcher)(nil)
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const rules = `
teams:
  - {id: checkout, name: Checkout}
  - {id: shipping, name: Shipping}
rules:
  - {match: {service: "order*"}, owner: checkout}
  - {match: {service: shipping}, owner: shipping}
`

type owners struct{ set *ownership.Set }

func (o owners) Current() *ownership.Set { return o.set }
func (owners) Status() ownership.Status  { return ownership.Status{} }

// order is an order that its consumer in another trace fails to ship.
func order() ptrace.Traces {
	td := ptrace.NewTraces()
	span := func(service string, trace, id, parent byte, kind ptrace.SpanKind, name string, start, length time.Duration) ptrace.Span {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		rs.Resource().Attributes().PutStr("deployment.environment.name", "prod")
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID([16]byte{0: 1, 15: trace})
		s.SetSpanID([8]byte{0: 1, 7: id})
		if parent != 0 {
			s.SetParentSpanID([8]byte{0: 1, 7: parent})
		}
		s.SetKind(kind)
		s.SetName(name)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(start)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(start + length)))
		return s
	}
	server := span("order-api", 1, 1, 0, ptrace.SpanKindServer, "POST /orders", -10*time.Minute, 50*time.Millisecond)
	server.Attributes().PutStr("http.request.method", "POST")
	server.Attributes().PutStr("http.route", "/orders")
	server.Attributes().PutInt("http.response.status_code", 202)
	server.Attributes().PutStr("order.id", "ORD-1")
	send := span("order-api", 1, 2, 1, ptrace.SpanKindProducer, "send orders", -10*time.Minute+10*time.Millisecond, 5*time.Millisecond)
	take := span("shipping", 2, 3, 0, ptrace.SpanKindConsumer, "process orders", -10*time.Minute+time.Second, 200*time.Millisecond)
	for s, op := range map[*ptrace.Span]string{&send: "send", &take: "process"} {
		s.Attributes().PutStr("messaging.system", "servicebus")
		s.Attributes().PutStr("messaging.operation.type", op)
		s.Attributes().PutStr("messaging.destination.name", "orders")
		s.Attributes().PutStr("messaging.message.id", "m-1")
	}
	l := take.Links().AppendEmpty()
	l.SetTraceID(send.TraceID())
	l.SetSpanID(send.SpanID())
	take.Attributes().PutStr("order.id", "ORD-1")
	take.Attributes().PutInt("huge", 9007199254740993)
	take.Status().SetCode(ptrace.StatusCodeError)
	take.Status().SetMessage("no such address")
	return td
}

// estate opens a store, takes the order in and judges it as the joiner would.
func estate(t *testing.T) (http.Handler, flow.Flow) {
	t.Helper()
	ctx := context.Background()
	x, err := flow.NewExtractor(flow.Rules{Keys: []string{"order.id"}})
	require.NoError(t, err)
	s, err := store.Open(ctx, store.Config{Options: enginetest.New(t), Extractor: x, Clock: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(ctx)) })
	b := s.NewBatch("b1")
	b.Add("", order())
	require.NoError(t, s.Insert(ctx, b))
	b.Release()

	traces := []flow.TraceID{{0: 1, 15: 1}, {0: 1, 15: 2}}
	facts, err := s.ReadFacts(ctx, "", traces)
	require.NoError(t, err)
	require.Len(t, facts, 3)
	var wide []flow.Wide
	for _, tr := range traces {
		w := flow.Wide{Trace: tr}
		for i := range facts {
			if facts[i].Trace == tr {
				w.Facts = append(w.Facts, &facts[i])
			}
		}
		wide = append(wide, w)
	}
	story := flow.Assemble(wide)
	j := story.Judge(nothingExpected{}, flow.Clock{Now: now.UnixNano(), Quiet: time.Hour})
	require.Equal(t, flow.Failed, j.Verdict)
	entry := story.Facts[story.Entry]
	f := flow.Flow{ID: flow.MintFlowID(now, "", flow.SegmentID{Trace: traces[0]}), Revision: 1, Environment: "prod",
		Type:  flow.FlowType{ID: entry.EndpointID, Service: "order-api", Operation: entry.Operation},
		Start: entry.Start, LastActivity: now.Add(-9 * time.Minute).UnixNano(), FailedAt: j.FailedAt, Verdict: j.Verdict, Spans: 3,
		Hops: uint32(len(story.Hops)), Traces: 2, Services: []string{"order-api", "shipping"}, TraceIDs: traces, Culprit: j.Culprit,
		Correlations: []flow.KeyValue{{Key: "order.id", Value: "ORD-1"}}}
	var also []flow.Endpoint
	for _, h := range story.Hops {
		for _, p := range h.Parties {
			f.Endpoints = append(f.Endpoints, p.ID)
			also = append(also, p.Endpoint)
		}
	}
	slices.Sort(f.Endpoints)
	f.Shares = story.Shares(f.Endpoints, f.Culprit)
	segments := make([]store.Segment, 0, len(traces))
	for _, tr := range traces {
		segments = append(segments, store.Segment{SegmentID: flow.SegmentID{Trace: tr}, Flow: f.ID, Arrived: now})
	}
	require.NoError(t, s.WriteFlows(ctx, store.FlowWrite{Flows: []flow.Flow{f}, Segments: segments, Endpoints: also}))

	file, err := ownership.Parse("ownership.yaml", []byte(rules))
	require.NoError(t, err)
	set, err := ownership.New(file)
	require.NoError(t, err)
	srv, err := web.New(web.Config{Endpoint: "localhost:0", Now: func() time.Time { return now }},
		web.Deps{Flows: s, Sums: s, Spans: s, Endpoints: s, Search: s, Extractor: x, Owners: owners{set}, Parts: []web.Part{web.StoreHealth(s)}})
	require.NoError(t, err)
	t.Cleanup(srv.Close)
	return srv.Handler(), f
}

type nothingExpected struct{}

func (nothingExpected) After(uint64) ([]flow.Expectation, bool) { return nil, false }
func (nothingExpected) Quiet(string, int64) bool                { return false }
func (nothingExpected) Always(_, _ uint64) []flow.Expectation   { return nil }
func (nothingExpected) Usual(flow.Measured) (flow.Usual, bool)  { return flow.Usual{}, false }

func ask[T any](t *testing.T, h http.Handler, path string) T {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "localhost"
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	require.Equal(t, http.StatusOK, rec.Code, "%s: %s", path, rec.Body)
	var out T
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &out), "%s", rec.Body)
	return out
}

func TestAFailedOrderIsFoundExplainedAndOwned(t *testing.T) {
	h, f := estate(t)
	id := f.ID.String()

	for _, path := range []string{
		"/api/v1/flows", "/api/v1/flows?status=failed&team=shipping&kind=queue&environment=prod&sort=worst",
		"/api/v1/flows?q=ORD-1", "/api/v1/flows?q=shipping", "/api/v1/flows?q=order.id%3DORD-1", "/api/v1/flows?from=now-1m&q=" + id,
		"/api/v1/flows?from=now-1m&q=" + f.TraceIDs[1].String(), "/api/v1/flows/by-trace/" + f.TraceIDs[1].String(),
		"/api/v1/flows/by-correlation?key=order.id&value=ORD-1",
	} {
		l := ask[web.FlowList](t, h, path)
		require.Len(t, l.Flows, 1, path)
		require.Equal(t, id, l.Flows[0].ID, path)
		require.Equal(t, []string{"checkout", "shipping"}, l.Flows[0].Teams)
		require.Equal(t, "shipping", *l.Flows[0].Culprit.Team)
	}
	for _, path := range []string{"/api/v1/flows?status=completed", "/api/v1/flows?team=nobody", "/api/v1/flows?environment=test",
		"/api/v1/flows?from=now-5m", "/api/v1/flows/by-correlation?key=order.id&value=ORD-2"} {
		require.Empty(t, ask[web.FlowList](t, h, path).Flows, path)
	}

	d := ask[web.FlowDetail](t, h, "/api/v1/flows/"+id)
	require.Equal(t, "failed", d.Status)
	require.Contains(t, d.Summary, "no such address")
	require.Contains(t, d.Summary, "Shipping owns it.")
	require.Len(t, d.Hops, 2)
	require.Len(t, d.Joins, 1)
	require.NotEmpty(t, d.Revisions)

	spans := ask[web.SpanTable](t, h, "/api/v1/flows/"+id+"/spans")
	require.Equal(t, []int32{0, 1, 2}, spans.Columns.Depth)
	require.Equal(t, []int32{0, 0, 1}, spans.Columns.Trace)
	require.EqualValues(t, 3, spans.SpanCount)

	trace := ask[web.SpanTable](t, h, "/api/v1/traces/"+f.TraceIDs[1].String())
	require.Equal(t, []string{"shipping"}, trace.Services)

	span := ask[web.SpanDetail](t, h, "/api/v1/traces/"+f.TraceIDs[1].String()+"/spans/0100000000000003")
	require.Equal(t, "shipping", *span.Owner.Team)
	require.Equal(t, "queue", span.Classification.Kind)
	require.NotEmpty(t, span.Classification.Rule)
	require.Contains(t, span.Attributes, web.Attribute{Key: "huge", Type: "int", Value: "9007199254740993"})
	require.Len(t, span.Links, 1)
}

func TestSumsAndOwnership(t *testing.T) {
	h, f := estate(t)
	fs := ask[web.FailureList](t, h, "/api/v1/failures")
	require.Len(t, fs.Failures, 1)
	require.Equal(t, []string{f.ID.String()}, fs.Failures[0].SampleFlowIds)
	require.EqualValues(t, 1, fs.Failures[0].FlowCount)
	require.Empty(t, ask[web.FailureList](t, h, "/api/v1/failures?team=checkout").Failures)

	hist := ask[web.FlowHistogram](t, h, "/api/v1/flows/histogram?buckets=6")
	require.Equal(t, []web.FlowSeries{{Status: "failed", Counts: []int64{0, 0, 0, 0, 0, 1}}}, hist.Series)
	facets := ask[web.FlowFacets](t, h, "/api/v1/flows/facets")
	require.Equal(t, []web.FacetValue{{Value: "prod", FlowCount: 1}}, facets.Environments)

	teams := ask[web.TeamList](t, h, "/api/v1/teams")
	require.Len(t, teams.Teams, 2)
	require.EqualValues(t, 1, teams.Teams[1].FailuresCaused)
	require.Positive(t, teams.Unowned.EndpointCount, "the queue itself has no owner")

	open := ask[web.EndpointList](t, h, "/api/v1/endpoints?owned=false")
	require.NotEmpty(t, open.Endpoints)
	for _, e := range open.Endpoints {
		require.Nil(t, e.Owner)
	}
	mine := ask[web.EndpointList](t, h, "/api/v1/endpoints?team=shipping")
	require.Len(t, mine.Endpoints, 1)
	require.EqualValues(t, 1, mine.Endpoints[0].SpanCount)
	require.EqualValues(t, 1, mine.Endpoints[0].ErrorCount)
	why := ask[web.OwnerExplanation](t, h, "/api/v1/endpoints/"+mine.Endpoints[0].ID+"/owner")
	require.Contains(t, why.Detail, "ownership.yaml:")

	report := ask[web.OwnershipReport](t, h, "/api/v1/ownership/report")
	require.Equal(t, "shipping", report.Teams[0].ID)
	require.EqualValues(t, 1, report.Teams[0].FailuresCaused)
	require.EqualValues(t, 1, report.Teams[1].FailuresSuffered)

	m := ask[web.Map](t, h, "/api/v1/map?by=team")
	require.EqualValues(t, 1, m.SampledFlows)
	require.NotEmpty(t, m.Edges)

	require.True(t, ask[web.SystemStatus](t, h, "/api/v1/status").Ready)
	require.Equal(t, "ok", ask[web.Health](t, h, "/healthz").Status)
}
