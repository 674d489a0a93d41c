package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// SeenTrace is a trace that carries a correlation value, and when it was first
// seen to do so, to the second.
type SeenTrace struct {
	Trace flow.TraceID
	Seen  time.Time
}

// MaxTracesPerHash bounds what TracesByHash says of one value. It is above the
// limit of 1,000 from which on a value is hot and joins nothing.
const MaxTracesPerHash = 1200

// TracesByHash finds the traces that carry values, by the values' hashes
// (flow.HashKey, flow.TraceHash of linked traces, message identities), the
// earliest first.
func (s *Store) TracesByHash(ctx context.Context, tenant string, hashes []uint64) (map[uint64][]SeenTrace, error) {
	found := map[uint64][]SeenTrace{}
	for len(hashes) > 0 {
		n := min(len(hashes), maxIDs)
		p := params{"tenant": tenant, "hashes": hashes[:n], "most": uint64(MaxTracesPerHash)}
		err := s.each(ctx, "traces_by_hash", p, func(r driver.Rows) error {
			var h uint64
			var t SeenTrace
			var seen uint32
			if err := r.Scan(&h, &t.Trace, &seen); err != nil {
				return err
			}
			t.Seen = time.Unix(int64(seen), 0).UTC()
			found[h] = append(found[h], t)
			return nil
		})
		if err != nil {
			return nil, err
		}
		hashes = hashes[n:]
	}
	return found, nil
}

// KnownHashes streams every hash that TracesByHash could find and those of all traces that are in flows, of all tenants,
// for a filter that spares most look-ups. It may take seconds on much data.
func (s *Store) KnownHashes(ctx context.Context, f func(hash uint64)) error {
	// Nothing is kept on either side, so the caps of interactive reads do not apply.
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_result_rows": 0, "max_execution_time": 600}))
	err := s.each(ctx, "known_hashes", nil, func(r driver.Rows) error {
		var h uint64
		if err := r.Scan(&h); err != nil {
			return err
		}
		f(h)
		return nil
	})
	if err != nil {
		return err
	}
	// A trace that nothing links to is known too, by the flow that it is in.
	return s.each(ctx, "known_traces", nil, func(r driver.Rows) error {
		var t flow.TraceID
		if err := r.Scan(&t); err != nil {
			return err
		}
		f(flow.TraceHash(t))
		return nil
	})
}
