package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

func TestEndpointsAndTraffic(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	ctx := context.Background()
	insert(t, s, "1", "", order(t)...)
	clock.set(noon.Add(3 * time.Hour))
	td := spansOf(t, span{trace: 5, id: 1, service: "a", name: "POST /orders", kind: ptrace.SpanKindServer, start: noon.UnixNano(), end: noon.UnixNano() + 5,
		attrs: map[string]any{"http.request.method": "POST", "http.route": "/orders"}})
	one(td).Status().SetCode(ptrace.StatusCodeError)
	insert(t, s, "2", "", td)

	facts, err := s.ReadFacts(ctx, "", []flow.TraceID{traceID(5)})
	require.NoError(t, err)
	require.Len(t, facts, 1)
	id, want := facts[0].EndpointID, facts[0].Endpoint
	require.NotZero(t, id)

	byID, err := s.EndpointsByID(ctx, "", []uint64{id, 42})
	require.NoError(t, err)
	require.Equal(t, map[uint64]flow.Endpoint{id: want}, byID)
	all, err := s.Endpoints(ctx, "")
	require.NoError(t, err)
	found := false
	for _, e := range all {
		require.Equal(t, e.ID, e.Endpoint.ID(), "an endpoint reads back as what its id was made of")
		if e.ID == id {
			found = true
			require.Equal(t, noon.UnixNano(), e.FirstSeen)
			require.Equal(t, clock.now().UnixNano(), e.LastSeen)
		}
	}
	require.True(t, found)

	traffic, err := s.Traffic(ctx, "", noon.Add(-time.Minute), noon.Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, Traffic{Spans: 2, Errors: 1}, traffic[id])
	traffic, err = s.Traffic(ctx, "", noon.Add(-time.Hour), noon.Add(-time.Minute))
	require.NoError(t, err)
	require.Empty(t, traffic)
}

// Channels and external parties have no span; the joiner writes their endpoints.
func TestEndpointsOfFlows(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	e := flow.Endpoint{Tenant: "a", Environment: "prod", Kind: flow.Queue, System: "kafka", Operation: "orders", Destination: "orders",
		Role: flow.Channel, Attrs: []flow.Attr{{Key: "team", Value: "x"}}}
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Endpoints: []flow.Endpoint{e}}))
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Endpoints: []flow.Endpoint{e}}))
	require.EqualValues(t, 1, count(t, s, "SELECT count() FROM endpoints"), "what is known is not written again")
	got, err := s.EndpointsByID(ctx, "a", []uint64{e.ID()})
	require.NoError(t, err)
	require.Equal(t, e, got[e.ID()])
}

func TestRollupKeys(t *testing.T) {
	var c rollupCounts
	c.add(1<<32-1, 1<<26-1, true)
	for key := range c.n {
		minute, endpoint, outcome := rollupKey(key)
		require.Equal(t, []any{uint32(1<<32 - 1), uint32(1<<26 - 1), uint8(1)}, []any{minute, endpoint, outcome})
	}
}
