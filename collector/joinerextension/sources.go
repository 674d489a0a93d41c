package joinerextension

import (
	"cmp"
	"slices"
	"time"
)

// sources knows when spans of each service last arrived. It goes by arrival,
// because clocks may be wrong. A service that sent spans all the time and sends
// none any more is one finding; flows that wait for it are not stalled, because
// nobody can know.
type sources struct {
	by     map[string]*source
	newest time.Time
}

type source struct {
	last time.Time
	gaps durations // between two arrivals
}

const (
	// steadyAfter is how many arrivals make a past to speak of.
	steadyAfter = 50
	// A service is quiet when it has been so for many times its usual gap, and
	// silent when that lasts.
	quietTimes  = 10
	leastQuiet  = 5 * time.Second
	leastSilent = 5 * time.Minute
	silentEvery = 10 * time.Second
	// maxSources bounds the services remembered of a tenant: 15 MB.
	maxSources = 20_000
)

func (s *sources) hear(service string, arrived time.Time) {
	if service == "" {
		return
	}
	if s.by == nil {
		s.by = map[string]*source{}
	}
	x := s.by[service]
	switch {
	case x == nil && len(s.by) >= maxSources:
		return
	case x == nil:
		s.by[service] = &source{last: arrived}
	case arrived.After(x.last):
		x.gaps.add(arrived.Sub(x.last))
		x.last = arrived
	}
	if arrived.After(s.newest) {
		s.newest = arrived
	}
}

// usual is the longest that it usually takes until a service is heard again.
func (x *source) usual() time.Duration {
	u, _ := x.gaps.get()
	return quietTimes * u.Most
}

// Quiet reports a service that is heard all the time and has not been since a
// moment: either it still may be, or it has gone quiet while others have not.
func (e expectations) Quiet(service string, since int64) bool {
	x := e.sources.by[service]
	if x == nil || x.gaps.n < steadyAfter || x.last.UnixNano() > since {
		return false
	}
	usual := max(leastQuiet, x.usual())
	return e.now.Sub(x.last) <= usual || e.sources.newest.Sub(x.last) > usual
}

// silentSource is a service that went silent.
type silentSource struct {
	service string
	since   time.Time
}

// silent lists the services that are silent while others are not, the longest
// silence first. A day after it fell silent a service counts as gone.
func (s *sources) silent() []silentSource {
	var out []silentSource
	for name, x := range s.by {
		if quiet := s.newest.Sub(x.last); x.gaps.n >= steadyAfter && quiet > max(leastSilent, x.usual()) && quiet < 24*time.Hour {
			out = append(out, silentSource{name, x.last})
		}
	}
	slices.SortFunc(out, func(a, b silentSource) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.service, b.service))
	})
	return out
}
