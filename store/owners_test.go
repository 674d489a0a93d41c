package store

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

func owned(endpoint uint64, at int64, team string) OwnerChange {
	return OwnerChange{Endpoint: endpoint, At: at, Team: team, Source: "rule", Origin: "o", Why: "rule 1 of a.yaml"}
}

func TestOwnerHistory(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	last, err := s.LastOwners(ctx, "a")
	require.NoError(t, err)
	require.Empty(t, last.By)
	require.NoError(t, s.RecordOwners(ctx, "a", last, []OwnerChange{owned(1, 10, "x"), owned(2, 10, "")}))

	last, err = s.LastOwners(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, "x", last.By[1].Team)
	require.NoError(t, s.RecordOwners(ctx, "a", last, []OwnerChange{owned(1, 20, "y")}))

	got, err := s.OwnerHistory(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, []OwnerChange{owned(1, 10, "x"), owned(2, 10, ""), owned(1, 20, "y")}, got)
	got, err = s.EndpointOwners(ctx, "a", 2)
	require.NoError(t, err)
	require.Equal(t, []OwnerChange{owned(2, 10, "")}, got)
	got, err = s.OwnerHistory(ctx, "b")
	require.NoError(t, err)
	require.Empty(t, got, "another tenant")
}

// Two instances that load the same rules find the same changes, each at its own time.
func TestOwnersAreRecordedOnce(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	one, err := s.LastOwners(ctx, "")
	require.NoError(t, err)
	two := one
	require.NoError(t, s.RecordOwners(ctx, "", one, []OwnerChange{owned(1, 10, "x")}))
	require.NoError(t, s.RecordOwners(ctx, "", two, []OwnerChange{owned(1, 11, "x")}))
	require.EqualValues(t, 1, count(t, s, "SELECT count() FROM owners"))

	// There and back again is no repetition.
	for i, team := range []string{"y", "x", "y", "x"} {
		last, err := s.LastOwners(ctx, "")
		require.NoError(t, err)
		require.NoError(t, s.RecordOwners(ctx, "", last, []OwnerChange{owned(1, int64(20+i), team)}))
	}
	got, err := s.OwnerHistory(ctx, "")
	require.NoError(t, err)
	require.Len(t, got, 5)
}

func TestTenantsWithoutOwners(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	b := s.NewBatch("x")
	b.Add("a", spansOf(t, span{trace: 9, id: 1, service: "orders", name: "GET /", kind: ptrace.SpanKindServer, start: noon.UnixNano(),
		end: noon.UnixNano() + int64(time.Second), attrs: map[string]any{"http.request.method": "GET"}}))
	require.NoError(t, s.Insert(ctx, b))
	got, err := s.TenantsWithoutOwners(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, got)

	es, err := s.Endpoints(ctx, "a")
	require.NoError(t, err)
	var all []OwnerChange
	for _, e := range es {
		all = append(all, owned(e.ID, 1, "x"))
	}
	last, err := s.LastOwners(ctx, "a")
	require.NoError(t, err)
	require.NoError(t, s.RecordOwners(ctx, "a", last, all))
	got, err = s.TenantsWithoutOwners(ctx)
	require.NoError(t, err)
	require.Empty(t, got)
}

// A flow counts for who owned what it touched when it failed or ended.
func TestFlowsByTenure(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	early, late := flowAt(noon, 1), flowAt(noon.Add(time.Hour), 2)
	broke := flowAt(noon, 3, failed(5, 30*time.Minute))
	write(t, s, early, late, broke)
	before := []Tenure{{From: math.MinInt64, Until: noon.Add(10 * time.Minute).UnixNano(), Endpoints: []uint64{2, 5}}}
	after := []Tenure{{From: noon.Add(10 * time.Minute).UnixNano(), Until: math.MaxInt64, Endpoints: []uint64{2, 5}}}
	for _, tt := range []struct {
		name   string
		filter FlowFilter
		want   []flow.FlowID
	}{
		{"touched before", FlowFilter{Endpoints: []uint64{}, TouchedWhile: before}, []flow.FlowID{early.ID}},
		{"touched after", FlowFilter{Endpoints: []uint64{}, TouchedWhile: after}, []flow.FlowID{late.ID, broke.ID}},
		{"or at any time", FlowFilter{Endpoints: []uint64{1}, TouchedWhile: after}, []flow.FlowID{early.ID, late.ID, broke.ID}},
		{"blamed before", FlowFilter{Culprits: []uint64{}, BlamedWhile: before}, nil},
		{"blamed after", FlowFilter{Culprits: []uint64{}, BlamedWhile: after}, []flow.FlowID{broke.ID}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.ListFlows(ctx, FlowQuery{FlowFilter: tt.filter})
			require.NoError(t, err)
			require.ElementsMatch(t, tt.want, ids(got))
			var passed []flow.FlowID
			for _, f := range []flow.Flow{early, late, broke} {
				if tt.filter.passes(&f) {
					passed = append(passed, f.ID)
				}
			}
			require.ElementsMatch(t, tt.want, passed)
		})
	}
}
