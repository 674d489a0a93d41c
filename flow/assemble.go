package flow

import (
	"cmp"
	"slices"
	"strings"

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

	tries   []try
	async   bool
	putAway string // the reason with which its consumer published the message to a dead-letter destination
}

// try is one attempt at a hop and what became of it.
type try struct {
	attempt
	outcome Outcome
	caller  bool // the fault is the caller's
}

// Story is a flow put together: its spans in order, folded into hops.
type Story struct {
	Facts    []*Facts
	Parent   []int // of each fact, -1 for roots
	Hops     []Hop
	HopOf    []int // of each fact
	Entry    int   // the fact that a flow of this type starts with, -1 when there is none
	Orphans  int   // spans whose parent has not come
	fold     *folded
	fate     []fate  // of each hop
	children [][]int // of each hop
	tryOf    []int   // of each fact, see inLastTry
	exp      Expectations
}

// Wide is a piece of a flow with all its facts.
type Wide struct {
	Trace  TraceID
	Shared bool
	Facts  []*Facts
}

// Assemble folds the spans of a flow into hops and says of each what became of
// it: an error that its caller lived with is handled. What that means for the
// flow is Judge's to say. The facts are kept, not changed.
func Assemble(wide []Wide) *Story {
	n := 0
	for i := range wide {
		n += len(wide[i].Facts)
	}
	pieces := make([]Piece, len(wide))
	s := &Story{Facts: make([]*Facts, 0, n)}
	spans := make([]Span, n)
	var before *aside
	for i, w := range wide {
		pieces[i] = Piece{Trace: w.Trace, Shared: w.Shared, Spans: spans[:len(w.Facts)]}
		spans = spans[len(w.Facts):]
		for k, f := range w.Facts {
			pieces[i].Spans[k] = f.narrow(f.aside(before))
			before = cmp.Or(pieces[i].Spans[k].aside, before)
		}
		s.Facts = append(s.Facts, w.Facts...)
	}
	s.fold = foldPieces(newRoom(), pieces, s.Facts)
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
	s.family()
	s.fates()
	return s
}

// deadLetters marks the hop whose consumer gave up and published its message to
// a dead-letter destination: that message failed there, not on its way out.
func (s *Story) deadLetters() {
	for _, i := range s.fold.byStart {
		f := s.Facts[i]
		if f.Step != Send || f.Flags&FlagDLQ == 0 || s.HopOf[i] < 0 {
			continue
		}
		for _, p := range s.Hops[s.HopOf[i]].Parents {
			hop := &s.Hops[p]
			if !hop.async || hop.Kind == Workflow {
				continue
			}
			hop.Outcome = DeadLettered
			if hop.putAway == "" {
				hop.putAway = f.DeadLetterReason
			}
			hop.Error = s.reason(hop)
		}
	}
}

// family lists the children of each hop.
func (s *Story) family() {
	count := make([]int, len(s.Hops))
	total := 0
	for h := range s.Hops {
		total += len(s.Hops[h].Parents)
		for _, p := range s.Hops[h].Parents {
			count[p]++
		}
	}
	all := make([]int, total)
	s.children = make([][]int, len(s.Hops))
	for h, n := range count {
		s.children[h], all = all[:0:n], all[n:]
	}
	for h := range s.Hops {
		for _, p := range s.Hops[h].Parents {
			s.children[p] = append(s.children[p], h)
		}
	}
}

