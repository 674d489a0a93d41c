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
