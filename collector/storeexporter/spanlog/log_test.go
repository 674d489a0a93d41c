package spanlog

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestRecordsComeBackInOrderAcrossSegmentsAndRestarts(t *testing.T) {
	for name, fsync := range map[string]string{"never": FsyncNever, "always": FsyncAlways, "interval": "1ms"} {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir(), nil)
			cfg.Fsync = fsync
			var want [][]byte
			for round := range 3 {
				l := open(t, cfg)
				for i := range 20 {
					// Sizes from empty to larger than a segment.
					want = append(want, record(round*20+i, i*i*15))
					if i == 0 {
						want[len(want)-1] = record(round, 12)
					}
					mustAppend(t, l, want[len(want)-1], i)
				}
				got, end := all(t, l, Position{})
				if !same(got, want) {
					t.Fatalf("round %d: %d records of %d", round, len(got), len(want))
				}
				if end.Records != uint64(len(want)) || end.Rows != uint64((round+1)*190) {
					t.Fatalf("position %+v", end)
				}
				if s := l.Stats(); (fsync == FsyncAlways && s.Fsyncs < 20) || (fsync == FsyncNever && s.Fsyncs != 0) {
					t.Errorf("%d fsyncs", s.Fsyncs)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if s := l.counters.fsyncs.Load(); fsync == "1ms" && s == 0 {
					t.Error("never synced")
				}
			}
			if len(segmentFiles(t, cfg.Dir)) < 10 {
				t.Error("one file")
			}
		})
	}
}

func TestReaderWaitsForMore(t *testing.T) {
	l := open(t, small(t.TempDir(), nil))
	r := l.Reader(l.Uncut())
	defer r.Close()
	got := make(chan string)
	go func() {
		defer close(got)
		for {
			rec, err := r.Next(context.Background())
			if err != nil {
				got <- err.Error()
				return
			}
			got <- string(rec.Data)
		}
	}()
	for _, want := range []string{"one", "two", "three"} {
		mustAppend(t, l, []byte(want), 1)
		if s := <-got; s != want {
			t.Fatalf("read %q, want %q", s, want)
		}
	}
	l.Close()
	if s := <-got; s != ErrClosed.Error() {
		t.Fatalf("after Close: %s", s)
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	l := open(t, small(t.TempDir(), nil))
	ctx, cancel := context.WithCancel(context.Background())
	errs := make(chan error)
	go func() {
		_, err := l.Reader(Position{}).Next(ctx)
		errs <- err
	}()
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAppendRefuses(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	cfg.MaxRecord = 1000
	l := open(t, cfg)
	closed := open(t, small(t.TempDir(), nil))
	closed.Close()
	for name, c := range map[string]struct {
		log  *Log
		size int
		rows int
		want error
	}{
		"too large": {l, 1001, 1, ErrTooLarge},
		"closed":    {closed, 10, 1, ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := c.log.Append(context.Background(), record(1, c.size), c.rows); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
	if _, _, err := l.Append(context.Background(), nil, -1); err == nil {
		t.Error("negative rows taken")
	}
	mustAppend(t, l, record(1, 1000), 1)
	if got, _ := all(t, l, Position{}); len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
}

func TestOneProcessAtATime(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	if _, err := Open(cfg, l.log); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Fatalf("second open: %v", err)
	}
	l.Close()
	open(t, cfg)
}

func TestOldestWaiting(t *testing.T) {
	c := newClock()
	l := open(t, small(t.TempDir(), c))
	mustAppend(t, l, record(1, 10), 3)
	c.Advance(time.Minute)
	pos := mustAppend(t, l, record(2, 3000), 4)
	c.Advance(time.Minute)
	mustAppend(t, l, record(3, 3000), 5)
	if s := l.Stats(); s.WaitingRecords != 3 || s.WaitingRows != 12 || s.OldestWaiting != 2*time.Minute {
		t.Fatalf("%+v", s)
	}
	first, err := l.Cut(pos)
	if err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.WaitingRecords != 3 || s.OldestWaiting != 2*time.Minute || s.OpenRanges != 1 {
		t.Fatalf("cut: %+v", s)
	}
	if err := l.Done(first.ID); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.WaitingRecords != 2 || s.WaitingRows != 9 || s.OldestWaiting != time.Minute || s.OpenRanges != 0 {
		t.Fatalf("done: %+v", s)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no folder":      {func(c *Config) { c.Dir = "" }, "set a path"},
		"tiny segment":   {func(c *Config) { c.SegmentSize = 10 }, "64 MiB"},
		"negative size":  {func(c *Config) { c.MaxSize = -1 }, "0 sizes it"},
		"negative spare": {func(c *Config) { c.ReserveFree = -1 }, "0 reserves"},
		"no record":      {func(c *Config) { c.MaxRecord = 0 }, "64 MiB"},
		"small queue":    {func(c *Config) { c.QueueBytes = 5 }, "raise it"},
		"fsync":          {func(c *Config) { c.Fsync = "often" }, "always"},
		"fsync zero":     {func(c *Config) { c.Fsync = "0s" }, "interval"},
		"window":         {func(c *Config) { c.DuplicateWindow = -1 }, "turns it off"},
		"no digests":     {func(c *Config) { c.DuplicateLimit = 0 }, "raise it"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := DefaultConfig("x")
			c.change(&cfg)
			if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
	if err := DefaultConfig("x").Validate(); err != nil {
		t.Fatal(err)
	}
}
