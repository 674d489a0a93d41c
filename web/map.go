package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

const (
	// mapFlows bounds what a map is drawn from, so that it takes no longer in a
	// window of millions of flows: what one flow in ten thousand does shows.
	mapFlows = 20_000
	// maxEdges is more than a drawing can show.
	maxEdges = 2000
)

// GetMap answers who calls whom in the flows of the window.
func (s *Server) GetMap(c echo.Context, in GetMapParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	by, owners := p.oneOf("by", in.By, "service", "team"), p.oneOf("owners", in.Owners, "now", "then")
	team := p.text("team", in.Team, 128)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	d.touching(&f, team, "")
	ctx := c.Request().Context()
	drawn, err := s.deps.Sums.FlowMap(ctx, f, d.moments(f.From), mapFlows)
	if err != nil {
		return err
	}
	var ids []uint64
	for i := range drawn.Pairs {
		ids = append(ids, drawn.Pairs[i].From, drawn.Pairs[i].To)
	}
	if err := s.meet(ctx, f.Tenant, ids, d); err != nil {
		return err
	}
	out := newMapper(d, by, team).draw(drawn.Pairs)
	out.From, out.To, out.SampledFlows, out.FlowCount = Time{f.From}, Time{f.To}, int64(drawn.Drawn), int64(drawn.All)
	return answer(c, out)
}

// mapper sums hand-offs up by the parties at their ends.
type mapper struct {
	d        *directory
	by, team string
	nodes    map[string]*MapNode
	edges    map[edgeKey]*edge
	outside  outsiders
	calls    map[uint64]bool // callers of parties outside
}

type edgeKey struct {
	from, to string
	kind     flow.Kind
}

type edge struct {
	MapEdge
	pairs map[[2]uint64]struct{}
}

// mapParty is an end of an edge.
type mapParty struct {
	id         uint64 // of an endpoint, 0 for one of several
	name, team string
}

func newMapper(d *directory, by, team string) *mapper {
	return &mapper{d: d, by: by, team: team, nodes: map[string]*MapNode{}, edges: map[edgeKey]*edge{}, outside: outsidersOf(d.all), calls: map[uint64]bool{}}
}

func (m *mapper) draw(pairs []store.HandedPair) Map {
	for i := range pairs {
		if to := m.d.find(pairs[i].To); to != nil && isOutside(to) {
			m.calls[pairs[i].From] = true
		}
	}
	for i := range pairs {
		m.add(&pairs[i])
	}
	return m.drawing()
}

// add draws a hand-off from its first party through the channel to its last.
func (m *mapper) add(h *store.HandedPair) {
	a, b := m.d.find(h.From), m.d.find(h.To)
	switch {
	case a != nil && b != nil:
		kind := flow.KindBetween(&a.Endpoint, &b.Endpoint)
		from, to := m.party(a, h.At), m.party(b, h.At)
		if kind != flow.Event && kind != flow.Queue {
			m.step(h, kind, from, to)
			return
		}
		channel := m.channel(b, kind, h.At)
		m.step(h, kind, from, channel)
		m.step(h, kind, channel, to)
	case a != nil && (a.Kind == flow.Event || a.Kind == flow.Queue):
		m.step(h, a.Kind, m.party(a, h.At), m.channel(a, a.Kind, h.At))
	case a != nil:
		if to, ok := m.outsider(a, h.At); ok {
			m.step(h, a.Kind, m.party(a, h.At), to)
		}
	case b != nil && h.From == 0:
		m.step(h, b.Kind, m.channel(b, b.Kind, h.At), m.party(b, h.At))
	}
}

func (m *mapper) party(e *store.EndpointRecord, at int64) mapParty {
	return mapParty{e.ID, partyName(&e.Endpoint), m.d.team(e.ID, at)}
}

func (m *mapper) channel(of *store.EndpointRecord, kind flow.Kind, at int64) mapParty {
	c := of.ChannelOf()
	c.Kind = kind
	id := c.ID()
	m.d.know(id, &c)
	return mapParty{id, partyName(&c), m.d.team(id, at)}
}

// outsider is the party outside that an endpoint calls. Where nothing tells
// which of several it is, it is one of them; where nothing tells that it calls
// any of them, nobody is known.
func (m *mapper) outsider(caller *store.EndpointRecord, at int64) (mapParty, bool) {
	var parties []mapParty
	for _, e := range m.outside.of(caller) {
		p := m.party(e, at)
		if i, there := slices.BinarySearchFunc(parties, p.name, func(p mapParty, name string) int { return strings.Compare(p.name, name) }); !there {
			parties = slices.Insert(parties, i, p)
		}
	}
	if len(parties) == 0 || len(parties) > 1 && !m.calls[caller.ID] {
		return mapParty{}, false
	}
	one := parties[0]
	for i, p := range parties[1:] {
		one.id = 0
		switch {
		case i < 2:
			one.name += " or " + p.name
		case i == 2:
			one.name += " or others"
		}
		if p.team != one.team {
			one.team = ""
		}
	}
	return one, true
}

func (m *mapper) step(h *store.HandedPair, kind flow.Kind, from, to mapParty) {
	if m.team != "" && from.team != m.team && to.team != m.team {
		return
	}
	k := edgeKey{m.node(from), m.node(to), kind}
	e := m.edges[k]
	if e == nil {
		e = &edge{MapEdge{From: k.from, To: k.to, Kind: kind.String()}, map[[2]uint64]struct{}{}}
		m.edges[k] = e
	}
	e.Count += int64(h.Count)
	e.Errors += int64(h.Failed)
	e.Handoff = e.Handoff || from.team != to.team
	e.pairs[[2]uint64{from.id, to.id}] = struct{}{}
}

// node finds or makes the node of a party. A node's team is null when its
// endpoints have several.
func (m *mapper) node(p mapParty) string {
	id, name := "team:"+p.team, m.d.name(p.team)
	if m.by == "service" {
		id, name = "service:"+p.name, p.name
	}
	n := m.nodes[id]
	if n == nil {
		m.nodes[id] = &MapNode{ID: id, Name: name, Team: orNil(p.team)}
	} else if n.Team != nil && *n.Team != p.team {
		n.Team = nil
	}
	return id
}

// drawing has the busiest edges. Where there are too many, those on which
// something failed stay before any other.
func (m *mapper) drawing() Map {
	out := Map{Nodes: []MapNode{}, Edges: []MapEdge{}}
	for _, e := range m.edges {
		e.Interactions = int64(len(e.pairs))
		out.Edges = append(out.Edges, e.MapEdge)
	}
	busiest := func(a, b MapEdge) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Kind, b.Kind))
	}
	if out.Truncated = len(out.Edges) > maxEdges; out.Truncated {
		slices.SortFunc(out.Edges, func(a, b MapEdge) int { return cmp.Or(cmp.Compare(min(b.Errors, 1), min(a.Errors, 1)), busiest(a, b)) })
		out.Edges = out.Edges[:maxEdges]
	}
	slices.SortFunc(out.Edges, busiest)
	shown := map[string]bool{}
	for _, e := range out.Edges {
		shown[e.From], shown[e.To] = true, true
	}
	for id := range shown {
		out.Nodes = append(out.Nodes, *m.nodes[id])
	}
	slices.SortFunc(out.Nodes, func(a, b MapNode) int { return strings.Compare(a.ID, b.ID) })
	return out
}
