package ownership

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// lines is an importer of "service owner" lines; "!" is a mistake, "!!" one
// that the importer does not survive.
type lines struct{}

func (lines) Options() []string { return []string{"prefix"} }

func (lines) Import(docs []Document, o Options) (*Catalogue, error) {
	c := &Catalogue{}
	var problems Problems
	for _, d := range docs {
		for i, line := range strings.Split(strings.TrimSpace(string(d.Body)), "\n") {
			name, owner, _ := strings.Cut(line, " ")
			switch name {
			case "":
			case "!":
				problems = append(problems, Problem{File: d.Name, Line: i + 1, Column: 1, What: "is a mistake", Remedy: "mend it"})
			case "!!":
				panic("out of its mind")
			default:
				c.Teams = append(c.Teams, Team{ID: owner + "-of-" + name, File: d.Name, Line: i + 1})
				c.Claims = append(c.Claims, Claim{Match: []Condition{{"service", []string{o["prefix"].Text + name}}}, Owner: owner, Entity: "line", File: d.Name, Line: i + 1})
			}
		}
	}
	if problems != nil {
		return nil, problems
	}
	return c, nil
}

// remoteLines reads the same from a web address.
type remoteLines struct{ lines }

func (remoteLines) Fetch(ctx context.Context, url string, get Getter) ([]Document, error) {
	b, err := get.Get(ctx, url)
	if err != nil {
		return nil, err
	}
	return []Document{{url, b}}, nil
}

// site answers for all web addresses.
type site struct {
	mu    sync.Mutex
	body  string
	err   error
	token string // that was last shown
	asked int
}

func (s *site) set(body string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body, s.err = body, err
}

func (s *site) connect(token func() (string, error)) Getter { return getter{s, token} }

type getter struct {
	*site
	secret func() (string, error)
}

func (g getter) Get(context.Context, string) ([]byte, error) {
	token, err := g.secret()
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	g.token = token
	return []byte(g.body), g.err
}

