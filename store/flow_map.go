package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// FlowMap is who handed to whom in flows.
type FlowMap struct {
	Pairs []HandedPair
	All   uint64 // flows that pass the filter
	Drawn uint64 // those of them that the pairs are of: the newest, less those whose rows do not say who handed to whom
}

// HandedPair is the hand-offs between two endpoints in flows with none of the
// moments that were asked for between them. A hop that flows share counts once.
type HandedPair struct {
	From, To      uint64 // see flow.Hand
	At            int64  // of the first flow: its failure, else its last activity
	Count, Failed uint64
}

// newestShares are the shares of flows in flow_map_size, the newest.
var newestShares = [...]float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

// FlowMap counts hand-offs by their endpoints, before, between and after the
// moments, which are in order. Of more flows than most, only about so many are
// counted: those that Baton met last.
func (s *Store) FlowMap(ctx context.Context, q FlowFilter, moments []int64, most uint64) (FlowMap, error) {
	var m FlowMap
	if q.none() {
		return m, nil
	}
	p := q.params()
	var err error
	if p["epochs"], err = epochs(moments); err != nil {
		return m, err
	}
	if m.All, p["since"], err = s.newest(ctx, &q, most); err != nil {
		return m, err
	}
	err = s.each(ctx, "flow_map", p, func(r driver.Rows) error {
		var h HandedPair
		var epoch int64
		if err := r.Scan(&h.From, &h.To, &epoch, &h.At, &h.Count, &h.Failed); err != nil {
			return err
		}
		if h.From == 0 && h.To == 0 { // flows, and those of them that are not measured
			m.Drawn += h.Count - h.Failed
			return nil
		}
		m.Pairs = append(m.Pairs, h)
		return nil
	})
	return m, err
}

// newest counts flows, and finds since when, in Unix ms, Baton met about so many
// of them. It looks again at what is left while that is far too many: a sample
// of all flows says little about very few of them.
func (s *Store) newest(ctx context.Context, q *FlowFilter, most uint64) (all uint64, since int64, err error) {
	p := q.params()
	for range 3 {
		var n uint64
		var begins []float64
		p["since"] = since
		err := s.each(ctx, "flow_map_size", p, func(r driver.Rows) error { return r.Scan(&n, &begins) })
		if err != nil {
			return 0, 0, err
		}
		all = max(all, n)
		if n <= most {
			break
		}
		share := float64(most) / float64(n)
		since = int64(newestOf(begins, share))
		if share >= newestShares[0] {
			break
		}
	}
	return all, since, nil
}

// newestOf is where a share of the flows begins, between the shares that are known.
func newestOf(begins []float64, share float64) float64 {
	for i, s := range newestShares {
		if share > s {
			continue
		}
		if i == 0 {
			return begins[0]
		}
		part := (share - newestShares[i-1]) / (s - newestShares[i-1])
		return begins[i-1] + part*(begins[i]-begins[i-1]) //nolint:gosec // i is above zero, and there are as many begins
	}
	return begins[len(begins)-1]
}
