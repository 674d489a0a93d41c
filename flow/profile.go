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

// Times visits how long the sides took by themselves and how long calls were on
// their way, by any clock: a span's own time is by that of its own service.
func (f *folded) times(visit func(Trait)) {
	own := f.ownTimes()
	side, children := make([]int, len(own)), make([]uint8, len(own)) // of children 2 stands for more
	for _, p := range f.parent {
		if p >= 0 {
			children[p] = min(children[p]+1, 2)
		}
	}
	for _, i := range f.order { // parents come before their children
		s := &f.spans[i]
		p := f.parent[i]
		if side[i] = i; p < 0 {
			continue
		}
		switch far := f.spans[p].Service != s.Service; {
		case far && !isCall(s) && (isCall(&f.spans[p]) || children[p] == 1 && !isSide(&f.spans[p])) && f.spans[p].Duration >= s.Duration:
			visit(Trait{Underway, f.spans[p].Endpoint, s.Endpoint, f.spans[p].Duration - s.Duration})
			own[p] = 0 // it did nothing but wait
		case !far && !isSide(s) && !f.shared[p]:
			side[i] = side[p]
		}
	}
	for i := range own {
		if side[i] != i {
			own[side[i]] += own[i]
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
