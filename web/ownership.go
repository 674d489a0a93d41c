package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

// maxFindings bounds each list of the ownership page: nobody reads more before
// mending the first ones.
const maxFindings = 200

// GetOwnership answers how much has an owner, and what is wrong with the rest.
func (s *Server) GetOwnership(c echo.Context, in GetOwnershipParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, "now")
	if err != nil {
		return err
	}
	traffic, err := s.deps.Endpoints.Traffic(c.Request().Context(), tenant(c), f.From, f.To)
	if err != nil {
		return err
	}
	groups, err := s.failures(c, f)
	if err != nil {
		return err
	}
	a := newAudit(d, f.Environment, traffic, groups)
	out := Ownership{From: Time{f.From}, To: Time{f.To}, Authority: d.set.Authority(), Teams: int64(len(d.set.Teams())),
		Rules: int64(d.set.Rules()), Claims: int64(d.set.Claims()), Coverage: a.coverage()}
	out.Unowned, out.UnownedCount = capped(a.unowned())
	out.Conflicts, out.ConflictCount = capped(a.conflicts())
	out.IdleRules, out.IdleRuleCount = capped(idleRules(d))
	out.IdleTeams, out.IdleTeamCount = capped(a.idleTeams())
	st := s.deps.Owners.Status()
	out.Sources = sourcesOf(st)
	out.Warnings, _ = capped(problemsOf(st.Warnings))
	return answer(c, out)
}

func capped[T any](all []T) (shown []T, count int64) {
	if all == nil {
		all = []T{}
	}
	return all[:min(len(all), maxFindings)], int64(len(all))
}

// audit weighs endpoints by what they did in a window.
type audit struct {
	d           *directory
	environment string
	traffic     map[uint64]store.Traffic
	caused      map[uint64]int64 // failures by the culprit's endpoint
}

func newAudit(d *directory, environment string, traffic map[uint64]store.Traffic, groups []store.FailureGroup) *audit {
	a := &audit{d: d, environment: environment, traffic: traffic, caused: map[uint64]int64{}}
	for i := range groups {
		n, _ := total(&groups[i])
		a.caused[groups[i].Culprit.Endpoint] += int64(n)
	}
	return a
}

// endpoints are those of the environment, in the order of their ids.
func (a *audit) endpoints(visit func(e *store.EndpointRecord, owner ownership.Owner)) {
	for i := range a.d.all {
		if e := &a.d.all[i]; a.environment == "" || e.Environment == a.environment {
			visit(e, a.d.owner(e.ID))
		}
	}
}

func (a *audit) coverage() Coverage {
	var c Coverage
	add := func(s *Share, n int64, owned bool) {
		s.Total += n
		if owned {
			s.Owned += n
		}
	}
	a.endpoints(func(e *store.EndpointRecord, o ownership.Owner) {
		add(&c.Endpoints, 1, o.Team != "")
		add(&c.Spans, int64(a.traffic[e.ID].Spans), o.Team != "")
	})
	for id, n := range a.caused {
		add(&c.Failures, n, a.d.owner(id).Team != "")
	}
	return c
}

// unowned are the endpoints that nobody owns, the most harmful first.
func (a *audit) unowned() []UnownedEndpoint {
	var out []UnownedEndpoint
	a.endpoints(func(e *store.EndpointRecord, o ownership.Owner) {
		if o.Team == "" {
			out = append(out, UnownedEndpoint{Endpoint: endpointOf(e, a.traffic[e.ID], a.d), FailuresCaused: a.caused[e.ID],
				OnPurpose: o.Source != ownership.SourceNone, Rule: ruleFor(&e.Endpoint, "TEAM")})
		}
	})
	slices.SortStableFunc(out, func(x, y UnownedEndpoint) int {
		return cmp.Or(cmp.Compare(y.FailuresCaused, x.FailuresCaused), cmp.Compare(y.Endpoint.SpanCount, x.Endpoint.SpanCount), strings.Compare(x.Endpoint.Service, y.Endpoint.Service))
	})
	return out
}

// conflicts are the endpoints of which sources name different teams.
func (a *audit) conflicts() []OwnerConflict {
	var out []OwnerConflict
	a.endpoints(func(e *store.EndpointRecord, _ ownership.Owner) {
		says := a.d.set.Says(subject(&e.Endpoint))
		if !ownership.Disagree(says) {
			return
		}
		c := OwnerConflict{Endpoint: endpointOf(e, a.traffic[e.ID], a.d)}
		for _, x := range says {
			c.Says = append(c.Says, OwnerSaying{Team: orNil(x.Team), TeamName: a.d.name(x.Team), Source: x.Source, Origin: x.Origin,
				File: x.File, Line: int64(x.Line), Match: x.Match, Detail: x.Why, Decides: x.Decides})
		}
		out = append(out, c)
	})
	slices.SortStableFunc(out, func(x, y OwnerConflict) int { return cmp.Compare(y.Endpoint.SpanCount, x.Endpoint.SpanCount) })
	return out
}

// idleTeams are declared teams that own nothing in any environment.
func (a *audit) idleTeams() []IdleTeam {
	owns := map[string]bool{}
	for i := range a.d.all {
		owns[a.d.owner(a.d.all[i].ID).Team] = true
	}
	var out []IdleTeam
	for _, t := range a.d.set.Teams() {
		if !owns[t.ID] {
			out = append(out, IdleTeam{ID: t.ID, Name: a.d.name(t.ID), File: t.File, Line: int64(t.Line)})
		}
	}
	return out
}
