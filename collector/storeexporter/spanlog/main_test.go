package spanlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestMain is also what the crash and disk tests run as a child process.
func TestMain(m *testing.M) {
	if child := os.Getenv("SPANLOG_CHILD"); child != "" {
		os.Exit(runChild(child, os.Getenv("SPANLOG_DIR")))
	}
	goleak.VerifyTestMain(m)
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// small is a configuration with segments that fill soon, on whatever disk the test has.
func small(dir string, c *clock) Config {
	cfg := DefaultConfig(dir)
	cfg.SegmentSize, cfg.MaxSize, cfg.ReserveFree = 4096, 64<<20, 0
	if c != nil {
		cfg.Clock = c.Now
	}
	return cfg
}

func open(t testing.TB, cfg Config) *Log {
	t.Helper()
	l, _ := openLogged(t, cfg)
	return l
}

func openLogged(t testing.TB, cfg Config) (*Log, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	l, err := Open(cfg, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, logs
}

// failer is a test or a property.
type failer interface {
	Helper()
	Fatal(...any)
}

func record(i, size int) []byte {
	b := bytes.Repeat([]byte{byte(i), byte(i >> 8), 0x5a}, size/3+1)[:size]
	copy(b, fmt.Sprintf("%06d record", i))
	return b
}

func mustAppend(t testing.TB, l *Log, record []byte, rows int) Position {
	t.Helper()
	pos, duplicate, err := l.Append(context.Background(), record, rows)
	if err != nil || duplicate {
		t.Fatalf("append: duplicate %v, error %v", duplicate, err)
	}
	return pos
}

// all reads what is readable now, from a position to the end of the log.
func all(t failer, l *Log, from Position) (data [][]byte, end Position) {
	t.Helper()
	to := l.end()
	return drain(t, &Reader{log: l, pos: from, until: &to}, from)
}

func inRange(t failer, l *Log, r Range) [][]byte {
	t.Helper()
	data, _ := drain(t, l.ReadRange(r), r.From)
	return data
}

func drain(t failer, r *Reader, from Position) (data [][]byte, end Position) {
	t.Helper()
	defer r.Close()
	end = from
	for {
		rec, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return data, end
		}
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, bytes.Clone(rec.Data))
		end = rec.End
	}
}

func same(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func segmentFiles(t failer, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}
