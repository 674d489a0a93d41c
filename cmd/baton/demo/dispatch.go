package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/send"
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/cmd/baton/demo/truth"
)

// grace is how long sending may go on after a signal. Flows last a few seconds; a receiver that does not answer for
// longer will not get the rest, and the truth says which flows that concerns.
const grace = 15 * time.Second

// batch is what one process sends in one request.
type batch struct {
	process int
	spans   []sim.Span
	again   bool // a repetition: counted as sent, but it acknowledges nothing
}

// dispatch sends batches over its connections and keeps the account of flows: one is told as true when the receiver
// has acknowledged its last span.
type dispatch struct {
	batches chan batch
	senders []*send.Sender
	workers sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
	facts   *truth.Writer
	world   world

	mu   sync.Mutex
	open map[*sim.Flow]struct{}

	flows, done, spans, requests, bytes, refused atomic.Int64
	firstRefusal                                 atomic.Pointer[error]
}

func newDispatch(ctx context.Context, o *options, w world, facts *truth.Writer) (*dispatch, error) {
	// Two requests in waiting per connection keep every connection busy and memory small. A receiver that is slow
	// slows the estate down; nothing is dropped.
	d := &dispatch{batches: make(chan batch, 2*o.connections), facts: facts, world: w, open: map[*sim.Flow]struct{}{}}
	for range o.connections {
		s, err := send.New(o.sender())
		if err != nil {
			return nil, errors.Join(err, d.closeSenders())
		}
		d.senders = append(d.senders, s)
	}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, d.cancel) })
	for _, s := range d.senders {
		d.workers.Go(func() { d.work(s) })
	}
	return d, nil
}

// opened takes a flow into the account, before any of its spans is sent.
func (d *dispatch) opened(f *sim.Flow) {
	d.flows.Add(int64(1 + len(f.With)))
	d.mu.Lock()
	d.open[f] = struct{}{}
	d.mu.Unlock()
}

// put hands over a batch and waits while the receiver is behind. It gives up when sending has been stopped.
func (d *dispatch) put(b batch) {
	select {
	case d.batches <- b:
	case <-d.ctx.Done():
	}
}

func (d *dispatch) work(s *send.Sender) {
	for b := range d.batches {
		request := d.world.AppendRequest(nil, b.process, b.spans)
		err := s.Send(d.ctx, request)
		d.requests.Add(1)
		switch {
		case err == nil:
			d.spans.Add(int64(len(b.spans)))
			d.bytes.Add(int64(len(request)))
			d.acknowledge(b)
		case d.ctx.Err() == nil:
			d.refused.Add(int64(len(b.spans)))
			d.firstRefusal.CompareAndSwap(nil, &err)
		}
	}
}

func (d *dispatch) acknowledge(b batch) {
	if b.again {
		return
	}
	for _, s := range b.spans {
		if s.Flow.Acknowledge() {
			for _, t := range s.Flow.Truths() {
				d.facts.Write(t)
				d.done.Add(1)
			}
			d.mu.Lock()
			delete(d.open, s.Flow)
			d.mu.Unlock()
		}
	}
}

// finish waits until everything is sent, or sending was stopped, and tells the flows that are incomplete.
func (d *dispatch) finish() error {
	close(d.batches)
	d.workers.Wait()
	d.cancel()
	for f := range d.open {
		for _, t := range f.Truths() {
			t.Unfinished = true
			d.facts.Write(t)
		}
	}
	err := d.closeSenders()
	if first := d.firstRefusal.Load(); first != nil {
		err = errors.Join(fmt.Errorf("%d spans refused, the first because: %w", d.refused.Load(), *first), err)
	}
	return err
}

func (d *dispatch) closeSenders() error {
	var all error
	for _, s := range d.senders {
		all = errors.Join(all, s.Close())
	}
	return all
}

func (d *dispatch) retries() (n int64) {
	for _, s := range d.senders {
		n += s.Retries()
	}
	return n
}
