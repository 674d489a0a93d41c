package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/store/engine"
)

// Data goes by whole days of arrival, because dropping a partition costs
// nothing and deleting rows costs a merge. Spans go before what they refer to.
var dayTables = []string{
	"spans", "correlations", "traces", "rollup", "profile", "shapes", "resources",
	"flows", "troubled_flows", "flow_revisions", "flow_alias", "flow_of_segment", "segments_of_flow",
}

// batchAge is how long the feed is kept at most: a joiner that was away for a
// day is one that reads the data anew.
const batchAge = 24 * time.Hour

// retainEvery is how often retention looks: days end once a day, but a disk
// fills at any time.
const retainEvery = time.Minute

// keepRetention drops old data until ctx ends, and buffers that nobody used since
// it last looked.
func (s *Store) keepRetention(ctx context.Context) {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	var batches uint64
	for {
		if n := s.numbers.Load(); n == batches {
			s.rest()
		} else {
			batches = n
		}
		if _, err := s.Retain(ctx, s.clock(), s.config.Retention, s.config.MaxDisk); err != nil && ctx.Err() == nil && !errors.Is(err, ErrUnavailable) {
			s.log.Warn("retention", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// rest gives back what a rush took: its buffers are a third of the process.
func (s *Store) rest() {
	batches, buffers := s.batches.clear(), s.write.rest()
	if batches || buffers {
		debug.FreeOSMemory()
	}
	engine.DropPages()
}

// part is what one table holds of one day, hour or minute.
type part struct {
	table, partition string
	day              time.Time
	bytes            uint64
}

// Retain drops the days that arrived more than maxAge before now, and then the
// oldest days while all tables together take more than maxBytes on disk. Zero
// is no limit. Today is never dropped. It returns the days that went.
func (s *Store) Retain(ctx context.Context, now time.Time, maxAge time.Duration, maxBytes int64) ([]time.Time, error) {
	parts, total, err := s.parts(ctx)
	if err != nil {
		return nil, err
	}
	dead, err := s.deadFeed(ctx, now)
	if err != nil {
		return nil, err
	}
	today := now.UTC().Truncate(24 * time.Hour)
	byDay := map[time.Time][]part{}
	var days []time.Time
	for _, p := range parts {
		if p.table == "batches" || p.table == "feed" {
			taken := p.table == "feed" && !p.day.Add(time.Minute).After(dead)
			if taken || now.Sub(p.day) > batchAge+time.Hour {
				if err := s.drop(ctx, p); err != nil {
					return nil, err
				}
				total -= min(p.bytes, total)
			}
			continue
		}
		if _, ok := byDay[p.day]; !ok {
			days = append(days, p.day)
		}
		byDay[p.day] = append(byDay[p.day], p)
	}
	var dropped []time.Time
	for _, day := range days { // in order, see the statement
		old := maxAge > 0 && today.Sub(day) > maxAge
		if !day.Before(today) || !old && (maxBytes <= 0 || total <= uint64(maxBytes)) {
			continue
		}
		for _, table := range dayTables {
			for _, p := range byDay[day] {
				if p.table != table {
					continue
				}
				if err := s.drop(ctx, p); err != nil {
					return dropped, err
				}
				total -= min(p.bytes, total)
			}
		}
		dropped = append(dropped, day)
		s.log.Info("dropped a day of data", zap.Time("day", day), zap.Bool("age", old))
	}
	return dropped, nil
}

// parts lists what the tables hold by partition, the oldest day first, and the
// bytes of all of it.
func (s *Store) parts(ctx context.Context) (parts []part, total uint64, err error) {
	err = s.each(ctx, "partitions", nil, func(r driver.Rows) error {
		var p part
		var day int64
		if err := r.Scan(&p.table, &p.partition, &day, &p.bytes); err != nil {
			return err
		}
		total += p.bytes
		if day > 0 {
			p.day = time.Unix(day, 0).UTC()
			parts = append(parts, p)
		}
		return nil
	})
	return parts, total, err
}

func (s *Store) drop(ctx context.Context, p part) error {
	// Neither name comes from outside: they are the engine's own.
	if err := s.read.Exec(ctx, fmt.Sprintf("ALTER TABLE %s DROP PARTITION ID '%s'", p.table, p.partition)); err != nil {
		return fmt.Errorf("drop %s of %s: %w", p.partition, p.table, meaning(err))
	}
	return nil
}
