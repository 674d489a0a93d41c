package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// BatchFeed is what one committed batch brought.
type BatchFeed struct {
	ID         string
	IngestedAt time.Time
	Traces     []flow.TraceSpans
}

// maxFeedBytes is how much of the feed one call of Batches reads, so that a
// joiner that was away for hours catches up in steps. 4 MB are about a hundred
// thousand narrow spans. A single larger batch is read all the same.
const maxFeedBytes = 4 << 20

// Batches reads the batches committed at or after since that the caller does
// not know yet, in order of commit, and not more than fits into one step: the
// caller asks again until nothing comes. Commit times of several instances may
// differ by their clocks, so since should overlap with what was read before.
// The spans are the caller's, unless it asks for a batch again.
func (s *Store) Batches(ctx context.Context, since time.Time, known func(id string) bool) ([]BatchFeed, error) {
	if feeds, ok := s.recent.next(since, known); ok {
		return feeds, nil
	}
	var feeds []BatchFeed
	var bytes uint64
	full := false
	err := s.each(ctx, "batch_ids", params{"since": since.UnixMilli()}, func(r driver.Rows) error {
		var b BatchFeed
		var size uint64
		if err := r.Scan(&b.ID, &b.IngestedAt, &size); err != nil {
			return err
		}
		if full || known(b.ID) {
			return nil
		}
		if len(feeds) > 0 && (bytes+size > maxFeedBytes || len(feeds) >= maxIDs/4) {
			full = true
			return nil
		}
		bytes += size
		feeds = append(feeds, b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if missing := s.recent.fill(feeds, full); len(missing) > 0 {
		err = s.readBodies(ctx, missing)
	}
	return feeds, err
}

// readBodies reads what batches brought. A body that is gone was trimmed, so
// that whoever asks has long taken it in; the batch then brings nothing.
func (s *Store) readBodies(ctx context.Context, feeds []*BatchFeed) error {
	at := make(map[string]*BatchFeed, len(feeds))
	ids := make([]string, len(feeds))
	for i, f := range feeds {
		at[f.ID], ids[i] = f, f.ID
	}
	p := params{"ids": ids, "from": feeds[0].IngestedAt.UnixMilli(), "to": feeds[len(feeds)-1].IngestedAt.UnixMilli()}
	return s.each(ctx, "batch_bodies", p, func(r driver.Rows) error {
		var id, body string
		if err := r.Scan(&id, &body); err != nil {
			return err
		}
		traces, err := flow.DecodeFeed([]byte(body))
		if err != nil {
			return fmt.Errorf("batch %s: %w", id, err)
		}
		at[id].Traces = traces
		return nil
	})
}
