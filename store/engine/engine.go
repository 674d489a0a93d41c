package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"go.uber.org/zap"
)

// ErrDown is what DialContext returns while there is no engine to talk to.
var ErrDown = errors.New("the embedded engine is down")

// Engine keeps one child process with the engine in it alive.
type Engine struct {
	config Config
	log    *zap.Logger

	mu      sync.Mutex
	state   State
	failed  error         // of the last attempt to start, nil once up
	began   time.Time     // of the attempts since it was last up
	changed chan struct{} // closed at the next change of the above

	stop  context.CancelFunc // asks the supervisor to end
	force context.CancelFunc // makes it kill the child
	done  chan struct{}      // closed when it has ended
}

// State is a snapshot for status pages.
type State struct {
	Up         bool
	Since      time.Time // of Up or not Up
	PID        int       // 0 when there is no process
	Restarts   int       // times that it came up again
	LastError  string    // why it last went down or did not come up
	LibVersion string
	Warning    string // something an operator should know although all works
}

// Start validates the configuration and begins to run the engine; Ready tells when it serves. Only Stop ends it: the context is for the
// start itself.
func Start(ctx context.Context, c Config, log *zap.Logger) (*Engine, error) {
	if err := errors.Join(ctx.Err(), c.Validate()); err != nil {
		return nil, err
	}
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	e := &Engine{config: c, log: log, state: State{Since: now}, began: now, changed: make(chan struct{}), done: make(chan struct{})}
	running, stop := context.WithCancel(context.Background())
	unforced, force := context.WithCancel(context.Background())
	e.stop, e.force = stop, force
	go e.supervise(running, unforced)
	return e, nil
}

// State of the engine now.
func (e *Engine) State() State {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}

// patience is how long Ready believes that a refusal passes: the engine of a Baton that was killed needs a moment to let go of the data
// folder.
const patience = 3 * time.Second

// Ready waits until the engine serves. It returns early when the child says why it cannot start and keeps saying so.
func (e *Engine) Ready(ctx context.Context) error {
	for {
		e.mu.Lock()
		up, failed, began, changed := e.state.Up, e.failed, e.began, e.changed
		e.mu.Unlock()
		if up {
			return nil
		}
		if r := (*refusal)(nil); errors.As(failed, &r) && time.Since(began) > patience {
			return fmt.Errorf("%w: %w", ErrDown, failed)
		}
		select {
		case <-changed:
		case <-e.done:
			return fmt.Errorf("%w: stopped", ErrDown)
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%w: %w", ErrDown, ctx.Err()), failed)
		}
	}
}

// dialPatience lets callers sit out a restart, which takes 0.1 to 0.3 s.
const dialPatience = time.Second

// DialContext connects to the engine, whatever the address; it has the form that clickhouse.Options wants. It waits for an engine that
// restarts, but not long.
func (e *Engine) DialContext(ctx context.Context, _ string) (net.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	if err := e.Ready(wait); err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", e.config.Socket)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDown, err)
	}
	return conn, nil
}

// Options for a clickhouse-go client of one database. There are as many connections as sessions, so that no statement waits in the
// engine. The socket is local: compression would only cost.
func (e *Engine) Options(database string) *clickhouse.Options {
	return &clickhouse.Options{
		Protocol:     clickhouse.HTTP,
		Addr:         []string{"engine"},
		Auth:         clickhouse.Auth{Database: database},
		DialContext:  e.DialContext,
		MaxOpenConns: e.config.Sessions,
		MaxIdleConns: e.config.Sessions,
		// The default of an hour would have every connection made anew for no reason.
		ConnMaxLifetime: 24 * time.Hour,
		ReadTimeout:     5 * time.Minute,
	}
}

// Stop ends the engine: running statements get a few seconds, and all of them are over when the context is. Afterwards the data folder
// is free. It can be called more than once.
func (e *Engine) Stop(ctx context.Context) error {
	e.stop()
	select {
	case <-e.done:
		return nil
	case <-ctx.Done():
		e.force()
		<-e.done
		return fmt.Errorf("the engine was killed: %w", ctx.Err())
	}
}

// update changes the state and wakes those who wait for it.
func (e *Engine) update(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f()
	close(e.changed)
	e.changed = make(chan struct{})
}

// versionWarning compares the library's version ("26.7.3") with the pinned package's ("26.7.3-stable.1").
func versionWarning(loaded string) string {
	if wanted, _, _ := strings.Cut(LibVersion, "-"); loaded != wanted {
		return fmt.Sprintf("the engine's library is version %s, Baton is tested with %s: run `make engine`", loaded, LibVersion)
	}
	return ""
}
