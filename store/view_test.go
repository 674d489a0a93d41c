package store

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// People query their data in plain SQL.
func TestSpansView(t *testing.T) {
	s := testStore(t)
	insert(t, s, "1", "", order(t)...)
	insert(t, s, "2", "b", order(t)...)
	var service, name, kind, hop, role, environment string
	var attributes, resource map[string]string
	var duration int64
	err := s.read.QueryRow(context.Background(), `SELECT service, name, span_kind, hop_kind, role, environment, attributes, resource, duration_ns
		FROM spans_view WHERE tenant = '' AND attributes['order.id'] = 'ord-1'`).
		Scan(&service, &name, &kind, &hop, &role, &environment, &attributes, &resource, &duration)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "POST /orders", "server", "api", "provider"}, []string{service, name, kind, hop, role})
	require.Equal(t, map[string]string{"http.request.method": "POST", "http.route": "/orders", "order.id": "ord-1"}, attributes)
	require.Equal(t, map[string]string{"service.name": "a"}, resource)
	require.EqualValues(t, 5, duration)
	require.EqualValues(t, 10, count(t, s, "SELECT count() FROM spans_view"))
}

func TestStatus(t *testing.T) {
	s := testStore(t)
	insert(t, s, "1", "", order(t)...)
	st, err := s.Status(context.Background())
	require.NoError(t, err)
	require.Nil(t, st.Engine, "it is not this store's")
	require.EqualValues(t, len(ourMigrations(t)), st.SchemaVersion)
	require.Equal(t, noon.Truncate(day), st.OldestDay)
	require.EqualValues(t, 1, st.Batches)
	require.EqualValues(t, 5, st.Spans)
	require.Equal(t, noon, st.LastCommit)
	require.NotZero(t, st.Bytes)
	bytes := uint64(0)
	for _, table := range st.Tables {
		bytes += table.Bytes
		if table.Name == "spans" {
			require.EqualValues(t, 5, table.Rows)
		}
	}
	require.Equal(t, st.Bytes, bytes)
}

func TestCountAndLimit(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "1", "", order(t)...)
	all := []flow.TraceID{traceID(1), traceID(2), traceID(3)}
	n, err := s.CountSpans(ctx, "", all)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	facts, more, err := s.ReadFactsUpTo(ctx, "", all, 2)
	require.NoError(t, err)
	require.True(t, more)
	require.Len(t, facts, 2)
	_, more, err = s.ReadFactsUpTo(ctx, "", all, 3)
	require.NoError(t, err)
	require.False(t, more)
	td, err := s.ReadSpan(ctx, "", traceID(1), [8]byte{2})
	require.NoError(t, err)
	require.Equal(t, 1, td.SpanCount())
	td, err = s.ReadSpan(ctx, "", traceID(1), [8]byte{77})
	require.NoError(t, err)
	require.Zero(t, td.SpanCount())
}