// entry is the span that a flow's type is named by: its earliest root, where one
// that took up no message of this flow is preferred, because clocks differ; then
// an owned one to a shared one, and a real hop to an internal span.
func (f *folded) entry() int {
	best := -1
	rank := func(i int) int {
		s := &f.spans[i]
		taker := f.hop[i] >= 0 && f.try[i] >= 0 && f.hops[f.hop[i]].attempts[f.try[i]].to == i && f.hops[f.hop[i]].attempts[f.try[i]].from >= 0
		return 8*b2i(taker) + 4*b2i(f.shared[i]) + 2*b2i(f.orphan[i] || s.Flags&FlagPoll != 0) + b2i(s.Kind == Internal || s.Kind == DB)
	}
	lowest := 0
	for _, i := range f.byStart {
		if f.parent[i] >= 0 {
			continue
		}
		if r := rank(i); best < 0 || r < lowest {
			best, lowest = i, r
		}
	}
	return best
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Story) build(h int) {
	from := &s.fold.hops[h]
	hop := &s.Hops[h]
	hop.Parents, hop.Shared, hop.async = from.parents, from.shared, from.async
	hop.Spans = from.spans
	hop.tries = make([]try, len(from.attempts))
	for i, a := range from.attempts {
		hop.tries[i].attempt = a
	}
	if len(hop.tries) > 1 {
		slices.SortStableFunc(hop.tries, func(a, b try) int { return s.fold.earlier(a.attempt, b.attempt) })
	}
	hop.Attempts = len(hop.tries)
	first, last := hop.tries[0].attempt, hop.tries[len(hop.tries)-1].attempt
	hop.Start = s.fold.begin(first)
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
	switch { // a message waits until it is first taken up
	case hop.async && first.from >= 0 && first.to >= 0:
		hop.Wait = max(0, s.fold.spans[first.to].Start-s.fold.spans[first.from].End())
	case !hop.async && last.from >= 0 && last.to >= 0:
		hop.Wait = max(0, s.fold.spans[last.to].Start-s.fold.spans[last.from].Start)
	}
	lead := s.lead(last)
	hop.Kind = lead.Kind
	if hop.Kind == DB {
		hop.Kind = Internal
	}
	if last.from >= 0 && last.to >= 0 {
		hop.Kind = KindBetween(&s.Facts[last.from].Endpoint, &lead.Endpoint)
	}
	hop.ID = s.fold.hopID(first)
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

func (f *folded) begin(a attempt) int64 {
	if a.from < 0 {
		return f.spans[a.to].Start
	}
	return f.spans[a.from].Start
}

// takenAt is when the other side took the attempt up. Deliveries of one message
// share their sender: only this tells which came last.
func (f *folded) takenAt(a attempt) int64 {
	if a.to < 0 {
		return f.begin(a)
	}
	return f.spans[a.to].Start
}

// earlier compares attempts by when they began, and then by when they were taken up.
func (f *folded) earlier(a, b attempt) int {
	return cmp.Or(cmp.Compare(f.begin(a), f.begin(b)), cmp.Compare(f.takenAt(a), f.takenAt(b)))
}

func (f *folded) hopID(a attempt) uint64 {
	var b [50]byte
	n := 0
	for _, i := range [...]int{a.from, a.to} {
		if i >= 0 {
			n += copy(b[n:], f.trace[i][:])
			n += copy(b[n:], f.spans[i].ID[:])
			b[n] = byte(f.spans[i].SpanKind)
			n++
		}
	}
	return xxhash.Sum64(b[:n])
}

// parties names the sides of a hop, and gives the side that sent no span a
// name from what the other side says of it.
func (s *Story) parties(hop *Hop, a attempt) {
	hop.Parties = make([]Party, 0, 3)
	add := func(r Role, e Endpoint, span int) {
		e.Role = r
		hop.Parties = append(hop.Parties, Party{Role: r, Endpoint: e, ID: e.ID(), Span: span})
	}
	side := func(r Role, span int) {
		f := s.Facts[span]
		if r != f.Endpoint.Role {
			add(r, f.Endpoint, span)
			return
		}
		hop.Parties = append(hop.Parties, Party{Role: r, Endpoint: f.Endpoint, ID: f.EndpointID, Span: span})
	}
	if a.from >= 0 {
		side(s.Facts[a.from].Role, a.from)
	}
	lead := s.lead(a)
	if hop.Kind == Event || hop.Kind == Queue {
		c := lead.Endpoint.ChannelOf()
		c.Kind = hop.Kind
		add(Channel, c, -1)
	}
	if a.to >= 0 {
		f := s.Facts[a.to]
		r := f.Role
		if r == NoRole {
			r = Provider
		}
		side(r, a.to)
	} else if lead.Step == Call && (lead.PeerService != "" || lead.Host != "") {
		e := external(lead)
		add(e.Role, e, -1)
	}
}

// clusterName is the service behind a name that only a cluster resolves: one
// without dots, or one that ends as Kubernetes' do.
func clusterName(host string) string {
	name, rest, dots := strings.Cut(host, ".")
	switch {
	case name == "localhost" || strings.ContainsAny(name, ":[") || strings.Trim(name, "0123456789") == "":
		return ""
	case !dots, strings.HasSuffix(rest, "svc"), strings.HasSuffix(rest, "svc.cluster.local"):
		return name
	}
	return ""
}

// external is the party that a caller names and that sent no span itself.
func external(f *Facts) Endpoint {
	e := Endpoint{Tenant: f.Endpoint.Tenant, Environment: f.Endpoint.Environment, Service: f.PeerService, Kind: f.Kind,
		System: f.System, Operation: f.Operation, Host: f.Host, Role: Provider}
	if e.Service == "" {
		e.Service = clusterName(f.Host)
	}
	if f.Kind == Event || f.Kind == Queue {
		e.Role, e.Destination = Consumer, f.Destination
	}
	return e
}
