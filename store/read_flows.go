package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// GetFlow reads a flow by any id it was ever known by, and returns it under the
// id it has now. ErrNotFound when there is none.
func (s *Store) GetFlow(ctx context.Context, tenant string, id flow.FlowID) (flow.Flow, error) {
	flows, err := s.FlowsByID(ctx, tenant, []flow.FlowID{id})
	if err == nil && len(flows) == 0 { // few ids were ever merged away
		var canonical map[flow.FlowID]flow.FlowID
		if canonical, err = s.resolve(ctx, tenant, []flow.FlowID{id}); err == nil && canonical[id] != id {
			flows, err = s.FlowsByID(ctx, tenant, []flow.FlowID{canonical[id]})
		}
	}
	if err != nil {
		return flow.Flow{}, err
	}
	if len(flows) == 0 {
		return flow.Flow{}, fmt.Errorf("flow %s: %w", id, ErrNotFound)
	}
	return flows[0], nil
}

// FlowsByID reads flows by the ids they have now, in no order. Those that are
// not there are left out.
func (s *Store) FlowsByID(ctx context.Context, tenant string, ids []flow.FlowID) ([]flow.Flow, error) {
	var flows []flow.Flow
	for len(ids) > 0 {
		n := min(len(ids), maxIDs)
		minted := make([]int64, n)
		for i, id := range ids[:n] {
			minted[i] = id.Minted().UnixMilli()
		}
		p := params{"tenant": tenant, "ids": hexes(ids[:n]), "minted": minted}
		err := s.each(ctx, "flows_by_id", p, func(r driver.Rows) error {
			f, err := scanFlow(r)
			flows = append(flows, f)
			return err
		})
		if err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return flows, nil
}

// FlowRevision is one verdict that a flow had.
type FlowRevision struct {
	Revision uint64
	At       int64 // Unix ns, when it was written
	Verdict  flow.Verdict
}

// FlowHistory reads the verdicts that a flow had under its present id, the
// oldest first, one for each change.
func (s *Store) FlowHistory(ctx context.Context, tenant string, id flow.FlowID) ([]FlowRevision, error) {
	var out []FlowRevision
	p := params{"tenant": tenant, "id": id.String(), "minted": id.Minted().UnixMilli()}
	err := s.each(ctx, "flow_history", p, func(r driver.Rows) error {
		var h FlowRevision
		var at time.Time
		var verdict uint8
		if err := r.Scan(&h.Revision, &at, &verdict); err != nil {
			return err
		}
		h.At, h.Verdict = at.UnixNano(), flow.Verdict(verdict)
		if n := len(out); n == 0 || out[n-1].Verdict != h.Verdict {
			out = append(out, h)
		}
		return nil
	})
	return out, err
}

// FlowsRevision grows when any flow of any tenant changes.
func (s *Store) FlowsRevision(ctx context.Context) (uint64, error) {
	var n int64
	err := s.each(ctx, "flow_revision", nil, func(r driver.Rows) error { return r.Scan(&n) })
	return uint64(n), err
}

// maxOpenFlows bounds what a joiner that starts takes on: the newest flows that
// still wait for something.
const maxOpenFlows = 500_000

// OpenFlows lists the flows that the judge should look at again though nothing
// arrives, the newest first.
func (s *Store) OpenFlows(ctx context.Context, tenant string) ([]flow.FlowID, error) {
	var ids []flow.FlowID
	err := s.each(ctx, "open_flows", params{"tenant": tenant, "limit": uint64(maxOpenFlows)}, func(r driver.Rows) error {
		var id flow.FlowID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// maxAliases is how many times a flow can have been merged into one that was
// merged itself. Each merge keeps the older id, so chains are short; past this
// the aliases go in a circle.
const maxAliases = 64

// resolve finds the ids that flows have now. Ids without alias are themselves.
func (s *Store) resolve(ctx context.Context, tenant string, ids []flow.FlowID) (map[flow.FlowID]flow.FlowID, error) {
	now := make(map[flow.FlowID]flow.FlowID, len(ids))
	for _, id := range ids {
		now[id] = id
	}
	ask := ids
	for range maxAliases {
		next := map[flow.FlowID]flow.FlowID{}
		for len(ask) > 0 {
			n := min(len(ask), maxIDs)
			err := s.each(ctx, "flow_aliases", params{"tenant": tenant, "ids": hexes(ask[:n])}, func(r driver.Rows) error {
				var from, to flow.FlowID
				if err := r.Scan(&from, &to); err != nil {
					return err
				}
				if from != to {
					next[from] = to
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			ask = ask[n:]
		}
		if len(next) == 0 {
			return now, nil
		}
		asked := map[flow.FlowID]struct{}{}
		for id, at := range now {
			if to, ok := next[at]; ok {
				now[id] = to
				if _, again := asked[to]; !again {
					asked[to] = struct{}{}
					ask = append(ask, to)
				}
			}
		}
	}
	return now, nil
}
