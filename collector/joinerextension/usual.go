package joinerextension

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
)

// durations is a histogram of how long something took: four buckets to every
// power of two of microseconds.
type durations struct {
	n      uint32
	counts [buckets]uint32

	usual flow.Usual // but for the last few

	past []known // what was usual after 1, 2, 4, ... grown cases, or nil when that is long ago
}

const (
	buckets = 160 // up to 12 days
	// remembered is how many measurements count; past it old ones fade, so that
	// what is usual follows a system that changes.
	remembered = 4096
)

func bucketOf(d time.Duration) int {
	us := uint64(max(d, 0) / time.Microsecond)
	if us < 4 {
		return int(us)
	}
	n := bits.Len64(us) - 1
	return min(4*(n-1)+int(us>>(n-2)&3), buckets-1)
}

// bounds of a bucket, the upper one excluded.
func bounds(b int) (from, to time.Duration) {
	edge := func(b int) time.Duration {
		if b < 4 {
			return time.Duration(b) * time.Microsecond
		}
		return time.Duration(uint64(4+b%4)<<(b/4-1)) * time.Microsecond
	}
	return edge(b), edge(b + 1)
}

func (d *durations) add(took time.Duration) {
	if d.n >= remembered {
		d.n = 0
		for i := range d.counts {
			d.counts[i] /= 2
			d.n += d.counts[i]
		}
	}
	d.counts[bucketOf(took)]++
	d.n++
	if d.n < 32 || d.n&(1<<(bits.Len32(d.n)-5)-1) == 0 { // a sixteenth is news
		d.sum()
	}
}

// remove takes back a measurement of a flow that was not over after all.
func (d *durations) remove(took time.Duration) {
	if b := bucketOf(took); d.counts[b] > 0 {
		d.counts[b]--
		d.n--
		d.sum()
	}
}

// sum works out the median and p99.
func (d *durations) sum() {
	d.usual = flow.Usual{N: uint64(d.n), Mid: d.quantile(0.5), Most: d.quantile(0.99)}
}

func (d *durations) get() (flow.Usual, bool) { return d.usual, d.usual.N > 0 }

func (d *durations) quantile(q float64) time.Duration {
	rest := uint32(math.Ceil(q * float64(d.n)))
	for b, n := range d.counts {
		if n >= rest && n > 0 {
			from, to := bounds(b)
			if q > 0.9 {
				return to
			}
			return (from + to) / 2
		}
		rest -= n
	}
	return 0
}

// lesson is what was learned from one flow. It is kept to be taken back when
// more of the flow arrives.
type lesson struct {
	handovers []flow.Handover
	took      []timing
	unknown   uint64 // the callee that was blamed for being slow though nobody knew how long it takes, 0 for none
	kind      uint64
	did       *act
	traits    []trait
	of        *traits // which its traits are of

	moment            // of its flow
	since   time.Time // when its flow last changed
	steps   []credited
	cut     bool // it failed, and what did not follow the failure says nothing
	slow    bool
	learnt  bool
	dropped bool // more of the flow came before it was learned
}

// timing is how long something took. Lessons wait with them by the hundred
// thousand, so that what it counts among is told by a number.
type timing struct {
	took  time.Duration
	among uint32 // of learned.among
}

// among is what something measured counts among: its like in flows of the type,
// and of a callee its like in all flows. What is nil is not learned.
type among struct {
	durations [2]*durations
	what      flow.Measure
}

// beyond is what is not measured, because too much is: it gets no numbers of its own.
const beyond flow.Measure = 255

// time finds what something measured counts among.
func (l *learned) time(m flow.Measured, took time.Duration) timing {
	n, ok := l.numbers[m]
	if ok {
		return timing{took, n}
	}
	a := among{what: m.What}
	a.durations[0] = l.durations(m)
	if m.What == flow.Callee {
		a.durations[1] = l.durations(flow.Measured{What: flow.Callee, B: m.B})
	}
	switch {
	case a.durations[0] != nil:
	case a.durations[1] != nil:
		m = flow.Measured{What: beyond, B: m.B}
	default:
		m = flow.Measured{What: beyond}
	}
	if n, ok = l.numbers[m]; !ok {
		n = uint32(len(l.among))
		l.among, l.numbers[m] = append(l.among, a), n
	}
	return timing{took, n}
}

