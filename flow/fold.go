package flow

import (
	"cmp"
	"slices"
)

// Piece is a part of a flow: the spans of one of its segments, or of a shared
// segment that it refers to.
type Piece struct {
	Trace  TraceID
	Shared bool
	Spans  []Span
}

// folded is a flow's spans folded into hops, without their wide facts.
type folded struct {
	spans  []Span
	trace  []TraceID
	shared []bool
	parent []int // of each span, -1 for roots
	orphan []bool
	order  []int // parents before children
	hop    []int // hop of each span, -1 for none
	hops   []hopFold
	served []bool           // a call has a server side of its own
	taken  map[takenKey]int // hop in which a consumer took a message from a sender
	byMsg  map[uint64]int   // hop in which a message was taken
}

// takenKey is what makes two deliveries attempts of one: the same consumer and
// step, and the same sender or, where that is not known, the same message.
type takenKey struct {
	endpoint uint64
	step     Step
	from     int
	message  uint64
}

// hopFold is one hop: the attempts made at it and the spans inside it.
type hopFold struct {
	attempts []attempt
	parents  []int // hops
	spans    []int
	shared   bool
	async    bool // taken up from a message, or a run started by one: nobody waits for it
}

// attempt is one try at a hop: the caller's or sender's span, and the span of
// the side that took it up, each -1 where it is not known.
type attempt struct{ from, to int }

// foldPieces puts the two sides of every hop together: CLIENT and SERVER of a call,
// sender and receiver of a message, scheduling and execution of a step. Spans
// that are no hop of their own belong to the hop they run in.
func foldPieces(pieces []Piece) *folded {
	f := &folded{}
	for _, p := range pieces {
		base := len(f.spans)
		t := newTree(p.Spans)
		for i := range p.Spans {
			f.spans = append(f.spans, p.Spans[i])
			f.trace = append(f.trace, p.Trace)
			f.shared = append(f.shared, p.Shared)
			f.orphan = append(f.orphan, t.orphan[i])
			if t.parent[i] >= 0 {
				f.parent = append(f.parent, base+t.parent[i])
			} else {
				f.parent = append(f.parent, -1)
			}
		}
		for _, i := range t.order {
			f.order = append(f.order, base+i)
		}
	}
	f.joinCutParents()
	f.hop = make([]int, len(f.spans))
	f.served = make([]bool, len(f.spans))
	f.taken, f.byMsg = map[takenKey]int{}, map[uint64]int{}
	for i := range f.hop {
		f.hop[i] = -1
		if p := f.parent[i]; p >= 0 && f.spans[i].Step == Serve {
			f.served[p] = true
		}
	}
	m := f.messages()
	// Senders first: what takes up a message must find its hop, whatever the clocks say.
	for _, i := range f.order {
		f.place(i, m)
	}
	for _, i := range f.order {
		if f.hop[i] == late {
			f.take(i, m)
		}
	}
	for _, i := range f.order { // what runs inside a late hop
		if f.hop[i] == inLate {
			f.inside(i)
		}
	}
	for i, h := range f.hop {
		if h >= 0 {
			f.hops[h].spans = append(f.hops[h].spans, i)
		}
	}
	f.parents()
	return f
}

const (
	late   = -2 // takes up a message: placed once all senders are
	inLate = -3
)

