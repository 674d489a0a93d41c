package ownership

import (
	"slices"
	"time"
)

// Status is the state of a Watcher's sources.
type Status struct {
	Paths  []string  // as configured
	Files  []string  // that the current Set is made of, or would be if they were whole
	Loaded time.Time // when the current Set was loaded

	// Problems are what keeps the sources from being taken as they are, empty
	// when all is well. Until they are mended, what is broken counts with its
	// last good content, or not at all if it never had any.
	Problems Problems

	// Since is when there began to be problems, zero when there are none.
	Since time.Time

	// Sources are the ownership files, in the order of their paths, and then
	// the imports in the order in which the files name them.
	Sources []Source

	Warnings []Problem // of the current Set
	Version  uint64    // of the current Set
}

// Health is the state of one source.
type Health string

// The states of a source.
const (
	Well    Health = "ok"
	Broken  Health = "broken"  // its last good content counts, if it had any
	Waiting Health = "waiting" // a web address that has not answered yet
)

// TypeFile is the type of an ownership file among the sources; others have
// that of their importer.
const TypeFile = "ownership"

// Source is the state of one source.
type Source struct {
	Type   string
	Name   string // unique
	Place  string // path, glob or web address
	File   string // the ownership file that names it, or is it
	Line   int    // there; 0 for an ownership file
	Health Health

	// Problems are what is broken, each with its place and how to mend it.
	Problems Problems

	Good  time.Time // when it was last found whole, zero for never
	Since time.Time // when it broke, zero when it is well

	Files, Teams, Claims int // of its last good content; claims are rules of an ownership file
}

// OK reports whether the current Set is what the sources say.
func (s Status) OK() bool { return len(s.Problems) == 0 }

// Status returns the state as of the last look at the sources.
func (w *Watcher) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status.clone()
}

func (s Status) clone() Status {
	s.Paths = slices.Clone(s.Paths)
	s.Files = slices.Clone(s.Files)
	s.Problems = slices.Clone(s.Problems)
	s.Warnings = slices.Clone(s.Warnings)
	s.Sources = slices.Clone(s.Sources)
	for i := range s.Sources {
		s.Sources[i].Problems = slices.Clone(s.Sources[i].Problems)
	}
	return s
}

func (w *Watcher) update(r reading, set *Set, problems Problems, loaded bool) Status {
	now := w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	s := Status{
		Paths:    slices.Clone(w.paths),
		Loaded:   w.status.Loaded,
		Problems: problems,
		Since:    w.status.Since,
		Warnings: set.Warnings(),
		Version:  set.Version(),
	}
	for _, c := range r.files {
		s.Files = append(s.Files, c.name)
		s.Sources = append(s.Sources, w.fileSource(c.name, problems, now))
	}
	for _, f := range w.feeds {
		s.Sources = append(s.Sources, f.state)
	}
	if loaded {
		s.Loaded = now
	}
	switch {
	case s.OK():
		s.Since = time.Time{}
	case s.Since.IsZero():
		s.Since = now
	}
	w.status = s
	return s.clone()
}

// fileSource is the state of an ownership file.
func (w *Watcher) fileSource(name string, problems Problems, now time.Time) Source {
	s := Source{Type: TypeFile, Name: name, Place: name, File: name, Health: Well, Good: now}
	for _, p := range problems {
		if p.File == name {
			s.Health = Broken
			s.Problems = append(s.Problems, p)
		}
	}
	if f := w.good[name]; f != nil {
		s.Files, s.Teams, s.Claims = 1, len(f.teams), len(f.rules)
	}
	if s.Health == Broken {
		s.Good, s.Since = time.Time{}, now
		for _, before := range w.status.Sources {
			if before.Type == TypeFile && before.Name == name {
				s.Good = before.Good
				if before.Health == Broken {
					s.Since = before.Since
				}
			}
		}
	}
	return s
}
