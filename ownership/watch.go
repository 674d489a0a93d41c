package ownership

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
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

// Watcher keeps the Set of files that change. A file that breaks keeps its
// last good content, while the other files go on changing; where the files do
// not fit together, the last Set that did stays. It is safe for concurrent
// use.
type Watcher struct {
	paths    []string
	interval time.Duration
	notify   func(*Set, Status)
	now      func() time.Time

	set      atomic.Pointer[Set]
	watching chan struct{} // closed once Run hears of changes

	mu     sync.Mutex
	status Status

	// Only NewWatcher and then Run touch what follows.
	good  map[string]*File // last good content by path
	taken uint64           // hash of what was read for the current state
	seen  uint64           // hash of what was read last
}

// NewWatcher reads the files at once, so that Current and Status answer from
// the start; no paths make an empty Set, for good. The interval is the slow
// poll's, 0 for one second. notify, when not nil, is called with the first
// state and with each that differs from the one before, by one goroutine at a
// time.
func NewWatcher(paths []string, notify func(*Set, Status), interval time.Duration) *Watcher {
	return newWatcher(paths, notify, interval, time.Now)
}

func newWatcher(paths []string, notify func(*Set, Status), interval time.Duration, now func() time.Time) *Watcher {
	if interval <= 0 {
		interval = defaultInterval
	}
	if notify == nil {
		notify = func(*Set, Status) {}
	}
	w := &Watcher{paths: paths, interval: interval, notify: notify, now: now, good: map[string]*File{}, watching: make(chan struct{})}
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
	timer := time.NewTimer(0)
	defer timer.Stop()
	soon, first := true, true // soon: the timer runs for a settle time, not for the interval
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
		case <-errs: // an overflow: something has changed
		case <-timer.C:
			if notifier != nil {
				watchFolders(notifier, w.paths)
			}
			if soon = !w.check(); soon {
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

// check reads the files, and takes them when they differ from the current
// state and have not changed since the check before. It returns false when
// they have, and want another look.
func (w *Watcher) check() bool {
	r := read(w.paths)
	settled := r.hash == w.seen
	w.seen = r.hash
	if r.hash == w.taken {
		return true
	}
	if settled {
		w.take(r)
	}
	return settled
}

func (w *Watcher) take(r reading) {
	w.taken, w.seen = r.hash, r.hash
	files, problems := w.merge(r)
	set, err := New(files...)
	if err != nil {
		problems = append(problems, asProblems("", err)...)
		set = w.Current()
	}
	loaded := err == nil
	w.set.Store(set)
	w.notify(set, w.update(r, set, problems, loaded))
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
