package joinerextension

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	shop "github.com/baton-observability/baton/cmd/baton/demo/estate"
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/flow"
)

// rushed is what a rush comes to.
type rushed struct {
	flows   map[string]flow.Flow // by their traces
	sent    uint64               // hand-overs that were learned
	stalled int                  // flows that were ever called so
}

// rush plays the demo's flows as fast as they go, while the joiner is killed and its store refuses what is asked of it.
func rush(t *testing.T, seed uint64, flows, kills int) rushed {
	t.Helper()
	x, err := flow.NewExtractor(flow.Rules{Keys: []string{"order.id"}})
	if err != nil {
		t.Fatal(err)
	}
	p := &truthPlay{t: t, x: x, store: newLeanStore(), now: truthStart, rng: rand.New(rand.NewPCG(seed, 9))}
	world := shop.NewWorld(shop.NewPlanner(seed, truthStart.Add(-time.Minute), 50, 0.02), 1)
	queue := requests(world, flows)
	ctx := context.Background()
	var w *worker
	restart := func() { w = &worker{stats: &counters{}, make: p.newJoiner} }
	restart()
	step := func() {
		for range 20 {
			if n, err := w.step(ctx); n == 0 && err == nil {
				return
			}
		}
	}
	until := map[int]time.Time{} // process -> when its exporter tries again
	for sent, all := 0, len(queue); len(queue) > 0; {
		p.now = p.now.Add(50 * time.Millisecond)
		var facts []flow.Facts
		for range 3 {
			i := slices.IndexFunc(queue, func(r request) bool { return !until[r.process].After(p.now) })
			if i < 0 {
				break
			}
			facts = append(facts, p.read(world.AppendRequest(nil, queue[i].process, queue[i].spans))...)
			queue = slices.Delete(queue, i, i+1)
			if sent++; sent*(kills+1)/all == (sent-1)*(kills+1)/all {
				continue
			}
			if p.rng.IntN(3) == 0 {
				p.store.fail = 20
				continue
			}
			p.store.torn = p.rng.IntN(4) // dies in the middle of a write
			_, _ = w.step(ctx)
			p.store.torn = 0
			p.now = p.now.Add(time.Second + time.Duration(p.rng.IntN(2000))*time.Millisecond)
			restart()
			p.store.deaf = 20
			for n := range world.Processes() {
				if p.rng.IntN(2) == 0 {
					until[n] = p.now.Add(time.Duration(p.rng.IntN(6000)) * time.Millisecond)
				}
			}
		}
		if len(facts) > 0 {
			if err := p.store.commit(p.now, facts...); err != nil {
				t.Fatal(err)
			}
		}
		step()
	}
	p.store.deaf = 0
	for range 60 {
		p.now = p.now.Add(2 * time.Second)
		step()
	}
	out := rushed{flows: map[string]flow.Flow{}, stalled: len(p.store.stalled)}
	for _, s := range w.joiner.tenants[""].learnt.Senders {
		out.sent += s.Sent
	}
	for _, a := range p.answers() {
		slices.Sort(a.Traces)
		id, _ := flow.ParseFlowID(a.ID)
		out.flows[strings.Join(a.Traces, " ")] = p.store.flows[id]
	}
	return out
}

// request is what a process sends at once.
type request struct {
	process int
	spans   []sim.Span
}

func requests(world *shop.World, flows int) (out []request) {
	var spans []sim.Span
	for range flows {
		spans = append(spans, world.Next().Spans...)
	}
	slices.SortStableFunc(spans, func(a, b sim.Span) int { return int(a.End/1e7 - b.End/1e7) })
	queues := make([][]sim.Span, world.Processes())
	for _, s := range spans {
		q := append(queues[s.Process], s)
		if len(q) == 512 {
			out, q = append(out, request{s.Process, q}), nil
		}
		queues[s.Process] = q
	}
	for p, q := range queues {
		if len(q) > 0 {
			out = append(out, request{p, q})
		}
	}
	return out
}

// Kills change nothing: what was learned before them is not lost and does not count twice, and a flow that is judged
// again is held against what was known when it came.
func TestKillsChangeNoVerdict(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			want, got := rush(t, seed, 2000, 0), rush(t, seed, 2000, 8+12*int(seed))
			if len(got.flows) != len(want.flows) {
				t.Errorf("%d flows, want %d", len(got.flows), len(want.flows))
			}
			if got.sent < want.sent*99/100 || got.sent > want.sent*101/100 {
				t.Errorf("%d hand-overs were learned, want %d", got.sent, want.sent)
			}
			if got.stalled > want.stalled {
				t.Errorf("%d flows were called stalled, want %d: their spans waited with their senders", got.stalled, want.stalled)
			}
			count := map[flow.Verdict]int{}
			for traces, w := range want.flows {
				count[w.Verdict]++
				g, ok := got.flows[traces]
				if !ok {
					t.Errorf("no flow of the traces %s", traces)
				} else if g.Verdict != w.Verdict {
					t.Errorf("%s (%+v), want %s (%+v)", g.Verdict, g.Culprit, w.Verdict, w.Culprit)
				}
			}
			if count[flow.Stalled] == 0 || count[flow.Failed] == 0 {
				t.Errorf("too little happened to tell: %v", count)
			}
		})
	}
}
