package storeexporter

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What keeps coming is inserted at a pace, what comes after a pause almost at once.
func TestWhenRangesAreCut(t *testing.T) {
	const every = 800 * time.Millisecond
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		ago   time.Duration // since the last range was cut
		after time.Duration // now
	}{
		{"a moment after the last one", 10 * time.Millisecond, 790 * time.Millisecond},
		{"half-way", 400 * time.Millisecond, 400 * time.Millisecond},
		{"late", 750 * time.Millisecond, 100 * time.Millisecond},
		{"after a pause", time.Hour, 100 * time.Millisecond},
	} {
		require.Equal(t, now.Add(tt.after), cutAt(now, now.Add(-tt.ago), every), tt.name)
	}
	require.Equal(t, now.Add(100*time.Millisecond), cutAt(now, time.Time{}, every), "the first one of all")
}

// Many rows wait for half as long, unless the store has all to do.
func TestWhenRangesAreRipe(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		rows int
		ago  time.Duration // since the last range was cut
		took time.Duration // the insert of the last range
		left time.Duration // until the range is due
		busy bool
		want bool
	}{
		{"few rows", 9_999, 700 * time.Millisecond, 0, time.Millisecond, false, false},
		{"few rows, due", 1, 800 * time.Millisecond, 0, 0, false, true},
		{"due, but the store is busy", 29_999, time.Second, 0, 0, true, false},
		{"many rows, too soon", 10_000, 399 * time.Millisecond, 0, time.Second, false, false},
		{"many rows", 10_000, 400 * time.Millisecond, 200 * time.Millisecond, time.Second, false, true},
		{"many rows and a slow store", 10_000, 599 * time.Millisecond, 300 * time.Millisecond, time.Second, false, false},
		{"many rows and a slow store, later", 10_000, 600 * time.Millisecond, 300 * time.Millisecond, time.Second, false, true},
		{"many rows and a very slow store, due", 10_000, 800 * time.Millisecond, time.Second, 0, false, true},
	} {
		in := &inserter{cfg: &Config{RangeRows: 30_000, RangeTime: 800 * time.Millisecond}, last: now.Add(-tt.ago)}
		in.took.Store(int64(tt.took))
		in.busy.Store(tt.busy)
		require.Equal(t, tt.want, in.ripe(tt.rows, now, now.Add(tt.left)), tt.name)
	}
}