func source(t *testing.T, w *Watcher, name string) Source {
	t.Helper()
	for _, s := range w.Status().Sources {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no source %q in %+v", name, w.Status().Sources)
	return Source{}
}

func watchSources(t *testing.T, dir string, o ...Option) *Watcher {
	t.Helper()
	o = append(o, withPace(10*time.Millisecond), WithImporters(map[string]Importer{"lines": lines{}, "remote": remoteLines{}}))
	w := NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, nil, 20*time.Millisecond, o...)
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

func TestSourcesOfFiles(t *testing.T) {
	dir := write(t, map[string]string{
		"ownership.yaml": "sources: [{type: lines, name: list, path: 'cat/*.txt', every: 1s}]\nrules: [{match: {service: ruled}, owner: x}]",
		"cat/a.txt":      "cart red", "cat/b.txt": "mail blue\nruled y",
	})
	w := watchSources(t, dir)
	owns := func(service, team string) func() bool {
		return func() bool { return w.Current().Resolve(Subject{Service: service}).Team == team }
	}
	if !owns("cart", "red")() || !owns("mail", "blue")() || !owns("ruled", "x")() {
		t.Fatalf("not there from the start: %+v", w.Status())
	}
	if s := source(t, w, "list"); s.Health != Well || s.Files != 2 || s.Claims != 3 || s.Teams != 3 || s.Good.IsZero() || s.Line != 1 {
		t.Errorf("%+v", s)
	}
	<-w.watching

	put(t, filepath.Join(dir, "cat/c.txt"), "new green")
	until(t, "a new file is found", owns("new", "green"))

	// A broken file counts with its last good content, the others go on changing.
	put(t, filepath.Join(dir, "cat/b.txt"), "mail lost\n!\n")
	put(t, filepath.Join(dir, "cat/a.txt"), "cart pink")
	until(t, "the others go on", owns("cart", "pink"))
	until(t, "the problem shows", func() bool { return source(t, w, "list").Health == Broken })
	s := source(t, w, "list")
	if p := s.Problems[0]; p.File != filepath.Join(dir, "cat/b.txt") || p.Line != 2 || p.Column != 1 || p.Remedy != "mend it" {
		t.Errorf("%+v", s)
	}
	if !owns("mail", "blue")() || s.Since.IsZero() || s.Good.IsZero() || w.Status().OK() {
		t.Errorf("%+v", s)
	}

	// So does one that an importer does not survive.
	put(t, filepath.Join(dir, "cat/b.txt"), "mail x\n!!")
	until(t, "a panic is a problem", func() bool {
		return strings.Contains(w.Status().Problems.Error(), "the importer fails: out of its mind")
	})
	if !owns("mail", "blue")() {
		t.Error("the last good state is gone")
	}

	put(t, filepath.Join(dir, "cat/b.txt"), "mail grey")
	until(t, "mended", func() bool { return owns("mail", "grey")() && w.Status().OK() })

	// What a glob does not find any more is gone, unless it finds nothing.
	if err := os.Remove(filepath.Join(dir, "cat/c.txt")); err != nil {
		t.Fatal(err)
	}
	until(t, "a file that is gone", owns("new", ""))
	if err := os.RemoveAll(filepath.Join(dir, "cat")); err != nil {
		t.Fatal(err)
	}
	until(t, "an empty glob is a mistake", func() bool { return source(t, w, "list").Health == Broken })
	if !owns("mail", "grey")() {
		t.Error("the last good state is gone with the folder")
	}

	// A source that is not named any more is gone.
	put(t, filepath.Join(dir, "ownership.yaml"), "rules: []")
	until(t, "no source", func() bool { return owns("mail", "")() && w.Status().OK() && len(w.Status().Sources) == 1 })
}

// A start with a broken file takes the others.
func TestSourceBrokenFromTheStart(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"a file among others", "{type: lines, path: 'cat/*.txt'}", "cat/b.txt:1:1: is a mistake; mend it"},
		{"a missing file", "{type: lines, path: none.txt}", "none.txt: does not exist; create it, or correct the path"},
		{"an empty glob", "{type: lines, path: 'none/*.txt'}", "none/*.txt: no file matches; create one, or correct the path"},
		{"an unknown type", "{type: line, path: cat/a.txt}", `ownership.yaml:1:11: unknown type of source "line"; did you mean "lines"?`},
		{"an unknown field", "{type: lines, path: cat/a.txt, prefx: a}", `ownership.yaml:1:42: unknown field "prefx" in a source of type "lines"; did you mean "prefix"?`},
		{"a type without a web address", "{type: lines, url: 'https://x.example'}", `sources of type "lines" have no web address; keep it in a file, and name that: path`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{"cat/a.txt": "cart red", "cat/b.txt": "!",
				"ownership.yaml": "sources: [" + tt.source + ", {type: lines, name: good, path: good.txt}]", "good.txt": "good yes"})
			w := NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, nil, 0, WithImporters(map[string]Importer{"lines": lines{}, "remote": remoteLines{}}))
			if got := strings.ReplaceAll(w.Status().Problems.Error(), dir+"/", ""); !strings.HasSuffix(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if w.Current().Resolve(Subject{Service: "good"}).Team != "yes" {
				t.Error("the good source does not count")
			}
			if tt.name == "a file among others" && w.Current().Resolve(Subject{Service: "cart"}).Team != "red" {
				t.Error("the good file does not count")
			}
		})
	}
}

func TestSourceBehindAWebAddress(t *testing.T) {
	const conf = "sources: [{type: remote, name: far, url: 'https://catalog.example', token: '${BATON_TEST_TOKEN}', every: 1s}]"
	dir := write(t, map[string]string{"ownership.yaml": conf})
	cache := filepath.Join(dir, "cache")
	far := &site{body: "cart red"}
	owns := func(w *Watcher, team string) func() bool {
		return func() bool { return w.Current().Resolve(Subject{Service: "cart"}).Team == team }
	}
	t.Setenv("BATON_TEST_TOKEN", "")
	w := watchSources(t, dir, WithConnect(far.connect), WithCache(cache))
	until(t, "a token is missing", func() bool { return source(t, w, "far").Health == Broken })
	if p := source(t, w, "far").Problems[0]; p.What != "the environment variable BATON_TEST_TOKEN, which holds the token, is not set" || p.Line != 1 {
		t.Errorf("%+v", p)
	}
	t.Setenv("BATON_TEST_TOKEN", "s3cret")
	until(t, "fetched", owns(w, "red"))
	until(t, "well", func() bool { return source(t, w, "far").Health == Well })
	far.mu.Lock()
	if far.token != "s3cret" {
		t.Errorf("the token was %q", far.token)
	}
	far.mu.Unlock()

	far.set("", errors.New("is down"))
	until(t, "down", func() bool { return source(t, w, "far").Health == Broken })
	if !owns(w, "red")() {
		t.Error("the last good state is gone")
	}
	far.set("cart pink\n!", nil)
	until(t, "answers nonsense", func() bool { return strings.Contains(w.Status().Problems.Error(), "is a mistake") })
	if !owns(w, "red")() {
		t.Error("the last good state is gone")
	}
	far.set("cart blue", nil)
	until(t, "up again", owns(w, "blue"))
	if !w.Status().OK() || strings.Contains(fmt.Sprintf("%+v", w.Status()), "s3cret") {
		t.Errorf("%+v", w.Status())
	}

	// The next start has what was kept, until there is an answer.
	away := &site{err: errors.New("is down")}
	next := NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, nil, time.Minute, WithCache(cache), WithConnect(away.connect),
		WithImporters(map[string]Importer{"remote": remoteLines{}}))
	if s := source(t, next, "far"); s.Health != Waiting || s.Good.IsZero() || !owns(next, "blue")() || !next.Status().OK() {
		t.Errorf("%+v", s)
	}
	second := watchSources(t, dir, WithCache(cache), WithConnect(away.connect))
	until(t, "down from the start", func() bool { return source(t, second, "far").Health == Broken })
	if !owns(second, "blue")() {
		t.Error("what was kept does not count")
	}
	away.set("cart blue", nil)
	until(t, "the same as was kept", func() bool { return source(t, second, "far").Health == Well })

	third := watchSources(t, dir, WithCache(cache), WithConnect(away.connect))
	until(t, "the same as was kept, at once", func() bool { return source(t, third, "far").Health == Well })
	if !owns(third, "blue")() {
		t.Error("the answer does not count")
	}
}

