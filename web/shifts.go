package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// findShifts finds what changed though no flow failed for it, where the filter has room for it.
func (s *Server) findShifts(ctx context.Context, f store.FlowFilter) ([]flow.Change, error) {
	if f.Type != 0 || !wanted(&f, flow.Slow) && !wanted(&f, flow.Stalled) {
		return nil, nil
	}
	return s.deps.Endpoints.Changes(ctx, f.Tenant, f.From.Add(-usualOver(f)), f.From, f.To)
}

func wanted(f *store.FlowFilter, v flow.Verdict) bool {
	return f.Verdicts == nil || slices.Contains(f.Verdicts, v)
}

// maxShifted is how many services are named that only changed.
const maxShifted = 5

// shifts adds services that go otherwise in a window than they did before it,
// though no flow failed or was far too slow for it: a processor that is starved, a
// lock, a slow network, an answer without the work. It strengthens the first group
// of a service that is blamed already.
func (s *Server) shifts(c echo.Context, f store.FlowFilter, changes []flow.Change, groups []Failure, d *directory) ([]Failure, error) {
	ids := make([]uint64, 0, 2*len(changes))
	for i := range changes {
		ids = append(ids, changes[i].A, changes[i].B)
	}
	if err := s.meet(c.Request().Context(), f.Tenant, ids, d); err != nil {
		return nil, err
	}
	found := flow.Compare(changes, func(id uint64) *flow.Endpoint {
		if e := d.find(id); e != nil && (f.Environment == "" || e.Environment == f.Environment) {
			return &e.Endpoint
		}
		return nil
	})
	shown := 0
	for i := range found {
		x := &found[i]
		verdict := flow.Slow
		if x.Rule == flow.ShiftedSteps {
			verdict = flow.Stalled
		}
		if f.Culprits != nil && !slices.Contains(f.Culprits, x.Side) || !wanted(&f, verdict) {
			continue
		}
		if shown++; shown > maxShifted {
			break
		}
		if i := slices.IndexFunc(groups, func(g Failure) bool { return g.Culprit.Service == x.Service }); i >= 0 {
			groups[i].Score += x.Weight
			continue
		}
		g, err := s.shifted(c, f, x, d)
		if err != nil {
			return nil, err
		}
		groups = append(groups, Failure{ID: groupID(&g.Culprit), Culprit: *culpritOf(&g.Culprit, g.Last, d), Status: verdict.String(),
			FlowCount: int64(x.N), FirstSeen: unixTime(g.First), LastSeen: unixTime(g.Last), Teams: d.teams(g.Endpoints, g.Last), Types: typesOf(g.Types),
			Score: x.Weight, SampleFlowIds: idsOf(g.Samples)})
	}
	slices.SortStableFunc(groups, func(a, b Failure) int { return cmp.Compare(b.Score, a.Score) })
	return groups, nil
}

// shifted is the group of the flows that went through what changed, with the
// newest of them as its samples.
func (s *Server) shifted(c echo.Context, f store.FlowFilter, x *flow.Finding, d *directory) (*store.FailureGroup, error) {
	f.Verdicts, f.Culprits, f.Endpoints = nil, nil, []uint64{x.Side}
	flows, err := s.deps.Flows.ListFlows(c.Request().Context(), store.FlowQuery{FlowFilter: f, Limit: 5})
	if err != nil {
		return nil, err
	}
	g := &store.FailureGroup{First: f.From.UnixNano(), Last: f.To.UnixNano(), Endpoints: []uint64{x.Side}, Culprit: flow.Culprit{
		Endpoint: x.Side, Service: x.Service, Reason: changed(x, d), Rule: x.Rule, Confidence: flow.Low}}
	if e := d.find(x.Side); e != nil {
		g.Culprit.Operation, g.Culprit.Kind, g.Culprit.System, g.Culprit.Role, g.Culprit.Host = e.Operation, e.Kind, e.System, e.Role, e.Host
	}
	if x.Rule == flow.ShiftedNetwork {
		g.Culprit.Role, g.Culprit.Between = flow.NoRole, [2]string{serviceOf(d, x.A), serviceOf(d, x.B)}
	}
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

// changed says what changed in words.
func changed(x *flow.Finding, d *directory) string {
	usually := func(middle float64) time.Duration { return round(time.Duration(flow.BucketTime(middle))) }
	percent := func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
	name := func(id uint64) string {
		if e := d.find(id); e != nil && e.Operation != "" {
			return e.Operation
		}
		return "a step"
	}
	switch x.Rule {
	case flow.ShiftedSteps:
		if x.Is < x.Was {
			return fmt.Sprintf("no longer goes on to %s: in %s of flows, before in %s", name(x.B), percent(x.Is), percent(x.Was))
		}
		return fmt.Sprintf("now goes on to %s: in %s of flows, before in %s", name(x.B), percent(x.Is), percent(x.Was))
	case flow.ShiftedNetwork:
		return fmt.Sprintf("longer on the way from %s to %s: %v instead of %v in the middle", serviceOf(d, x.A), serviceOf(d, x.B), usually(x.Is), usually(x.Was))
	}
	return fmt.Sprintf("slower by itself than before: %v instead of %v in the middle", usually(x.Is), usually(x.Was))
}

func serviceOf(d *directory, id uint64) string {
	if e := d.find(id); e != nil {
		return e.Service
	}
	return ""
}

func round(d time.Duration) time.Duration {
	for unit := time.Second; unit >= time.Microsecond; unit /= 10 {
		if d >= 10*unit {
			return d.Round(unit)
		}
	}
	return d
}
