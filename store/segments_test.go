package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

func TestSegmentsMove(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	ctx := context.Background()
	a, b := flowAt(noon, 1).ID, flowAt(noon, 2).ID
	trunk := Segment{SegmentID: flow.SegmentID{Trace: traceID(1)}, Flow: a, Arrived: noon}
	cut := Segment{SegmentID: flow.SegmentID{Trace: traceID(1), Root: flow.SpanID{5}}, Flow: b, Arrived: noon}
	save := func(gs ...Segment) {
		t.Helper()
		require.NoError(t, s.WriteFlows(ctx, FlowWrite{Segments: gs}))
	}
	of := func(id flow.FlowID) []Segment {
		t.Helper()
		got, err := s.SegmentsOfFlows(ctx, "", []flow.FlowID{id})
		require.NoError(t, err)
		return got
	}
	save(trunk, cut)
	require.Equal(t, []Segment{trunk}, of(a))
	require.Equal(t, []Segment{cut}, of(b))

	clock.set(noon.Add(-time.Hour)) // a clock that is set back must not bring back old rows
	moved := cut
	moved.Flow = a
	save(moved)
	require.Equal(t, []Segment{trunk, moved}, of(a))
	require.Empty(t, of(b))

	restarted := afterRestart(s)
	moved.Flow = b
	require.NoError(t, restarted.WriteFlows(ctx, FlowWrite{Segments: []Segment{moved}}))
	require.Equal(t, []Segment{moved}, of(b), "nor after a restart")

	moved.Gone = true
	require.NoError(t, restarted.WriteFlows(ctx, FlowWrite{Segments: []Segment{moved}}))
	require.Empty(t, of(b))
	got, err := s.FlowsOfTraces(ctx, "", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Equal(t, []Segment{trunk}, got)
}

// afterRestart is the same store as a process sees it that has just started.
func afterRestart(s *Store) *Store {
	return &Store{config: s.config, log: s.log, clock: s.clock, extract: s.extract, read: s.read, write: s.write}
}

func TestSharedSegmentsAreInManyFlows(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	a, b := flowAt(noon, 1).ID, flowAt(noon, 2).ID
	one := Segment{SegmentID: flow.SegmentID{Trace: traceID(1)}, Flow: a, Arrived: noon, Shared: true}
	two := one
	two.Flow = b
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Segments: []Segment{one, two}}))
	got, err := s.FlowsOfTraces(ctx, "", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.ElementsMatch(t, []Segment{one, two}, got)
	two.Gone = true
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Segments: []Segment{two}}))
	got, err = s.FlowsOfTraces(ctx, "", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Equal(t, []Segment{one}, got)
}

func TestListByTraceAndByCorrelation(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "1", "", order(t)...) // trace 1 carries order.id ord-1
	mine, other := flowAt(noon, 1), flowAt(noon, 2, func(f *flow.Flow) { f.Correlations = nil })
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{
		Flows: []flow.Flow{mine, other},
		Segments: []Segment{
			{SegmentID: flow.SegmentID{Trace: traceID(1)}, Flow: mine.ID, Arrived: noon},
			{SegmentID: flow.SegmentID{Trace: traceID(1), Root: flow.SpanID{2}}, Flow: other.ID, Arrived: noon},
		},
	}))
	list := func(q FlowQuery) []flow.FlowID {
		t.Helper()
		got, err := s.ListFlows(ctx, q)
		require.NoError(t, err)
		return ids(got)
	}
	require.ElementsMatch(t, []flow.FlowID{mine.ID, other.ID}, list(FlowQuery{Trace: traceID(1)}))
	require.Empty(t, list(FlowQuery{Trace: traceID(9)}))
	require.Empty(t, list(FlowQuery{FlowFilter: FlowFilter{Tenant: "b"}, Trace: traceID(1)}))
	for _, kv := range []flow.KeyValue{{Key: "order.id", Value: "ord-1"}, {Key: "order.id", Value: " ord-1 "}} {
		require.Equal(t, []flow.FlowID{mine.ID}, list(FlowQuery{Key: &kv}), "only the flow that carries the value")
	}
	require.Empty(t, list(FlowQuery{Key: &flow.KeyValue{Key: "order.id", Value: "ord-2"}}))

	first := list(FlowQuery{Trace: traceID(1), Limit: 1})
	require.Len(t, first, 1)
	q := FlowQuery{Trace: traceID(1), Limit: 1}
	page, err := s.ListFlows(ctx, q)
	require.NoError(t, err)
	after := q.position(&page[0])
	q.After = &after
	require.NotEqual(t, first, list(q))
}

// The environments are remembered for a while; a value that is found in none of
// them is looked for in newer ones at once.
func TestListByCorrelationInANewEnvironment(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "1", "", order(t)...)
	q := FlowQuery{Key: &flow.KeyValue{Key: "order.id", Value: "ord-9"}}
	got, err := s.ListFlows(ctx, q)
	require.NoError(t, err)
	require.Empty(t, got)

	td := spansOf(t, span{trace: 9, id: 1, service: "a", name: "POST /orders", kind: ptrace.SpanKindServer, start: noon.UnixNano(), end: noon.UnixNano() + 5,
		attrs: map[string]any{"http.request.method": "POST", "http.route": "/orders", "order.id": "ord-9"}})
	td.ResourceSpans().At(0).Resource().Attributes().PutStr("deployment.environment.name", "a new one")
	insert(t, s, "2", "", td)
	f := flowAt(noon, 9, func(f *flow.Flow) { f.Correlations = []flow.KeyValue{*q.Key} })
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{
		Flows:    []flow.Flow{f},
		Segments: []Segment{{SegmentID: flow.SegmentID{Trace: traceID(9)}, Flow: f.ID, Arrived: noon}},
	}))
	got, err = s.ListFlows(ctx, q)
	require.NoError(t, err)
	require.Equal(t, []flow.FlowID{f.ID}, ids(got))
}

func TestATraceThatIsInAFlowIsKnownThoughNothingLinksToIt(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	seg := Segment{SegmentID: flow.SegmentID{Trace: traceID(77)}, Flow: flow.MintFlowID(noon, "", flow.SegmentID{Trace: traceID(77)}), Arrived: noon}
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Segments: []Segment{seg}}))
	known := false
	require.NoError(t, s.KnownHashes(ctx, func(h uint64) { known = known || h == flow.TraceHash(traceID(77)) }))
	require.True(t, known, "a joiner that starts must not take the trace for a new one")
}
