package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// Two tenants send the same, in one batch; each sees its own.
func TestTenantsSeeTheirOwn(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	b := s.NewBatch("x")
	for _, tenant := range []string{"a", "b"} {
		for _, td := range order(t) {
			b.Add(tenant, td)
		}
	}
	b.Add("b", spansOf(t, span{trace: 9, id: 1, service: "only b", name: "GET /", kind: ptrace.SpanKindServer, start: noon.UnixNano(), end: noon.UnixNano() + 1,
		attrs: map[string]any{"http.request.method": "GET", "order.id": "ord-b"}}))
	require.NoError(t, s.Insert(ctx, b))

	tenants, err := s.Tenants(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, tenants)
	for tenant, want := range map[string]int{"a": 0, "b": 1, "": 0} {
		td, err := s.ReadTraces(ctx, tenant, []flow.TraceID{traceID(9)}, 10)
		require.NoError(t, err)
		require.Equal(t, want, td.SpanCount(), tenant)
		found, err := s.TracesByHash(ctx, tenant, []uint64{flow.HashKey("", "order.id", "ord-b")})
		require.NoError(t, err)
		require.Len(t, found, want, tenant)
	}
	facts, err := s.ReadFacts(ctx, "a", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Len(t, facts, 2)
	require.Equal(t, "a", facts[0].Endpoint.Tenant)

	as, err := s.Endpoints(ctx, "a")
	require.NoError(t, err)
	bs, err := s.Endpoints(ctx, "b")
	require.NoError(t, err)
	require.Len(t, bs, len(as)+1)
	traffic, err := s.Traffic(ctx, "a", noon.Add(-time.Hour), noon.Add(time.Hour))
	require.NoError(t, err)
	for _, e := range bs {
		require.NotContains(t, traffic, e.ID)
	}
}
