package flow

import (
	"bytes"
	"cmp"
	"slices"
)

// Segment is the unit of joining: a trace, or the part of it under one cut. Its
// lists are to be read only: others share them.
type Segment struct {
	ID     SegmentID
	Start  int64 // Unix ns, of its first span
	Spans  []int // indices into the trace's spans
	Keys   []Key // distinct by hash
	Taken  []uint64
	Sent   []uint64
	Links  []Link
	Shared bool // hops above the cuts, or a batch that took many messages: every flow refers to it, none owns it
	Poll   bool // nothing but receives that got nothing: starts no flow

	// Open is how many spans sent something that somebody should take up, less how
	// many took something up, and Orphans how many have a parent that is not here. A
	// flow with some of either is likely to grow; neither says so for sure.
	Open, Orphans int32

	under    SpanID // root of the segment that it was cut out of
	identity []Key  // identifying keys, one value each: the one nearest to the root
}

// Cut splits the spans of one trace into segments. Almost every trace is one
// segment. It is cut below a span that stands for many items (a batch that was
// received or processed, or a span whose children carry different values of an
// identifying key), at the topmost spans that have an item's own identity.
func Cut(trace TraceID, spans []Span) []Segment {
	if len(spans) == 0 {
		return nil
	}
	if uncut(spans) {
		return []Segment{whole(trace, spans)}
	}
	return cutTree(trace, spans)
}

func cutTree(trace TraceID, spans []Span) []Segment {
	r := rooms.Get().(*room)
	defer r.leave()
	t := newTree(r, spans)
	owner := r.ints.take(len(spans)) // segment number of each span
	segs := []Segment{{ID: SegmentID{Trace: trace}}}
	cutting := r.bools.take(len(spans)) // inside a span that stands for many items
	many := t.manyIdentities()
	cut := func(i int) {
		segs = append(segs, Segment{ID: SegmentID{Trace: trace, Root: spans[i].ID}, under: segs[owner[i]].ID.Root})
		owner[i], cutting[i] = len(segs)-1, false
	}
	for _, i := range t.order {
		if p := t.parent[i]; p >= 0 {
			owner[i], cutting[i] = owner[p], cutting[p]
		}
		s := &spans[i]
		switch {
		case manyItems(s):
			if owner[i] != 0 && !segs[owner[i]].Shared {
				cut(i) // a batch inside one item's work must not tie that item to all others
			}
			segs[owner[i]].Shared, cutting[i] = true, true
		case cutting[i] && ownIdentity(s):
			cut(i)
		case !cutting[i] && owner[i] == 0 && many(i):
			segs[0].Shared, cutting[i] = true, true
		}
	}
	if len(segs) == 1 {
		segs[0].Spans = make([]int, 0, len(spans))
	}
	for _, i := range t.order {
		g := &segs[owner[i]]
		g.Spans = append(g.Spans, i)
		g.add(&spans[i], false)
		g.Orphans += int32(b2i(t.orphan[i]))
	}
	for i := range segs {
		segs[i].tidy(spans)
	}
	return segs
}

// uncutMost is the largest trace that is looked at without its tree.
const uncutMost = 24

// uncut reports whether a small trace is one segment whatever its tree is: no span
// stands for many items, and all that have an identity have the same.
func uncut(spans []Span) bool {
	if len(spans) > uncutMost {
		return false
	}
	var identity [4]*Key
	known := 0
	for i := range spans {
		s := &spans[i]
		if manyItems(s) || s.Environment() != spans[0].Environment() {
			return false
		}
		for k := range i {
			if spans[k].ID == s.ID { // both sides of a call, as Zipkin has them
				return false
			}
		}
		keys := s.Keys()
		if i > 0 && sameKeys(keys, spans[i-1].Keys()) {
			continue
		}
		for k := range keys {
			if key := &keys[k]; key.Identifying {
				n := 0
				for n < known && identity[n].Name != key.Name {
					n++
				}
				switch {
				case n == len(identity) || n < known && identity[n].Hash != key.Hash:
					return false
				case n == known:
					identity[n] = key
					known++
				}
			}
		}
	}
	return true
}

// sameKeys reports whether two spans share their keys, as most spans of a trace do.
func sameKeys(a, b []Key) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// allSpans are those of any trace that is looked at without its tree.
var allSpans = func() (all [uncutMost]int) {
	for i := range all {
		all[i] = i
	}
	return all
}()

