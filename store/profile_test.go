package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

func TestChanges(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	minute := func(at time.Time) uint32 { return uint32(at.Unix() / 60) }
	window := noon.Add(time.Hour)
	row := func(at time.Time, a uint64, bucket uint8, n uint32) ProfileRow {
		return ProfileRow{Minute: minute(at), What: flow.OwnTime, A: a, Bucket: bucket, N: n}
	}
	rows := []ProfileRow{
		row(noon.Add(-time.Minute), 7, 90, 100), // before what is asked for
		row(noon, 7, 10, 2), row(noon.Add(59*time.Minute), 7, 20, 1),
		row(window, 7, 30, 3), row(window.Add(9*time.Minute), 7, 40, 1),
		row(window.Add(10*time.Minute), 7, 90, 100), // after it
		{Tenant: "other", Minute: minute(window), What: flow.OwnTime, A: 7, Bucket: 90, N: 100},
		{Minute: minute(window), What: flow.Stepped, A: 7, B: 8, N: 5},
	}
	w := FlowWrite{Profile: rows, ProfileToken: "one"}
	require.NoError(t, s.WriteFlows(ctx, w))
	require.NoError(t, s.WriteFlows(ctx, w)) // nobody heard that it was taken
	got, err := s.Changes(ctx, "", noon, window, window.Add(10*time.Minute))
	require.NoError(t, err)
	require.ElementsMatch(t, []flow.Change{
		{What: flow.OwnTime, A: 7, Before: flow.Tally{N: 3, Sum: 40, Squares: 600}, Now: flow.Tally{N: 4, Sum: 130, Squares: 4300}},
		{What: flow.Stepped, A: 7, B: 8, Now: flow.Tally{N: 5}},
	}, got)
	require.NoError(t, s.WriteFlows(ctx, FlowWrite{Profile: rows[:2], ProfileToken: "two"}))
	again, err := s.Changes(ctx, "", noon, window, window.Add(10*time.Minute))
	require.NoError(t, err)
	require.EqualValues(t, 5, again[0].Before.N+again[1].Before.N)
}

func TestMinutesAreSpreadOverAWindow(t *testing.T) {
	require.Empty(t, someOf(10, 10))
	require.Equal(t, []uint32{10, 11, 12}, someOf(10, 13))
	day := someOf(1000, 1000+24*60)
	require.Len(t, day, maxMinutes)
	require.EqualValues(t, 1000, day[0])
	for i := range day[1:] {
		require.EqualValues(t, 16, day[i+1]-day[i])
	}
}
