package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// OwnershipReport answers what each team's part was in the flows of a window.
func (s *Server) OwnershipReport(c echo.Context, in OwnershipReportParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	owners, format := p.oneOf("owners", in.Owners, "then", "now"), p.oneOf("format", in.Format, "json", "csv", "md", "html")
	team := p.text("team", in.Team, 128)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	before := f
	before.From, before.To = f.From.Add(f.From.Sub(f.To)), f.From
	now, err := s.reportOn(c.Request().Context(), f, d)
	if err != nil {
		return err
	}
	then, err := s.reportOn(c.Request().Context(), before, d)
	if err != nil {
		return err
	}
	out := compare(now, then, d)
	out.From, out.To, out.Environment, out.Owners = Time{f.From}, Time{f.To}, f.Environment, owners
	out.Before.From, out.Before.To = Time{before.From}, Time{before.To}
	if team != "" {
		out.Teams = slices.DeleteFunc(out.Teams, func(t TeamReport) bool { return t.ID != team })
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return writeReport(c, out, format)
}

// reportOn adds up one window.
func (s *Server) reportOn(ctx context.Context, f store.FlowFilter, d *directory) (*windowReport, error) {
	prints, err := s.deps.Sums.Footprints(ctx, f, d.moments(f.From))
	if err != nil {
		return nil, err
	}
	incidents, err := s.deps.Sums.Incidents(ctx, f)
	if err != nil {
		return nil, err
	}
	r := newWindowReport(d)
	var sides []uint64
	for i := range prints {
		sides = append(sides, prints[i].Sides...)
	}
	if err := s.meet(ctx, f.Tenant, sides, d); err != nil {
		return nil, err
	}
	for i := range prints {
		r.flows(&prints[i])
		r.measure(&prints[i])
	}
	for i := range incidents {
		r.incident(&incidents[i])
	}
	return r, nil
}

// windowReport is what teams did in one window; "" stands for nobody.
type windowReport struct {
	d        *directory
	teams    map[string]*teamFigure
	touched  map[heldEndpoint]struct{}
	measured Measured
	ownTime  int64 // of everybody
}

type heldEndpoint struct {
	team     string
	endpoint uint64
}

// teamFigure is one team's row in the making.
type teamFigure struct {
	ReportFigures
	recovery   recoveries
	recoveries map[flow.FlowType]*recoveries
}

func newWindowReport(d *directory) *windowReport {
	return &windowReport{d: d, teams: map[string]*teamFigure{}, touched: map[heldEndpoint]struct{}{}}
}

func (r *windowReport) team(id string) *teamFigure {
	t := r.teams[id]
	if t == nil {
		t = &teamFigure{recoveries: map[flow.FlowType]*recoveries{}}
		r.teams[id] = t
	}
	return t
}

// flows adds flows that are alike. A flow counts once for each team that it
// touched, and its failure once for the team that caused it.
func (r *windowReport) flows(f *store.Footprint) {
	n := int64(f.Count)
	r.measured.OfFlows += n
	touched := r.d.teams(f.Endpoints, f.At)
	unowned := int64(0)
	for _, id := range f.Endpoints {
		h := heldEndpoint{r.d.team(id, f.At), id}
		if h.team == "" {
			unowned++
		}
		if _, ok := r.touched[h]; !ok {
			r.touched[h] = struct{}{}
			r.team(h.team).Endpoints++
		}
	}
	if unowned > 0 {
		r.team("").Flows += n
		r.team("").UnownedHops += unowned * n
	}
	for _, t := range touched {
		r.team(t).Flows += n
		r.team(t).UnownedHops += unowned * n
	}
	if slices.Contains(failing, f.Verdict) && f.Culprit != 0 {
		r.blame(f, touched)
	}
}

func (r *windowReport) blame(f *store.Footprint, touched []string) {
	culprit, n := r.d.team(f.Culprit, f.At), int64(f.Count)
	row := r.team(culprit)
	row.FailuresCaused += n
	switch f.Verdict {
	case flow.Stalled:
		row.Stalled += n
	case flow.Slow:
		row.Slow += n
		return // nobody's flow broke
	}
	r.measured.OfFailures += n
	for _, t := range touched {
		if t != culprit {
			r.team(t).FailuresSuffered += n
		}
	}
}

// figures are a team's, finished.
func (r *windowReport) figures(team string) ReportFigures {
	t := r.teams[team]
	if t == nil {
		t = &teamFigure{}
	}
	out := t.ReportFigures
	out.Incidents, out.IncidentsOpen, out.RecoveryMeanNs, out.RecoveryMaxNs = t.recovery.figures()
	if r.ownTime > 0 {
		share := float64(out.OwnTimeNs) / float64(r.ownTime)
		out.LatencyShare = &share
	}
	return out
}

// compare puts a window beside the one before it.
func compare(now, before *windowReport, d *directory) OwnershipReport {
	out := OwnershipReport{Teams: []TeamReport{}, Unowned: row(now, before, "", ""), Measured: now.measured, Before: ReportBefore{Measured: before.measured}}
	names := map[string]string{}
	for _, t := range d.teamRefs() {
		names[t.ID] = t.Name
	}
	for _, w := range []*windowReport{now, before} {
		for id := range w.teams {
			names[id] = d.name(id)
		}
	}
	delete(names, "")
	for id, name := range names {
		out.Teams = append(out.Teams, row(now, before, id, name))
	}
	slices.SortFunc(out.Teams, func(a, b TeamReport) int {
		return cmp.Or(cmp.Compare(b.FailuresCaused, a.FailuresCaused), strings.Compare(a.ID, b.ID))
	})
	return out
}

func row(now, before *windowReport, id, name string) TeamReport {
	f := now.figures(id)
	out := TeamReport{ID: id, Name: name, Before: before.figures(id), Recoveries: []Recovery{},
		Endpoints: f.Endpoints, Flows: f.Flows, FailuresCaused: f.FailuresCaused, FailuresSuffered: f.FailuresSuffered, Stalled: f.Stalled, Slow: f.Slow,
		FailedHandoffs: f.FailedHandoffs, UnownedHops: f.UnownedHops, OwnTimeNs: f.OwnTimeNs, LatencyShare: f.LatencyShare,
		Incidents: f.Incidents, IncidentsOpen: f.IncidentsOpen, RecoveryMeanNs: f.RecoveryMeanNs, RecoveryMaxNs: f.RecoveryMaxNs}
	if t := now.teams[id]; t != nil {
		out.Recoveries = t.byType()
	}
	return out
}