// whole makes a segment of a trace that is not cut.
func whole(trace TraceID, spans []Span) Segment {
	g := Segment{ID: SegmentID{Trace: trace}, Spans: allSpans[:len(spans):len(spans)]}
	for i := range spans {
		s := &spans[i]
		g.add(s, i > 0 && sameKeys(s.Keys(), spans[i-1].Keys()))
		g.Orphans += int32(b2i(!s.Parent.IsZero() && !holds(spans, s.Parent)))
	}
	g.tidy(spans)
	return g
}

func holds(spans []Span, id SpanID) bool {
	for i := range spans {
		if spans[i].ID == id {
			return true
		}
	}
	return false
}

// manyItems reports whether the span took up several messages at once. A batch
// that is sent stays with the flow that sends it, and a span that names one
// message is about that one, whatever batch it came in.
func manyItems(s *Span) bool {
	return s.Flags&FlagShared != 0 && s.MessageID() == 0 && s.Step != Send && s.Step != Schedule && s.Step != Settle && s.Step != Call
}

func ownIdentity(s *Span) bool {
	if (s.Flags&FlagTakes != 0 || s.Step == Settle) && (s.MessageID() != 0 || len(s.Links()) == 1) {
		return true
	}
	return len(s.Keys()) > 0
}

// add takes a span in, whose keys may be those of the one before.
func (g *Segment) add(s *Span, sameKeys bool) {
	g.Open += int32(b2i(s.Flags&FlagAwaits != 0 && s.Flags&(FlagError|FlagDLQ) == 0) - b2i(s.Flags&FlagTakes != 0))
	for i := range s.Keys() {
		if sameKeys {
			break
		}
		k := &s.Keys()[i]
		g.addKey(k)
		if k.Identifying && !slices.ContainsFunc(g.identity, func(o Key) bool { return o.Name == k.Name }) {
			g.identity = append(g.identity, *k)
		}
	}
	if id := s.MessageID(); id != 0 {
		switch {
		case s.Step == Send || s.Step == Schedule:
			g.Sent = append(g.Sent, id)
		case s.Step == Call && s.Kind != API || s.Flags&FlagTakes != 0 || s.Step == Receive || s.Step == Process || s.Step == Settle:
			g.Taken = append(g.Taken, id)
		}
	}
	for _, l := range s.Links() {
		if l.Trace != g.ID.Trace || !g.ID.Root.IsZero() {
			g.Links = append(g.Links, l)
		}
	}
}

// addKey leaves out what the span before carried too: most spans of a segment
// carry the same values. What slips through goes when the segment is tidied.
func (g *Segment) addKey(k *Key) {
	for i := range g.Keys[:min(len(g.Keys), 8)] {
		have := &g.Keys[i]
		if have.Hash == k.Hash {
			if compareCarriers(*k, *have) < 0 {
				*have = *k
			}
			return
		}
	}
	g.Keys = append(g.Keys, *k)
}

func (g *Segment) tidy(spans []Span) {
	g.Poll = true
	for n, i := range g.Spans {
		if n == 0 || spans[i].Start < g.Start {
			g.Start = spans[i].Start
		}
		g.Poll = g.Poll && spans[i].Flags&FlagPoll != 0
	}
	slices.SortFunc(g.Keys, func(a, b Key) int { return cmp.Or(cmp.Compare(a.Hash, b.Hash), compareCarriers(a, b)) })
	g.Keys = slices.CompactFunc(g.Keys, func(a, b Key) bool { return a.Hash == b.Hash })
	slices.Sort(g.Sent)
	g.Sent = slices.Compact(g.Sent)
	slices.Sort(g.Taken)
	g.Taken = slices.Compact(g.Taken)
	slices.SortFunc(g.Links, compareLinks)
	g.Links = slices.Compact(g.Links)
	for _, i := range g.Spans { // the keys of most segments are those of their first span: they are kept once
		if keys := spans[i].Keys(); len(keys) > 0 {
			if slices.Equal(g.Keys, keys) {
				g.Keys = keys
			}
			break
		}
	}
	if slices.Equal(g.identity, g.Keys) {
		g.identity = g.Keys
	}
}

// compareCarriers puts the better one of two carriers of a value first: it says
// how far the value can be trusted, whatever the others were.
func compareCarriers(a, b Key) int {
	return cmp.Or(-cmp.Compare(a.Trust, b.Trust), cmp.Compare(a.Window, b.Window))
}

func compareLinks(a, b Link) int {
	return cmp.Or(bytes.Compare(a.Trace[:], b.Trace[:]), bytes.Compare(a.Span[:], b.Span[:]))
}
