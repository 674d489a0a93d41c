package demo

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/estate"
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

var begin = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func TestCalendarLetsSpansGoWhenTheyHaveEnded(t *testing.T) {
	c, rng := newCalendar(begin), rand.New(rand.NewPCG(1, 2))
	clock, added, released := begin, 0, 0
	for range 500 {
		var spans []sim.Span
		for range rng.IntN(20) {
			spans = append(spans, sim.Span{End: clock.Add(time.Duration(rng.Int64N(3e9))).UnixNano()})
		}
		c.add(spans)
		added += len(spans)
		clock = clock.Add(time.Duration(rng.Int64N(120e6)))
		c.release(clock, func(s sim.Span) {
			released++
			if late := clock.Sub(time.Unix(0, s.End)); late < 0 {
				t.Fatalf("a span left %v before its end", -late)
			}
		})
	}
	c.release(clock.Add(4*time.Second), func(sim.Span) { released++ })
	if released != added || !c.empty() {
		t.Errorf("%d spans released of %d", released, added)
	}
}

func TestCalendarKeepsWhatComesTooLate(t *testing.T) {
	c := newCalendar(begin)
	c.release(begin.Add(time.Second), func(sim.Span) {})
	c.add([]sim.Span{{End: begin.UnixNano()}})
	released := 0
	c.release(begin.Add(2*time.Second), func(sim.Span) { released++ })
	if released != 1 {
		t.Error("a late span is lost")
	}
}

func TestQueuesGiveAwayWhatIsFullOrOld(t *testing.T) {
	q := newQueues(3)
	var sizes []int
	take := func(b batch) { sizes = append(sizes, len(b.spans)) }
	for range batchSize + 3 {
		q.add(sim.Span{Process: 1}, begin, take)
	}
	q.add(sim.Span{Process: 2}, begin.Add(time.Second), take)
	if len(sizes) != 1 || sizes[0] != batchSize {
		t.Fatalf("sizes %v, want one full batch", sizes)
	}
	q.flush(begin.UnixNano(), take)
	if len(sizes) != 2 || sizes[1] != 3 {
		t.Fatalf("sizes %v, want the three old spans of process 1 next", sizes)
	}
	q.flush(0, take)
	if len(sizes) != 3 || sizes[2] != 1 {
		t.Errorf("sizes %v, want the rest", sizes)
	}
}

func TestRepetitionsAcknowledgeNothing(t *testing.T) {
	f := estate.Simulate(estate.NewPlanner(1, begin, 5, 0).Next(), 1)
	d := &dispatch{open: map[*sim.Flow]struct{}{}}
	d.opened(f)
	d.acknowledge(batch{spans: f.Spans, again: true})
	d.acknowledge(batch{spans: f.Spans[1:]})
	if d.done.Load() != 0 || len(d.open) != 1 {
		t.Error("told before its first span was acknowledged")
	}
	d.acknowledge(batch{spans: f.Spans[:1]})
	if d.done.Load() != 1 || len(d.open) != 0 {
		t.Error("not told after its last span was acknowledged")
	}
}
