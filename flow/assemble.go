package flow

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Party is one side of a hop.
type Party struct {
	Role     Role
	Endpoint Endpoint
	ID       uint64 // of Endpoint
	Span     int    // index into Story.Facts, -1 when the side sent no span
}

// Hop is one step between two parties, with what became of it.
type Hop struct {
	ID       uint64 // stable for the same spans
	Parents  []int  // indices into Story.Hops
	Shared   bool
	Kind     Kind
	Parties  []Party
	Start    int64 // Unix ns
	Duration int64 // ns
	Wait     int64 // ns between sending and taking up; 0 where it is not known
	Attempts int
	Outcome  Outcome
	Error    string // what went wrong, for people; empty when nothing did
	Spans    []int  // indices into Story.Facts, in order of start

	tries []try
	async bool
}

// try is one attempt at a hop and what became of it.
type try struct {
	attempt
	outcome Outcome
	caller  bool // the fault is the caller's
}

// Story is a flow put together: its spans in order, folded into hops.
type Story struct {
	Facts   []*Facts
	Parent  []int // of each fact, -1 for roots
	Hops    []Hop
	HopOf   []int // of each fact
	Entry   int   // the fact that a flow of this type starts with, -1 when there is none
	Orphans int   // spans whose parent has not come
	fold    *folded
}

// Wide is a piece of a flow with all its facts.
type Wide struct {
	Trace  TraceID
	Shared bool
	Facts  []*Facts
}

// Assemble folds the spans of a flow into hops. It judges each hop by its own
// spans; what that means for the flow is Judge's to say.
func Assemble(wide []Wide) *Story {
	pieces := make([]Piece, len(wide))
	s := &Story{}
	for i, w := range wide {
		pieces[i] = Piece{Trace: w.Trace, Shared: w.Shared, Spans: make([]Span, len(w.Facts))}
		for k, f := range w.Facts {
			pieces[i].Spans[k] = f.Narrow()
		}
		s.Facts = append(s.Facts, w.Facts...)
	}
	s.fold = foldPieces(pieces)
	s.Parent, s.HopOf = s.fold.parent, s.fold.hop
	s.Entry = s.fold.entry()
	for _, o := range s.fold.orphan {
		s.Orphans += b2i(o)
	}
	s.Hops = make([]Hop, len(s.fold.hops))
	for h := range s.Hops {
		s.build(h)
	}
	s.deadLetters()
	return s
}

// deadLetters marks the hop whose consumer gave up and published its message to
// a dead-letter destination: that message failed there, not on its way out.
func (s *Story) deadLetters() {
	for i, f := range s.Facts {
		if f.Step != Send || f.Flags&FlagDLQ == 0 || s.HopOf[i] < 0 {
			continue
		}
		for _, p := range s.Hops[s.HopOf[i]].Parents {
			hop := &s.Hops[p]
			if !hop.async || hop.Kind == Workflow {
				continue
			}
			hop.Outcome = DeadLettered
			if lead := s.Facts[s.leadOf(hop)]; lead.DeadLetterReason == "" {
				lead.DeadLetterReason = f.DeadLetterReason
			}
			hop.Error = s.reason(hop)
		}
	}
}

// entry is the span that a flow's type is named by: its earliest root, where a
// real hop is preferred to an internal span, an owned one to a shared one.
func (f *folded) entry() int {
	best := -1
	rank := func(i int) int {
		s := &f.spans[i]
		return 4*b2i(f.shared[i]) + 2*b2i(f.orphan[i] || s.Flags&FlagPoll != 0) + b2i(s.Kind == Internal || s.Kind == DB)
	}
	for i := range f.spans {
		if f.parent[i] >= 0 {
			continue
		}
		if best < 0 || cmp.Or(cmp.Compare(rank(i), rank(best)), compareSpans(&f.spans[i], &f.spans[best]), bytes.Compare(f.trace[i][:], f.trace[best][:])) < 0 {
			best = i
		}
	}
	return best
}

