package queries

import (
	"slices"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
)

// edge is how near to the begin of a window a flow is neither surely inside nor surely outside: flows last for less, and
// whether the instant of a failure is the begin or the end of a span is not the corpus' to say.
const edge = 10 * time.Second

// truth is the failed flows of the last 24 hours, the latest first.
type truth struct {
	flows []corpus.Flow
	first int64 // stored flows that the last hour surely holds begin here
}

func (s *Set) truth() *truth {
	t := &truth{}
	day := s.Now.Add(-24*time.Hour - edge)
	hour := s.Now.Add(-time.Hour + edge)
	t.first = s.Flows
	for i := s.Flows - 1; i >= 0; i-- {
		start := s.Corpus.StartOf(i)
		if start.Before(day) {
			break
		}
		if start.After(hour) {
			t.first = i
		}
		if s.Corpus.Failed(i) {
			t.flows = append(t.flows, s.Corpus.Flow(i))
		}
	}
	slices.SortFunc(t.flows, func(a, b corpus.Flow) int { return b.End.Compare(a.End) })
	return t
}

// sure reports whether a window from a time on holds the flow for certain; may, whether it can.
func sure(f *corpus.Flow, from time.Time) bool { return f.Start.After(from.Add(edge)) }
func may(f *corpus.Flow, from time.Time) bool  { return f.End.After(from.Add(-edge)) }
