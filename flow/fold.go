package flow

import "slices"

// Piece is a part of a flow: the spans of one of its segments, or of a shared
// segment that it refers to.
type Piece struct {
	Trace  TraceID
	Shared bool
	Spans  []Span
}

// folded is a flow's spans folded into hops. Their wide facts are nil where only
// the narrow spans are known.
type folded struct {
	tree
	room   *room
	facts  []*Facts
	shared []bool
	hop    []int // hop of each span, -1 for none
	try    []int // number of the attempt in that hop which a span makes or answers, -1 for none
	hops   []hopFold
	served []bool // a call has a server side of its own

	taken   map[takenKey]int   // hop in which a consumer took a message from a sender
	byMsg   map[uint64]int     // hop in which a message was taken
	takers  map[int][]int      // hops in which a sender's message was taken
	failed  map[retryKey][]int // hops whose last attempt failed, which a later one may repeat
	created map[int]int        // span of a send -> span that created its message, which stands for it
	sent    map[uint64]int     // sender by message
	slab    []attempt

	channels map[uint64][]int // senders by channel, in order of start; nil until asked for
	meetings map[meeting]bool // see met

	children []uint16 // of each span, two standing for more; nil until asked for
	stepped  stepped  // see steps
}

// hopFold is one hop: the attempts made at it and the spans inside it.
type hopFold struct {
	attempts []attempt
	parents  []int // hops
	spans    []int // in order of start
	shared   bool
	async    bool // taken up from a message, or a run started by one: nobody waits for it
}

// attempt is one try at a hop: the caller's or sender's span, and the span of
// the side that took it up, each -1 where it is not known.
type attempt struct{ from, to int }

const (
	none   = -1
	late   = -2 // takes up a message: placed once all senders are
	inLate = -3
)

// foldPieces puts the two sides of every hop together: CLIENT and SERVER of a call,
// sender and receiver of a message, scheduling and execution of a step. Spans
// that are no hop of their own belong to the hop they run in. A cut separates
// flows, not what happened: pieces of one trace are one tree again.
func foldPieces(r *room, pieces []Piece, facts []*Facts) *folded {
	n := 0
	for i := range pieces {
		n += len(pieces[i].Spans)
	}
	f := &folded{room: r, facts: facts, shared: r.bools.take(n)[:0], hop: r.ints.take(n), try: r.ints.take(n), served: r.bools.take(n), slab: r.attempts.take(n)[:0],
		hops: r.hops.take(n/2 + 1)[:0]}
	var spans []Span
	if len(pieces) == 1 {
		spans = pieces[0].Spans // most flows are one trace: they need no copy
	} else {
		spans = r.spans.take(n)[:0]
	}
	trace := r.traces.take(n)[:0]
	for i := range pieces {
		p := &pieces[i]
		if len(pieces) > 1 {
			spans = append(spans, p.Spans...)
		}
		for range p.Spans {
			trace = append(trace, p.Trace)
			f.shared = append(f.shared, p.Shared)
		}
	}
	f.tree = newForest(r, spans, trace)
	messages := false
	for i := range f.spans {
		f.hop[i], f.try[i] = none, none
		s := &f.spans[i]
		if p := f.parent[i]; p >= 0 && s.Step == Serve {
			f.served[p] = true
		}
		messages = messages || s.MessageID() != 0 && s.Step != Send
	}
	if messages {
		f.senders()
	}
	// Senders first: what takes up a message must find its hop, whatever the clocks say.
	for _, i := range f.order {
		f.place(i)
	}
	// A batch that was received for many flows comes last: who worked on this flow's
	// own message took it up.
	for _, pass := range [...]struct{ shared, lone bool }{{}, {lone: true}, {true, true}} {
		for _, i := range f.order {
			switch {
			case f.shared[i] != pass.shared:
			case f.hop[i] == late:
				f.take(i, pass.lone)
			case f.hop[i] == inLate && f.hop[f.parent[i]] >= 0:
				f.hop[i] = f.hop[f.parent[i]]
			}
		}
	}
	for _, i := range f.order { // what one flow did inside a shared hop
		if f.hop[i] == inLate {
			f.hop[i] = f.hop[f.parent[i]]
		}
	}
	f.collect(r)
	f.parents(r)
	return f
}

// senders finds senders by the message that they sent, the earliest of several.
func (f *folded) senders() {
	f.sent = f.room.sent
	for _, i := range f.byStart {
		s := &f.spans[i]
		if s.MessageID() == 0 || s.Step != Send && s.Step != Schedule {
			continue
		}
		if _, ok := f.sent[s.MessageID()]; !ok {
			f.sent[s.MessageID()] = i
		}
	}
}

// collect lists the spans of each hop.
func (f *folded) collect(r *room) {
	count := r.ints.take(len(f.hops))
	for _, h := range f.hop {
		if h >= 0 {
			count[h]++
		}
	}
	all := r.ints.take(len(f.hop))
	for h := range f.hops {
		f.hops[h].spans, all = all[:0:count[h]], all[count[h]:]
	}
	for _, i := range f.byStart {
		if h := f.hop[i]; h >= 0 {
			f.hops[h].spans = append(f.hops[h].spans, i)
		}
	}
}

// parents gives each hop the hops it was caused by.
func (f *folded) parents(r *room) {
	all := r.ints.take(len(f.hops))[:0]
	for h := range f.hops {
		hop := &f.hops[h]
		first := len(all)
		for _, a := range hop.attempts {
			for _, i := range [...]int{a.from, a.to} {
				if i < 0 {
					continue
				}
				p := f.parent[i]
				for n := 0; p >= 0 && f.hop[p] == h && n < 16; n++ { // a side in several spans
					p = f.parent[p]
				}
				if p >= 0 && f.hop[p] >= 0 && f.hop[p] != h && (len(all) == first || all[len(all)-1] != f.hop[p]) {
					all = append(all, f.hop[p])
				}
			}
		}
		own := all[first:len(all):len(all)]
		slices.Sort(own)
		own = slices.Compact(own)
		hop.parents, all = own[:len(own):len(own)], all[:first+len(own)]
	}
}

func (f *folded) newHop(i int, a attempt) int {
	f.slab = append(f.slab, a)
	n := len(f.slab)
	f.hops = append(f.hops, hopFold{attempts: f.slab[n-1 : n : n], shared: f.shared[i]})
	f.hop[i], f.try[i] = len(f.hops)-1, 0
	return f.hop[i]
}

// again adds an attempt to a hop, made or answered by span i.
func (f *folded) again(h, i int, a attempt) {
	f.hops[h].attempts = append(f.hops[h].attempts, a)
	f.hop[i], f.try[i] = h, len(f.hops[h].attempts)-1
}

// openAttempt reports whether nobody has answered the attempt made by span from.
func (f *folded) openAttempt(from int) bool {
	h, k := f.hop[from], f.try[from]
	return h >= 0 && k >= 0 && f.hops[h].attempts[k].from == from && f.hops[h].attempts[k].to < 0
}

func (f *folded) answer(from, to int) {
	h, k := f.hop[from], f.try[from]
	f.hops[h].attempts[k].to = to
	f.hop[to], f.try[to] = h, k
}
