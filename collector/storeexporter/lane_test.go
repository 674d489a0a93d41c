package storeexporter

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func has(l *lane, key uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.parts[key]
	return ok
}

func TestLaneIsBounded(t *testing.T) {
	p := part{spans: ptrace.NewTraces()}
	put := func(l *lane, key uint64, bytes int) <-chan struct{} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			l.put(context.Background(), key, p, bytes)
		}()
		return done
	}
	waits := func(l *lane) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.room != nil
	}
	t.Run("while the inserter stands still the log takes it at once", func(t *testing.T) {
		l := new(lane)
		<-put(l, 1, laneBytes)
		<-put(l, 2, 1)
		require.True(t, has(l, 1))
		require.False(t, has(l, 2))
	})
	t.Run("while it gets on, senders wait for room", func(t *testing.T) {
		l := new(lane)
		<-put(l, 1, laneBytes)
		l.taken = time.Now().Add(time.Hour) // it has just taken something, however slow this test is
		done := put(l, 2, laneBytes)
		require.Eventually(t, func() bool { return waits(l) }, 10*time.Second, time.Millisecond)
		_, ok := l.take(1)
		require.True(t, ok)
		<-done
		require.True(t, has(l, 2))
		require.Equal(t, laneBytes, l.bytes)
	})
	t.Run("not for ever", func(t *testing.T) {
		l := new(lane)
		<-put(l, 1, laneBytes)
		l.taken = time.Now().Add(time.Hour)
		<-put(l, 2, 1)
		require.False(t, has(l, 2))
	})
	t.Run("and not when they have gone", func(t *testing.T) {
		l := new(lane)
		<-put(l, 1, laneBytes)
		l.taken = time.Now().Add(time.Hour)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		l.put(ctx, 2, p, 1)
		require.False(t, has(l, 2))
	})
	t.Run("a record larger than the lane never goes in", func(t *testing.T) {
		l := new(lane)
		l.taken = time.Now().Add(time.Hour)
		<-put(l, 1, laneBytes+1)
		require.False(t, has(l, 1))
	})
}
