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

// ListEndpoints answers endpoints with their owners, the busiest first.
func (s *Server) ListEndpoints(c echo.Context, in ListEndpointsParams) error {
	p := s.params()
	var want endpointFilter
	want.team, want.kind = p.text("team", in.Team, 128), p.kind(in.Kind)
	want.owned = p.oneOf("owned", in.Owned, "", "true", "false")
	want.service, want.environment = p.text("service", in.Service, 256), p.text("environment", in.Environment, 256)
	want.text = strings.ToLower(p.text("q", in.Q, maxText))
	owners := p.oneOf("owners", in.Owners, "now", "then")
	hash := queryHash("endpoints", tenant(c), want.team, want.kind, want.owned, want.service, want.environment, want.text, owners)
	pos := p.position(in.Cursor, hash)
	limit := p.limit(in.Limit)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	to := p.now
	if p.cursor != nil {
		_, to = p.cursor.window()
	}
	traffic, err := s.deps.Endpoints.Traffic(c.Request().Context(), tenant(c), to.Add(-24*time.Hour), to)
	if err != nil {
		return err
	}
	found := want.apply(d, traffic)
	first := min(pos.Offset, len(found))
	last := min(first+limit, len(found))
	out := EndpointList{Endpoints: []Endpoint{}}
	for _, e := range found[first:last] {
		out.Endpoints = append(out.Endpoints, endpointOf(e, traffic[e.ID], d))
	}
	if last < len(found) {
		out.NextCursor = cursor{Query: hash, From: to.UnixNano(), To: to.UnixNano(), Offset: last}.encode()
	}
	return answer(c, out)
}

type endpointFilter struct{ team, kind, owned, service, environment, text string }

func (w *endpointFilter) apply(d *directory, traffic map[uint64]store.Traffic) []*store.EndpointRecord {
	var out []*store.EndpointRecord
	for i := range d.all {
		if e := &d.all[i]; w.keeps(e, d.team(e.ID, e.LastSeen)) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *store.EndpointRecord) int {
		x, y := traffic[a.ID], traffic[b.ID]
		return cmp.Or(cmp.Compare(y.Spans, x.Spans), strings.Compare(a.Service, b.Service), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (w *endpointFilter) keeps(e *store.EndpointRecord, owner string) bool {
	switch {
	case w.owned == "true" && owner == "", w.owned == "false" && owner != "",
		w.team != "" && owner != w.team,
		w.kind != "" && e.Kind.String() != w.kind,
		w.service != "" && e.Service != w.service,
		w.environment != "" && e.Environment != w.environment:
		return false
	}
	return w.text == "" || slices.ContainsFunc([]string{e.Service, e.Operation, e.Destination, e.Workflow, e.Host, e.System},
		func(s string) bool { return strings.Contains(strings.ToLower(s), w.text) })
}

func endpointOf(e *store.EndpointRecord, t store.Traffic, d *directory) Endpoint {
	o := d.owner(e.ID)
	team := d.team(e.ID, e.LastSeen)
	if team != o.Team {
		o.Source = "history"
	}
	// All that a rule can be matched with, so that others can resolve owners too.
	as := subject(&e.Endpoint)
	attributes := map[string]string{}
	for _, a := range as.Attrs {
		attributes[a.Key] = a.Value
	}
	return Endpoint{ID: flow.FormatEndpointID(e.ID), Tenant: as.Tenant, Service: as.Service, Namespace: as.Namespace, Environment: as.Environment,
		Kind: as.Kind, System: as.System, Operation: as.Operation, Route: as.Route, Destination: as.Destination, Workflow: as.Workflow,
		Host: as.Host, Role: as.Role, Attributes: attributes,
		Owner: orNil(team), OwnerName: d.name(team), OwnerSource: o.Source,
		FirstSeen: unixTime(e.FirstSeen), LastSeen: unixTime(e.LastSeen), SpanCount: int64(t.Spans), ErrorCount: int64(t.Errors)}
}

// ExplainOwner answers who owns an endpoint and why.
func (s *Server) ExplainOwner(c echo.Context, id string) error {
	p := s.params()
	endpoint := p.endpointID("id", id)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, "now")
	if err != nil {
		return err
	}
	e := d.find(endpoint)
	if e == nil {
		return notFound("id", "There is no endpoint "+id+".", "/api/v1/endpoints lists those that were seen.")
	}
	traffic, err := s.deps.Endpoints.Traffic(c.Request().Context(), tenant(c), p.now.Add(-24*time.Hour), p.now)
	if err != nil {
		return err
	}
	return answer(c, explain(e, traffic[endpoint], d))
}

func explain(e *store.EndpointRecord, t store.Traffic, d *directory) OwnerExplanation {
	x := d.set.Explain(subject(&e.Endpoint))
	out := OwnerExplanation{Endpoint: endpointOf(e, t, d), Team: orNil(x.Owner.Team), TeamName: d.name(x.Owner.Team),
		Source: x.Owner.Source, Detail: x.Owner.Why, Candidates: []OwnerCandidate{}, NearMisses: []string{}}
	for _, m := range x.Matched {
		out.Candidates = append(out.Candidates, OwnerCandidate{Team: m.Owner, Source: "rule", Decided: m.Won, Detail: m.Why})
	}
	for _, m := range x.Claims {
		out.Candidates = append(out.Candidates, OwnerCandidate{Team: m.Owner, Source: "catalogue", Decided: m.Won,
			Detail: m.Origin + ", " + m.Entity + ": " + m.Why})
	}
	for _, a := range x.Attributes {
		if a.Team != "" {
			out.Candidates = append(out.Candidates, OwnerCandidate{Team: a.Team, Source: "attribute", Decided: a.Won,
				Detail: a.Key + " is " + a.Value + ": " + a.Why})
		}
	}
	// What decided comes first, whatever the order of authority.
	slices.SortStableFunc(out.Candidates, func(a, b OwnerCandidate) int {
		switch {
		case a.Decided == b.Decided:
			return 0
		case a.Decided:
			return -1
		}
		return 1
	})
	for _, n := range x.NearMisses {
		out.NearMisses = append(out.NearMisses, n.Why)
	}
	for _, cand := range out.Candidates {
		out.Conflict = out.Conflict || cand.Team != out.Candidates[0].Team
	}
	return out
}
