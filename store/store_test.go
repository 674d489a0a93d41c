package store

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

// noon is the clock of tests: far from midnight, so that nothing depends on the day.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// testClock is a clock that a test sets while the store's own goroutines read it.
type testClock struct{ ns atomic.Int64 }

func newClock() *testClock {
	c := new(testClock)
	c.set(noon)
	return c
}

func (c *testClock) set(t time.Time) { c.ns.Store(t.UnixNano()) }

func (c *testClock) now() time.Time { return time.Unix(0, c.ns.Load()).UTC() }

// with is the change of configuration that gives a store the clock.
func (c *testClock) with(conf *Config) { conf.Clock = c.now }

// testStore is a store on the real engine with a database of its own.
func testStore(t testing.TB, change ...func(*Config)) *Store {
	t.Helper()
	x, err := flow.NewExtractor(flow.Rules{Keys: []string{"order.id"}, OwnerAttributes: []string{"team"}})
	require.NoError(t, err)
	c := Config{Options: enginetest.New(t), Extractor: x, Clock: func() time.Time { return noon }}
	for _, f := range change {
		f(&c)
	}
	s, err := Open(context.Background(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s
}

// count asks the engine directly.
func count(t testing.TB, s *Store, sql string, args ...any) uint64 {
	t.Helper()
	var n uint64
	require.NoError(t, s.read.QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}
