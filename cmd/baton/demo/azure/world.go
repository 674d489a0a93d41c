// Package azure is a simulated company on Azure: API Management in front of its APIs, Event Grid, Service Bus queues and
// topics, a Logic Apps approval, durable orchestrations, functions and a Data Factory pipeline, owned by eight teams. It
// knows some ninety kinds of faults, from an error three calls down to a clock that is wrong, and the truth about every
// flow. What is known of managed services from diagnostic logs alone comes as the spans that are made of such logs,
// marked as simulated.
package azure

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// Options say what a world does.
type Options struct {
	Seed      uint64
	Start     time.Time
	Rate      float64 // flows a second of event time
	Scale     float64 // how much faster than life business runs
	Kinds     []*Kind // of faults, dealt like cards
	FaultRate float64 // share of units in which something goes wrong
	Learn     int64   // the first flows are well, for what is usual to be known
	Silent    int64   // number of the flow from which on the loyalty function sends nothing, 0 for never
}

// World plays flow after flow. Two worlds with the same options play the same.
type World struct {
	Options
	rng      *rand.Rand
	seed     uint64
	planned  int64
	next     float64 // seconds after Start
	deck     []*Kind
	incident *Kind // that hits every flow of its type for a while
	left     int64 // flows that it has yet to hit
	counts   map[*Kind]int64
	played   map[*scenario]int64
	silentAt int64 // Unix ns
}

// New makes a world. The start is mixed into the seed, so that the same seed at another time makes new ids.
func New(o Options) *World {
	seed := o.Seed ^ uint64(o.Start.UnixNano())*0xbf58476d1ce4e5b9
	return &World{Options: o, seed: seed, rng: rand.New(rand.NewPCG(seed, o.Seed)), counts: map[*Kind]int64{}, played: map[*scenario]int64{}}
}

// NextStart is when the next flow begins.
func (w *World) NextStart() time.Time {
	return w.Start.Add(time.Duration(w.next * float64(time.Second)))
}

// Processes answers how many processes send spans.
func (w *World) Processes() int { return fleet.Processes() }

// AppendRequest appends the request that a process sends for these spans.
func (w *World) AppendRequest(b []byte, process int, spans []sim.Span) []byte {
	return fleet.AppendRequest(b, process, spans)
}

// Next plays the next flow, or the flows that share its batch.
func (w *World) Next() *sim.Flow {
	k := w.kind()
	s := w.scenario(k)
	start := w.NextStart().Add(time.Duration(w.rng.Float64() * 0.9 / w.Rate * float64(time.Second)))
	r := newRun(w.seed, w.planned, w.Scale, start.UnixNano(), s, k)
	if k != nil {
		r.number = w.counts[k]
		w.counts[k]++
	}
	if w.Silent > 0 && w.silentAt == 0 && w.planned >= w.Silent {
		w.silentAt = start.UnixNano()
	}
	out := r.unit(s, w)
	n := int64(1 + len(out.With))
	w.planned += n
	w.played[s] += n
	w.next += float64(n) / w.Rate
	return out
}

// rareEvery is one in how many flows of its type a kind may be that must stay an exception: the next step counts as
// usual where it comes in 99 of 100 cases.
const rareEvery = 220

// kind decides what goes wrong in the next flow.
func (w *World) kind() *Kind {
	if w.left > 0 {
		w.left--
		return w.incident
	}
	if len(w.Kinds) == 0 || w.planned < w.Learn || w.silentAt != 0 || w.rng.Float64() >= w.FaultRate {
		return nil
	}
	for range 2 * len(w.Kinds) {
		if len(w.deck) == 0 {
			for _, k := range w.Kinds {
				for range max(k.weight, 1) {
					w.deck = append(w.deck, k)
				}
			}
			w.rng.Shuffle(len(w.deck), func(i, j int) { w.deck[i], w.deck[j] = w.deck[j], w.deck[i] })
		}
		k := w.deck[0]
		w.deck = w.deck[1:]
		switch {
		case k == silentSource, k.rare && w.counts[k] >= w.played[k.flow]/rareEvery, k.burst > 0 && w.counts[k] > 0:
			continue
		case k.burst > 0:
			w.incident, w.left = k, k.burst-1
		}
		return k
	}
	return nil
}

func (w *World) scenario(k *Kind) *scenario {
	if k != nil {
		return k.flow
	}
	total := 0
	for _, s := range scenarios {
		total += s.share
	}
	pick := w.rng.IntN(total)
	for _, s := range scenarios {
		if pick -= s.share; pick < 0 {
			return s
		}
	}
	return scenarios[0]
}

