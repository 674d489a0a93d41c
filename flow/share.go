package flow

import (
	"cmp"
	"math"
	"slices"
)

// Shares is what a flow adds to the figures of teams: the time that went by at
// each of its endpoints, and who handed to whom. Owners are not in it, because
// they may change at any time.
type Shares struct {
	// Own is in microseconds: a value for each of the flow's endpoints, and a
	// last one for spans that run in no side of a hop. A span's own time is its
	// duration less the time in which a child of it runs.
	Own []uint64
	// Hands are sorted by endpoints.
	Hands []Hand
	// Sides are the endpoints of the hop that the culprit's evidence is of, and
	// the culprit's; nil without a culprit.
	Sides []uint64
}

// Hand is a hop with two sides: who handed to whom. To is the party outside when
// the callee sent no span and the caller names it. One of them is 0 where a
// message came from or went to a channel and nobody else is known, and where
// nothing tells who the callee is.
type Hand struct {
	From, To uint64
	Wait     WaitClass // between handing over and taking up
	Failed   bool
	Shared   uint64 // the hop's id when other flows refer to it too, else 0
}

// WaitClass is a class of waits that differ by a forty-fifth at most, so that
// classes tell of waits in two bytes; 0 is for none, or one that is not known.
type WaitClass uint16

const classesPerOctave = 32

// WaitOf is the class of a wait in nanoseconds. Less than half a microsecond is none.
func WaitOf(ns int64) WaitClass {
	us := (max(ns, 0) + 500) / 1000
	if us == 0 {
		return 0
	}
	return WaitClass(1 + math.Log2(float64(us))*classesPerOctave)
}

// Nanoseconds is the middle of the class, at most 1.1 % off each wait in it.
func (c WaitClass) Nanoseconds() int64 {
	if c == 0 {
		return 0
	}
	return 1000 * int64(math.Round(math.Exp2((float64(c)-0.5)/classesPerOctave)))
}

// maxHands bounds what is kept of one flow. A larger flow is not measured.
const maxHands = 2000

// Shares measures a flow in which nothing went wrong. The endpoints are the
// flow's, sorted. Narrow spans do not name parties outside: outside, which may be
// nil, tells whom a caller calls who sends no spans, 0 if it is not known. nil for
// a flow that is too large.
func (o *Outline) Shares(endpoints []uint64, outside func(caller uint64) uint64) *Shares {
	return o.fold.shares(endpoints, func(_ int, x *Hand, calls bool) {
		if calls && outside != nil {
			x.To = outside(x.From)
		}
	})
}

// Shares measures a flow, after Judge. The endpoints are the flow's, sorted. nil
// for a flow that is too large.
func (s *Story) Shares(endpoints []uint64, c *Culprit) *Shares {
	out := s.fold.shares(endpoints, func(h int, x *Hand, calls bool) {
		x.Failed = s.Hops[h].Outcome.WentWrong()
		if p := &s.Hops[h].Parties[len(s.Hops[h].Parties)-1]; calls && p.Span < 0 && p.Role != Channel {
			x.To = p.ID
		}
	})
	if out == nil || c == nil {
		return out
	}
	out.Sides = append(out.Sides, c.Endpoint)
	for i, f := range s.Facts {
		if h := s.HopOf[i]; h >= 0 && f.ID == c.Span && f.Trace == c.Trace {
			for k := range s.Hops[h].Parties {
				out.Sides = append(out.Sides, s.Hops[h].Parties[k].ID)
			}
		}
	}
	slices.Sort(out.Sides)
	out.Sides = slices.Compact(out.Sides)
	return out
}

// WentWrong reports an outcome that somebody has to look at.
func (o Outcome) WentWrong() bool {
	switch o {
	case FailedHop, TimedOut, DeadLettered, Stuck:
		return true
	}
	return false
}

