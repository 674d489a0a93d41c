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

// FlowsJoinedBy lists the flows that one of the keys may have joined, or that
// one of the services takes part in, the newest first. Rows show so many keys.
func (s *Store) FlowsJoinedBy(ctx context.Context, tenant string, keys, services []string, shown int) ([]flow.FlowID, error) {
	var ids []flow.FlowID
	p := params{"tenant": tenant, "keys": append([]string{}, keys...), "services": append([]string{}, services...), "shown": uint64(shown), "limit": uint64(maxOpenFlows)}
	err := s.each(ctx, "flows_joined_by", p, func(r driver.Rows) error {
		var id flow.FlowID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