// Of several paths one that is gone keeps what it had, and the others go on.
func TestSourceOfSeveralPaths(t *testing.T) {
	dir := write(t, map[string]string{"ownership.yaml": "sources: [{type: lines, name: list, path: [a.txt, 'b/*.txt', 'c/*.txt']}]", "a.txt": "a red", "b/b.txt": "b red", "c/c.txt": "c red"})
	w := watchSources(t, dir)
	owns := func(service, team string) bool {
		return w.Current().Resolve(Subject{Service: service}).Team == team
	}
	if !owns("a", "red") || !owns("b", "red") || !owns("c", "red") {
		t.Fatalf("%+v", w.Status())
	}
	<-w.watching
	for _, name := range []string{"a.txt", "b"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(dir, "c/c.txt"), "c blue")
	until(t, "the rest goes on", func() bool { return owns("c", "blue") })
	until(t, "both are missed", func() bool { return len(source(t, w, "list").Problems) == 2 })
	if !owns("a", "red") || !owns("b", "red") {
		t.Errorf("what is gone is gone from the owners: %+v", source(t, w, "list"))
	}
}

// What does not change is asked for and not taken again.
func TestSourceUnchangedIsNotTakenAgain(t *testing.T) {
	dir := write(t, map[string]string{"ownership.yaml": "sources: [{type: remote, name: far, url: 'https://catalog.example', every: 1s}]"})
	far := &site{body: "cart red"}
	var mu sync.Mutex
	states := 0
	w := NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, func(*Set, Status) {
		mu.Lock()
		defer mu.Unlock()
		states++
	}, 20*time.Millisecond, WithImporters(map[string]Importer{"remote": remoteLines{}}), WithConnect(far.connect), withPace(time.Millisecond))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx) }()
	asked := func() int { far.mu.Lock(); defer far.mu.Unlock(); return far.asked }
	until(t, "taken", func() bool { return w.Status().Sources[1].Health == Well })
	until(t, "asked again and again", func() bool { return asked() >= 300 })
	cancel()
	<-done
	if states != 2 { // waiting, and the answer
		t.Errorf("%d states", states)
	}
}

// Changing how often a source is looked at, or where it is named, keeps what
// it had.
func TestSourceKeepsItsStateWhenTheFileChanges(t *testing.T) {
	dir := write(t, map[string]string{"ownership.yaml": "sources: [{type: lines, name: list, path: a.txt}]", "a.txt": "cart red"})
	w := NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, nil, time.Minute, WithImporters(map[string]Importer{"lines": lines{}}))
	put(t, filepath.Join(dir, "a.txt"), "!")
	put(t, filepath.Join(dir, "ownership.yaml"), "\n\nsources:\n  - {type: lines, name: list, path: a.txt, every: 5m}")
	for range 5 {
		w.feeds[0].took = 0 // so that no look is owed
		w.check(true)
	}
	s := source(t, w, "list")
	if s.Line != 4 || s.Health != Broken || w.Current().Resolve(Subject{Service: "cart"}).Team != "red" {
		t.Errorf("%+v", s)
	}
}
