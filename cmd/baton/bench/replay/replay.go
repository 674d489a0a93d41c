// Package replay sends a corpus as exporters do: over a number of connections, each with one request in flight, and again
// while the receiver says that trying again makes sense.
package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/send"
)

// Source makes requests; Next appends one to b and says how many spans it holds, none at the end. It is asked by one
// goroutine.
type Source interface {
	Next(b []byte) ([]byte, int)
}

// Options say how to send.
type Options struct {
	Endpoint    string
	Protocol    string // of package send
	Connections int
	Rate        float64       // spans a second; 0 for as fast as they are taken
	Progress    *atomic.Int64 // counts acknowledged spans; may be nil
}

// Sent is what was acknowledged.
type Sent struct {
	Spans, Requests, Bytes, Retries int64
	Began                           time.Time
	Took                            time.Duration
}

// Rate is spans a second.
func (s Sent) Rate() float64 { return float64(s.Spans) / s.Took.Seconds() }

type request struct {
	bytes []byte
	spans int
}

// Run sends everything and returns when it is acknowledged, or with the first request that was refused for good.
func Run(ctx context.Context, o Options, from Source) (Sent, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	senders := make([]*send.Sender, o.Connections)
	for i := range senders {
		s, err := send.New(send.Config{Endpoint: o.Endpoint, Protocol: o.Protocol})
		if err != nil {
			return Sent{}, err
		}
		defer s.Close()
		senders[i] = s
	}
	// One request waits for each connection, so that none does, and no buffer is made twice.
	ready, free := make(chan request, o.Connections), make(chan []byte, 2*o.Connections+1)
	for range cap(free) {
		free <- nil
	}
	var spans, requests, bytes atomic.Int64
	var workers sync.WaitGroup
	began := time.Now()
	for _, s := range senders {
		workers.Go(func() {
			for r := range ready {
				if err := s.Send(ctx, r.bytes); err != nil {
					cancel(fmt.Errorf("request of %d spans: %w", r.spans, err))
					return
				}
				spans.Add(int64(r.spans))
				requests.Add(1)
				bytes.Add(int64(len(r.bytes)))
				if o.Progress != nil {
					o.Progress.Add(int64(r.spans))
				}
				free <- r.bytes
			}
		})
	}
	err := feed(ctx, o.Rate, from, ready, free)
	close(ready)
	workers.Wait()
	out := Sent{Spans: spans.Load(), Requests: requests.Load(), Bytes: bytes.Load(), Began: began, Took: time.Since(began)}
	for _, s := range senders {
		out.Retries += s.Retries()
	}
	if cause := context.Cause(ctx); cause != nil {
		return out, cause
	}
	return out, err
}

// errStopped is never seen: the context knows why.
var errStopped = errors.New("stopped")

// feed makes requests, no faster than the rate.
func feed(ctx context.Context, rate float64, from Source, ready chan<- request, free <-chan []byte) error {
	began, made := time.Now(), 0
	for {
		var b []byte
		select {
		case b = <-free:
		case <-ctx.Done():
			return errStopped
		}
		b, n := from.Next(b[:0])
		if n == 0 {
			return nil
		}
		if rate > 0 {
			due := began.Add(time.Duration(float64(made) / rate * float64(time.Second)))
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				return errStopped
			}
		}
		made += n
		select {
		case ready <- request{b, n}:
		case <-ctx.Done():
			return errStopped
		}
	}
}
