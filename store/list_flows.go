package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// FlowQuery is a page of a list of flows.
type FlowQuery struct {
	FlowFilter
	Text  string       // part of a service, operation or reason, a whole correlation value, or an id
	Trace flow.TraceID // flows that this trace belongs to
	Key   *flow.KeyValue
	Worst bool // failed, stalled, slow, compensated and degraded first, else newest first
	After *FlowPosition
	Limit int // 0 for 50; at most MaxFlows
}

// FlowPosition is where a page ended: the next one begins after it.
type FlowPosition struct {
	Rank         uint8 // see Rank; not used unless the worst come first
	LastActivity int64
	ID           flow.FlowID
}

// MaxFlows is the most flows of one page.
const MaxFlows = 1001

// Rank is the place of a verdict where the worst come first. The statement
// flow_list has the same order.
func Rank(v flow.Verdict) uint8 {
	switch v {
	case flow.Failed:
		return 0
	case flow.Stalled:
		return 1
	case flow.Slow:
		return 2
	case flow.Compensated:
		return 3
	case flow.Degraded:
		return 4
	}
	return 5
}

// ListFlows lists flows as they are now, by last activity, the newest first. A
// flow that changes while somebody pages may come twice or not at all; the
// others come once.
func (s *Store) ListFlows(ctx context.Context, q FlowQuery) ([]flow.Flow, error) {
	q.Limit = min(cmp.Or(q.Limit, 50), MaxFlows)
	if q.none() {
		return nil, nil
	}
	if q.Key != nil || !q.Trace.IsZero() {
		return s.listByTraces(ctx, &q)
	}
	p := q.params()
	p["text"], p["value"], p["worst"], p["limit"] = q.Text, q.Text, boolByte(q.Worst), uint64(q.Limit)
	if v, ok := flow.NormalizeValue(q.Text); ok {
		p["value"] = v
	}
	if a := q.After; a != nil && q.Worst {
		p["after_worst"], p["after_rank"], p["after_time"] = hex.EncodeToString(a.ID[:]), a.Rank, a.LastActivity
	} else if a != nil {
		p["after"], p["after_time"] = hex.EncodeToString(a.ID[:]), a.LastActivity
	}
	var flows []flow.Flow
	err := s.eachFlow(ctx, "flow_list", &q.FlowFilter, p, func(r driver.Rows) error {
		f, err := scanFlow(r)
		flows = append(flows, f)
		return err
	})
	slices.SortFunc(flows, q.compare)
	return flows, err
}

func (q *FlowQuery) compare(a, b flow.Flow) int { return q.position(&a).compare(q.position(&b)) }

func (q *FlowQuery) position(f *flow.Flow) FlowPosition {
	p := FlowPosition{LastActivity: f.LastActivity, ID: f.ID}
	if q.Worst {
		p.Rank = Rank(f.Verdict)
	}
	return p
}

func (a FlowPosition) compare(b FlowPosition) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.LastActivity, a.LastActivity), bytes.Compare(b.ID[:], a.ID[:]))
}

// listByTraces lists the flows of one trace, or of all traces that carry a
// correlation value: those are found by key and then sorted here, because they
// are few unless the value is hot.
func (s *Store) listByTraces(ctx context.Context, q *FlowQuery) ([]flow.Flow, error) {
	ids, err := s.flowsByKeyOrTrace(ctx, q)
	if err != nil {
		return nil, err
	}
	flows, err := s.FlowsByID(ctx, q.Tenant, ids)
	if err != nil {
		return nil, err
	}
	flows = slices.DeleteFunc(flows, func(f flow.Flow) bool {
		return !q.passes(&f) || q.After != nil && q.position(&f).compare(*q.After) <= 0 ||
			q.Key != nil && !carries(&f, q.Key)
	})
	slices.SortFunc(flows, q.compare)
	return flows[:min(len(flows), q.Limit)], nil
}

func (s *Store) flowsByKeyOrTrace(ctx context.Context, q *FlowQuery) ([]flow.FlowID, error) {
	if q.Key != nil {
		return s.flowsOfKey(ctx, q)
	}
	segments, err := s.FlowsOfTraces(ctx, q.Tenant, []flow.TraceID{q.Trace})
	var ids []flow.FlowID
	for i := range segments {
		if !slices.Contains(ids, segments[i].Flow) {
			ids = append(ids, segments[i].Flow)
		}
	}
	return ids, err
}

// carries compares as people do who copy a value from somewhere.
func carries(f *flow.Flow, kv *flow.KeyValue) bool {
	concept := flow.KeyConcept(kv.Key)
	value, _ := flow.NormalizeValue(kv.Value)
	for _, c := range f.Correlations {
		if c.Key != kv.Key && c.Key != concept {
			continue
		}
		if v, _ := flow.NormalizeValue(c.Value); v == value {
			return true
		}
	}
	return false
}
