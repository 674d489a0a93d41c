package demo

import (
	"context"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

const (
	// step is how far the clock moves at once while catching up.
	step = 100 * time.Millisecond
	// tick is how often a live player looks at the clock.
	tick = 20 * time.Millisecond
	// liveDelay is how long a process collects spans before it sends them: short, so that the page is live.
	liveDelay = 200 * time.Millisecond
	// pastDelay is the same for the past, where nobody waits and bigger requests are kinder to the receiver.
	pastDelay = 5 * time.Second
)

// world is a simulated estate: it begins one flow after the other, and knows the processes that send their spans.
type world interface {
	NextStart() time.Time
	Next() *sim.Flow
	Processes() int
	AppendRequest(b []byte, process int, spans []sim.Span) []byte
}

// player moves the clock of the estate: it starts flows when their time comes, and lets each span go when it ends.
type player struct {
	options *options
	world   world
	waiting calendar
	queues  queues
	chaos   *disorder
	out     *dispatch
	clock   time.Time
	planned int64
	limit   int64 // of flows, 0 = none
}

func newPlayer(o *options, w world, begin time.Time, out *dispatch) *player {
	return &player{
		options: o, world: w, out: out, clock: begin,
		waiting: newCalendar(begin), queues: newQueues(w.Processes()), chaos: newDisorder(o), limit: o.flows,
	}
}

// play runs until the estate has done what the options ask or ctx ends. Flows that have begun are finished in both
// cases: their spans follow until the last has ended.
func (p *player) play(ctx context.Context) {
	began := time.Now()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		now := time.Now()
		ending := ctx.Err() != nil || p.options.length > 0 && now.Sub(began) >= p.options.length
		if ending {
			p.limit = p.planned
			if p.planned == 0 {
				return
			}
		}
		p.advance(now)
		if p.exhausted() && p.waiting.empty() || p.out.ctx.Err() != nil {
			break
		}
		if !p.options.fullSpeed {
			<-ticker.C
		}
	}
	p.queues.flush(0, p.take)
	p.send(0)
}

func (p *player) exhausted() bool { return p.limit > 0 && p.planned >= p.limit }

// advance moves the clock up to now in small steps; at full speed a single step, of a clock that knows no now.
func (p *player) advance(now time.Time) {
	for p.clock.Before(now) || p.options.fullSpeed {
		next := p.clock.Add(step)
		if next.After(now) && !p.options.fullSpeed {
			next = now
		}
		p.clock = next
		for !p.exhausted() && p.world.NextStart().Before(next) {
			f := p.world.Next()
			p.planned += int64(1 + len(f.With))
			p.out.opened(f)
			p.waiting.add(f.Spans)
		}
		p.waiting.release(next, func(s sim.Span) { p.queues.add(s, next, p.take) })
		if p.options.fullSpeed {
			p.send(window)
			return
		}
		delay := liveDelay
		if now.Sub(next) > time.Second {
			delay = pastDelay
		}
		p.queues.flush(next.Add(-delay).UnixNano(), p.take)
		p.send(0)
		if p.out.ctx.Err() != nil {
			return
		}
	}
}

// take receives a full batch from the queues.
func (p *player) take(b batch) { p.chaos.add(b) }

// send hands batches over until no more than keep are held back.
func (p *player) send(keep int) {
	if !p.options.shuffle {
		keep = 0
	}
	for p.chaos.len() > keep {
		p.out.put(p.chaos.next())
	}
}