func (s *Story) build(h int) {
	from := &s.fold.hops[h]
	hop := &s.Hops[h]
	hop.Parents, hop.Shared, hop.async = from.parents, from.shared, from.async
	hop.Spans = from.spans
	slices.SortFunc(hop.Spans, func(a, b int) int { return compareSpans(&s.fold.spans[a], &s.fold.spans[b]) })
	for _, a := range from.attempts {
		hop.tries = append(hop.tries, try{attempt: a})
	}
	slices.SortStableFunc(hop.tries, func(a, b try) int {
		return cmp.Or(cmp.Compare(s.begin(a.attempt), s.begin(b.attempt)), cmp.Compare(s.taken(a.attempt), s.taken(b.attempt)))
	})
	hop.Attempts = len(hop.tries)
	first, last := hop.tries[0].attempt, hop.tries[len(hop.tries)-1].attempt
	hop.Start = s.begin(first)
	end := hop.Start
	for i := range hop.tries {
		for _, n := range [...]int{hop.tries[i].from, hop.tries[i].to} {
			if n >= 0 {
				end = max(end, s.fold.spans[n].End())
				hop.Attempts = max(hop.Attempts, s.Facts[n].Deliveries, s.Facts[n].Attempt+1)
			}
		}
	}
	hop.Duration = end - hop.Start
	if last.from >= 0 && last.to >= 0 {
		hop.Wait = max(0, s.fold.spans[last.to].Start-s.fold.spans[last.from].Start)
		if hop.async {
			hop.Wait = max(0, s.fold.spans[last.to].Start-s.fold.spans[last.from].End())
		}
	}
	lead := s.lead(last)
	hop.Kind = lead.Kind
	if hop.Kind == DB {
		hop.Kind = Internal
	}
	hop.ID = hopID(s, first)
	s.parties(hop, last)
	s.outcome(hop)
}

// lead is the span that names a hop: the side that took it up, if it is known.
func (s *Story) lead(a attempt) *Facts {
	if a.to >= 0 {
		return s.Facts[a.to]
	}
	return s.Facts[a.from]
}

func (s *Story) begin(a attempt) int64 {
	switch {
	case a.from < 0:
		return s.fold.spans[a.to].Start
	case a.to < 0:
		return s.fold.spans[a.from].Start
	}
	return s.fold.spans[a.from].Start
}

// taken is when the other side took the attempt up. Deliveries of one message
// share their sender: only this tells which came last.
func (s *Story) taken(a attempt) int64 {
	if a.to < 0 {
		return s.begin(a)
	}
	return s.fold.spans[a.to].Start
}

func hopID(s *Story, a attempt) uint64 {
	var b [50]byte
	n := 0
	for _, i := range [...]int{a.from, a.to} {
		if i >= 0 {
			n += copy(b[n:], s.fold.trace[i][:])
			n += copy(b[n:], s.fold.spans[i].ID[:])
			b[n] = byte(s.fold.spans[i].SpanKind)
			n++
		}
	}
	return xxhash.Sum64(b[:n])
}

// parties names the sides of a hop, and gives the side that sent no span a
// name from what the other side says of it.
func (s *Story) parties(hop *Hop, a attempt) {
	add := func(r Role, e Endpoint, span int) {
		e.Role = r
		hop.Parties = append(hop.Parties, Party{Role: r, Endpoint: e, ID: e.ID(), Span: span})
	}
	if a.from >= 0 {
		f := s.Facts[a.from]
		add(f.Role, f.Endpoint, a.from)
	}
	lead := s.lead(a)
	if hop.Kind == Event || hop.Kind == Queue {
		add(Channel, lead.Endpoint.ChannelOf(), -1)
	}
	if a.to >= 0 {
		f := s.Facts[a.to]
		r := f.Role
		if r == NoRole {
			r = Provider
		}
		add(r, f.Endpoint, a.to)
	} else if lead.Step == Call && (lead.PeerService != "" || lead.Host != "") {
		add(Provider, external(lead), -1)
	}
}

// external is the party that a caller names and that sent no span itself.
func external(f *Facts) Endpoint {
	return Endpoint{Tenant: f.Endpoint.Tenant, Environment: f.Endpoint.Environment, Service: f.PeerService, Kind: f.Kind,
		System: f.System, Operation: f.Operation, Host: f.Host, Role: Provider}
}
