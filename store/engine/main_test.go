//go:build linux

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(stopping{m})
}

// stopping stops the shared engine before goroutines are counted.
type stopping struct{ m *testing.M }

func (s stopping) Run() int { return enginetest.Main(s.m) }

// patient is a limit for things that take a second on a quiet machine.
const patient = 2 * time.Minute

// limited is a context that ends after a while. It has no deadline, because clickhouse-go makes max_execution_time of one.
func limited(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	end := time.AfterFunc(patient, cancel)
	t.Cleanup(func() {
		end.Stop()
		cancel()
	})
	return ctx
}

// start an engine of the test's own.
func start(t testing.TB, c engine.Config) *engine.Engine {
	t.Helper()
	e, err := engine.Start(limited(t), c, zaptest.NewLogger(t, zaptest.Level(zap.InfoLevel)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, e) })
	return e
}

func started(t testing.TB, c engine.Config) *engine.Engine {
	t.Helper()
	e := start(t, c)
	if err := e.Ready(limited(t)); err != nil {
		t.Fatal(err)
	}
	return e
}

func stop(t testing.TB, e *engine.Engine) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	if err := e.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func connect(t testing.TB, o *clickhouse.Options) clickhouse.Conn {
	t.Helper()
	conn, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func mustExec(t testing.TB, conn clickhouse.Conn, queries ...string) {
	t.Helper()
	for _, q := range queries {
		if err := conn.Exec(limited(t), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func mustGet[T any](t testing.TB, conn clickhouse.Conn, query string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(limited(t), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// eventually waits for a condition; what says what was waited for.
func eventually(t testing.TB, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patient); !met(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", patient, what)
		}
	}
}

// together runs f for 0 to n-1 at the same time.
func together(n int, f func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// processGone tells whether a process has ended; one that only waits to be reaped has.
func processGone(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	var id int
	var name, state string
	_, err = fmt.Sscanf(string(b), "%d %s %s", &id, &name, &state)
	return err == nil && state == "Z"
}
