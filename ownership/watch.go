package ownership

import (
	"cmp"
	"context"
	"encoding/binary"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/fsnotify/fsnotify"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

const (
	// defaultInterval is how often files are read although nothing was
	// announced: network folders and bind mounts announce nothing. Reading a
	// few files costs less than a millisecond, and a change must show on the
	// pages within two seconds.
	defaultInterval = time.Second

	// settle is how long files must keep their content before it is taken,
	// so that one half written is not read as a shorter one.
	settle = 100 * time.Millisecond
)

// Watcher keeps the Set of sources that change. A source that breaks keeps
// its last good content, while the others go on changing; where ownership
// files do not fit together, the last Set that did stays. It is safe for
// concurrent use.
type Watcher struct {
	paths     []string
	interval  time.Duration
	notify    func(*Set, Status)
	now       func() time.Time
	importers map[string]Importer
	connect   Connect
	cache     string        // folder
	pace      time.Duration // of all sources, for tests; 0 as they say

	set      atomic.Pointer[Set]
	watching chan struct{} // closed once Run hears of changes
	wake     chan struct{} // a web address has answered

	mu     sync.Mutex
	status Status

	// Only NewWatcher and then Run touch what follows.
	good  map[string]*File // last good content by path
	feeds []*feed          // in the order of the files that name them
	taken uint64           // hash of what was read for the current state
	seen  uint64           // hash of what was read last
}

// Option changes what a Watcher does.
type Option func(*Watcher)

// WithImporters lets ownership files name sources of these types.
func WithImporters(byType map[string]Importer) Option {
	return func(w *Watcher) { w.importers = byType }
}

// WithConnect lets sources be behind web addresses.
func WithConnect(c Connect) Option { return func(w *Watcher) { w.connect = c } }

// WithCache keeps the last good answers of web addresses in a folder, for the
// next start.
func WithCache(folder string) Option { return func(w *Watcher) { w.cache = folder } }

func withPace(every time.Duration) Option { return func(w *Watcher) { w.pace = every } }

func withClock(now func() time.Time) Option { return func(w *Watcher) { w.now = now } }

// NewWatcher reads all files at once, so that Current and Status answer from
// the start; web addresses are asked by Run. No paths make an empty Set, for
// good. The interval is the slow poll's of ownership files, 0 for one second.
// notify, when not nil, is called with the first state and with each that
// differs from the one before, by one goroutine at a time.
func NewWatcher(paths []string, notify func(*Set, Status), interval time.Duration, options ...Option) *Watcher {
	if interval <= 0 {
		interval = defaultInterval
	}
	if notify == nil {
		notify = func(*Set, Status) {}
	}
	w := &Watcher{paths: paths, interval: interval, notify: notify, now: time.Now, good: map[string]*File{},
		watching: make(chan struct{}), wake: make(chan struct{}, 1)}
	for _, o := range options {
		o(w)
	}
	empty, _ := New()
	w.set.Store(empty)
	w.take(read(paths))
	return w
}

// Current returns the Set as of the last good load, never nil.
func (w *Watcher) Current() *Set { return w.set.Load() }

// Run follows the files until the context ends. It is called once.
func (w *Watcher) Run(ctx context.Context) {
	if len(w.paths) == 0 {
		<-ctx.Done()
		return
	}
	// Without a notifier (no inotify instances left) the poll still sees
	// every change, only later, so that is no reason to stop.
	var events chan fsnotify.Event
	var errs chan error
	notifier, err := fsnotify.NewWatcher()
	if err == nil {
		defer func() { _ = notifier.Close() }()
		events, errs = notifier.Events, notifier.Errors
	}
	polls := pollers{ctx: ctx, wake: w.wake, running: map[*feed]context.CancelFunc{}}
	defer polls.stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	soon, first := true, true // soon: the timer runs for a settle time, not for the interval
	announced := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			announced = true
		case <-errs: // an overflow: something has changed
			announced = true
		case <-w.wake:
		case <-timer.C:
			if notifier != nil {
				watchFolders(notifier, w.folders())
			}
			soon = !w.check(announced || soon)
			announced = false
			polls.run(w.feeds)
			if soon {
				timer.Reset(settle)
			} else {
				timer.Reset(w.interval)
			}
			if first {
				first = false
				close(w.watching)
			}
			continue
		}
		// A timer that already runs is left alone, so that a busy folder
		// cannot put a reload off for ever.
		if !soon {
			soon = true
			timer.Reset(settle)
		}
	}
}