func newRun(seed uint64, number int64, scale float64, start int64, s *scenario, k *Kind) *run {
	r := &run{kind: k, env: production, scale: scale, start: start, flows: 1,
		rng: rand.New(rand.NewPCG(seed, uint64(number)*0x9e3779b97f4a7c15+1)), ids: rand.New(rand.NewPCG(seed, uint64(number)*0x9e3779b97f4a7c15+2))}
	r.number = number
	r.key = r.uuid()
	if s.prefix != "" {
		r.key = s.prefix + strings.ToUpper(strconv.FormatUint(1<<50+r.ids.Uint64()>>14, 36))
	}
	r.correlation, r.instance, r.execution = r.uuid(), r.uuid(), strings.ReplaceAll(r.uuid(), "-", "")
	r.talk = r.uuid()
	r.customer = 10_000 + r.ids.Int64N(5_000)
	r.pod = r.rng.IntN(24)
	r.traced = r.rng.IntN(3) == 0
	return r
}

// unit plays a flow, damages it as its kind says, and writes down the truth.
func (r *run) unit(s *scenario, w *World) *sim.Flow {
	if r.kind != nil && r.kind.before != nil {
		r.kind.before(r)
	}
	r.flows = s.play(r)
	if r.kind != nil && r.kind.after != nil {
		r.kind.after(r)
	}
	if s == quote {
		r.sample(10)
	}
	if r.rng.IntN(12) == 0 {
		r.poll()
	}
	silent := r.silence(w.silentAt)
	out := &sim.Flow{}
	truths := r.truths(s)
	if silent && r.kind == nil {
		truths[0].Verdict, truths[0].Fault = silentSource.verdict, silentSource.Name
	}
	if r.kind != nil && r.kind.twin {
		twin := r.twin(s, w)
		for _, sp := range twin.spans {
			out.Spans = append(out.Spans, sp.encode(twin.pod, 0))
		}
		for i := range truths {
			truths[i].Environment = staging
		}
		truths = append(truths, twin.truths(s)...)
		truths[len(truths)-1].Fault = r.kind.Name
	}
	for _, sp := range r.spans {
		out.Spans = append(out.Spans, sp.encode(r.pod, r.skew[sp.svc]))
	}
	out.Truth, out.With = truths[0], truths[1:]
	out.Close()
	return out
}

// twin plays the same business in production, with the same ids of orders and messages, while r is made to have happened
// in staging.
func (r *run) twin(s *scenario, w *World) *run {
	for _, sp := range r.spans {
		sp.env = staging
	}
	well := newRun(w.seed, w.planned, r.scale, r.start, s, nil)
	well.rng = rand.New(rand.NewPCG(w.seed, uint64(w.planned)*0x9e3779b97f4a7c15+3))
	well.flows = s.play(well)
	return well
}

// sample keeps one trace in n, but at least one: a flow of which nothing is sent has no truth.
func (r *run) sample(n int) {
	var traces []traceID
	keep := map[traceID]bool{}
	for _, s := range r.spans {
		if _, seen := keep[s.trace]; !seen {
			traces = append(traces, s.trace)
			keep[s.trace] = r.rng.IntN(n) == 0
		}
	}
	if !slices.Contains(slices.Collect(maps.Values(keep)), true) {
		keep[traces[r.rng.IntN(len(traces))]] = true
	}
	kept := r.spans[:0]
	for _, s := range r.spans {
		if keep[s.trace] {
			kept = append(kept, s)
		}
	}
	r.spans = kept
}

// nobody owns spans that are no part of any flow.
const nobody = -2

// poll plays a receive that got nothing: noise that starts no flow.
func (r *run) poll() {
	t := r.start + r.around(500*ms)
	r.emit(place{svc: triage, site: site{trace: r.newTrace()}, owner: nobody}, span{id: r.newSpan(), kind: client, start: t, end: t + r.around(900*ms),
		name: "ServiceBusReceiver.Receive", scope: [2]string{"Azure.Messaging.ServiceBus.ServiceBusReceiver", "7.19.0"},
		attrs: []attr{str("az.namespace", "Microsoft.ServiceBus"), str("messaging.system", "servicebus"), str("messaging.operation", "receive"),
			str("messaging.destination.name", "shipping/$DeadLetterQueue"), num("messaging.batch.message_count", 0)}})
}

// silence drops what the loyalty function would have sent since it fell silent, and reports whether it did.
func (r *run) silence(since int64) bool {
	if since == 0 {
		return false
	}
	kept := r.spans[:0]
	dropped := false
	for _, s := range r.spans {
		if s.svc == loyalty && s.end >= since {
			dropped = true
			continue
		}
		kept = append(kept, s)
	}
	r.spans = kept
	return dropped
}

// Named answers a kind's name in a truth, for tables of what is well.
func Named(t sim.Truth) string {
	if t.Fault != "" {
		return t.Fault
	}
	return fmt.Sprintf("well: %s", t.Type)
}
