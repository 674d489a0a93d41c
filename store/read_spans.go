package store

import (
	"context"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// spanQuery says which spans to read.
type spanQuery struct {
	tenant string
	traces []flow.TraceID
	span   flow.SpanID // zero for all of them
	limit  int
}

// readSpans reads the spans of traces by trace and start, each of them once: of
// a span that was sent several times the longest is kept, which is the last
// state that its sender knew.
func (s *Store) readSpans(ctx context.Context, q spanQuery) (all []spanRow, more bool, err error) {
	span := ""
	if !q.span.IsZero() {
		span = q.span.String()
	}
	for ids := q.traces; len(ids) > 0 && len(all) <= q.limit; {
		part := ids[:min(len(ids), maxIDs)]
		ids = ids[len(part):]
		p := tracesParams(q.tenant, part)
		p["span"], p["limit"] = span, uint64(q.limit+1-len(all))
		err = s.each(ctx, "trace_spans", p, func(rs driver.Rows) error {
			all = append(all, spanRow{})
			r := &all[len(all)-1]
			return rs.Scan(&r.trace, &r.ids, &r.start, &r.dur, &r.name, &r.kind, &r.status, &r.flags, &r.msg, &r.extra, &r.res, &r.shape, &r.vals)
		})
		if err != nil {
			return nil, false, err
		}
	}
	if len(all) > q.limit {
		all, more = all[:q.limit], true
	}
	return dedupe(all), more, nil
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

// tracesParams are what trace_filter asks for: traces are found by the time
// buckets that they have spans in.
func tracesParams(tenant string, ids []flow.TraceID) params {
	keys := make([]uint64, len(ids))
	for i, id := range ids {
		keys[i] = shortKey(id)
	}
	return params{"tenant": tenant, "keys": keys, "traces": hexes(ids)}
}
