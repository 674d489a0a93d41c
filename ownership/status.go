package ownership

import (
	"slices"
	"time"
)

// Status is the state of a Watcher's files.
type Status struct {
	Paths  []string  // as configured
	Files  []string  // that the current Set is made of, or would be if they were whole
	Loaded time.Time // when the current Set was loaded

	// Problems are what keeps the files from being taken as they are, empty
	// when all is well. Until they are mended, what is broken counts with its
	// last good content, or not at all if it never had any.
	Problems Problems

	// Since is when the files began to have problems, zero when they have none.
	Since time.Time

	Warnings []Problem // of the current Set
	Version  uint64    // of the current Set
}

// OK reports whether the current Set is what the files say.
func (s Status) OK() bool { return len(s.Problems) == 0 }

// Status returns the state as of the last look at the files.
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
