package web

import (
	"cmp"
	"slices"

	"github.com/baton-observability/baton/flow"
)

// joinsOf says why each trace of a flow but the first belongs to it: the same
// rules that joined it are run again over its own spans. A trace that nothing
// ties any more, because its spans are gone, is left out.
func joinsOf(wide []flow.Wide) []Join {
	nodes := segmentsOf(wide)
	joined := flow.Partition(nodes, flow.DefaultLimits(), nil)
	type tie struct {
		to flow.TraceID
		j  flow.Join
	}
	ties := map[flow.TraceID][]tie{}
	for _, j := range joined.Joins {
		a, b := nodes[j.A].ID.Trace, nodes[j.B].ID.Trace
		if a != b {
			ties[a] = append(ties[a], tie{b, j})
			ties[b] = append(ties[b], tie{a, j})
		}
	}
	out := []Join{}
	seen := map[flow.TraceID]bool{}
	// From the earliest trace outwards, so that each trace is explained by one
	// that was explained before it.
	for _, n := range nodes {
		if seen[n.ID.Trace] {
			continue
		}
		seen[n.ID.Trace] = true
		for queue := []flow.TraceID{n.ID.Trace}; len(queue) > 0; queue = queue[1:] {
			for _, t := range ties[queue[0]] {
				if !seen[t.to] {
					seen[t.to] = true
					queue = append(queue, t.to)
					out = append(out, Join{TraceID: t.to.String(), Because: because(nodes, t.j, queue[0])})
				}
			}
		}
	}
	return out
}

// segmentsOf cuts the flow's traces as the joiner does, the earliest first.
func segmentsOf(wide []flow.Wide) []flow.Node {
	var nodes []flow.Node
	at := map[spanRef]int{}
	for _, w := range wide {
		spans := narrow(w.Facts)
		segments := flow.Cut(w.Trace, spans)
		for i := range segments {
			g := &segments[i]
			g.Shared = g.Shared || w.Shared
			nodes = append(nodes, flow.Node{Segment: g})
		}
		for n := len(nodes) - len(segments); n < len(nodes); n++ {
			for _, i := range nodes[n].Spans {
				at[spanRef{w.Trace, spans[i].ID}] = n
			}
		}
	}
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(nodes[a].Start, nodes[b].Start) })
	place := make([]int, len(nodes))
	sorted := make([]flow.Node, len(nodes))
	for to, from := range order {
		place[from], sorted[to] = to, nodes[from]
	}
	for n := range sorted {
		for _, l := range sorted[n].Segment.Links {
			if m, ok := at[spanRef{l.Trace, l.Span}]; ok && !slices.Contains(sorted[n].Links, place[m]) {
				sorted[n].Links = append(sorted[n].Links, place[m])
			}
		}
	}
	return sorted
}

func because(nodes []flow.Node, j flow.Join, from flow.TraceID) JoinReason {
	switch {
	case j.Key != "":
		return JoinReason{Key: &j.Key, Value: &j.Value}
	case j.Link:
		text := from.String()
		for _, n := range []int{j.A, j.B} {
			for _, l := range nodes[n].Segment.Links {
				if l.Trace == nodes[j.A+j.B-n].ID.Trace {
					text = l.Trace.String() + "/" + l.Span.String()
				}
			}
		}
		return JoinReason{Link: &text}
	}
	text := message(nodes[j.A].Segment, nodes[j.B].Segment)
	return JoinReason{Message: &text}
}

// message is the identity, as a hash, of a message that both segments handled.
func message(a, b *flow.Segment) string {
	for _, list := range [][]uint64{a.Sent, a.Taken} {
		for _, m := range list {
			if slices.Contains(b.Sent, m) || slices.Contains(b.Taken, m) {
				return flow.FormatEndpointID(m)
			}
		}
	}
	return "unknown"
}
