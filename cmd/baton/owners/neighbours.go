package owners

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"github.com/baton-observability/baton/ownership/audit"
)

// edge is who hands to whom on Baton's map.
type edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Kind string `json:"kind"`
}

// edges are those of the map by service.
func (c *client) edges(ctx context.Context, since time.Time, environment string) ([]edge, error) {
	q := url.Values{"by": {"service"}, "from": {since.UTC().Format(time.RFC3339Nano)}}
	if environment != "" {
		q.Set("environment", environment)
	}
	var out struct {
		Edges []edge `json:"edges"`
	}
	err := c.get(ctx, "/api/v1/map", q, &out)
	return out.Edges, err
}

// node is what the map calls an endpoint.
func (e *endpoint) node() string {
	return "service:" + cmp.Or(e.Service, e.Destination, e.Host, e.Workflow)
}

// neighbourhood tells whom services deal with, by their nodes.
type neighbourhood map[string][]audit.Neighbour

func neighboursOf(listed []endpoint, edges []edge) neighbourhood {
	at := map[string]audit.Endpoint{} // of each node, one with an owner if there is any
	channel := map[string]bool{}
	for i := range listed {
		e := &listed[i]
		n := e.node()
		if _, ok := at[n]; !ok || deref(e.Owner) != "" {
			at[n] = e.audit()
		}
		channel[n] = e.Role == "channel"
	}
	next := map[string][]edge{}
	for _, x := range edges {
		next[x.From] = append(next[x.From], x)
	}
	out := neighbourhood{}
	note := func(from, to, kind string) {
		there, back := "calls it", "is called by it"
		if kind == "event" || kind == "queue" {
			there, back = "sends to it", "receives from it"
		}
		if p, ok := at[from]; ok {
			out[to] = append(out[to], audit.Neighbour{Verb: there, Endpoint: p})
		}
		if p, ok := at[to]; ok {
			out[from] = append(out[from], audit.Neighbour{Verb: back, Endpoint: p})
		}
	}
	for _, x := range edges {
		switch {
		case channel[x.From]: // comes from who sends to it
		case !channel[x.To]:
			note(x.From, x.To, x.Kind)
		default: // who runs a topic says nothing of who sends and reads
			for _, y := range next[x.To] {
				note(x.From, y.To, x.Kind)
			}
		}
	}
	return out
}
