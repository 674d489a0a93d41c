package flow

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// ClockShift is how far the clock of a service is off against the clocks of the flow.
type ClockShift struct {
	Service string
	Shift   time.Duration // to add to its times
}

// leastShift is the disagreement of clocks that is put right: below it the order
// on the screen does not suffer, and networks and rounding account for it.
const leastShift = int64(2 * time.Millisecond)

// Clocks finds the services whose clocks contradict those of whom they work with:
// a call that is answered before it was made, a message taken up before it was
// sent. Shifts are for showing only: what became of a flow never depends on them.
func (s *Story) Clocks() []ClockShift {
	type pair struct{ from, to string }
	type bounds struct{ low, high int64 } // what may be added to the times of to
	found := map[pair]*bounds{}
	near := map[string][]string{}
	for h := range s.Hops {
		for _, t := range s.Hops[h].tries {
			if t.from < 0 || t.to < 0 {
				continue
			}
			p := pair{s.Facts[t.from].Endpoint.Service, s.Facts[t.to].Endpoint.Service}
			if p.from == p.to || p.from == "" || p.to == "" {
				continue
			}
			b := found[p]
			if b == nil {
				b = &bounds{math.MinInt64, math.MaxInt64}
				found[p] = b
				near[p.from], near[p.to] = append(near[p.from], p.to), append(near[p.to], p.from)
			}
			from, to := &s.fold.spans[t.from], &s.fold.spans[t.to]
			b.low = max(b.low, from.Start-to.Start)
			if !s.Hops[h].async && to.Duration <= from.Duration { // one that lasted longer went on after its answer
				b.high = min(b.high, from.End()-to.End())
			}
		}
	}
	// next is the shift of n, known that of at: none if that contradicts nothing.
	next := func(at, n string, by int64) int64 {
		low, high := int64(math.MinInt64), int64(0)
		if b := found[pair{at, n}]; b != nil {
			low, high = b.low, b.high
		} else if b = found[pair{n, at}]; b.high < math.MaxInt64 {
			low, high = -b.high, -b.low
		} else {
			high = -b.low
		}
		switch {
		case (low == math.MinInt64 || by+low <= leastShift) && (high == math.MaxInt64 || by+high >= -leastShift):
			return 0
		case high == math.MaxInt64:
			return by + low
		case low == math.MinInt64:
			return by + high
		default: // an answer takes as long as a question
			return by + low + (high-low)/2
		}
	}
	shift := map[string]int64{}
	var calls, messages []pair // to go along; calls say more
	visit := func(service string, by int64) {
		if _, ok := shift[service]; ok {
			return
		}
		shift[service] = by
		for _, n := range near[service] {
			b := cmp.Or(found[pair{service, n}], found[pair{n, service}])
			if b.high < math.MaxInt64 {
				calls = append(calls, pair{service, n})
			} else {
				messages = append(messages, pair{service, n})
			}
		}
	}
	start := func(i int) {
		visit(s.Facts[i].Endpoint.Service, 0)
		for len(calls)+len(messages) > 0 {
			from := &calls
			if len(calls) == 0 {
				from = &messages
			}
			p := (*from)[0]
			*from = (*from)[1:]
			if _, ok := shift[p.to]; !ok {
				visit(p.to, next(p.from, p.to, shift[p.from]))
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	if s.Entry >= 0 {
		start(s.Entry)
	}
	for i := range s.Facts {
		start(i)
	}
	var out []ClockShift
	for service, by := range shift {
		if by != 0 {
			out = append(out, ClockShift{service, time.Duration(by)})
		}
	}
	slices.SortFunc(out, func(a, b ClockShift) int { return cmp.Compare(a.Service, b.Service) })
	return out
}

// Shown is when a hop began, how long it took and how long it waited, with the
// clocks put right.
func (s *Story) Shown(h int, clocks []ClockShift) (start, duration, wait int64) {
	hop := &s.Hops[h]
	if len(clocks) == 0 {
		return hop.Start, hop.Duration, hop.Wait
	}
	right := func(i int) int64 { return s.fold.spans[i].Start + ShiftOf(clocks, s.Facts[i].Endpoint.Service) }
	start, end := int64(math.MaxInt64), int64(math.MinInt64)
	for k := range hop.tries {
		t := &hop.tries[k]
		for _, i := range [...]int{t.from, t.to} {
			if i >= 0 {
				start, end = min(start, right(i)), max(end, right(i)+s.fold.spans[i].Duration)
			}
		}
	}
	first, last := hop.tries[0], hop.tries[len(hop.tries)-1]
	switch {
	case hop.async && first.from >= 0 && first.to >= 0:
		wait = max(0, right(first.to)-right(first.from)-s.fold.spans[first.from].Duration)
	case !hop.async && last.from >= 0 && last.to >= 0:
		wait = max(0, right(last.to)-right(last.from))
	}
	return start, end - start, wait
}

// ShiftOf is what to add to the times of a service, in nanoseconds.
func ShiftOf(clocks []ClockShift, service string) int64 {
	for i := range clocks {
		if clocks[i].Service == service {
			return int64(clocks[i].Shift)
		}
	}
	return 0
}
