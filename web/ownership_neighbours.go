package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership/audit"
	"github.com/baton-observability/baton/store"
)

// neighbourFlows and neighbourSpans bound what is read to see with whom unowned
// endpoints deal: the first flows tell nearly as much as all.
const (
	neighbourFlows = 60
	neighbourSpans = 10_000
)

// neighbours are the endpoints that unowned ones deal with in their newest
// flows, by the unowned one's id. The first of the list come first.
func (s *Server) neighbours(c echo.Context, f store.FlowFilter, r *review, unowned []audit.Unowned) (map[string][]audit.Neighbour, error) {
	f.Endpoints = []uint64{}
	wanted := map[string]bool{}
	for _, u := range unowned {
		f.Endpoints = append(f.Endpoints, r.byID[u.ID].ID)
		wanted[u.ID] = true
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	ctx := c.Request().Context()
	samples, err := s.deps.Sums.FlowSamples(ctx, f)
	if err != nil {
		return nil, err
	}
	told, err := s.tell(ctx, f.Tenant, turns(f.Endpoints, samples, neighbourFlows), neighbourSpans)
	if err != nil {
		return nil, err
	}
	b := beside{r: r, wanted: wanted, seen: map[[2]uint64]bool{}, of: map[string][]audit.Neighbour{}}
	for _, wide := range told.wide {
		b.add(flow.Assemble(wide))
	}
	return b.of, nil
}

// beside gathers the other sides of the hops of endpoints, each once.
type beside struct {
	r      *review
	wanted map[string]bool
	seen   map[[2]uint64]bool
	of     map[string][]audit.Neighbour
}

func (b *beside) add(story *flow.Story) {
	for i := range story.Hops {
		h := &story.Hops[i]
		there, back := "calls it", "is called by it"
		if h.Kind == flow.Event || h.Kind == flow.Queue {
			there, back = "sends to it", "receives from it"
		}
		for k := range h.Parties {
			for n := range h.Parties {
				// Who runs a topic says nothing of who sends and reads.
				if neighbour := &h.Parties[n]; n < k && neighbour.Role != flow.Channel {
					b.note(&h.Parties[k], neighbour, there)
				} else if n > k && neighbour.Role != flow.Channel {
					b.note(&h.Parties[k], neighbour, back)
				}
			}
		}
	}
}

func (b *beside) note(of, neighbour *flow.Party, verb string) {
	id, pair := flow.FormatEndpointID(of.ID), [2]uint64{of.ID, neighbour.ID}
	if b.wanted[id] && !b.seen[pair] {
		b.seen[pair] = true
		b.of[id] = append(b.of[id], audit.Neighbour{Verb: verb, Endpoint: b.r.weigh(neighbour.ID, &neighbour.Endpoint)})
	}
}

// turns takes flows of one endpoint after the other: the first flow of each,
// then the second of each.
func turns(endpoints []uint64, flows map[uint64][]flow.FlowID, most int) []flow.FlowID {
	var out []flow.FlowID
	for turn, left := 0, true; left; turn++ {
		left = false
		for _, e := range endpoints {
			if fs := flows[e]; turn < len(fs) {
				left = true
				if len(out) < most && !slices.Contains(out, fs[turn]) {
					out = append(out, fs[turn])
				}
			}
		}
	}
	return out
}
