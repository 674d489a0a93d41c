package ownership

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// run starts a Watcher and stops it with the test. Its poll is slow enough
// for no test to lean on it, unless interval says otherwise.
func run(t *testing.T, interval time.Duration, paths ...string) *Watcher {
	t.Helper()
	w := NewWatcher(paths, nil, interval)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return w
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

func (w *Watcher) owns(team string) func() bool {
	return func() bool { return w.Current().Resolve(Subject{Service: "cart"}).Team == team }
}

// swap does what a Kubernetes volume does: a new folder with the content, a
// link to it, and that link renamed over ..data.
func swap(t *testing.T, dir, version, content string) {
	t.Helper()
	put(t, filepath.Join(dir, version, "ownership.yaml"), content)
	link := filepath.Join(dir, "..data_tmp")
	if err := os.Symlink(version, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link, filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
}

func TestWatcherFollows(t *testing.T) {
	const slow = 10 * time.Minute
	rename := func(t *testing.T, name, content string) {
		t.Helper()
		put(t, name+".tmp", content)
		if err := os.Rename(name+".tmp", name); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name     string
		interval time.Duration
		setup    func(t *testing.T, dir string) (path string)
		change   func(t *testing.T, dir string)
	}{
		{"a file written in place", slow, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "o.yaml"), owned("red"))
			return "o.yaml"
		}, func(t *testing.T, dir string) { put(t, filepath.Join(dir, "o.yaml"), owned("blue")) }},
		{"a file renamed over, as editors do", slow, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "o.yaml"), owned("red"))
			return "o.yaml"
		}, func(t *testing.T, dir string) { rename(t, filepath.Join(dir, "o.yaml"), owned("blue")) }},
		{"a new file that a glob matches", slow, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "a.yaml"), owned("red"))
			return "*.yaml"
		}, func(t *testing.T, dir string) { put(t, filepath.Join(dir, "b.yaml"), owned("blue")) }},
		{"a new file where a glob begins", slow, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "sub", "a.yaml"), owned("red"))
			return "**/*.yaml"
		}, func(t *testing.T, dir string) { put(t, filepath.Join(dir, "z.yaml"), owned("blue")) }},
		{"a file removed that a glob matched", slow, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "a.yaml"), owned("blue"))
			put(t, filepath.Join(dir, "b.yaml"), owned("red"))
			return "*.yaml"
		}, func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "b.yaml")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a Kubernetes volume", slow, func(t *testing.T, dir string) string {
			swap(t, dir, "..2024", owned("red"))
			if err := os.Symlink("..data/ownership.yaml", filepath.Join(dir, "ownership.yaml")); err != nil {
				t.Fatal(err)
			}
			return "ownership.yaml"
		}, func(t *testing.T, dir string) { swap(t, dir, "..2025", owned("blue")) }},
		{"a Kubernetes volume by glob", slow, func(t *testing.T, dir string) string {
			swap(t, dir, "..2024", owned("red"))
			if err := os.Symlink("..data/ownership.yaml", filepath.Join(dir, "ownership.yaml")); err != nil {
				t.Fatal(err)
			}
			return "**/*.yaml"
		}, func(t *testing.T, dir string) { swap(t, dir, "..2025", owned("blue")) }},
		{"a link to a file elsewhere", slow, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "far", "o.yaml"), owned("red"))
			if err := os.Symlink("far/o.yaml", filepath.Join(dir, "o.yaml")); err != nil {
				t.Fatal(err)
			}
			return "o.yaml"
		}, func(t *testing.T, dir string) { rename(t, filepath.Join(dir, "far", "o.yaml"), owned("blue")) }},
		{"a folder that appears later, by the poll", 20 * time.Millisecond, func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "a.yaml"), owned("red"))
			return "**/*.yaml"
		}, func(t *testing.T, dir string) { put(t, filepath.Join(dir, "teams", "b.yaml"), owned("blue")) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := tt.setup(t, dir)
			w := run(t, tt.interval, filepath.Join(dir, path))
			if !w.owns("red")() {
				t.Fatalf("not loaded at the start: %+v", w.Status())
			}
			<-w.watching // else the first check finds the change
			before := w.Current().Version()
			tt.change(t, dir)
			until(t, tt.name, w.owns("blue"))
			if w.Current().Version() == before || !w.Status().OK() {
				t.Errorf("%+v", w.Status())
			}
		})
	}
}

