package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
)

// nativeSender speaks the native protocol to a server. It keeps a few
// connections, each of which runs one insert at a time.
type nativeSender struct {
	options ch.Options
	addrs   []string
	idle    chan *ch.Client
	slots   chan struct{}
}

// nativeSenders is how many inserts run at once: ingest sends two batches, the
// joiner its flows, and one more may be slow.
const nativeSenders = 4

func newNativeSender(o *clickhouse.Options) *nativeSender {
	s := &nativeSender{
		addrs: o.Addr,
		idle:  make(chan *ch.Client, nativeSenders),
		slots: make(chan struct{}, nativeSenders),
		options: ch.Options{
			Database: o.Auth.Database, User: o.Auth.Username, Password: o.Auth.Password,
			ClientName: "baton", TLS: o.TLS, DialTimeout: 5 * time.Second, ReadTimeout: time.Minute,
		},
	}
	if o.Compression != nil && o.Compression.Method == clickhouse.CompressionLZ4 {
		s.options.Compression = ch.CompressionLZ4
	}
	return s
}

func (s *nativeSender) send(ctx context.Context, table, token string, in proto.Input) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return &InsertError{Table: table, Err: ctx.Err()}
	}
	c, err := s.acquire(ctx)
	if err != nil {
		return &InsertError{Table: table, Err: err}
	}
	q := ch.Query{Body: insertInto(table, in) + " VALUES", Input: in}
	if token != "" {
		q.Settings = []ch.Setting{{Key: "insert_deduplication_token", Value: token, Important: true}}
	}
	if err := c.Do(ctx, q); err != nil {
		// A connection that carried an error may have unread answers.
		_ = c.Close()
		e := &InsertError{Table: table, Err: err}
		if x, ok := errors.AsType[*ch.Exception](err); ok {
			e.Poison = poisonCode(int32(x.Code))
		}
		return e
	}
	s.idle <- c
	return nil
}

func (s *nativeSender) acquire(ctx context.Context) (*ch.Client, error) {
	for {
		select {
		case c := <-s.idle:
			if !c.IsClosed() {
				return c, nil
			}
			continue
		default:
		}
		var errs []error
		for _, addr := range s.addrs {
			o := s.options
			o.Address = addr
			c, err := ch.Dial(ctx, o)
			if err == nil {
				return c, nil
			}
			errs = append(errs, fmt.Errorf("connect to %s: %w", addr, err))
		}
		return nil, errors.Join(errs...)
	}
}

func (s *nativeSender) close() error {
	var errs []error
	for {
		select {
		case c := <-s.idle:
			errs = append(errs, c.Close())
		default:
			return errors.Join(errs...)
		}
	}
}

func (s *nativeSender) rest() bool { return false }
