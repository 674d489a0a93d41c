package spanlog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func isDuplicate(t testing.TB, l *Log, record []byte) bool {
	t.Helper()
	_, duplicate, err := l.Append(context.Background(), record, 1)
	if err != nil {
		t.Fatal(err)
	}
	return duplicate
}

func TestDuplicatesAreKnownForTheWindow(t *testing.T) {
	for name, between := range map[string]func(*testing.T, *Log, Config) *Log{
		"at once":   func(_ *testing.T, l *Log, _ Config) *Log { return l },
		"restarted": reopen,
		"done and restarted": func(t *testing.T, l *Log, cfg Config) *Log {
			finish(t, l)
			return reopen(t, l, cfg)
		},
		"done, deleted and restarted twice": func(t *testing.T, l *Log, cfg Config) *Log {
			finish(t, l)
			l = reopen(t, reopen(t, l, cfg), cfg)
			if n := len(segmentFiles(t, cfg.Dir)); n != 0 {
				t.Fatalf("%d segments are left", n)
			}
			return l
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			cfg := small(t.TempDir(), c)
			l := open(t, cfg)
			for i := range 10 {
				mustAppend(t, l, record(i, 1500), 1)
				c.Advance(time.Minute)
			}
			l = between(t, l, cfg)
			// Ten minutes after the first: it has left the window, the others have not.
			for i := 1; i < 10; i++ {
				if !isDuplicate(t, l, record(i, 1500)) {
					t.Errorf("record %d is not known", i)
				}
			}
			if isDuplicate(t, l, record(0, 1500)) {
				t.Error("record 0 is known after the window")
			}
			if !isDuplicate(t, l, record(0, 1500)) {
				t.Error("record 0 is not known again")
			}
			if s := l.Stats(); s.Duplicates != 10 || s.Digests != 10 || s.DigestsEvicted != 0 {
				t.Errorf("%+v", s)
			}
			c.Advance(10 * time.Minute)
			if isDuplicate(t, l, record(5, 1500)) || l.Stats().Digests != 1 {
				t.Errorf("known after the window, %+v", l.Stats())
			}
		})
	}
}

func reopen(t *testing.T, l *Log, cfg Config) *Log {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, cfg)
}

func finish(t *testing.T, l *Log) {
	t.Helper()
	r, err := l.Cut(l.end())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Done(r.ID); err != nil {
		t.Fatal(err)
	}
}

func TestDigestFilesGoWithTheWindow(t *testing.T) {
	c := newClock()
	cfg := small(t.TempDir(), c)
	l := open(t, cfg)
	for i := range 200 {
		mustAppend(t, l, record(i, 4000), 1)
		c.Advance(time.Minute)
		finish(t, l)
		if i%50 == 49 {
			l = reopen(t, l, cfg)
		}
		if n := digestFilesOf(t, cfg.Dir); len(n) > 4 {
			t.Fatalf("%d files of digests", len(n))
		}
	}
	if !isDuplicate(t, l, record(195, 4000)) {
		t.Error("a record five minutes old is not known")
	}
}

func digestFilesOf(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+digestsSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTornDigestFileKeepsTheRest(t *testing.T) {
	cfg := small(t.TempDir(), newClock())
	l := open(t, cfg)
	for i := range 3 {
		mustAppend(t, l, record(i, 4000), 1)
		finish(t, l)
	}
	l.Close()
	files := digestFilesOf(t, cfg.Dir)
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	if err := os.Truncate(files[0], digestsHeader+digestsEntry+20); err != nil {
		t.Fatal(err)
	}
	l, logs := openLogged(t, cfg)
	if !isDuplicate(t, l, record(0, 4000)) || isDuplicate(t, l, record(1, 4000)) || logs.FilterMessageSnippet("digests").Len() != 1 {
		t.Fatalf("log %v", logs.All())
	}
}

func TestIdenticalAppendsAtOnceStoreOne(t *testing.T) {
	l := open(t, small(t.TempDir(), nil))
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := map[int]int{}
	for i := range 400 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, duplicate, err := l.Append(context.Background(), record(i%20, 900), 1)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if !duplicate {
				stored[i%20]++
			}
		}()
	}
	wg.Wait()
	for i := range 20 {
		if stored[i] != 1 {
			t.Errorf("record %d was stored %d times", i, stored[i])
		}
	}
	if got, _ := all(t, l, Position{}); len(got) != 20 {
		t.Errorf("%d records", len(got))
	}
}

// The second of two identical records shares the fate of the first.
func TestClaimWaitsForTheFirst(t *testing.T) {
	for name, c := range map[string]struct {
		result error
		known  bool
		want   error
	}{
		"written":   {nil, true, nil},
		"refused":   {ErrFull, false, ErrFull},
		"withdrawn": {errWithdrawn, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDuplicates(time.Minute, 10)
				first := &request{digest: digest{1}, done: make(chan struct{})}
				second := &request{digest: digest{1}, done: make(chan struct{})}
				now := time.Now()
				if known, err := d.claim(context.Background(), first, now); known || err != nil {
					t.Fatal(known, err)
				}
				got := make(chan string, 1)
				go func() {
					known, err := d.claim(context.Background(), second, now)
					got <- fmt.Sprint(known, err)
				}()
				synctest.Wait()
				if len(got) > 0 {
					t.Fatalf("did not wait: %s", <-got)
				}
				first.err = c.result
				d.settle(first, now.UnixNano(), c.result == nil)
				close(first.done)
				if s := <-got; s != fmt.Sprint(c.known, c.want) {
					t.Fatalf("got %s", s)
				}
			})
		})
	}
	d := newDuplicates(time.Minute, 10)
	ctx, cancel := context.WithCancel(context.Background())
	d.writing[digest{1}] = &request{done: make(chan struct{})}
	cancel()
	if _, err := d.claim(ctx, &request{digest: digest{1}}, time.Now()); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestDigestsAreBounded(t *testing.T) {
	cfg := small(t.TempDir(), newClock())
	cfg.DuplicateLimit = 3000
	l := open(t, cfg)
	for round := range 2 {
		for i := range 5000 {
			mustAppend(t, l, record(round*5000+i, 20), 1)
		}
		if s := l.Stats(); s.Digests != 3000 || s.DigestsEvicted != int64(2000+round*5000) || s.DigestLimit != 3000 {
			t.Fatalf("%+v", s)
		}
	}
	if !isDuplicate(t, l, record(7000, 20)) || isDuplicate(t, l, record(6999, 20)) {
		t.Error("not the newest are kept")
	}
	if n := len(l.duplicates.entries); n > 3*3000 {
		t.Errorf("%d entries in memory", n)
	}
}

func TestWindowOfZeroStoresEverything(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	cfg.DuplicateWindow = 0
	l := open(t, cfg)
	for range 2 {
		if isDuplicate(t, l, record(1, 4000)) {
			t.Fatal("known")
		}
	}
	finish(t, l)
}
