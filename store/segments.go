package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// FlowsOfTraces finds the segments of traces that are in a flow. A shared
// segment comes once for each flow that refers to it.
func (s *Store) FlowsOfTraces(ctx context.Context, tenant string, ids []flow.TraceID) ([]Segment, error) {
	return segments(ctx, s, "segments_of_traces", "traces", tenant, ids)
}

// SegmentsOfFlows finds the segments that flows have now, by the ids that the
// flows have now.
func (s *Store) SegmentsOfFlows(ctx context.Context, tenant string, ids []flow.FlowID) ([]Segment, error) {
	return segments(ctx, s, "segments_of_flows", "flows", tenant, ids)
}

func segments[T ~[16]byte](ctx context.Context, s *Store, statement, param, tenant string, ids []T) ([]Segment, error) {
	var out []Segment
	for len(ids) > 0 {
		n := min(len(ids), maxIDs)
		err := s.each(ctx, statement, params{"tenant": tenant, param: hexes(ids[:n])}, func(r driver.Rows) error {
			g := Segment{Tenant: tenant}
			var ref flow.FlowID
			var shared uint8
			if err := r.Scan(&g.Trace, &g.Root, &ref, &g.Flow, &shared, &g.Arrived); err != nil {
				return err
			}
			g.Shared = shared != 0
			out = append(out, g)
			return nil
		})
		if err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}
