package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestState(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	v, err := s.LoadState(ctx, "k")
	require.NoError(t, err)
	require.Nil(t, v)
	for _, want := range []string{"one", "two", "", "two"} {
		require.NoError(t, s.SaveState(ctx, "k", []byte(want)))
		v, err = s.LoadState(ctx, "k")
		require.NoError(t, err)
		require.Equal(t, want, string(v))
	}
	v, err = s.LoadState(ctx, "other")
	require.NoError(t, err)
	require.Nil(t, v)
}

// Many want the same lease at once: one gets it.
func TestSwapHasOneWinner(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	for round := range uint64(3) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				ok, err := s.SwapState(ctx, "lease", fmt.Appendf(nil, "holder %d of round %d", i, round), round)
				if err != nil {
					t.Error(err)
				}
				if ok {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, won.Load())
	}
}

func TestInteractions(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	want := Interaction{ID: 1, Caller: 2, Callee: 3, Stats: []byte{0, 1, 255}, FirstSeen: noon, LastSeen: noon}
	require.NoError(t, s.SaveInteractions(ctx, "", []Interaction{want, {ID: 9, FirstSeen: noon, LastSeen: noon}}))
	want.Stats = []byte("newer")
	require.NoError(t, s.SaveInteractions(ctx, "", []Interaction{want}))
	got, err := s.LoadInteractions(ctx, "")
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, want, got[0])
	got, err = s.LoadInteractions(ctx, "b")
	require.NoError(t, err)
	require.Empty(t, got)
}
