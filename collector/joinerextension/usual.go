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

	usual flow.Usual // as of made
	made  uint32
	dirty bool
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
	d.dirty = true
}

// remove takes back a measurement of a flow that was not over after all.
func (d *durations) remove(took time.Duration) {
	if b := bucketOf(took); d.counts[b] > 0 {
		d.counts[b]--
		d.n--
		d.dirty = true
	}
}

// get answers the median and p99. They are worked out anew only when there is
// enough news to change them.
func (d *durations) get() (flow.Usual, bool) {
	if d.n == 0 {
		return flow.Usual{}, false
	}
	if d.dirty && (d.n < 256 || d.made == 0 || math.Abs(float64(d.n)-float64(d.made)) > float64(d.made)/16) {
		d.usual = flow.Usual{N: uint64(d.n), Mid: d.quantile(0.5), Most: d.quantile(0.99)}
		d.made, d.dirty = d.n, false
	}
	return d.usual, true
}

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
	cut       bool // it failed, and what did not follow the failure says nothing
	slow      bool
	kind      uint64
	did       []flow.StepOf
	callers   []uint64

	since   time.Time // when its flow last changed
	learnt  bool
	dropped bool // more of the flow came before it was learned
	steps   []credited
}

type timing struct {
	flow.Measured
	took time.Duration
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

// slowTo reports whether a flow took far longer than others did.
func (l *learned) slowTo(s *lesson) bool {
	g := flow.Gauge{Exp: expectations{learned: l}}
	for _, t := range s.took {
		g.Add(t.Measured, t.took)
	}
	return g.Slow
}

// omits reports whether a flow left out a step that others like it always took.
func (l *learned) omits(s *lesson) bool {
	at := 0
	for _, c := range s.callers { // both are sorted
		for at < len(s.did) && s.did[at].Caller < c {
			at++
		}
		for _, x := range (expectations{learned: l}).Always(s.kind, c) {
			for at < len(s.did) && s.did[at].Caller == c && s.did[at].Callee < x.NextID {
				at++
			}
			if at == len(s.did) || s.did[at] != (flow.StepOf{Caller: c, Callee: x.NextID}) {
				return true
			}
		}
	}
	return false
}

// learn takes in what a flow handed over, how long it took and what it did. Of slow flows one in ten
// counts, so that a lasting change becomes usual in time and an incident does not.
func (l *learned) learn(s *lesson) {
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
		h := l.usual[t.Measured]
		if h == nil {
			if len(l.usual) >= maxMeasured {
				continue
			}
			h = &durations{}
			l.usual[t.Measured] = h
		}
		h.add(t.took)
		l.changed = true
	}
	s.steps = l.step(s.kind, s.did, s.callers)
	s.did, s.callers = nil, nil
}

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
		if h := l.usual[t.Measured]; h != nil {
			h.remove(t.took)
		}
	}
	l.takeBack(s.steps)
}

// maxMeasured bounds what is learned of durations of a tenant: 14 MB.
const maxMeasured = 20_000
