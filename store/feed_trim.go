package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.uber.org/zap"
)

// feedTrim is what the last looks for dead parts of the feed saw.
type feedTrim struct {
	mark     time.Time
	revision uint64 // of the mark when it was first seen
	seen     time.Time
}

const (
	// watermark is the state in which the joiner says which commit it has taken
	// in last, as a JSON time, after all before it. It writes it every few seconds
	// whether or not it moved.
	watermark = "watermark"
	// feedMargin is what is kept before it: the joiner looks back for a minute,
	// for commits that were late, and judges within seconds; an insert that takes
	// longer than a minute is given up and stamped anew.
	feedMargin = 3 * time.Minute
	// feedRest of looking at the same mark, while the joiner wrote it this often,
	// says that the joiner lives and that there is nothing more to judge.
	feedRest, feedWrites = time.Minute, 3
)

// deadFeed returns the time before which nobody will ask for bodies any more,
// zero when that cannot be said: as long as no joiner says what it has taken in,
// the feed is kept.
func (s *Store) deadFeed(ctx context.Context, now time.Time) (time.Time, error) {
	value, revision, err := s.StateAt(ctx, watermark)
	if err != nil || revision == 0 {
		return time.Time{}, err
	}
	var mark time.Time
	if err := json.Unmarshal(value, &mark); err != nil {
		s.log.Warn("the joiner's watermark is unreadable, so its feed is kept", zap.Error(err))
		return time.Time{}, nil
	}
	dead := mark.Add(-feedMargin)
	t := &s.trim
	if !t.mark.Equal(mark) || revision < t.revision {
		*t = feedTrim{mark, revision, now}
		return dead, nil
	}
	if now.Sub(t.seen) < feedRest || revision < t.revision+feedWrites {
		return dead, nil
	}
	// Nothing came for a while. Unless something waits, all there is was taken in.
	var newest time.Time
	err = s.each(ctx, "last_commit", nil, func(r driver.Rows) error {
		var ms int64
		err := r.Scan(&ms)
		newest = time.UnixMilli(ms)
		return err
	})
	if idle := now.Add(-feedMargin); err == nil && !newest.After(mark) && idle.After(dead) {
		dead = idle
	}
	return dead, err
}
