package demo

import (
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// batchSize is the largest request, as in the batch processor of every SDK.
const batchSize = 512

// slot is the grain of the calendar.
const slot = int64(10 * time.Millisecond)

// calendar holds spans until they end. Spans come out in slots of ten milliseconds and in the order they were put in,
// whatever the steps in which the clock moves, so that the order is the same in every run.
type calendar struct {
	slots map[int64][]sim.Span
	next  int64 // first slot not yet released
}

func newCalendar(begin time.Time) calendar {
	return calendar{slots: map[int64][]sim.Span{}, next: begin.UnixNano() / slot}
}

func (c *calendar) empty() bool { return len(c.slots) == 0 }

func (c *calendar) add(spans []sim.Span) {
	for _, s := range spans {
		at := max(s.End/slot, c.next) // what comes too late goes out next, it is never lost
		c.slots[at] = append(c.slots[at], s)
	}
}

// release lets go of all spans in slots that ended before now.
func (c *calendar) release(now time.Time, take func(sim.Span)) {
	for ; c.next < now.UnixNano()/slot; c.next++ {
		for _, s := range c.slots[c.next] {
			take(s)
		}
		delete(c.slots, c.next)
	}
}

// queues is the batch processor of every process of the estate.
type queues struct {
	spans [][]sim.Span
	since []int64 // when the oldest span came in
}

func newQueues(processes int) queues {
	return queues{spans: make([][]sim.Span, processes), since: make([]int64, processes)}
}

// add puts a span into its process's queue and gives the queue away when it is full.
func (q *queues) add(s sim.Span, now time.Time, full func(batch)) {
	p := s.Process
	if len(q.spans[p]) == 0 {
		q.since[p] = now.UnixNano()
		q.spans[p] = make([]sim.Span, 0, 64)
	}
	q.spans[p] = append(q.spans[p], s)
	if len(q.spans[p]) >= batchSize {
		full(batch{process: p, spans: q.spans[p]})
		q.spans[p] = nil
	}
}

// flush gives away every queue whose oldest span came in at or before the given time; 0 means all.
func (q *queues) flush(before int64, take func(batch)) {
	for p, spans := range q.spans {
		if len(spans) > 0 && (before == 0 || q.since[p] <= before) {
			take(batch{process: p, spans: spans})
			q.spans[p] = nil
		}
	}
}
