package store

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// flowAt makes a flow that was minted at a time, with n to tell it from others.
func flowAt(minted time.Time, n byte, change ...func(*flow.Flow)) flow.Flow {
	f := flow.Flow{
		ID:       flow.MintFlowID(minted, "", flow.SegmentID{Trace: traceID(n)}),
		Revision: 1, Environment: "prod", Type: flow.FlowType{ID: 7, Service: "gateway", Operation: "POST /orders"},
		Start: minted.UnixNano(), LastActivity: minted.Add(time.Second).UnixNano(), Verdict: flow.Completed,
		Spans: 10, Hops: 4, Traces: 2, Endpoints: []uint64{1, 2}, Services: []string{"gateway", "orders"},
		Correlations: []flow.KeyValue{{Key: "order.id", Value: "ord-1"}}, TraceIDs: []flow.TraceID{traceID(n), traceID(n + 100)},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func failed(endpoint uint64, after time.Duration) func(*flow.Flow) {
	return func(f *flow.Flow) {
		f.Verdict, f.FailedAt = flow.Failed, f.Start+int64(after)
		f.Culprit = &flow.Culprit{
			Endpoint: endpoint, Service: "payments", Operation: "Charge", Kind: flow.API, System: "http", Role: flow.Provider,
			Between: [2]string{"a", "b"}, Host: "psp.example.com", Reason: "card declined for 42", Signature: "card declined for #",
			Rule: "E1", Confidence: flow.High, Trace: f.TraceIDs[0], Span: flow.SpanID{3},
		}
	}
}

func write(t testing.TB, s *Store, flows ...flow.Flow) {
	t.Helper()
	require.NoError(t, s.WriteFlows(context.Background(), FlowWrite{Flows: flows}))
}

func ids(flows []flow.Flow) []flow.FlowID {
	out := make([]flow.FlowID, 0, len(flows))
	for _, f := range flows {
		out = append(out, f.ID)
	}
	return out
}

func TestFlowRoundTrip(t *testing.T) {
	s := testStore(t)
	want := flowAt(noon, 1, failed(2, time.Second))
	want.CheckAt = 99
	write(t, s, want)
	got, err := s.GetFlow(context.Background(), "", want.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)

	_, err = s.GetFlow(context.Background(), "other tenant", want.ID)
	require.ErrorIs(t, err, ErrNotFound)
}

func TestALateStatusReplacesTheOldOne(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	running := flowAt(noon, 1, func(f *flow.Flow) { f.Verdict = flow.Running })
	broken := flowAt(noon, 1, failed(2, time.Second), func(f *flow.Flow) { f.Revision = 2 })
	healed := flowAt(noon, 1, func(f *flow.Flow) { f.Revision = 3 })
	write(t, s, running)
	write(t, s, broken)
	write(t, s, healed)
	write(t, s, broken) // a deposed joiner is late
	for _, tt := range []struct {
		verdict flow.Verdict
		want    int
	}{{flow.Running, 0}, {flow.Failed, 0}, {flow.Completed, 1}} {
		got, err := s.ListFlows(ctx, FlowQuery{FlowFilter: FlowFilter{Verdicts: []flow.Verdict{tt.verdict}}})
		require.NoError(t, err)
		require.Len(t, got, tt.want, tt.verdict.String())
	}
	history, err := s.FlowHistory(ctx, "", running.ID)
	require.NoError(t, err)
	var verdicts []flow.Verdict
	for _, h := range history {
		verdicts = append(verdicts, h.Verdict)
	}
	require.Equal(t, []flow.Verdict{flow.Running, flow.Failed, flow.Completed}, verdicts)
}

func TestListFlowsFilters(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	old := flowAt(noon.Add(-48*time.Hour), 1, failed(5, 47*time.Hour+30*time.Minute)) // a loan of the day before yesterday that failed just now
	stalled := flowAt(noon.Add(-3*time.Hour), 2, failed(6, 3*time.Hour-time.Minute), func(f *flow.Flow) { f.Verdict = flow.Stalled })
	recent := flowAt(noon.Add(-10*time.Minute), 3, func(f *flow.Flow) {
		f.Environment, f.Type.ID, f.Endpoints = "test", 8, []uint64{9}
		f.Type.Operation, f.Services = "Refund", []string{"Rückgabe"}
		f.Correlations = []flow.KeyValue{{Key: "refund.id", Value: "r-9"}}
	})
	degraded := flowAt(noon.Add(-20*time.Minute), 4, func(f *flow.Flow) { f.Verdict = flow.Degraded })
	foreign := flowAt(noon.Add(-5*time.Minute), 5, func(f *flow.Flow) { f.Tenant = "b" })
	write(t, s, old, stalled, recent, degraded, foreign)
	hour := FlowFilter{From: noon.Add(-time.Hour), To: noon}
	with := func(f FlowFilter, change func(*FlowFilter)) FlowFilter { change(&f); return f }
	for _, tt := range []struct {
		name string
		q    FlowQuery
		want []flow.Flow
	}{
		{"all, by last activity", FlowQuery{}, []flow.Flow{recent, degraded, stalled, old}},
		{"the worst first", FlowQuery{Worst: true}, []flow.Flow{old, stalled, degraded, recent}},
		{"the last hour has what failed in it", FlowQuery{FlowFilter: hour}, []flow.Flow{recent, degraded, stalled, old}},
		{"two days ago nothing failed", FlowQuery{FlowFilter: FlowFilter{From: noon.Add(-49 * time.Hour), To: noon.Add(-24 * time.Hour)}}, nil},
		{"an end is not in its window", FlowQuery{FlowFilter: FlowFilter{From: noon.Add(-time.Hour), To: noon.Add(-10 * time.Minute)}}, []flow.Flow{degraded, old}},
		{"verdicts", FlowQuery{FlowFilter: with(hour, func(f *FlowFilter) { f.Verdicts = []flow.Verdict{flow.Failed, flow.Stalled} })}, []flow.Flow{stalled, old}},
		{"environment", FlowQuery{FlowFilter: FlowFilter{Environment: "test"}}, []flow.Flow{recent}},
		{"type", FlowQuery{FlowFilter: FlowFilter{Type: 8}}, []flow.Flow{recent}},
		{"endpoints", FlowQuery{FlowFilter: FlowFilter{Endpoints: []uint64{9, 10}}}, []flow.Flow{recent}},
		{"endpoints of each set", FlowQuery{FlowFilter: FlowFilter{Also: []Touch{{Endpoints: []uint64{9, 10}}, {Endpoints: []uint64{10, 1}}}}}, nil},
		{"endpoints of all sets", FlowQuery{FlowFilter: FlowFilter{Also: []Touch{{Endpoints: []uint64{9, 10}}, {Endpoints: []uint64{9}}}}}, []flow.Flow{recent}},
		{"endpoints of a set, for flows of its time", FlowQuery{FlowFilter: FlowFilter{Also: []Touch{{While: []Tenure{{From: recent.LastActivity, Until: recent.LastActivity + 1, Endpoints: []uint64{9}}}}}}}, []flow.Flow{recent}},
		{"endpoints of a set, for flows of another time", FlowQuery{FlowFilter: FlowFilter{Also: []Touch{{While: []Tenure{{From: 0, Until: recent.LastActivity, Endpoints: []uint64{9}}}}}}}, nil},
		{"endpoints of an empty set", FlowQuery{FlowFilter: FlowFilter{Also: []Touch{{Endpoints: []uint64{}}}}}, nil},
		{"no endpoints", FlowQuery{FlowFilter: FlowFilter{Endpoints: []uint64{}}}, nil},
		{"culprits", FlowQuery{FlowFilter: FlowFilter{Culprits: []uint64{5}}}, []flow.Flow{old}},
		{"tenant", FlowQuery{FlowFilter: FlowFilter{Tenant: "b"}}, []flow.Flow{foreign}},
		{"text in an operation", FlowQuery{Text: "refund"}, []flow.Flow{recent}},
		{"text in a service", FlowQuery{Text: "rückg"}, []flow.Flow{recent}},
		{"text in a reason", FlowQuery{Text: "CARD"}, []flow.Flow{stalled, old}},
		{"a whole value", FlowQuery{Text: "r-9"}, []flow.Flow{recent}},
		{"an id", FlowQuery{Text: recent.ID.String()}, []flow.Flow{recent}},
		{"quotes", FlowQuery{Text: `'; DROP TABLE flows --\`}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.ListFlows(ctx, tt.q)
			require.NoError(t, err)
			require.Equal(t, ids(tt.want), ids(got))
		})
	}
}

func TestPagesHaveEveryFlowOnce(t *testing.T) {
	s := testStore(t)
	var all []flow.Flow
	for i := range 23 {
		all = append(all, flowAt(noon.Add(-time.Duration(i/3)*time.Minute), byte(i), func(f *flow.Flow) {
			if i%4 == 0 {
				f.Verdict = flow.Stalled
			}
		}))
	}
	write(t, s, all...)
	for _, worst := range []bool{false, true} {
		seen := map[flow.FlowID]int{}
		q := FlowQuery{Worst: worst, Limit: 5}
		for {
			page, err := s.ListFlows(context.Background(), q)
			require.NoError(t, err)
			for _, f := range page {
				seen[f.ID]++
			}
			if len(page) < q.Limit {
				break
			}
			last := q.position(&page[len(page)-1])
			q.After = &last
		}
		require.Len(t, seen, len(all))
		for id, n := range seen {
			require.Equal(t, 1, n, id)
		}
	}
}

func TestAliasesResolveForEver(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	a, b, c := flowAt(noon, 1), flowAt(noon.Add(time.Minute), 2), flowAt(noon.Add(26*time.Hour), 3)
	write(t, s, a, b, c)
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Aliases: []Alias{{Old: c.ID, New: b.ID, Revision: 2}}}))
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Aliases: []Alias{{Old: b.ID, New: a.ID, Revision: 2}}}))
	for _, id := range []flow.FlowID{a.ID, b.ID, c.ID} {
		got, err := s.GetFlow(ctx, "", id)
		require.NoError(t, err)
		require.Equal(t, a.ID, got.ID)
	}
	list, err := s.ListFlows(ctx, FlowQuery{})
	require.NoError(t, err)
	require.Equal(t, []flow.FlowID{a.ID}, ids(list), "what was merged is not listed")

	b.Revision = 3
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Flows: []flow.Flow{b}, Aliases: []Alias{{Old: b.ID, New: b.ID}}}))
	got, err := s.GetFlow(ctx, "", c.ID)
	require.NoError(t, err)
	require.Equal(t, b.ID, got.ID, "a flow that lives again keeps what was merged into it")
}

func TestAliasesInACircleEnd(t *testing.T) {
	s := testStore(t)
	a, b := flowAt(noon, 1), flowAt(noon.Add(time.Minute), 2)
	require.NoError(t, s.WriteFlows(context.Background(), FlowWrite{Aliases: []Alias{{Old: a.ID, New: b.ID}, {Old: b.ID, New: a.ID}}}))
	_, err := s.GetFlow(context.Background(), "", a.ID)
	require.ErrorIs(t, err, ErrNotFound)
}

// The flows in trouble are a table of their own, and the same at all times.
func TestFlowsInTroubleAreThoseOfAll(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(7, 7))
	var all []flow.Flow
	calm := map[flow.FlowID]bool{}
	for n := range byte(40) {
		f := flowAt(noon.Add(time.Duration(n)*time.Second), n, func(f *flow.Flow) { f.Calm = true })
		calm[f.ID] = true
		all = append(all, f)
	}
	write(t, s, all...)
	revision := uint64(1)
	for range 12 {
		var w FlowWrite
		for i := range all {
			if r.IntN(3) > 0 {
				continue
			}
			f := &all[i]
			revision++
			f.Revision, f.Verdict, f.Culprit, f.FailedAt = revision, flow.Verdict(r.IntN(int(flow.Cancelled)+1)), nil, 0
			if f.Verdict == flow.Failed {
				failed(uint64(r.IntN(3)), time.Second)(f)
			}
			f.Calm = calm[f.ID]
			calm[f.ID] = f.Calm && !f.Verdict.Troubled()
			w.Flows = append(w.Flows, *f)
		}
		if n := len(all) - 1; r.IntN(2) == 0 {
			revision++
			w.Flows = slices.DeleteFunc(w.Flows, func(f flow.Flow) bool { return f.ID == all[n].ID })
			w.Aliases = []Alias{{Old: all[n].ID, New: all[0].ID, Revision: revision, Calm: calm[all[n].ID]}}
			all = all[:n]
		}
		require.NoError(t, s.WriteFlows(ctx, w))

		want := map[flow.FlowID]flow.Verdict{}
		list, err := s.ListFlows(ctx, FlowQuery{Limit: MaxFlows})
		require.NoError(t, err)
		require.Len(t, list, len(all))
		for _, f := range list {
			if f.Verdict.Troubled() {
				want[f.ID] = f.Verdict
			}
		}
		q := FlowFilter{Verdicts: []flow.Verdict{flow.Degraded, flow.Rejected, flow.Slow, flow.Failed, flow.Stalled, flow.Compensated, flow.Cancelled}}
		require.True(t, q.troubled())
		got := map[flow.FlowID]flow.Verdict{}
		list, err = s.ListFlows(ctx, FlowQuery{FlowFilter: q, Limit: MaxFlows})
		require.NoError(t, err)
		for _, f := range list {
			got[f.ID] = f.Verdict
		}
		require.Equal(t, want, got)
	}
}
