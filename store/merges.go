package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.uber.org/zap"
)

// The engine merges small parts as eagerly as it can: at a few inserts a second
// it rewrites a whole table for every one of them, which at 200 spans a second
// was 60 % of its CPU. Merges therefore rest until there is something to gain.
const (
	// mergeFrom parts of one partition wake the merges. Reads open every part,
	// and at 50 they still are as fast as at 5.
	mergeFrom = 50
	// mergeTo is where they rest again.
	mergeTo = 12
	// mergeLook is how often the parts are counted. At the most inserts a
	// second that small ranges make, twenty parts come in that time.
	mergeLook = 5 * time.Second
	// mergeLookAgain is how often they are counted though nothing was inserted: a
	// restarted engine merges by itself until it is told not to.
	mergeLookAgain = time.Minute
)

// tendMerges lets the embedded engine merge when it has many parts. A server is
// not ours alone, and is left to itself.
func (s *Store) tendMerges(ctx context.Context) {
	merging := false
	tick := time.NewTicker(mergeLook)
	defer tick.Stop()
	var seen uint64
	var looked time.Time
	for {
		if sent := s.inserts.Load(); merging || sent != seen || time.Since(looked) >= mergeLookAgain {
			seen, looked = sent, time.Now()
			if err := s.tendOnce(ctx, &merging); err != nil && ctx.Err() == nil {
				s.log.Debug("merges", zap.Error(err)) // an engine that comes back merges by itself
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Store) tendOnce(ctx context.Context, merging *bool) error {
	var parts uint64
	if err := s.each(ctx, "most_parts", nil, func(r driver.Rows) error { return r.Scan(&parts) }); err != nil {
		return err
	}
	switch {
	case parts >= mergeFrom:
		*merging = true
	case parts <= mergeTo:
		*merging = false
	}
	statement := query("merges_stop") // said each time: a restarted engine has forgotten it
	if *merging {
		statement = query("merges_start")
	}
	return readError("merges", s.read.Exec(ctx, statement))
}
