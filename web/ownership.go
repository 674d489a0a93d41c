package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership/audit"
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
	groups, err := s.failures(c.Request().Context(), f)
	if err != nil {
		return err
	}
	r := newReview(d, f.Environment, traffic, groups)
	out := Ownership{From: Time{f.From}, To: Time{f.To}, Authority: d.set.Authority(), Teams: int64(len(d.set.Teams())),
		Rules: int64(d.set.Rules()), Claims: int64(d.set.Claims())}
	coverage := r.here.Coverage()
	out.Coverage = Coverage{Endpoints: shareOf(coverage.Endpoints), Spans: shareOf(coverage.Traffic), Failures: r.failures(coverage.Failures)}
	unowned, n := capped(coverage.Unowned)
	beside, err := s.neighbours(c, f, r, unowned)
	if err != nil {
		return err
	}
	out.Unowned, out.UnownedCount = r.unowned(unowned, beside), n
	conflicts, n := capped(r.here.Conflicts())
	out.Conflicts, out.ConflictCount = r.conflicts(conflicts), n
	out.IdleRules, out.IdleRuleCount = capped(idleRules(r.all.DeadRules()))
	out.IdleTeams, out.IdleTeamCount = capped(idleTeams(r.all.IdleTeams()))
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

// review weighs endpoints by what they did in a window.
type review struct {
	d       *directory
	traffic map[uint64]store.Traffic
	caused  map[uint64]int64 // failures by the culprit's endpoint
	byID    map[string]*store.EndpointRecord

	// A rule may be for an environment that the reader does not look at, and
	// what is alike may be in another one: so there are two estates.
	all, here *audit.Estate
}

func newReview(d *directory, environment string, traffic map[uint64]store.Traffic, groups []store.FailureGroup) *review {
	r := &review{d: d, traffic: traffic, caused: map[uint64]int64{}, byID: map[string]*store.EndpointRecord{}}
	for i := range groups {
		n, _ := total(&groups[i])
		r.caused[groups[i].Culprit.Endpoint] += int64(n)
	}
	var all, here []audit.Endpoint
	for i := range d.all {
		e := &d.all[i]
		p := r.weigh(e.ID, &e.Endpoint)
		r.byID[p.ID] = e
		all = append(all, p)
		if environment == "" || e.Environment == environment {
			here = append(here, p)
		}
	}
	r.all = audit.NewEstate(d.set, all)
	if r.here = r.all; len(here) < len(all) {
		r.here = audit.NewEstate(d.set, here)
	}
	return r
}

func (r *review) weigh(id uint64, e *flow.Endpoint) audit.Endpoint {
	return audit.Endpoint{ID: flow.FormatEndpointID(id), Subject: subject(e), Traffic: r.traffic[id].Spans, Failures: uint64(r.caused[id])}
}

func shareOf(s audit.Share) Share {
	return Share{Owned: int64(s.Owned), Declared: int64(s.Declared), Total: int64(s.Total)}
}

// failures adds those whose culprit is no endpoint of the list: nobody owns them.
func (r *review) failures(listed audit.Share) Share {
	s := shareOf(listed)
	for id, n := range r.caused {
		if r.byID[flow.FormatEndpointID(id)] == nil {
			s.Total += n
		}
	}
	return s
}

func (r *review) endpoint(id string) Endpoint {
	e := r.byID[id]
	return endpointOf(e, r.traffic[e.ID], r.d)
}

// unowned are the endpoints that nobody owns, with who probably does.
func (r *review) unowned(list []audit.Unowned, beside map[string][]audit.Neighbour) []UnownedEndpoint {
	out := []UnownedEndpoint{}
	for _, u := range list {
		x := UnownedEndpoint{Endpoint: r.endpoint(u.ID), FailuresCaused: int64(u.Failures), OnPurpose: u.OnPurpose,
			Rule: "  - match: " + audit.Match(&u.Subject) + "\n    owner: TEAM"}
		if ps := r.all.Propose(u.Endpoint, beside[u.ID]); len(ps) > 0 && !u.OnPurpose {
			best := &ps[0]
			x.Rule = strings.TrimRight(best.Rule, "\n")
			x.Proposal = &OwnerProposal{Team: best.Team, TeamName: best.TeamName, Confidence: best.Confidence, CatalogInfo: best.CatalogInfo}
			for _, ev := range best.Evidence {
				x.Proposal.Evidence = append(x.Proposal.Evidence, ev.Text)
			}
		}
		out = append(out, x)
	}
	return out
}

func (r *review) conflicts(list []audit.Conflict) []OwnerConflict {
	out := []OwnerConflict{}
	for _, x := range list {
		c := OwnerConflict{EndpointCount: int64(x.Endpoints), SpanCount: int64(x.Traffic), FailuresCaused: int64(x.Failures), Examples: []Endpoint{}}
		for _, e := range x.Examples {
			c.Examples = append(c.Examples, r.endpoint(e.ID))
		}
		for _, s := range x.Says {
			c.Says = append(c.Says, OwnerSaying{Team: orNil(s.Team), TeamName: r.d.name(s.Team), Source: s.Source, Origin: s.Origin,
				File: s.File, Line: int64(s.Line), Match: s.Match, Detail: s.Why, Decides: s.Decides})
		}
		out = append(out, c)
	}
	return out
}
