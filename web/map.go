package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
)

// maxEdges is more than a drawing can show.
const maxEdges = 2000

// GetMap answers who calls whom.
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
	rows, err := s.deps.Endpoints.Interactions(c.Request().Context(), f.Tenant, f.Environment, f.From, f.To)
	if err != nil {
		return err
	}
	out := draw(rows, d, by, team, f.To.UnixNano())
	out.From, out.To = Time{f.From}, Time{f.To}
	return answer(c, out)
}

type edgeKey struct {
	from, to string
	kind     flow.Kind
}

// draw sums interactions up by the parties at their ends. A node's team is null
// when its endpoints have several.
func draw(rows []InteractionRecord, d *directory, by, team string, at int64) Map {
	nodes, edges := map[string]*MapNode{}, map[edgeKey]*MapEdge{}
	for _, r := range rows {
		from, to := d.team(r.Caller, at), d.team(r.Callee, at)
		if team != "" && from != team && to != team {
			continue
		}
		a, b := d.node(nodes, r.Caller, from, by), d.node(nodes, r.Callee, to, by)
		k := edgeKey{a, b, r.Kind}
		e := edges[k]
		if e == nil {
			e = &MapEdge{From: a, To: b, Kind: r.Kind.String()}
			edges[k] = e
		}
		e.Interactions++
		e.Count += int64(r.Count)
		e.Errors += int64(r.Errors)
		e.Handoff = e.Handoff || from != to
	}
	out := Map{Nodes: []MapNode{}, Edges: []MapEdge{}}
	for _, e := range edges {
		out.Edges = append(out.Edges, *e)
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
		out.Nodes = append(out.Nodes, *nodes[id])
	}
	slices.SortFunc(out.Nodes, func(a, b MapNode) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (d *directory) node(nodes map[string]*MapNode, endpoint uint64, team, by string) string {
	id, name := "team:"+team, d.name(team)
	if by == "service" {
		name = "unknown"
		if e := d.byID[endpoint]; e != nil {
			name = partyName(&e.Endpoint)
		}
		id = "service:" + name
	}
	n := nodes[id]
	if n == nil {
		nodes[id] = &MapNode{ID: id, Name: name, Team: orNil(team)}
	} else if n.Team != nil && *n.Team != team {
		n.Team = nil
	}
	return id
}
