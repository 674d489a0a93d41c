package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/store/internal/template"
)

// Store is all data of one Baton. Its methods may be called by many goroutines.
type Store struct {
	config  Config
	log     *zap.Logger
	clock   func() time.Time
	extract *flow.Extractor

	engine  *engine.Engine // nil unless we run it
	read    driver.Conn
	write   sender
	inserts atomic.Uint64 // sent to our own engine

	batches      shelf[*Batch]
	numbers      atomic.Uint64 // of batches
	learning     sync.Mutex    // held while a request is added to a batch
	templates    template.Set
	known        known
	resources    resourceCache
	contents     contentCache
	environments environments
	stamp        atomic.Uint64 // the last revision given out by nextRevision

	commits   commitClock
	recent    recentBatches
	trim      feedTrim
	committed chan struct{} // one slot: commits since the last look are one piece of news

	stop context.CancelFunc
	done sync.WaitGroup
}

// Open connects, brings the schema up to date and starts retention. It waits
// for the embedded engine until ctx ends. Close must be called.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Store{committed: make(chan struct{}, 1), config: c, log: c.Logger, clock: c.Clock, extract: c.Extractor, stop: func() {}}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	// One batch is filled while another one is inserted.
	s.batches = newShelf(2, func() *Batch { return newBatch(s) })
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	running, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.done.Go(func() { s.keepRetention(running) })
	if s.engine != nil {
		s.done.Go(func() { s.tendMerges(running) })
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	options, err := s.options(ctx)
	if err != nil {
		return err
	}
	s.recent.alone = !s.Shared()
	if options.Protocol == clickhouse.HTTP {
		s.write = newHTTPSender(options.Auth.Database, &s.inserts, options.DialContext)
	} else {
		s.write = newNativeSender(options)
	}
	options.Settings = readSettings()
	if s.read, err = clickhouse.Open(options); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	ms, err := loadMigrations(migrationFiles)
	if err != nil {
		return err
	}
	if err := migrate(ctx, s.read, ms, s.clock()); err != nil {
		return err
	}
	return s.startCommitClock(ctx)
}

// options of the connection, after starting the engine when there is none.
func (s *Store) options(ctx context.Context) (*clickhouse.Options, error) {
	switch {
	case s.config.Options != nil:
		o := *s.config.Options
		return &o, nil
	case s.config.DSN != "":
		o, err := clickhouse.ParseDSN(s.config.DSN)
		if err != nil {
			return nil, fmt.Errorf("the store's DSN: %w", err)
		}
		if o.Protocol != clickhouse.Native {
			return nil, errors.New("the store's DSN: want clickhouse://user:password@host:9000/database, the native protocol")
		}
		if o.Compression == nil {
			o.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
		}
		return o, nil
	}
	ec := s.config.Engine
	ec.Dir = s.config.Dir
	e, err := engine.Start(ctx, ec, s.log)
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	s.engine = e
	if err := e.Ready(ctx); err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	return e.Options("default"), nil
}

// readSettings cap every statement of a reader. A page that needs more than
// this is a page with a bug: lists read light columns and at most a day or two.
func readSettings() clickhouse.Settings {
	return clickhouse.Settings{
		"max_execution_time": 30, // s, after which no one waits any more
		// Half of what the embedded engine has; a flow of 50,000 spans needs a tenth.
		"max_memory_usage": 400 << 20,
		// 1M rows are 20 flows of 50,000 spans.
		"max_result_rows":      1_000_000,
		"result_overflow_mode": "throw",
		// A partition of a ReplacingMergeTree holds all revisions of its rows.
		"do_not_merge_across_partitions_select_final": 1,
	}
}

// Engine is the state of the embedded engine; ok is false when there is none.
func (s *Store) Engine() (st engine.State, ok bool) {
	if s.engine == nil {
		return engine.State{}, false
	}
	return s.engine.State(), true
}

// Ping asks whether the store can answer.
func (s *Store) Ping(ctx context.Context) error {
	var one uint8
	return readError("ping", s.read.QueryRow(ctx, query("ping")).Scan(&one))
}

// Close ends retention and connections, and the engine that Open started.
func (s *Store) Close(ctx context.Context) error {
	s.stop()
	s.done.Wait()
	var errs []error
	if s.write != nil {
		errs = append(errs, s.write.close())
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Stop(ctx))
	}
	return errors.Join(errs...)
}