func TestWatcherKeepsTheLastGoodState(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": owned("red"), "b.yaml": "teams: [{id: red}]"})
	w := run(t, time.Minute, filepath.Join(dir, "*.yaml"))
	broken := filepath.Join(dir, "a.yaml")
	put(t, broken, "rules:\n  - match: {servce: cart}\n    owner: blue\n")
	until(t, "the problem shows", func() bool { return !w.Status().OK() })
	s := w.Status()
	if got := s.Problems[0]; got != (Problem{File: broken, Line: 2, Column: 13, What: `unknown field "servce" in a match`, Remedy: `did you mean "service"?`}) {
		t.Errorf("got %+v", got)
	}
	if s.Since.IsZero() || s.Since.Before(s.Loaded.Add(-time.Minute)) || !w.owns("red")() {
		t.Errorf("%+v", s)
	}

	put(t, filepath.Join(dir, "b.yaml"), "teams: [{id: red}, {id: green}]")
	until(t, "the whole file goes on changing", func() bool { _, ok := w.Current().Team("green"); return ok })
	if s2 := w.Status(); s2.OK() || !s2.Since.Equal(s.Since) || !w.owns("red")() {
		t.Errorf("%+v", s2)
	}

	put(t, filepath.Join(dir, "c.yaml"), "teams: [{id: red}]")
	until(t, "files that clash show", func() bool { return strings.Contains(w.Status().Problems.Error(), "already declared") })
	if _, ok := w.Current().Team("green"); !ok || !w.owns("red")() {
		t.Error("the last set that fitted together is gone")
	}

	if err := os.Remove(filepath.Join(dir, "c.yaml")); err != nil {
		t.Fatal(err)
	}
	put(t, broken, owned("blue"))
	// A file that is being written may be read while it is empty, which is no mistake either.
	until(t, "mended", func() bool { return w.Status().OK() && w.owns("blue")() })
	if s := w.Status(); !s.Since.IsZero() || s.Version != w.Current().Version() {
		t.Errorf("%+v", s)
	}
}

func TestWatcherMissing(t *testing.T) {
	for _, path := range []string{"later.yaml", "later*.yaml", "folder/later.yaml"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, strings.Replace(path, "*", "", 1))
			w := run(t, 20*time.Millisecond, filepath.Join(dir, path))
			if s := w.Status(); s.OK() || s.Since.IsZero() || s.Problems[0].File != filepath.Join(dir, path) || !w.owns("")() {
				t.Errorf("%+v", s)
			}
			put(t, file, owned("red"))
			until(t, "found", w.owns("red"))
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			until(t, "missed again", func() bool { return !w.Status().OK() })
			if !w.owns("red")() {
				t.Error("the last good state is gone with the file")
			}
			put(t, file, owned("blue"))
			until(t, "found again", w.owns("blue"))
		})
	}
}

func TestWatcherWithoutPaths(t *testing.T) {
	w := run(t, 0)
	if s := w.Status(); !s.OK() || len(w.Current().Teams()) > 0 || w.Current().Resolve(Subject{Service: "cart"}).Source != SourceNone {
		t.Errorf("%+v", s)
	}
}

// A file is written in pieces, each of which parses: no piece may be taken
// for the whole. Checks are made by hand, so nothing depends on timing.
func TestWatcherWaitsUntilAFileSettles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "o.yaml")
	put(t, name, owned("red"))
	w := NewWatcher([]string{name}, nil, time.Minute)
	for _, piece := range []string{"", "rules:\n", "rules: []\n"} {
		put(t, name, piece)
		if w.check(true) || !w.owns("red")() {
			t.Fatalf("the piece %q is taken", piece)
		}
	}
	put(t, name, owned("blue"))
	if w.check(true) || w.owns("blue")() {
		t.Fatal("taken at first sight")
	}
	if !w.check(true) || !w.owns("blue")() {
		t.Fatal("not taken at second sight")
	}
	if !w.check(true) {
		t.Error("nothing changed, yet another look is wanted")
	}
}

func TestWatcherNotifies(t *testing.T) {
	name := filepath.Join(t.TempDir(), "o.yaml")
	put(t, name, owned("red"))
	var got []string
	clock := time.Unix(1000, 0)
	w := NewWatcher([]string{name}, func(s *Set, st Status) {
		got = append(got, s.Resolve(Subject{Service: "cart"}).Team+" "+st.Since.UTC().Format("15:04:05")+" "+st.Loaded.UTC().Format("15:04:05"))
	}, time.Minute, withClock(func() time.Time { clock = clock.Add(time.Second); return clock }))
	for _, content := range []string{owned("red"), "rules: x", "rules: y", owned("blue"), owned("blue")} {
		put(t, name, content)
		w.check(true)
		w.check(true)
	}
	same(t, "notified", got, []string{
		"red 00:00:00 00:16:41", "red 00:16:42 00:16:42", "red 00:16:42 00:16:43", "blue 00:00:00 00:16:44",
	})
}

func TestWatcherIsSafeForConcurrentUse(t *testing.T) {
	name := filepath.Join(t.TempDir(), "o.yaml")
	put(t, name, owned("red"))
	w := run(t, time.Millisecond, name)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if o := w.Current().Resolve(Subject{Service: "cart"}); o.Team != "red" && o.Team != "blue" {
					t.Errorf("%+v", o)
					return
				}
				_ = w.Status().OK()
			}
		})
	}
	for _, team := range []string{"blue", "red", "blue", "red"} {
		put(t, name+".tmp", owned(team))
		if err := os.Rename(name+".tmp", name); err != nil {
			t.Fatal(err)
		}
		until(t, team, w.owns(team))
	}
	close(stop)
	wg.Wait()
}
