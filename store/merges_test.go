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
	merging := true
	for n := range mergeFrom + 1 {
		if n == 0 {
			require.NoError(t, s.tendOnce(ctx, &merging))
			require.False(t, merging, "nothing to merge yet")
		}
		clock.set(noon.Add(time.Duration(n) * time.Second))
		insert(t, s, fmt.Sprint(n), "", order(t)...)
	}
	require.EqualValues(t, mergeFrom+1, parts(), "no part was merged while merges rest")
	require.NoError(t, s.tendOnce(ctx, &merging))
	require.True(t, merging)
	require.Eventually(t, func() bool { return parts() <= mergeTo }, time.Minute, 50*time.Millisecond, "merges go on")
}
