package store

import (
	"context"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// spanRow is a row of spans as read.
type spanRow struct {
	trace      flow.TraceID
	ids        [16]byte
	start, dur int64
	name       string
	kind       uint8
	status     uint8
	flags      uint32
	msg        string
	extra      string
	res        uint64
	shape      uint64
	vals       string
}

// spanKey is what makes a span one: Zipkin's two sides of a call share an id.
type spanKey struct {
	trace flow.TraceID
	span  [8]byte
	kind  uint8
}

func (r *spanRow) key() spanKey { return spanKey{r.trace, [8]byte(r.ids[8:]), r.kind} }

// readSpans reads the spans of traces by trace and start, each of them once: of
// a span that was sent several times the longest is kept, which is the last
// state that its sender knew.
func (s *Store) readSpans(ctx context.Context, tenant string, ids []flow.TraceID, limit int) ([]spanRow, error) {
	var all []spanRow
	for len(ids) > 0 && limit > len(all) {
		n := min(len(ids), maxIDs)
		part := ids[:n]
		ids = ids[n:]
		buckets, err := s.bucketsOf(ctx, tenant, part)
		if err != nil {
			return nil, err
		}
		if len(buckets) == 0 {
			continue
		}
		p := params{"tenant": tenant, "buckets": buckets, "traces": hexes(part), "limit": uint64(limit - len(all))}
		err = s.each(ctx, "trace_spans", p, func(rs driver.Rows) error {
			all = append(all, spanRow{})
			r := &all[len(all)-1]
			return rs.Scan(&r.trace, &r.ids, &r.start, &r.dur, &r.name, &r.kind, &r.status, &r.flags, &r.msg, &r.extra, &r.res, &r.shape, &r.vals)
		})
		if err != nil {
			return nil, err
		}
	}
	return dedupe(all), nil
}

// dedupe keeps the longest of the rows of one span, at the place of the first.
func dedupe(rows []spanRow) []spanRow {
	first := make(map[spanKey]int, len(rows))
	kept := rows[:0]
	for i := range rows {
		r := &rows[i]
		at, seen := first[r.key()]
		if !seen {
			first[r.key()] = len(kept)
			kept = append(kept, *r)
			continue
		}
		if r.dur > kept[at].dur {
			kept[at] = *r
		}
	}
	return slices.Clip(kept)
}

// bucketsOf finds the time buckets that traces have spans in.
func (s *Store) bucketsOf(ctx context.Context, tenant string, ids []flow.TraceID) ([]int64, error) {
	keys := make([]uint64, len(ids))
	for i, id := range ids {
		keys[i] = shortKey(id)
	}
	var buckets []int64
	err := s.each(ctx, "trace_buckets", params{"tenant": tenant, "keys": keys}, func(r driver.Rows) error {
		buckets = append(buckets, 0)
		return r.Scan(&buckets[len(buckets)-1])
	})
	return buckets, err
}
