package estate

import (
	"math/rand/v2"
	"time"
)

// Plan is everything that decides how one flow goes.
type Plan struct {
	Number   int64
	Scenario *Scenario
	Fault    *Fault
	Seed     uint64
	Start    time.Time
	Offset   int64 // of its messages in their Kafka partitions
}

// Planner decides flow after flow what happens. Two planners with the same settings decide the same.
type Planner struct {
	Start    time.Time
	Rate     float64 // flows per second
	Failures float64 // share of flows that fail

	rng    *rand.Rand
	seed   uint64
	next   int64
	counts map[*Scenario]int64
	decks  map[*Scenario][]*Fault
}

// The other things that happen to flows keep step with the failures, so that --failures 0 is a world without trouble.
const (
	rejectedPerFailure = 1.0 / 3
	degradedPerFailure = 1.0
	// stallEvery is one in how many onboardings never finishes. The rule that finds a missing consumer demands that it
	// came in 99 of 100 cases; one in two hundred, evenly spread and not before its consumer is known, stays within that.
	stallEvery = 200
)

// NewPlanner mixes the start into the seed: the same seed at another time makes new ids, so that running the demo
// twice into one store gives two sets of flows.
func NewPlanner(seed uint64, start time.Time, rate, failures float64) *Planner {
	mixed := seed ^ uint64(start.UnixNano())*0xbf58476d1ce4e5b9
	return &Planner{
		Start: start, Rate: rate, Failures: failures, seed: mixed, rng: rand.New(rand.NewPCG(mixed, seed)),
		counts: map[*Scenario]int64{}, decks: map[*Scenario][]*Fault{},
	}
}

// NextStart is when the next flow begins.
func (p *Planner) NextStart() time.Time {
	return p.Start.Add(time.Duration(float64(p.next) / p.Rate * float64(time.Second)))
}

// Next plans the next flow.
func (p *Planner) Next() Plan {
	start := p.NextStart()
	jitter := time.Duration(p.rng.Float64() * 0.9 / p.Rate * float64(time.Second))
	plan := Plan{Number: p.next, Seed: p.seed, Start: start.Add(jitter), Scenario: p.scenario()}
	// Offsets must never come again in a later run, or two runs would seem to share messages: they grow with the clock.
	plan.Offset = (p.Start.Unix()-1_577_836_800)*10_000 + p.next
	p.next++
	plan.Fault = p.fault(plan.Scenario)
	return plan
}

func (p *Planner) scenario() *Scenario {
	pick := p.rng.IntN(100)
	for _, s := range Scenarios {
		if pick -= s.Share; pick < 0 {
			return s
		}
	}
	return Scenarios[0]
}

func (p *Planner) fault(s *Scenario) *Fault {
	nth := p.counts[s]
	p.counts[s]++
	if s.stall != nil && p.Failures > 0 && nth%stallEvery == stallEvery-10 {
		return s.stall
	}
	u := p.rng.Float64()
	switch f := p.Failures; {
	case u < f:
		return p.fromDeck(s)
	case u < f*(1+rejectedPerFailure):
		return s.rejections[p.rng.IntN(len(s.rejections))]
	case u < f*(1+rejectedPerFailure+degradedPerFailure):
		return s.degradations[p.rng.IntN(len(s.degradations))]
	case p.Failures > 0 && u > 0.96 && len(s.harmless) > 0:
		return s.harmless[p.rng.IntN(len(s.harmless))]
	}
	return nil
}

// fromDeck deals failures like cards, so that each kind is seen early and all are seen equally often.
func (p *Planner) fromDeck(s *Scenario) *Fault {
	if len(p.decks[s]) == 0 {
		var deck []*Fault
		for _, f := range s.failures {
			for range max(f.Weight, 1) {
				deck = append(deck, f)
			}
		}
		p.rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		p.decks[s] = deck
	}
	deck := p.decks[s]
	p.decks[s] = deck[1:]
	return deck[0]
}