// joinCutParents gives the roots of cut segments their parents in the shared
// trunk back: a cut separates flows, not what happened.
func (f *folded) joinCutParents() {
	type ref struct {
		t TraceID
		s SpanID
	}
	var byID map[ref]int
	for i := range f.spans {
		if !f.orphan[i] {
			continue
		}
		if byID == nil {
			byID = make(map[ref]int, len(f.spans))
			for j := range f.spans {
				byID[ref{f.trace[j], f.spans[j].ID}] = j
			}
		}
		if j, ok := byID[ref{f.trace[i], f.spans[i].Parent}]; ok && j != i && f.shared[j] && !f.shared[i] {
			f.parent[i], f.orphan[i] = j, false
		}
	}
	if byID != nil { // shared spans come first again
		slices.SortStableFunc(f.order, func(a, b int) int { return cmp.Compare(b2i(!f.shared[a]), b2i(!f.shared[b])) })
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// messages finds senders by the identity of what they sent.
type messages struct {
	sent   map[uint64]int
	byLink map[Link]int
}

func (f *folded) messages() messages {
	m := messages{map[uint64]int{}, map[Link]int{}}
	for i := range f.spans {
		s := &f.spans[i]
		if s.Step == Send || s.Step == Schedule {
			m.byLink[Link{f.trace[i], s.ID}] = i
			if s.MessageID != 0 {
				if j, ok := m.sent[s.MessageID]; !ok || compareSpans(s, &f.spans[j]) < 0 {
					m.sent[s.MessageID] = i
				}
			}
		}
	}
	return m
}

// sender finds the span that sent what span i takes up, -1 if it is not known.
func (f *folded) sender(i int, m messages) int {
	s := &f.spans[i]
	for p, n := f.parent[i], 0; p >= 0 && n < 3; p, n = f.parent[p], n+1 {
		if f.spans[p].Step == Send || f.spans[p].Step == Schedule {
			return p
		}
		if f.spans[p].Kind != Internal {
			break
		}
	}
	for _, l := range s.Links {
		if j, ok := m.byLink[l]; ok && j != i {
			return j
		}
	}
	if j, ok := m.sent[s.MessageID]; ok && s.MessageID != 0 && j != i {
		return j
	}
	return -1
}

// place puts span i into a hop, or leaves it for later.
func (f *folded) place(i int, m messages) {
	s, p := &f.spans[i], f.parent[i]
	up := func() bool { return p >= 0 }
	switch {
	case s.Kind == Internal || s.Kind == DB:
		f.inside(i)
	case s.Step == Process || s.Step == Receive || s.Step == Run:
		f.hop[i] = late
	case s.Step == Settle:
		f.hop[i] = late
	case s.Step == Serve && up() && f.spans[p].Step == Call && f.hop[p] >= 0 && f.openAttempt(f.hop[p], p):
		f.answer(f.hop[p], p, i)
	case s.Step == Call && up() && f.transport(i, p):
		f.hop[i] = f.hop[p]
	case s.Step == Send && up() && f.spans[p].Step == Send && f.spans[p].Endpoint == s.Endpoint && f.hop[p] >= 0 && f.openAttempt(f.hop[p], p):
		f.hop[i] = f.hop[p] // a create span under its send
		h := &f.hops[f.hop[p]]
		h.attempts[len(h.attempts)-1].from = i
	default:
		if h := f.retried(i); h >= 0 {
			f.hop[i] = h
			f.hops[h].attempts = append(f.hops[h].attempts, attempt{i, -1})
			return
		}
		a := attempt{i, -1}
		if s.Step == Serve || s.Step == NoStep {
			a = attempt{-1, i}
		}
		f.newHop(i, a)
	}
}

// inside puts a span into the hop that its parent runs in. Work that starts by
// itself, a batch job say, is a hop too, or its errors would have no place.
func (f *folded) inside(i int) {
	p := f.parent[i]
	switch {
	case p < 0 || f.hop[p] == -1:
		f.newHop(i, attempt{-1, i})
	case f.hop[p] == late || f.hop[p] == inLate:
		f.hop[i] = inLate
	default:
		f.hop[i] = f.hop[p]
	}
}

// transport reports whether call i is only how a messaging or workflow step
// talks to its broker: it has no server side of its own.
func (f *folded) transport(i, p int) bool {
	switch f.spans[p].Step {
	case Send, Settle, Receive, Schedule:
	default:
		return false
	}
	return f.hop[p] >= 0 && !f.served[i]
}

// retried finds the hop that call or send i repeats: same parent, same
// endpoint, begun after an attempt that had gone wrong was over.
func (f *folded) retried(i int) int {
	s := &f.spans[i]
	if s.Step != Call && s.Step != Send && s.Step != Schedule || f.parent[i] < 0 {
		return -1
	}
	for h := len(f.hops) - 1; h >= 0 && h >= len(f.hops)-32; h-- {
		last := f.hops[h].attempts[len(f.hops[h].attempts)-1].from
		if last < 0 || f.parent[last] != f.parent[i] {
			continue
		}
		l := &f.spans[last]
		if l.Endpoint == s.Endpoint && l.Flags&FlagError != 0 && l.Step == s.Step && s.Start >= l.End() {
			return h
		}
	}
	return -1
}

func (f *folded) newHop(i int, a attempt) int {
	f.hops = append(f.hops, hopFold{attempts: []attempt{a}, shared: f.shared[i]})
	f.hop[i] = len(f.hops) - 1
	return f.hop[i]
}

// openAttempt reports whether nobody has answered the attempt made by span from.
func (f *folded) openAttempt(h, from int) bool {
	for _, a := range f.hops[h].attempts {
		if a.from == from {
			return a.to < 0
		}
	}
	return false
}

func (f *folded) answer(h, from, to int) {
	for k := range f.hops[h].attempts {
		if f.hops[h].attempts[k].from == from {
			f.hops[h].attempts[k].to = to
		}
	}
	f.hop[to] = h
}

// take places a span that takes up a message or runs a scheduled step.
func (f *folded) take(i int, m messages) {
	s, p := &f.spans[i], f.parent[i]
	if p >= 0 && f.hop[p] >= 0 && s.Step != Run && f.shared[p] == f.shared[i] {
		ps := &f.spans[p]
		if ps.Step == Receive || ps.Step == Process || s.Step == Settle {
			if s.Step == Process && ps.Step == Receive { // processing is the side that counts
				f.replaceTaker(f.hop[p], p, i)
			}
			f.note(i, -1, f.hop[p])
			return
		}
	}
	if h, ok := f.byMsg[s.MessageID]; ok && s.Step == Settle && s.MessageID != 0 {
		f.hop[i] = h
		return
	}
	from := f.sender(i, m)
	known := from >= 0 && f.hop[from] >= 0
	if !known {
		from = -1
	}
	again := f.redelivered(i, from)
	switch {
	case known && again < 0 && f.openAttempt(f.hop[from], from):
		f.answer(f.hop[from], from, i)
		f.hops[f.hop[i]].async = s.Step != Run || f.spans[from].Flags&FlagAwaits != 0
	case again >= 0:
		f.hop[i] = again
		f.hops[again].attempts = append(f.hops[again].attempts, attempt{from, i})
	default: // unknown sender, or one more consumer of the same event
		h := f.newHop(i, attempt{from, i})
		f.hops[h].async = s.Step != Run || !known && p < 0 || known && f.spans[from].Flags&FlagAwaits != 0
	}
	f.note(i, from, f.hop[i])
}

func (f *folded) replaceTaker(h, old, by int) {
	for k := range f.hops[h].attempts {
		if f.hops[h].attempts[k].to == old {
			f.hops[h].attempts[k].to = by
		}
	}
}

// redelivered finds the hop in which the same consumer took the same message before.
func (f *folded) redelivered(i, from int) int {
	s := &f.spans[i]
	if from < 0 && s.MessageID == 0 {
		return -1
	}
	if h, ok := f.taken[takenBy(s, from)]; ok {
		return h
	}
	return -1
}

func takenBy(s *Span, from int) takenKey {
	k := takenKey{endpoint: s.Endpoint, step: s.Step, from: from}
	if from < 0 {
		k.message = s.MessageID
	}
	return k
}

// note remembers that span i took its message at hop h.
func (f *folded) note(i, from, h int) {
	s := &f.spans[i]
	f.hop[i] = h
	if _, ok := f.taken[takenBy(s, from)]; !ok {
		f.taken[takenBy(s, from)] = h
	}
	if s.MessageID != 0 {
		f.byMsg[s.MessageID] = h
	}
}

// parents gives each hop the hops it was caused by.
func (f *folded) parents() {
	for h := range f.hops {
		hop := &f.hops[h]
		for _, a := range hop.attempts {
			for _, i := range [...]int{a.from, a.to} {
				if i < 0 {
					continue
				}
				if p := f.parent[i]; p >= 0 && f.hop[p] >= 0 && f.hop[p] != h && !slices.Contains(hop.parents, f.hop[p]) {
					hop.parents = append(hop.parents, f.hop[p])
				}
			}
		}
		slices.Sort(hop.parents)
	}
}
