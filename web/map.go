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
	// mapFlows and mapSpans bound the sample that a map is drawn from: enough
	// that a path taken by one flow in fifty shows, and read within a second.
	mapFlows = 200
	mapSpans = 20_000
	// maxEdges is more than a drawing can show.
	maxEdges = 2000
)

// GetMap answers who calls whom, drawn from the newest flows of the window.
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
	flows, err := s.deps.Flows.ListFlows(ctx, store.FlowQuery{FlowFilter: f, Limit: mapFlows})
	if err != nil {
		return err
	}
	ids := make([]flow.FlowID, len(flows))
	for i := range flows {
		ids[i] = flows[i].ID
	}
	told, err := s.tell(ctx, tenant(c), ids, mapSpans)
	if err != nil {
		return err
	}
	m := newMapper(d, by, team)
	for _, wide := range told.wide {
		m.add(flow.Assemble(wide))
	}
	out := m.draw()
	out.From, out.To, out.SampledFlows = Time{f.From}, Time{f.To}, int64(len(told.wide))
	return answer(c, out)
}

// mapper sums hops up by the parties at their ends.
type mapper struct {
	d        *directory
	by, team string
	nodes    map[string]*MapNode
	edges    map[edgeKey]*edge
}

type edgeKey struct {
	from, to string
	kind     flow.Kind
}

type edge struct {
	MapEdge
	pairs map[[2]uint64]struct{}
}

func newMapper(d *directory, by, team string) *mapper {
	return &mapper{d: d, by: by, team: team, nodes: map[string]*MapNode{}, edges: map[edgeKey]*edge{}}
}

func (m *mapper) add(story *flow.Story) {
	for i := range story.Hops {
		h := &story.Hops[i]
		// A hop leads from its first party through the channel to its last.
		for k := 1; k < len(h.Parties); k++ {
			m.step(h, &h.Parties[k-1], &h.Parties[k])
		}
	}
}

func (m *mapper) step(h *flow.Hop, a, b *flow.Party) {
	at := h.Start + h.Duration
	m.d.know(a.ID, &a.Endpoint)
	m.d.know(b.ID, &b.Endpoint)
	from, to := m.d.team(a.ID, at), m.d.team(b.ID, at)
	if m.team != "" && from != m.team && to != m.team {
		return
	}
	k := edgeKey{m.node(a, from), m.node(b, to), h.Kind}
	e := m.edges[k]
	if e == nil {
		e = &edge{MapEdge{From: k.from, To: k.to, Kind: h.Kind.String()}, map[[2]uint64]struct{}{}}
		m.edges[k] = e
	}
	e.Count++
	switch h.Outcome {
	case flow.FailedHop, flow.TimedOut, flow.DeadLettered, flow.Stuck:
		e.Errors++
	}
	e.Handoff = e.Handoff || from != to
	e.pairs[[2]uint64{a.ID, b.ID}] = struct{}{}
}

// node finds or makes the node of a party. A node's team is null when its
// endpoints have several.
func (m *mapper) node(p *flow.Party, team string) string {
	id, name := "team:"+team, m.d.name(team)
	if m.by == "service" {
		name = partyName(&p.Endpoint)
		id = "service:" + name
	}
	n := m.nodes[id]
	if n == nil {
		m.nodes[id] = &MapNode{ID: id, Name: name, Team: orNil(team)}
	} else if n.Team != nil && *n.Team != team {
		n.Team = nil
	}
	return id
}

func (m *mapper) draw() Map {
	out := Map{Nodes: []MapNode{}, Edges: []MapEdge{}}
	for _, e := range m.edges {
		e.Interactions = int64(len(e.pairs))
		out.Edges = append(out.Edges, e.MapEdge)
	}
	slices.SortFunc(out.Edges, func(a, b MapEdge) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Kind, b.Kind))
	})
	out.Truncated = len(out.Edges) > maxEdges
	out.Edges = out.Edges[:min(len(out.Edges), maxEdges)]
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
