package joinerextension

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/bits"
	"time"

	"github.com/baton-observability/baton/flow"
)

// learned is what was seen of what follows what: per sender how often it sent,
// and per taker how often and how fast it took up; and how long everything takes.
type learned struct {
	Senders map[uint64]*sender `json:"senders"`
	To      time.Time          `json:"to"`              // of what came up to here all that it taught is in it
	Took    []byte             `json:"usual,omitempty"` // see encodeUsual
	Steps   []byte             `json:"steps,omitempty"`
	usual   map[flow.Measured]*durations
	among   []among
	numbers map[flow.Measured]uint32 // of what was measured, in among
	always  map[placeOf]*place
	slow    int
	changed bool
}

type sender struct {
	Sent   uint64            `json:"sent"`
	Takers map[uint64]*taker `json:"takers,omitempty"`
}

type taker struct {
	Taken uint64     `json:"taken"`
	Waits [48]uint64 `json:"waits"` // by power of two of microseconds
}

func newLearned() *learned {
	return &learned{Senders: map[uint64]*sender{}, usual: map[flow.Measured]*durations{}, numbers: map[flow.Measured]uint32{}, always: map[placeOf]*place{}}
}

// maxSenders bounds what is learned of a tenant; endpoints are templated, so
// only a broken template gets there.
const maxSenders = 50_000

// observe counts hand-overs, or with -1 takes them back.
func (l *learned) observe(hs []flow.Handover, times int64) {
	count := func(n *uint64) { *n = uint64(max(int64(*n)+times, 0)) }
	for _, h := range hs {
		s := l.Senders[h.Sender]
		if s == nil {
			if len(l.Senders) >= maxSenders || times < 0 {
				continue
			}
			s = &sender{Takers: map[uint64]*taker{}}
			l.Senders[h.Sender] = s
		}
		count(&s.Sent)
		l.changed = true
		for _, t := range h.Takers {
			k := s.Takers[t.Endpoint]
			if k == nil {
				if len(s.Takers) >= 64 || times < 0 {
					continue
				}
				k = &taker{}
				s.Takers[t.Endpoint] = k
			}
			count(&k.Taken)
			count(&k.Waits[min(bits.Len64(uint64(t.Wait/1000)), len(k.Waits)-1)])
		}
	}
}

const (
	// enoughSent is how many cases must have been seen before a missing next
	// step means something, and darkSent before a publish that nobody ever took
	// up counts as normal.
	enoughSent = 50
	darkSent   = 20
	// steady is the share of cases in which the next step must have come.
	steady = 0.99
	// slack is how many times the usual longest wait passes before it is late:
	// the histogram's own steps are factors of two.
	slack = 4
)

// patience is how long the next step may take: a multiple of p99.9, at least
// the floor that covers the exporters' own delay.
func (t *taker) patience(floor time.Duration) time.Duration {
	rest := t.Taken / 1000
	for i := len(t.Waits) - 1; i >= 0; i-- {
		if t.Waits[i] > rest {
			return max(floor, slack*time.Duration(uint64(1)<<i)*time.Microsecond)
		}
		rest -= t.Waits[i]
	}
	return floor
}

// known reports whether enough was seen to say what follows.
func (s *sender) known() bool {
	return s != nil && s.Sent >= darkSent && (s.Sent >= enoughSent || len(s.Takers) == 0)
}

// sure reports whether t takes up whatever is sent.
func (s *sender) sure(t *taker) bool {
	return t.Taken >= enoughSent*9/10 && float64(t.Taken) >= steady*float64(s.Sent)
}

// expectations answers from what was learned.
type expectations struct {
	learned *learned
	floor   time.Duration
	known   map[uint64]flow.Endpoint
	sources *sources
	now     time.Time
	of      moment // of the flow that is held against it
}

func (j *joiner) expectations(ts *tenantState, f *flowState) flow.Expectations {
	return expectations{ts.learnt, j.cfg.StalledAfter, j.known, &ts.sources, j.now, f.moment()}
}

// moment is when a flow began, and when the first of it came.
type moment struct {
	began   int64 // event time, Unix ns
	arrived int64 // Unix ns
}

func (f *flowState) moment() moment {
	m := moment{f.segs[0].Start, f.segs[0].arrived}
	for _, s := range f.segs[1:] {
		m.arrived = min(m.arrived, s.arrived)
	}
	return m
}

func (e expectations) After(endpoint uint64) ([]flow.Expectation, bool) {
	s := e.learned.Senders[endpoint]
	if !s.known() {
		return nil, false
	}
	var out []flow.Expectation
	for id, t := range s.Takers {
		if s.sure(t) {
			out = append(out, flow.Expectation{Next: e.known[id], NextID: id, Sent: s.Sent, Taken: t.Taken, Patience: t.patience(e.floor)})
		}
	}
	return out, true
}

// Usual answers how long something usually takes.
func (e expectations) Usual(m flow.Measured) (flow.Usual, bool) {
	if h := e.learned.usual[m]; h != nil {
		return h.at(e.of)
	}
	return flow.Usual{}, false
}

func (l *learned) encode() ([]byte, error) {
	l.changed, l.Took, l.Steps = false, l.encodeUsual(), l.encodeSteps()
	return json.Marshal(l)
}

func decodeLearned(b []byte) (*learned, error) {
	l := newLearned()
	if len(b) == 0 {
		return l, nil
	}
	if err := json.Unmarshal(b, l); err != nil {
		return newLearned(), err
	}
	for _, s := range l.Senders {
		if s.Takers == nil {
			s.Takers = map[uint64]*taker{}
		}
	}
	return l, errors.Join(l.decodeUsual(), l.decodeSteps())
}

// encodeUsual writes the buckets that are not empty.
func (l *learned) encodeUsual() []byte {
	var b []byte
	for m, d := range l.usual {
		if d.n == 0 {
			continue
		}
		b = append(b, byte(m.What))
		b = binary.LittleEndian.AppendUint64(b, m.A)
		b = binary.LittleEndian.AppendUint64(b, m.B)
		d.forgetPast(l.To)
		b = d.encodePast(b)
		full := 0
		for _, n := range d.counts {
			full += min(int(n), 1)
		}
		b = append(b, byte(full))
		for i, n := range d.counts {
			if n > 0 {
				b = binary.AppendUvarint(append(b, byte(i)), uint64(n))
			}
		}
	}
	return b
}

func (l *learned) decodeUsual() error {
	b := l.Took
	for len(b) > 0 && len(l.usual) < maxMeasured {
		if len(b) < 18 {
			return errUsual
		}
		m := flow.Measured{What: flow.Measure(b[0]), A: binary.LittleEndian.Uint64(b[1:]), B: binary.LittleEndian.Uint64(b[9:])}
		d := &durations{}
		if b = d.decodePast(b[17:]); len(b) == 0 {
			return errUsual
		}
		full := int(b[0])
		b = b[1:]
		for range full {
			if len(b) < 2 || b[0] >= buckets {
				return errUsual
			}
			n, size := binary.Uvarint(b[1:])
			if size <= 0 || n > remembered {
				return errUsual
			}
			d.counts[b[0]] += uint32(n)
			d.n += uint32(n)
			b = b[1+size:]
		}
		d.sum()
		l.usual[m] = d
	}
	l.Took = nil
	return nil
}

var errUsual = errors.New("the usual durations are cut short or not ours")
