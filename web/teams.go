package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// teamRefs are all teams that are declared or own something, by id.
func (d *directory) teamRefs() []TeamRef {
	names := map[string]string{}
	for _, t := range d.set.Teams() {
		names[t.ID] = d.name(t.ID)
	}
	for i := range d.all {
		if t := d.owner(d.all[i].ID).Team; t != "" {
			names[t] = d.name(t)
		}
	}
	out := make([]TeamRef, 0, len(names))
	for id, name := range names {
		out = append(out, TeamRef{ID: id, Name: name})
	}
	slices.SortFunc(out, func(a, b TeamRef) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// teamFigures are what lists say of each team; "" stands for nobody.
type teamFigures struct {
	endpoints, caused map[string]int64
}

func (s *Server) teamFigures(c echo.Context, f store.FlowFilter, d *directory) (teamFigures, error) {
	f.Verdicts = failing
	prints, err := s.deps.Sums.Footprints(c.Request().Context(), f, d.moments(f.From))
	if err != nil {
		return teamFigures{}, err
	}
	t := teamFigures{map[string]int64{}, map[string]int64{}}
	for i := range d.all {
		if e := &d.all[i]; f.Environment == "" || e.Environment == f.Environment {
			t.endpoints[d.team(e.ID, f.To.UnixNano()-1)]++
		}
	}
	for i := range prints {
		if p := &prints[i]; p.Culprit != 0 {
			t.caused[d.team(p.Culprit, p.At)] += int64(p.Count)
		}
	}
	return t, nil
}

func (d *directory) teamOf(id string, t teamFigures) Team {
	out := Team{ID: id, Name: d.name(id), Contacts: map[string]string{}, EndpointCount: t.endpoints[id], FailuresCaused: t.caused[id]}
	if declared, ok := d.set.Team(id); ok {
		out.Runbook = declared.Runbook
		for channel, address := range declared.Contacts {
			out.Contacts[channel] = address
		}
	}
	return out
}

// ListTeams answers teams by id.
func (s *Server) ListTeams(c echo.Context, in ListTeamsParams) error {
	p := s.params()
	team, owners := p.text("team", in.Team, 128), p.oneOf("owners", in.Owners, "now", "then")
	hash := queryHash("teams", tenant(c), deref(in.From), deref(in.To), deref(in.Environment), team, owners)
	pos := p.position(in.Cursor, hash)
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	limit := p.limit(in.Limit)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	figures, err := s.teamFigures(c, f, d)
	if err != nil {
		return err
	}
	refs := d.teamRefs()
	if team != "" {
		refs = slices.DeleteFunc(refs, func(r TeamRef) bool { return r.ID != team })
	}
	// Teams come and go while people page, so the position is an id.
	first, _ := slices.BinarySearchFunc(refs, pos.ID, func(r TeamRef, id string) int {
		if r.ID <= id {
			return -1
		}
		return 1
	})
	last := min(first+limit, len(refs))
	out := TeamList{Teams: []Team{}, Unowned: Unowned{EndpointCount: figures.endpoints[""], FailuresCaused: figures.caused[""]}}
	for _, r := range refs[first:last] {
		out.Teams = append(out.Teams, d.teamOf(r.ID, figures))
	}
	if last < len(refs) {
		out.NextCursor = cursor{Query: hash, From: f.From.UnixNano(), To: f.To.UnixNano(), ID: refs[last-1].ID}.encode()
	}
	return answer(c, out)
}

// GetTeam answers one team.
func (s *Server) GetTeam(c echo.Context, id string, in GetTeamParams) error {
	p := s.params()
	id = p.text("id", &id, 128)
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
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
	figures, err := s.teamFigures(c, f, d)
	if err != nil {
		return err
	}
	t := d.teamOf(id, figures)
	out := TeamDetail{ID: t.ID, Name: t.Name, Contacts: t.Contacts, Runbook: t.Runbook, EndpointCount: t.EndpointCount,
		FailuresCaused: t.FailuresCaused, Services: d.services(id, f),
		Escalation: []EscalationStep{}}
	if declared, ok := d.set.Team(id); ok {
		out.Parent = orNil(declared.Parent)
		for _, step := range declared.Escalation {
			out.Escalation = append(out.Escalation, EscalationStep{AfterNs: int64(step.After), To: step.To})
		}
	}
	return answer(c, out)
}

// services are those with an endpoint that the team owns.
func (d *directory) services(team string, f store.FlowFilter) []string {
	out := []string{}
	for i := range d.all {
		e := &d.all[i]
		if e.Service != "" && (f.Environment == "" || e.Environment == f.Environment) && d.owner(e.ID).Team == team {
			out = append(out, e.Service)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// kind reads an optional hop kind.
func (p *params) kind(raw *string) string {
	s := strings.ToLower(p.text("kind", raw, 32))
	if s == "" {
		return ""
	}
	if _, err := flow.ParseKind(s); err != nil {
		p.fail("kind", "is unknown", "Use one of: api, event, queue, workflow, db, internal.")
	}
	return s
}
