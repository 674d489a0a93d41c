package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

const day = 24 * time.Hour

// daysOfData writes a batch and a flow on each of the n days before noon, and today.
func daysOfData(t *testing.T, s *Store, clock *testClock, n int) {
	t.Helper()
	for i := n; i >= 0; i-- {
		clock.set(noon.Add(-time.Duration(i) * day))
		insert(t, s, fmt.Sprint(i), "", order(t)...)
		f := flowAt(clock.now(), byte(i))
		seg := Segment{SegmentID: flow.SegmentID{Trace: f.TraceIDs[0]}, Flow: f.ID, Arrived: clock.now()}
		require.NoError(t, s.WriteFlows(context.Background(), FlowWrite{Flows: []flow.Flow{f}, Segments: []Segment{seg},
			Profile: []ProfileRow{{Minute: unixMinute(clock.now().UnixNano()), What: flow.Acted, A: 1, N: 1}}, ProfileToken: fmt.Sprint(i)}))
	}
}

func daysOf(t *testing.T, s *Store, table, column string) uint64 {
	t.Helper()
	return count(t, s, fmt.Sprintf("SELECT uniqExact(toDate(%s)) FROM %s", column, table))
}

var dayColumns = map[string]string{
	"spans": "day", "shapes": "day", "resources": "day", "traces": "day", "correlations": "day", "rollup": "day", "profile": "day",
	"flows": "minted", "flow_revisions": "minted", "flow_of_segment": "arrived", "segments_of_flow": "arrived",
}

func TestRetainByAge(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	daysOfData(t, s, clock, 3)
	dropped, err := s.Retain(context.Background(), noon, 2*day, 0)
	require.NoError(t, err)
	require.Equal(t, []time.Time{noon.Add(-3 * day).Truncate(day)}, dropped)
	for table, column := range dayColumns {
		require.EqualValues(t, 3, daysOf(t, s, table, column), table)
	}
	require.EqualValues(t, 2, daysOf(t, s, "batches", "ingested_at"), "the feed is kept for a day")
	dropped, err = s.Retain(context.Background(), noon, 2*day, 0)
	require.NoError(t, err)
	require.Empty(t, dropped)
	facts, err := s.ReadFacts(context.Background(), "", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Len(t, facts, 2, "what is left can be read")
}

func TestRetainBySizeNeverDropsToday(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	daysOfData(t, s, clock, 3)
	parts, total, err := s.parts(context.Background())
	require.NoError(t, err)
	var oldest, feed uint64
	for _, p := range parts {
		if p.day.Equal(noon.Add(-3*day).Truncate(day)) && p.table != "batches" && p.table != "feed" {
			oldest += p.bytes
		}
		if (p.table == "batches" || p.table == "feed") && noon.Sub(p.day) > batchAge+time.Hour {
			feed += p.bytes
		}
	}
	require.NotZero(t, oldest)
	dropped, err := s.Retain(context.Background(), noon, 0, int64(total-feed-oldest))
	require.NoError(t, err)
	require.Equal(t, []time.Time{noon.Add(-3 * day).Truncate(day)}, dropped, "no more than it takes")
	dropped, err = s.Retain(context.Background(), noon, 0, 1)
	require.NoError(t, err)
	require.Len(t, dropped, 2)
	require.EqualValues(t, 1, daysOf(t, s, "spans", "day"))
}

func TestRetainKeepsEverythingWithoutLimits(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	daysOfData(t, s, clock, 1)
	dropped, err := s.Retain(context.Background(), noon.Add(365*day), 0, 0)
	require.NoError(t, err)
	require.Empty(t, dropped)
	require.EqualValues(t, 2, daysOf(t, s, "spans", "day"))
}
