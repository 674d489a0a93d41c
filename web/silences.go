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

// findSilences finds the services that fell silent, where the filter has room for them.
func (s *Server) findSilences(ctx context.Context, f store.FlowFilter) ([]store.Silence, error) {
	if f.Type != 0 || f.Verdicts != nil && !slices.Contains(f.Verdicts, flow.Running) && !slices.Contains(f.Verdicts, flow.Stalled) {
		return nil, nil
	}
	return s.deps.Endpoints.Silences(ctx, f.Tenant, f.From.Add(-usualOver(f)), f.To)
}

// silences adds services that sent spans all the time and fell silent in or
// before a window: one finding each, because of what waits for them nobody can
// know whether it was done. Its flows are those that are still running.
func (s *Server) silences(c echo.Context, f store.FlowFilter, found []store.Silence, groups []Failure, d *directory) ([]Failure, error) {
	ctx := c.Request().Context()
	ids := make([]uint64, len(found))
	for i := range found {
		ids[i] = found[i].Endpoint
	}
	if err := s.meet(ctx, f.Tenant, ids, d); err != nil {
		return nil, err
	}
	for _, x := range found {
		e := d.find(x.Endpoint)
		if e == nil || f.Environment != "" && x.Environment != f.Environment || f.Culprits != nil && !slices.Contains(f.Culprits, x.Endpoint) {
			continue
		}
		last := x.Last.UnixNano()
		g := store.FailureGroup{First: last, Last: f.To.UnixNano(), Endpoints: []uint64{x.Endpoint}, Culprit: flow.Culprit{
			Endpoint: x.Endpoint, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: e.Role, Host: e.Host,
			Reason:    fmt.Sprintf("sends no spans since %s, and always did: see whether it runs and can export", x.Last.Format("15:04 UTC, 2 January")),
			Signature: "sends no spans any more", Rule: "source.silent", Confidence: flow.Medium}}
		waiting := f
		waiting.Verdicts, waiting.Culprits, waiting.Endpoints = []flow.Verdict{flow.Running}, nil, nil
		waiting.From = x.Last
		flows, err := s.deps.Flows.ListFlows(ctx, store.FlowQuery{FlowFilter: waiting, Limit: maxWaiting})
		if err != nil {
			return nil, err
		}
		for i := range flows {
			if flows[i].LastActivity > f.To.Add(-leastWait).UnixNano() {
				continue // it is on its way
			}
			g.Samples = append(g.Samples, flows[i].ID)
			g.Types = append(g.Types, flows[i].Type)
		}
		slices.SortFunc(g.Types, func(a, b flow.FlowType) int { return cmp.Compare(a.ID, b.ID) })
		g.Types = slices.Compact(g.Types)
		groups = append(groups, Failure{ID: groupID(&g.Culprit), Culprit: *culpritOf(&g.Culprit, g.Last, d), Status: flow.Running.String(),
			FlowCount: int64(len(g.Samples)), FirstSeen: unixTime(g.First), LastSeen: unixTime(g.Last), Teams: d.teams(g.Endpoints, g.Last), Types: typesOf(g.Types),
			Score: max(0.1, 0.8*float64(len(g.Samples))), SampleFlowIds: idsOf(g.Samples)})
	}
	slices.SortStableFunc(groups, func(a, b Failure) int { return cmp.Compare(b.Score, a.Score) })
	return groups, nil
}

const (
	// maxWaiting bounds how many flows that wait are counted.
	maxWaiting = 1000
	// leastWait is after how long a flow in which nothing happens waits for somebody.
	leastWait = time.Minute
)