// durations of something that is measured, nil when too much is measured.
func (l *learned) durations(m flow.Measured) *durations {
	d := l.usual[m]
	if d == nil && len(l.usual) < maxMeasured {
		d = &durations{}
		l.usual[m] = d
	}
	return d
}

// followed keeps what was taken up by all who mostly do.
func (l *learned) followed(hs []flow.Handover) []flow.Handover {
	return slices.DeleteFunc(slices.Clone(hs), func(h flow.Handover) bool { return !l.complete([]flow.Handover{h}) })
}

// complete reports whether everything that was sent was taken up by all who
// mostly do.
func (l *learned) complete(hs []flow.Handover) bool {
	for _, h := range hs {
		if len(h.Takers) == 0 {
			return false
		}
		s := l.Senders[h.Sender]
		if s == nil {
			continue
		}
		for id, t := range s.Takers {
			if 2*t.Taken > s.Sent && !slices.ContainsFunc(h.Takers, func(t flow.Taker) bool { return t.Endpoint == id }) {
				return false
			}
		}
	}
	return true
}

// slowTo reports whether a flow took far longer than others did by now.
func (l *learned) slowTo(s *lesson) bool {
	var g flow.Gauge
	for _, t := range s.took {
		a := &l.among[t.among]
		if d := a.durations[0]; d != nil && g.Asks(a.what) {
			if u, ok := d.at(s.moment); ok {
				g.Add(a.what, t.took, u)
			}
		}
	}
	return g.Slow
}

// omits reports whether a flow left out a step that others like it always took.
func (l *learned) omits(s *lesson) bool {
	if s.did == nil {
		return false
	}
	at, did := 0, s.did.steps
	for _, c := range s.did.callers { // both are sorted
		for at < len(did) && did[at].Caller < c {
			at++
		}
		for _, x := range (expectations{learned: l}).Always(s.kind, c) {
			for at < len(did) && did[at].Caller == c && did[at].Callee < x.NextID {
				at++
			}
			if at == len(did) || did[at] != (flow.StepOf{Caller: c, Callee: x.NextID}) {
				return true
			}
		}
	}
	return false
}

// lacks reports whether something that was sent was not taken up by one who
// always does. What did not follow a failure says nothing.
func (l *learned) lacks(s *lesson) bool {
	if s.cut {
		return false
	}
	for _, h := range s.handovers {
		s := l.Senders[h.Sender]
		if !s.known() {
			continue
		}
		for id, t := range s.Takers {
			if s.sure(t) && !slices.ContainsFunc(h.Takers, func(t flow.Taker) bool { return t.Endpoint == id }) {
				return true
			}
		}
	}
	return false
}

// knows reports whether it is known by now how long a callee takes that was blamed
// for being slow: it may have been no slower than ever, and its caller in a hurry.
func (l *learned) knows(s *lesson) bool {
	if s.unknown == 0 {
		return false
	}
	_, ok := (expectations{learned: l, of: s.moment}).Usual(flow.Measured{What: flow.Callee, B: s.unknown})
	return ok
}

// learn takes in what a flow handed over, how long it took and what it did. Of slow flows one in ten
// counts, so that a lasting change becomes usual in time and an incident does not.
func (l *learned) learn(s *lesson, now time.Time) {
	if s.cut {
		s.handovers = l.followed(s.handovers)
	}
	l.observe(s.handovers, 1)
	if s.learnt = true; s.slow {
		if l.slow++; l.slow%10 != 0 {
			s.took = nil
		}
	}
	for _, t := range s.took {
		for _, d := range l.among[t.among].durations {
			if d != nil {
				d.add(t.took)
				d.grow(s.moment, now)
				l.changed = true
			}
		}
	}
	if s.did != nil {
		s.steps = l.step(s.kind, s.did)
	}
	s.did, s.traits, s.of = nil, nil, nil
}

// letGo forgets of what was learned all but what was handed over: times and steps
// of a flow that comes back may count twice, because they are many and say the same.
func (s *lesson) letGo() { s.took, s.steps = nil, nil }

// unlearn takes a lesson back.
func (l *learned) unlearn(s *lesson) {
	if s == nil {
		return
	}
	if !s.learnt {
		s.dropped = true
		return
	}
	l.observe(s.handovers, -1)
	for _, t := range s.took {
		for _, d := range l.among[t.among].durations {
			if d != nil {
				d.remove(t.took)
			}
		}
	}
	l.takeBack(s.steps)
}

// maxMeasured bounds what is learned of durations of a tenant: 14 MB.
const maxMeasured = 20_000