// check reads the sources, and takes them when they differ from the current
// state and have not changed since the check before. It returns false when
// they have, and want another look. With all, sources are looked at that it
// is not the time for.
func (w *Watcher) check(all bool) bool {
	r := read(w.paths)
	for _, f := range w.feeds {
		f.look(w.now(), all)
	}
	sum := w.sum(r)
	settled := sum == w.seen
	w.seen = sum
	if sum == w.taken {
		return true
	}
	if settled {
		w.take(r)
	}
	return settled
}

// sum is over everything that was read last.
func (w *Watcher) sum(r reading) uint64 {
	b := binary.LittleEndian.AppendUint64(nil, r.hash)
	for _, f := range w.feeds {
		b = binary.LittleEndian.AppendUint64(b, f.version())
	}
	return xxhash.Sum64(b)
}

func (w *Watcher) take(r reading) {
	files, problems := w.merge(r)
	w.follow(files)
	types := slices.Sorted(maps.Keys(w.importers))
	var imports []*Import
	for _, f := range w.feeds {
		f.take(w.now(), types)
		if f.good != nil {
			imports = append(imports, f.good)
		}
		problems = append(problems, f.state.Problems...)
	}
	w.taken = w.sum(r)
	w.seen = w.taken
	set, err := Join(files, imports)
	if err != nil {
		problems = append(problems, doc.Of("", err)...)
		set = w.Current()
	}
	loaded := err == nil
	w.set.Store(set)
	w.notify(set, w.update(r, set, problems, loaded))
}

// follow makes the feeds those that the files name. One that they go on
// naming keeps its state.
func (w *Watcher) follow(files []*File) {
	have := map[string]*feed{}
	for _, f := range w.feeds {
		have[f.spec.key()] = f
	}
	var feeds []*feed
	named := map[string]bool{} // Join refuses a second source of a name
	for _, file := range files {
		for _, s := range file.sources {
			if named[s.Name] {
				continue
			}
			named[s.Name] = true
			s.Every = cmp.Or(w.pace, s.Every)
			f := have[s.key()]
			if f == nil {
				f = w.newFeed(s)
				f.look(w.now(), true)
			}
			f.update(s)
			feeds = append(feeds, f)
		}
	}
	w.feeds = feeds
}

// folders are those to be told of by the system.
func (w *Watcher) folders() []string {
	names, _ := expand(w.paths)
	folders := foldersOf(w.paths, names)
	for _, f := range w.feeds {
		folders = append(folders, f.folders...)
	}
	return folders
}

// merge parses what was read, falling back to the last good content of what
// is broken or gone missing.
func (w *Watcher) merge(r reading) ([]*File, Problems) {
	problems := r.problems
	good := map[string]*File{}
	var files []*File
	for _, c := range r.files {
		f, ps := c.parse(w.good[c.name])
		problems = append(problems, ps...)
		if ps != nil {
			f = w.good[c.name]
		}
		if f != nil {
			good[c.name] = f
			files = append(files, f)
		}
	}
	// A glob that matches nothing any more is a mistake more often than the
	// wish to drop all rules, so what it matched stays.
	for name, f := range w.good {
		if good[name] == nil && slices.ContainsFunc(r.problems, func(p Problem) bool { return matchesGlob(p.File, name) }) {
			good[name] = f
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
	w.good = good
	return files, problems
}
