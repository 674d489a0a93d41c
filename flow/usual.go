package flow

import (
	"math"
	"time"
)

// Measured names something that takes time in every flow of a type.
type Measured struct {
	What Measure
	A, B uint64 // endpoints
}

// Measure is what is measured.
type Measure uint8

// What is measured, and what A and B are.
const (
	WholeFlow Measure = iota // a flow of type A
	Callee                   // B in flows of type A, from taking up to the end
	Transfer                 // a call from A to B, less what B took
	Wait                     // a message from A until B took it up
)

// Usual is what was learned of how long something takes.
type Usual struct {
	N    uint64        // how often it was seen
	Mid  time.Duration // median
	Most time.Duration // p99
}

// limit is how long it may take before it is far beyond the usual. Few samples
// say little of the longest one, so that they leave much room.
func (u Usual) limit() time.Duration {
	room := 2 + 10/math.Sqrt(float64(max(u.N, 1)))
	floor := leastExcess
	if u.N < fewSamples {
		floor = leastExcessOfFew
	}
	return max(time.Duration(float64(u.Most)*room), u.Mid+floor)
}

const (
	// leastExcess is the delay nobody would be woken for, whatever the usual is.
	leastExcess      = 20 * time.Millisecond
	leastExcessOfFew = time.Second
	leastOfStep      = 50 * time.Millisecond
	fewSamples       = 100
	// sureSamples is from where a single step of a flow may make it slow.
	sureSamples = 200
)

// taken is one measurement in a flow.
type taken struct {
	Measured
	hop, attempt int // -1 for the whole flow
	span         int // that took it up, or that called when nobody did; -1 for the whole flow
	took         int64
}

// measure visits what a flow took, in all and step by step. A flow without an
// entry is of no type and has nothing to be compared with.
func (f *folded) measure(visit func(taken)) {
	e := f.entry()
	if e < 0 {
		return
	}
	kind := f.spans[e].Endpoint
	skewed := f.skewed()
	if took, ok := f.took(); ok && !skewed {
		visit(taken{Measured{WholeFlow, kind, 0}, none, none, none, took})
	}
	for h := range f.hops {
		for k, a := range f.hops[h].attempts {
			if a.to >= 0 {
				to := &f.spans[a.to]
				visit(taken{Measured{Callee, kind, to.Endpoint}, h, k, a.to, to.Duration})
				if a.from < 0 {
					continue
				}
				from := &f.spans[a.from]
				if f.hops[h].async || to.Start >= from.End() {
					if skewed {
						continue
					}
					visit(taken{Measured{Wait, from.Endpoint, to.Endpoint}, h, k, a.to, max(0, to.Start-from.End())})
				} else {
					visit(taken{Measured{Transfer, from.Endpoint, to.Endpoint}, h, k, a.to, max(0, from.Duration-to.Duration)})
				}
			} else if from := &f.spans[a.from]; from.Step == Call {
				visit(taken{Measured{Callee, kind, from.Endpoint}, h, k, a.from, from.Duration})
			}
		}
	}
}

// skewed reports that the clocks of the flow's services are apart: a callee that
// is well began before its caller called, or ended after it had its answer, or a
// message was taken up before it was sent. Times of one clock still tell how long
// something took; times of two tell nothing.
func (f *folded) skewed() bool {
	for h := range f.hops {
		for _, a := range f.hops[h].attempts {
			if a.from < 0 || a.to < 0 || f.spans[a.from].Role == Gateway || f.spans[a.to].Role == Gateway || f.spans[a.from].Flags&(FlagError|FlagDerived) != 0 {
				continue
			}
			from, to := &f.spans[a.from], &f.spans[a.to]
			if f.hops[h].async {
				if to.Start < from.Start-skewSlack {
					return true
				}
				continue
			}
			if to.Duration <= from.Duration && (to.Start < from.Start-skewSlack || to.End() > from.End()+skewSlack) {
				return true
			}
		}
	}
	return false
}

const skewSlack = int64(time.Second)

// took is the time from a flow's first start to its last end. What it shares
// with other flows is theirs as well.
func (f *folded) took() (int64, bool) {
	var first, last int64
	seen := false
	for i := range f.spans {
		if f.shared[i] {
			continue
		}
		if s := &f.spans[i]; !seen {
			first, last, seen = s.Start, s.End(), true
		} else {
			first, last = min(first, s.Start), max(last, s.End())
		}
	}
	return last - first, seen
}

// Took visits what the flow took, for learning what is usual.
func (o *Outline) Took(visit func(m Measured, took time.Duration)) { o.fold.learn(visit) }

// Took visits what the flow took, for learning what is usual.
func (s *Story) Took(visit func(m Measured, took time.Duration)) { s.fold.learn(visit) }

func (f *folded) learn(visit func(Measured, time.Duration)) {
	f.measure(func(t taken) { visit(t.Measured, time.Duration(t.took)) })
}

// slowAgain is when to look again at a flow that seems slow and is not called so
// yet: others like it may be as slow, and count first. 0 for never.
func (f *folded) slowAgain(exp Expectations, c Clock) int64 {
	if c.Quiet >= StallPatience || !f.slow(exp) {
		return 0
	}
	return c.Now + int64(StallPatience-c.Quiet)
}

// slow reports whether the flow took far longer than flows of its type do, or
// one of its steps so much longer than usual that the whole flow must feel it.
func (f *folded) slow(exp Expectations) bool {
	var g Gauge
	f.measure(func(t taken) {
		if g.Asks(t.What) {
			if u, ok := exp.Usual(t.Measured); ok {
				g.Add(t.What, time.Duration(t.took), u)
			}
		}
	})
	return g.Slow
}

// Gauge tells from what a flow took, the whole flow first, whether it was slow.
type Gauge struct {
	Slow bool

	whole Usual
}

// Asks reports whether it still matters how long such a thing took.
func (g *Gauge) Asks(what Measure) bool {
	return !g.Slow && (what == WholeFlow || g.whole.N >= sureSamples)
}

// Add takes in how long something took in the flow, and what is usual.
func (g *Gauge) Add(what Measure, took time.Duration, u Usual) {
	switch {
	case what == WholeFlow:
		g.whole = u
		g.Slow = took > u.limit()
	case u.N >= sureSamples && took > u.limit():
		g.Slow = took-u.Mid >= max(g.whole.Mid, leastOfStep)
	}
}
