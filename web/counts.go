package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// FlowHistogram counts flows over time.
func (s *Server) FlowHistogram(c echo.Context, in FlowHistogramParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, in.Status, in.Environment, in.Type)
	team, kind := p.text("team", in.Team, 256), strings.ToLower(p.text("kind", in.Kind, 32))
	buckets, owners := p.number("buckets", in.Buckets, 60, 200), p.oneOf("owners", in.Owners, "now", "then")
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	d.touchingAll(&f, team, kind)
	step := stepOf(f.To.Sub(f.From), buckets)
	counts, err := s.deps.Sums.FlowHistogram(c.Request().Context(), f, step)
	if err != nil {
		return err
	}
	return answer(c, histogram(f.From, f.To, step, counts))
}

// stepOf is the shortest whole number of seconds that needs no more buckets.
func stepOf(window time.Duration, buckets int) time.Duration {
	step := (window + time.Duration(buckets) - 1) / time.Duration(buckets)
	return max(step+time.Second-1, time.Second).Truncate(time.Second)
}

func histogram(from, to time.Time, step time.Duration, counts []store.FlowCount) FlowHistogram {
	n := int((to.Sub(from) + step - 1) / step)
	by := map[flow.Verdict][]int64{}
	for _, c := range counts {
		if c.Bucket < 0 || c.Bucket >= n {
			continue
		}
		if by[c.Verdict] == nil {
			by[c.Verdict] = make([]int64, n)
		}
		by[c.Verdict][c.Bucket] += int64(c.Count)
	}
	out := FlowHistogram{From: Time{from}, To: Time{to}, StepNs: int64(step), Series: []FlowSeries{}}
	for v, series := range by {
		out.Series = append(out.Series, FlowSeries{Status: v.String(), Counts: series})
	}
	slices.SortFunc(out.Series, func(a, b FlowSeries) int { return strings.Compare(a.Status, b.Status) })
	return out
}

// FlowFacets counts flows by what they can be filtered by.
func (s *Server) FlowFacets(c echo.Context, in FlowFacetsParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, nil, nil, nil)
	environment := p.text("environment", in.Environment, 256)
	if err := p.err(); err != nil {
		return err
	}
	counts, err := s.deps.Sums.FlowHistogram(c.Request().Context(), f, f.To.Sub(f.From))
	if err != nil {
		return err
	}
	d, err := s.directory(c, "now")
	if err != nil {
		return err
	}
	return answer(c, facets(counts, environment, d))
}

// maxFacets bounds each list of values; the least frequent fall off.
const maxFacets = 200

func facets(counts []store.FlowCount, environment string, d *directory) FlowFacets {
	environments, statuses, types := map[string]int64{}, map[string]int64{}, map[flow.FlowType]int64{}
	for _, c := range counts {
		environments[c.Environment] += int64(c.Count)
		if environment == "" || c.Environment == environment {
			statuses[c.Verdict.String()] += int64(c.Count)
			types[c.Type] += int64(c.Count)
		}
	}
	out := FlowFacets{Environments: facetValues(environments), Statuses: facetValues(statuses), Types: []FlowTypeCount{},
		Teams: d.teamRefs(), Kinds: []string{flow.API.String(), flow.Event.String(), flow.Queue.String(), flow.Workflow.String()}}
	for t, n := range types {
		out.Types = append(out.Types, FlowTypeCount{ID: flow.FormatEndpointID(t.ID), Service: t.Service, Operation: t.Operation, FlowCount: n})
	}
	slices.SortFunc(out.Types, func(a, b FlowTypeCount) int {
		return cmp.Or(cmp.Compare(b.FlowCount, a.FlowCount), strings.Compare(a.ID, b.ID))
	})
	out.Types = out.Types[:min(len(out.Types), maxFacets)]
	return out
}

func facetValues(m map[string]int64) []FacetValue {
	out := make([]FacetValue, 0, len(m))
	for v, n := range m {
		out = append(out, FacetValue{Value: v, FlowCount: n})
	}
	slices.SortFunc(out, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.FlowCount, a.FlowCount), strings.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), maxFacets)]
}
