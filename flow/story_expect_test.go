package flow

import (
	"strings"
	"testing"
	"time"
)

// expectations are a tale's: what is expected after a sender, and how long
// things usually take.
type expectations struct {
	after  map[uint64][]Expectation
	usual  map[Measured]Usual
	always map[uint64][]Expectation
	quiet  map[string]bool
}

func (e expectations) After(endpoint uint64) ([]Expectation, bool) {
	next, ok := e.after[endpoint]
	return next, ok
}

func (e expectations) Usual(m Measured) (Usual, bool) {
	u, ok := e.usual[m]
	return u, ok
}

func (e expectations) Quiet(service string, _ int64) bool { return e.quiet[service] }

func (e expectations) Always(_, endpoint uint64) []Expectation { return e.always[endpoint] }

func (c *tale) expectations(t testing.TB, facts []*Facts) Expectations {
	find := func(id string) *Facts {
		for _, f := range facts {
			if label(f.ID) == id {
				return f
			}
		}
		return nil
	}
	out := expectations{after: map[uint64][]Expectation{}, usual: map[Measured]Usual{}, always: map[uint64][]Expectation{}, quiet: map[string]bool{c.Silent: true}}
	for from, e := range c.Expect {
		sender := find(from)
		if sender == nil {
			t.Fatalf("no span %q", from)
		}
		next := Expectation{Sent: 100, Taken: 100, Patience: e.Patience}
		if e.By == "" {
			out.after[sender.EndpointID] = []Expectation{}
			continue
		}
		if f := find(e.By); f != nil {
			next.Next, next.NextID = f.Endpoint, f.EndpointID
		} else {
			next.Next = Endpoint{Environment: "prod", Service: e.By, Kind: sender.Kind, System: sender.System, Destination: sender.Destination, Role: Consumer}
			next.NextID = next.Next.ID()
		}
		out.after[sender.EndpointID] = append(out.after[sender.EndpointID], next)
	}
	for _, step := range c.Always {
		caller, callee, _ := strings.Cut(step, ">")
		next := Expectation{NextID: 1, Next: Endpoint{Service: find(caller).Endpoint.Service, Operation: callee}}
		if f := find(callee); f != nil {
			next.NextID, next.Next = f.EndpointID, f.Endpoint
		}
		out.always[find(caller).EndpointID] = append(out.always[find(caller).EndpointID], next)
	}
	// The first span of a tale is the entry of its flow.
	for what, figures := range c.Usual {
		u := usualOf(t, figures)
		from, to, pair := strings.Cut(what, ">")
		switch {
		case what == "flow":
			out.usual[Measured{WholeFlow, facts[0].EndpointID, 0}] = u
		case pair && find(to).Step == Serve:
			out.usual[Measured{Transfer, find(from).EndpointID, find(to).EndpointID}] = u
		case pair:
			out.usual[Measured{Wait, find(from).EndpointID, find(to).EndpointID}] = u
		default:
			out.usual[Measured{Callee, facts[0].EndpointID, find(what).EndpointID}] = u
		}
	}
	return out
}

func usualOf(t testing.TB, figures string) Usual {
	times, n, _ := strings.Cut(figures, "*")
	mid, most, _ := strings.Cut(times, "/")
	return Usual{N: uint64(number64(t, n)), Mid: time.Duration(number64(t, mid)) * time.Millisecond, Most: time.Duration(number64(t, most)) * time.Millisecond}
}
