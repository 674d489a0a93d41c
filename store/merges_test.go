package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMergesRestUntilThereAreManyParts(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	ctx := context.Background()
	parts := func() uint64 {
		return count(t, s, "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'spans'")
	}
	m := merges{s: s, last: map[string]int{}}
	require.NoError(t, m.tend(ctx))
	require.Empty(t, m.last, "nothing to merge yet")
	for n := range mergeFrom + 1 {
		clock.set(noon.Add(time.Duration(n) * time.Second))
		insert(t, s, fmt.Sprint(n), "", order(t)...)
	}
	require.EqualValues(t, mergeFrom+1, parts(), "no part was merged while merges rest")
	require.NoError(t, m.tend(ctx))
	require.Contains(t, m.last, "spans")
	require.NotContains(t, m.last, "resources", "what has few parts rests on")
	require.NotContains(t, m.last, "feed", "which will be dropped")
	require.Eventually(t, func() bool { return parts() <= mergeTo }, time.Minute, 50*time.Millisecond, "merges go on")
	require.Eventually(t, func() bool {
		require.NoError(t, m.tend(ctx))
		return len(m.last) == 0
	}, time.Minute, 50*time.Millisecond, "and rest again once none is running")

	require.Zero(t, m.still)
	for n := range 2 * mergeCalm {
		clock.set(noon.Add(time.Hour + time.Duration(n)*time.Second))
		insert(t, s, fmt.Sprint("more", n), "", order(t)...)
	}
	require.NoError(t, m.tend(ctx))
	require.Empty(t, m.last, "in traffic few parts are left alone")
	m.still = 1
	require.NoError(t, m.tend(ctx))
	require.Contains(t, m.last, "traces", "in a calm they are merged where all are asked")
	require.NotContains(t, m.last, "spans", "of which arrival leaves out most")
	require.Eventually(t, func() bool {
		require.NoError(t, m.tend(ctx))
		return len(m.last) == 0
	}, time.Minute, 50*time.Millisecond)
	require.LessOrEqual(t, count(t, s, "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'traces'"), uint64(mergeCalm))
}

// A joiner that is away for a day leaves the feed of a day.
func TestAFeedThatIsNotDroppedIsMerged(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	const minutes = 100 // in one insert, at most; of the last day, or retention would drop them
	m := merges{s: s, last: map[string]int{}}
	require.NoError(t, m.tend(ctx))
	for n := range mergeFeed / minutes {
		require.NotContains(t, m.last, "feed", n)
		require.NoError(t, s.read.Exec(ctx, fmt.Sprintf("INSERT INTO feed SELECT fromUnixTimestamp64Milli(%d, 'UTC') - number * 60, '%d', '' FROM numbers(%d)", noon.UnixMilli(), n, minutes)))
		require.NoError(t, m.tend(ctx))
	}
	require.Contains(t, m.last, "feed")
	parts := func() uint64 {
		return count(t, s, "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'feed'")
	}
	require.Eventually(t, func() bool { return parts() < mergeFeed }, time.Minute, 50*time.Millisecond)
}