// shares lets complete add to each hand-off what only its caller knows; calls
// are those that nobody who sends spans took up.
func (f *folded) shares(endpoints []uint64, complete func(hop int, x *Hand, calls bool)) *Shares {
	if len(f.hops) > maxHands {
		return nil
	}
	out := &Shares{Own: f.owned(endpoints), Hands: make([]Hand, 0, len(f.hops))}
	for h := range f.hops {
		if x, calls, ok := f.hand(h); ok {
			complete(h, &x, calls)
			out.Hands = append(out.Hands, x)
		}
	}
	slices.SortStableFunc(out.Hands, func(a, b Hand) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return out
}

// owned adds up own time by endpoint. Spans come by start, so that what of a
// parent its children cover grows from the front.
func (f *folded) owned(endpoints []uint64) []uint64 {
	n := len(f.spans)
	own, covered := f.room.times.take(n), f.room.times.take(n) // of each span: its own time, and until when children cover it
	for i := range f.spans {
		own[i], covered[i] = max(f.spans[i].Duration, 0), f.spans[i].Start
	}
	for _, i := range f.byStart {
		p := f.parent[i]
		if p < 0 {
			continue
		}
		from := max(f.spans[i].Start, covered[p])
		end := f.spans[p].Start + max(f.spans[p].Duration, 0)
		if to := min(f.spans[i].Start+max(f.spans[i].Duration, 0), end); to > from {
			own[p] -= to - from
			covered[p] = to
		}
	}
	out := make([]uint64, len(endpoints)+1)
	side := covered // the times are done with; parents come before their children
	for _, i := range f.order {
		s := &f.spans[i]
		switch at, known := slices.BinarySearch(endpoints, s.Endpoint); {
		case isSide(s) && known:
			side[i] = int64(at)
		case f.parent[i] >= 0 && !isSide(s):
			side[i] = side[f.parent[i]]
		default:
			side[i] = int64(len(endpoints))
		}
		out[side[i]] += uint64(own[i])
	}
	for i := range out {
		out[i] = (out[i] + 500) / 1000
	}
	return out
}

// isSide reports whether a span stands on a side of a hop. Databases and
// internal work belong to the side that they run in.
func isSide(s *Span) bool { return s.Kind != DB && (s.Kind != Internal || s.Role != NoRole) }

// hand is who handed to whom at hop h, which has two sides if the last result is
// true; calls tells of a call that nobody took up.
func (f *folded) hand(h int) (x Hand, calls, ok bool) {
	first, last := f.firstAndLast(h)
	switch {
	case last.from >= 0 && last.to >= 0:
		x.From, x.To = f.spans[last.from].Endpoint, f.spans[last.to].Endpoint
	case last.from >= 0:
		s := &f.spans[last.from]
		calls = s.Step == Call
		if !calls && s.Kind != Event && s.Kind != Queue {
			return x, false, false
		}
		x.From = s.Endpoint
	default:
		s := &f.spans[last.to]
		if s.Kind != Event && s.Kind != Queue {
			return x, false, false
		}
		x.To = s.Endpoint
	}
	async, wait := f.hops[h].async, int64(0)
	switch {
	case async && first.from >= 0 && first.to >= 0:
		wait = f.spans[first.to].Start - f.spans[first.from].End()
	case !async && last.from >= 0 && last.to >= 0:
		wait = f.spans[last.to].Start - f.spans[last.from].Start
	}
	x.Wait = WaitOf(wait)
	if f.hops[h].shared {
		x.Shared = f.hopID(first)
	}
	return x, calls, true
}

// firstAndLast are the attempts at a hop that began first and last; of
// deliveries of one message, those that were taken up first and last.
func (f *folded) firstAndLast(h int) (first, last attempt) {
	all := f.hops[h].attempts
	first, last = all[0], all[0]
	for _, a := range all[1:] {
		if f.earlier(a, first) < 0 {
			first = a
		}
		if f.earlier(a, last) >= 0 {
			last = a
		}
	}
	return first, last
}

// Silent visits the endpoints that called somebody who sent no span.
func (o *Outline) Silent(visit func(caller uint64)) {
	for h := range o.fold.hops {
		for _, a := range o.fold.hops[h].attempts {
			if a.to < 0 && o.fold.spans[a.from].Step == Call {
				visit(o.fold.spans[a.from].Endpoint)
			}
		}
	}
}
