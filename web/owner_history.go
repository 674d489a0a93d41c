package web

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

// Subject is an endpoint as ownership rules see it.
func Subject(e *flow.Endpoint) ownership.Subject { return subject(e) }

// maxShownOwners is how many changes of one endpoint are shown.
const maxShownOwners = 1000

// OwnerHistory answers who owned an endpoint when.
func (s *Server) OwnerHistory(c echo.Context, id string) error {
	p := s.params()
	endpoint := p.endpointID("id", id)
	if err := p.err(); err != nil {
		return err
	}
	out := OwnerHistoryList{Changes: []OwnerRecord{}}
	if s.deps.History == nil {
		return answer(c, out)
	}
	changes, err := s.deps.History.EndpointOwners(c.Request().Context(), tenant(c), endpoint)
	if err != nil {
		return err
	}
	d := newDirectory(s.deps.Owners.Current(), nil)
	for _, ch := range slices.Backward(changes[max(len(changes)-maxShownOwners, 0):]) {
		out.Changes = append(out.Changes, OwnerRecord{At: unixTime(ch.At), Team: orNil(ch.Team), TeamName: d.name(ch.Team), Source: ch.Source,
			Origin: ch.Origin, Detail: ch.Why})
	}
	return answer(c, out)
}

// touching narrows a filter to flows that touched what a team owned when they
// failed or, if they did not, when they were last active. Team and kind are
// optional.
func (d *directory) touching(f *store.FlowFilter, team, kind string) {
	f.Endpoints, f.TouchedWhile = d.tenures(team, kind)
}

// touchingAll does so for each of a comma list of teams.
func (d *directory) touchingAll(f *store.FlowFilter, teams, kind string) {
	first, others, _ := strings.Cut(teams, ",")
	d.touching(f, strings.TrimSpace(first), kind)
	for t := range strings.SplitSeq(others, ",") {
		if t = strings.TrimSpace(t); t != "" {
			always, spells := d.tenures(t, "")
			f.Also = append(f.Also, store.Touch{Endpoints: always, While: spells})
		}
	}
}

// blaming narrows a filter to flows whose culprit a team owned at that time.
func (d *directory) blaming(f *store.FlowFilter, team string) {
	f.Culprits, f.BlamedWhile = d.tenures(team, "")
}

// tenures are the endpoints of a kind that a team owns all the time, and those
// that it owned for a while, by while. Both are nil when everything is meant.
func (d *directory) tenures(team, kind string) (always []uint64, spells []store.Tenure) {
	if team == "" || d.history == nil {
		return d.owning(team, kind), nil
	}
	type spell struct{ from, until int64 }
	by := map[spell][]uint64{}
	for i := range d.all {
		e := &d.all[i]
		if kind != "" && e.Kind.String() != kind {
			continue
		}
		changes := d.history[e.ID]
		if len(changes) == 0 && d.owner(e.ID).Team == team {
			by[spell{math.MinInt64, math.MaxInt64}] = append(by[spell{math.MinInt64, math.MaxInt64}], e.ID)
		}
		for k := 0; k < len(changes); k++ {
			if changes[k].Team != team {
				continue
			}
			s := spell{changes[k].At, math.MaxInt64}
			if k == 0 {
				s.from = math.MinInt64 // see team
			}
			for k < len(changes) && changes[k].Team == team {
				k++
			}
			if k < len(changes) {
				s.until = changes[k].At
			}
			by[s] = append(by[s], e.ID)
		}
	}
	always = []uint64{}
	for s, ids := range by {
		if s.from == math.MinInt64 && s.until == math.MaxInt64 {
			always = ids
		} else {
			spells = append(spells, store.Tenure{From: s.from, Until: s.until, Endpoints: ids})
		}
	}
	slices.SortFunc(spells, func(a, b store.Tenure) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until)) })
	return always, spells
}

// moments are the times at which anything changed hands that flows of a window
// can depend on, in order.
func (d *directory) moments(from time.Time) []int64 {
	var out []int64
	for _, changes := range d.history {
		for k := 1; k < len(changes); k++ {
			if c := &changes[k]; c.Team != changes[k-1].Team && c.At > from.UnixNano() {
				out = append(out, c.At)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
