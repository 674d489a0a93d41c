package store

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// insert writes requests as one batch.
func insert(t testing.TB, s *Store, id, tenant string, tds ...ptrace.Traces) {
	t.Helper()
	b := s.NewBatch(id)
	defer b.Release()
	for _, td := range tds {
		b.Add(tenant, td)
	}
	require.NoError(t, s.Insert(context.Background(), b))
}

func TestRoundTrip(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	want := rich()
	insert(t, s, "a", "", rich())
	got, err := s.ReadTraces(ctx, "", []flow.TraceID{flow.TraceID(want.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceID())}, 100)
	require.NoError(t, err)
	var m ptrace.JSONMarshaler
	wantJSON, err := m.MarshalTraces(want)
	require.NoError(t, err)
	gotJSON, err := m.MarshalTraces(got)
	require.NoError(t, err)
	require.Equal(t, string(wantJSON), string(gotJSON))
	require.Equal(t, want, got)
}
