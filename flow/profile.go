package flow

// Trait is one figure of what flows do: how long a side took by itself, how long
// a call was on its way, which steps were taken. Many of them tell what changed
// though no flow failed for it.
type Trait struct {
	What TraitKind
	A, B uint64 // endpoints
	Took int64  // ns, of the kinds that are times
}

// TraitKind is what a trait tells.
type TraitKind uint8

// What traits tell, and what A and B are.
const (
	OwnTime  TraitKind = iota + 1 // of a side A: what went by in it and in no other service
	Underway                      // of a call by the span A that B answered: what it took beyond B
	Waited                        // of a message from A until B took it up
	Acted                         // a flow in which A did something
	Stepped                       // a flow in which A did B inside itself
)

// times visits how long the sides took by themselves and how long calls were on
// their way. A side is a span that its service entered by, and all that it does
// there; while it waits for an answer it does nothing by itself, whichever of its
// spans waits.
func (f *folded) times(visit func(Trait)) {
	n := len(f.spans)
	side, waiting := f.room.ints.take(n), f.room.ints.take(n)  // the side of a span; the side that waits while it lasts, -1 for none
	own, covered := f.room.times.take(n), f.room.times.take(n) // of sides; until when waiting covers them
	children := f.room.ints.take(n)
	for _, p := range f.parent {
		if p >= 0 {
			children[p]++
		}
	}
	for _, i := range f.order { // parents come before their children
		s := &f.spans[i]
		side[i], waiting[i] = i, none
		own[i], covered[i] = max(s.Duration, 0), s.Start
		p := f.parent[i]
		if p < 0 {
			continue
		}
		from := &f.spans[p]
		switch far := from.Service() != s.Service(); {
		case !far && (isCall(s) || !isSide(s)) && !f.shared[p]:
			if side[i] = side[p]; isCall(s) && s.Kind != DB {
				waiting[i] = side[i]
			}
		case far && !isCall(s) && (isCall(from) || children[p] == 1 && !isSide(from)) && from.Duration >= s.Duration:
			visit(Trait{Underway, from.Endpoint, s.Endpoint, from.Duration - s.Duration})
			waiting[p] = side[p]
		case s.Kind == API && !isCall(from):
			waiting[i] = side[p] // nobody sent a span of the call
		}
	}
	for _, i := range f.byStart {
		t := waiting[i]
		if t == none || t == i {
			continue
		}
		from := max(f.spans[i].Start, covered[t])
		if to := min(f.spans[i].End(), f.spans[t].End()); to > from {
			own[t] -= to - from
			covered[t] = to
		}
	}
	for i := range f.spans {
		if s := &f.spans[i]; side[i] == i && !f.shared[i] && !isCall(s) && s.Flags&(FlagError|FlagPoll) == 0 {
			visit(Trait{OwnTime, s.Endpoint, 0, own[i]})
		}
	}
}

// isCall reports whether a span stands for somebody else's work.
func isCall(s *Span) bool {
	switch s.Step {
	case Call, Send, Schedule, Settle:
		return true
	}
	return false
}

// traits visits all that a flow tells of how it went.
func (f *folded) traits(visit func(Trait)) {
	f.times(visit)
	f.measure(func(t taken) {
		if t.What == Wait {
			visit(Trait{Waited, t.A, t.B, t.took})
		}
	})
}

// Traits visits how long the sides of the flow took by themselves, how long calls
// were on their way and how long messages waited.
func (o *Outline) Traits(visit func(Trait)) { o.fold.traits(visit) }

// Traits visits how long the sides of the flow took by themselves, how long calls
// were on their way and how long messages waited.
func (s *Story) Traits(visit func(Trait)) { s.fold.traits(visit) }
