package ownership

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

const (
	// How often a source is looked at when it does not say. Looking at files
	// walks the folders of its globs, and a catalogue of thousands of files
	// is no rule that somebody waits for; what folders announce is seen at
	// once anyway.
	defaultFileEvery = 10 * time.Second
	defaultURLEvery  = 5 * time.Minute

	// A catalogue over the network answers within minutes or is broken.
	fetchTimeout = 2 * time.Minute

	// racy is how long after its last change a file may change again without
	// a new time stamp, on file systems with coarse ones.
	racy = 3 * time.Second

	// restAfterLook keeps a folder that changes all the time from having a
	// large tree looked through all the time: looking takes a twentieth of a
	// core at most.
	restAfterLook = 20

	// maxSourceFiles and maxSourceSize are above the largest catalogues kept
	// in files: some ten thousand files of two kilobytes.
	maxSourceFiles = 20_000
	maxSourceSize  = 64 << 20

	// maxRounds bounds how often an import is tried without its broken files.
	maxRounds = 20
)

// feed is one source at work. Only the Watcher's goroutine touches it, but for
// what is behind mu.
type feed struct {
	importer Importer // nil when there is none of its type
	remote   Remote   // not nil for a web address
	getter   Getter
	cache    string // file of the last good answer, "" for none

	state Source
	good  *Import
	// goodDocs are the documents of good by name, for those that break later.
	goodDocs map[string]Document

	docs     []Document // not yet imported
	problems Problems   // of reading docs
	sum      uint64     // of docs and problems
	imported uint64     // the sum that state and good are of
	stat     uint64     // of the files' names, times and sizes
	newest   time.Time  // change of any file
	looked   time.Time
	took     time.Duration // the last look
	owed     bool          // a look that was asked for too soon

	restored bool // docs and good are of a run before, until the first answer

	targets []string // files and globs that the files name
	folders []string // that hold the files

	mu      sync.Mutex
	spec    Spec // only its place in the ownership file and its times change
	answer  []Document
	failure error
	asked   bool // answer or failure is there
}

func (w *Watcher) newFeed(s Spec) *feed {
	f := &feed{spec: s, importer: w.importers[s.Type],
		state: Source{Type: s.Type, Name: s.Name, Place: s.Place(), File: s.File, Line: s.Line, Health: Waiting}}
	if s.URL != "" && w.connect != nil {
		f.remote, _ = f.importer.(Remote)
		f.getter = w.connect(f.token)
		f.cache = w.cacheFile(&s)
		f.restore()
	}
	return f
}

// current is the source as the ownership file names it now. The poller asks,
// so it is behind the lock; the Watcher's goroutine, which alone changes it,
// reads it without.
func (f *feed) current() Spec {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.spec
}

func (f *feed) update(s Spec) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spec, f.state.File, f.state.Line = s, s.File, s.Line
}

// every is how often to look.
func (s *Spec) every() time.Duration {
	switch {
	case s.Every > 0:
		return s.Every
	case s.URL != "":
		return defaultURLEvery
	}
	return defaultFileEvery
}

// unusable says why the source cannot be read at all.
func (f *feed) unusable(types []string) Problems {
	p := Problem{File: f.spec.File, Line: f.spec.Line, Column: f.spec.Column}
	switch {
	case f.importer == nil:
		p.What, p.Remedy = fmt.Sprintf("unknown type of source %q", doc.Clip(f.spec.Type)), doc.Nearest(f.spec.Type, types, "use one of "+strings.Join(types, ", "))
	case f.spec.URL != "" && f.remote == nil:
		p.What, p.Remedy = fmt.Sprintf("sources of type %q have no web address", f.spec.Type), "keep it in a file, and name that: path"
	default:
		for name, o := range f.spec.Options {
			if known := f.importer.Options(); !slices.Contains(known, name) {
				p.Line, p.Column = o.Line, o.Column
				known = append([]string{"type", "name", "path", "url", "token", "every"}, known...)
				p.What = fmt.Sprintf("unknown field %q in a source of type %q", doc.Clip(name), f.spec.Type)
				p.Remedy = doc.Nearest(name, known, "use "+strings.Join(known, ", "))
				return Problems{p}
			}
		}
		return nil
	}
	return Problems{p}
}

// look sees what the source holds now. Files are read only when something
// about them has changed.
func (f *feed) look(now time.Time, force bool) {
	if f.spec.URL != "" {
		f.lookAtAnswer()
		return
	}
	since := now.Sub(f.looked)
	switch {
	case f.importer == nil:
		return
	case !force && !f.owed && since < f.spec.every():
		return
	case since < restAfterLook*f.took:
		f.owed = true
		return
	}
	start := time.Now()
	defer func() { f.owed, f.took = false, time.Since(start) }()
	_, _, stat, _ := f.survey()
	if stat == f.stat && f.looked.Sub(f.newest) > racy {
		f.looked = now
		return
	}
	docs, targets, problems := f.gather()
	f.targets = targets
	names, _, stat, newest := f.survey() // what the files name now is looked at next time
	if stat != f.stat {
		f.folders = foldersOf(slices.Concat(f.spec.Paths, targets), names)
	}
	f.looked, f.stat, f.newest = now, stat, newest
	f.set(docs, problems)
}

// lookAtAnswer takes what the poller has fetched.
func (f *feed) lookAtAnswer() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.asked {
		return
	}
	if f.restored { // the same as was kept is news too: it is not from before any more
		f.restored, f.sum, f.imported = false, 0, 0
	}
	if f.failure != nil {
		f.set(nil, doc.Of(f.spec.URL, f.failure))
		return
	}
	f.set(f.answer, nil)
}

// version changes whenever there is something to take.
func (f *feed) version() uint64 {
	if f.restored {
		return ^f.sum
	}
	return f.sum
}

func (f *feed) set(docs []Document, problems Problems) {
	sum := sumOf(docs, problems)
	if sum != f.sum {
		f.sum, f.docs, f.problems = sum, docs, problems
	}
}

func sumOf(docs []Document, problems Problems) uint64 {
	h := xxhash.New()
	for _, d := range docs {
		fmt.Fprintf(h, "%q %d\n", d.Name, len(d.Body))
		_, _ = h.Write(d.Body)
	}
	_, _ = h.WriteString(problems.Error())
	return h.Sum64() | 1 // never 0, which is "nothing yet"
}
