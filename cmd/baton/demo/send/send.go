// Package send delivers encoded OTLP requests as an SDK's exporter does: over gRPC or HTTP, compressed or not, and
// again and again while the receiver says that trying again makes sense.
package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// Protocols of the OTLP specification.
const (
	GRPC         = "grpc"
	HTTPProtobuf = "http/protobuf"
	HTTPJSON     = "http/json"
)

// Config says where and how to send.
type Config struct {
	Endpoint string // host:port, or a URL; https:// means TLS
	Protocol string
	Gzip     bool
	Headers  map[string]string
	Timeout  time.Duration // of one attempt, 0 = 10 s, the default of the OTLP exporters

	// The first pause after a retryable answer and the longest one; 0 = 100 ms and 5 s. The exporters of the SDKs start
	// at 5 s and give up after a minute. The demo is often started before its receiver, and its truth is worth more
	// than the memory of a few requests, so it tries sooner and never gives up by itself.
	FirstPause, LongestPause time.Duration
}

// client makes one attempt. An error that is a *retryable may be tried again.
type client interface {
	export(ctx context.Context, request []byte) (rejected int64, err error)
	close() error
}

// retryable is an answer that invites another attempt, after the given pause if it is not zero.
type retryable struct {
	after time.Duration
	cause error
}

func (r *retryable) Error() string { return r.cause.Error() }
func (r *retryable) Unwrap() error { return r.cause }

// ErrRejected is what Send answers when the receiver took the request but refused some of its spans.
var ErrRejected = errors.New("spans rejected by the receiver")

// Sender sends requests. It is safe for concurrent use; Retries counts attempts that had to be repeated.
type Sender struct {
	client  client
	config  Config
	retries atomic.Int64
}

// New opens a sender. Nothing is dialled yet: a receiver that is not there is retried like one that is busy.
func New(c Config) (*Sender, error) {
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.FirstPause == 0 {
		c.FirstPause = 100 * time.Millisecond
	}
	if c.LongestPause == 0 {
		c.LongestPause = 5 * time.Second
	}
	var err error
	s := &Sender{config: c}
	switch c.Protocol {
	case GRPC:
		s.client, err = newGRPC(c)
	case HTTPProtobuf, HTTPJSON:
		s.client = newHTTP(c)
	default:
		return nil, fmt.Errorf("protocol %q: use %s", c.Protocol, strings.Join([]string{GRPC, HTTPProtobuf, HTTPJSON}, ", "))
	}
	return s, err
}

// Close lets go of the connections.
func (s *Sender) Close() error { return s.client.close() }

// Retries is how many attempts were repeated so far.
func (s *Sender) Retries() int64 { return s.retries.Load() }

// Send delivers one encoded ExportTraceServiceRequest and returns when it is acknowledged (nil), refused for good, or
// ctx is done.
func (s *Sender) Send(ctx context.Context, request []byte) error {
	pause := s.config.FirstPause
	for {
		attempt, cancel := context.WithTimeout(ctx, s.config.Timeout)
		rejected, err := s.client.export(attempt, request)
		cancel()
		if err == nil {
			if rejected > 0 {
				return fmt.Errorf("%d %w", rejected, ErrRejected)
			}
			return nil
		}
		var again *retryable
		if !errors.As(err, &again) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("stopped while retrying: %w", err)
		}
		s.retries.Add(1)
		wait := again.after
		if wait == 0 {
			// Half of the pause is random, so that many senders do not come back at the same moment.
			wait = pause/2 + rand.N(pause/2+1)
			pause = min(pause*3/2, s.config.LongestPause)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("stopped while retrying: %w", err)
		case <-timer.C:
		}
	}
}
