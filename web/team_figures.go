package web

import (
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// broken are the failures that others suffer from: of a slow flow nothing broke.
var broken = []flow.Verdict{flow.Failed, flow.Stalled}

// maxSuffered is how many kinds of failure a team's page shows.
const maxSuffered = 50

// GetTeamFigures answers what a team caused and suffered over time.
func (s *Server) GetTeamFigures(c echo.Context, id string, in GetTeamFiguresParams) error {
	p := s.params()
	id = p.text("id", &id, 128)
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	buckets := p.number("buckets", in.Buckets, 60, 200)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, "now")
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(d.teamRefs(), func(r TeamRef) bool { return r.ID == id }) {
		return notFound("id", "There is no team "+id+".", "/api/v1/teams lists those that are declared or own something.")
	}
	out, err := s.figures(c.Request().Context(), f, stepOf(f.To.Sub(f.From), buckets), d.owning(id, ""))
	if err != nil {
		return err
	}
	if out.Suffered, err = s.suffered(c, f, id, d); err != nil {
		return err
	}
	return answer(c, out)
}

func (s *Server) figures(ctx context.Context, f store.FlowFilter, step time.Duration, own []uint64) (TeamFigures, error) {
	n := int((f.To.Sub(f.From) + step - 1) / step)
	touched, caused, both := f, f, f
	touched.Endpoints, caused.Culprits = own, own
	caused.Verdicts = failing
	both.Endpoints, both.Culprits, both.Verdicts = own, own, broken
	var trends [3][]store.FlowCount
	asked, ctx := errgroup.WithContext(ctx)
	for i, q := range []store.FlowFilter{touched, caused, both} {
		asked.Go(func() (err error) { trends[i], err = s.deps.Sums.FlowHistogram(ctx, q, step); return err })
	}
	if err := asked.Wait(); err != nil {
		return TeamFigures{}, err
	}
	// A team causes failures of flows that never came to it, as when it did not
	// take up a message. So what it suffered is not all less what it caused.
	suffered := added(n, trends[0], broken)
	for i, k := range added(n, trends[2], nil) {
		suffered[i] -= k
	}
	out := TeamFigures{From: Time{f.From}, To: Time{f.To}, StepNs: int64(step),
		Trend: TeamTrend{Flows: added(n, trends[0], nil), Caused: added(n, trends[1], nil), Suffered: suffered}}
	out.Flows, out.FailuresCaused, out.FailuresSuffered = sum(out.Trend.Flows), sum(out.Trend.Caused), sum(suffered)
	return out, nil
}

// suffered are the failures of flows of a team that others caused.
func (s *Server) suffered(c echo.Context, f store.FlowFilter, team string, d *directory) ([]Failure, error) {
	f.Endpoints, f.Verdicts = d.owning(team, ""), broken
	groups, err := s.failures(c.Request().Context(), f)
	if err != nil {
		return nil, err
	}
	groups = slices.DeleteFunc(groups, func(g store.FailureGroup) bool { return d.owner(g.Culprit.Endpoint).Team == team })
	usual, err := s.usualFailures(c.Request().Context(), f)
	if err != nil {
		return nil, err
	}
	all := failuresOf(groups, usual, d)
	return all[:min(len(all), maxSuffered)], nil
}

// added is flows by bucket; nil verdicts mean all.
func added(buckets int, counts []store.FlowCount, verdicts []flow.Verdict) []int64 {
	out := make([]int64, buckets)
	for _, c := range counts {
		if c.Bucket >= 0 && c.Bucket < buckets && (verdicts == nil || slices.Contains(verdicts, c.Verdict)) {
			out[c.Bucket] += int64(c.Count)
		}
	}
	return out
}

func sum(ns []int64) (total int64) {
	for _, n := range ns {
		total += n
	}
	return total
}
