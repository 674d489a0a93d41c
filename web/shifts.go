package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// findShifts finds the endpoints that got slower, where the filter has room for them.
func (s *Server) findShifts(ctx context.Context, f store.FlowFilter) ([]store.Shift, error) {
	if f.Type != 0 || f.Verdicts != nil && !slices.Contains(f.Verdicts, flow.Slow) {
		return nil, nil
	}
	return s.deps.Endpoints.Shifts(ctx, f.Tenant, f.From.Add(-usualOver(f)), f.From, f.To)
}

// maxShifted is how many services are named that only got slower.
const maxShifted = 5

// shifts adds services that take longer in a window than they did before it,
// though no flow failed or was far too slow for it: a processor that is starved,
// a lock. It strengthens the first group of a service that is blamed already.
// Who waits for a slower callee gets slower by less than the callee itself, so
// that the one that changed most comes first.
func (s *Server) shifts(c echo.Context, f store.FlowFilter, found []store.Shift, groups []Failure, d *directory) ([]Failure, error) {
	ids := make([]uint64, len(found))
	for i := range found {
		ids[i] = found[i].Endpoint
	}
	if err := s.meet(c.Request().Context(), f.Tenant, ids, d); err != nil {
		return nil, err
	}
	ratio := func(x store.Shift) float64 { return float64(x.Is) / float64(max(x.Was, 1)) }
	slices.SortStableFunc(found, func(a, b store.Shift) int { return cmp.Compare(ratio(b), ratio(a)) })
	done := map[string]bool{}
	for _, x := range found {
		e := d.find(x.Endpoint)
		if e == nil || done[e.Service] || f.Environment != "" && e.Environment != f.Environment || f.Culprits != nil && !slices.Contains(f.Culprits, x.Endpoint) {
			continue
		}
		if e.Kind != flow.DB && (e.Role == flow.Caller || e.Role == flow.Producer) {
			continue // it waits for somebody else
		}
		if len(done) == maxShifted {
			break
		}
		done[e.Service] = true
		score := 0.005 * float64(x.Now) * math.Log2(ratio(x))
		if i := slices.IndexFunc(groups, func(g Failure) bool { return g.Culprit.Service == e.Service }); i >= 0 {
			groups[i].Score += score
			continue
		}
		g, err := s.shifted(c, f, x, e)
		if err != nil {
			return nil, err
		}
		groups = append(groups, Failure{ID: groupID(&g.Culprit), Culprit: *culpritOf(&g.Culprit, g.Last, d), Status: flow.Slow.String(),
			FlowCount: int64(x.Now), FirstSeen: unixTime(g.First), LastSeen: unixTime(g.Last), Teams: d.teams(g.Endpoints, g.Last), Types: typesOf(g.Types),
			Score: score, SampleFlowIds: idsOf(g.Samples)})
	}
	slices.SortStableFunc(groups, func(a, b Failure) int { return cmp.Compare(b.Score, a.Score) })
	return groups, nil
}

// shifted is the group of the flows that an endpoint delayed, with the newest of
// them as its samples.
func (s *Server) shifted(c echo.Context, f store.FlowFilter, x store.Shift, e *store.EndpointRecord) (*store.FailureGroup, error) {
	f.Verdicts, f.Culprits, f.Endpoints = nil, nil, []uint64{x.Endpoint}
	flows, err := s.deps.Flows.ListFlows(c.Request().Context(), store.FlowQuery{FlowFilter: f, Limit: 5})
	if err != nil {
		return nil, err
	}
	g := &store.FailureGroup{First: f.From.UnixNano(), Last: f.To.UnixNano(), Endpoints: []uint64{x.Endpoint}, Culprit: flow.Culprit{
		Endpoint: x.Endpoint, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: e.Role, Host: e.Host,
		Reason: fmt.Sprintf("slower than before: %v instead of %v in the middle", round(x.Is), round(x.Was)), Rule: "shift.duration", Confidence: flow.Low}}
	g.Culprit.Signature = flow.Signature(g.Culprit.Reason)
	for i := range flows {
		r := &flows[i]
		if i == 0 {
			g.Last = min(g.Last, r.LastActivity)
			if len(r.TraceIDs) > 0 {
				g.Culprit.Trace = r.TraceIDs[0]
			}
		}
		g.Samples = append(g.Samples, r.ID)
		g.Types = append(g.Types, r.Type)
		g.Endpoints = append(g.Endpoints, r.Endpoints...)
	}
	slices.SortFunc(g.Types, func(a, b flow.FlowType) int { return cmp.Compare(a.ID, b.ID) })
	g.Types = slices.Compact(g.Types)
	return g, nil
}

func round(d time.Duration) time.Duration {
	for unit := time.Second; unit >= time.Microsecond; unit /= 10 {
		if d >= 10*unit {
			return d.Round(unit)
		}
	}
	return d
}
