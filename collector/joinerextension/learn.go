package joinerextension

import (
	"encoding/json"
	"math/bits"
	"time"

	"github.com/baton-observability/baton/flow"
)

// learned is what was seen of what follows what: per sender how often it sent,
// and per taker how often and how fast it took up.
type learned struct {
	Senders map[uint64]*sender `json:"senders"`
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

func newLearned() *learned { return &learned{Senders: map[uint64]*sender{}} }

// maxSenders bounds what is learned of a tenant; endpoints are templated, so
// only a broken template gets there.
const maxSenders = 50_000

func (l *learned) observe(hs []flow.Handover) {
	for _, h := range hs {
		s := l.Senders[h.Sender]
		if s == nil {
			if len(l.Senders) >= maxSenders {
				continue
			}
			s = &sender{Takers: map[uint64]*taker{}}
			l.Senders[h.Sender] = s
		}
		s.Sent++
		l.changed = true
		for _, t := range h.Takers {
			k := s.Takers[t.Endpoint]
			if k == nil {
				if len(s.Takers) >= 64 {
					continue
				}
				k = &taker{}
				s.Takers[t.Endpoint] = k
			}
			k.Taken++
			k.Waits[min(bits.Len64(uint64(t.Wait/1000)), len(k.Waits)-1)]++
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

// expectations answers from what was learned.
type expectations struct {
	learned *learned
	floor   time.Duration
	known   map[uint64]flow.Endpoint
}

func (j *joiner) expectations(ts *tenantState) flow.Expectations {
	return expectations{ts.learnt, j.cfg.StalledAfter, j.known}
}

func (e expectations) After(endpoint uint64) ([]flow.Expectation, bool) {
	s := e.learned.Senders[endpoint]
	if s == nil || s.Sent < darkSent || s.Sent < enoughSent && len(s.Takers) > 0 {
		return nil, false
	}
	var out []flow.Expectation
	for id, t := range s.Takers {
		if t.Taken >= enoughSent*9/10 && float64(t.Taken) >= steady*float64(s.Sent) {
			out = append(out, flow.Expectation{Next: e.known[id], NextID: id, Sent: s.Sent, Taken: t.Taken, Patience: t.patience(e.floor)})
		}
	}
	return out, true
}

func (l *learned) encode() ([]byte, error) { l.changed = false; return json.Marshal(l) }

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
	return l, nil
}
