package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// LastRevision is the highest revision of any flow's row: a joiner that starts
// goes on above it, whatever its clock says.
func (s *Store) LastRevision(ctx context.Context) (uint64, error) {
	s.stamp.Store(0) // another process may have written what the next write must be above
	var n uint64
	err := s.each(ctx, "flows_last_revision", nil, func(r driver.Rows) error { return r.Scan(&n) })
	return n, err
}

// FlowsSince lists the flows whose rows were written at or after a revision,
// with the traces that they list.
func (s *Store) FlowsSince(ctx context.Context, tenant string, revision uint64) (map[flow.FlowID][]flow.TraceID, error) {
	out := map[flow.FlowID][]flow.TraceID{}
	err := s.each(ctx, "flows_since", params{"tenant": tenant, "since": revision, "limit": uint64(maxOpenFlows)}, func(r driver.Rows) error {
		var id flow.FlowID
		var traces []string
		err := r.Scan(&id, &traces)
		ids := make([]flow.TraceID, len(traces))
		for i, t := range traces {
			copy(ids[i][:], t)
		}
		out[id] = ids
		return err
	})
	return out, err
}
