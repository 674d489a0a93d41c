package store

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// commitClock stamps commit records. The joiner looks for commits not far
// before the newest it knows, so a clock that is set back, here or before the
// last start, must not make new commits older than those.
type commitClock struct{ last atomic.Int64 } // Unix ms

func (c *commitClock) now(wall time.Time) time.Time {
	for {
		last := c.last.Load()
		next := max(wall.UnixMilli(), last)
		if c.last.CompareAndSwap(last, next) {
			return time.UnixMilli(next).UTC()
		}
	}
}

// startCommitClock goes on from the newest commit that is stored.
func (s *Store) startCommitClock(ctx context.Context) error {
	return s.each(ctx, "last_commit", nil, func(r driver.Rows) error {
		var ms int64
		if err := r.Scan(&ms); err != nil {
			return err
		}
		s.commits.last.Store(ms)
		return nil
	})
}
