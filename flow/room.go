package flow

import "sync"

// room is where a flow is laid out to be looked at. Joining and judging lay out
// every flow, most of them for a moment, so that rooms are used again: nothing
// that outlives the look may point into one.
type room struct {
	ints     slab[int]
	bools    slab[bool]
	keys     slab[uint64]
	slots    slab[int32]
	spans    slab[Span]
	traces   slab[TraceID]
	attempts slab[attempt]
	hops     slab[hopFold]
	starts   slab[startOf]
	steps    slab[StepOf]
	times    slab[int64]

	// Maps are empty.
	numbers map[TraceID]uint64
	taken   map[takenKey]int
	byMsg   map[uint64]int
	sent    map[uint64]int
	took    map[int][]uint64
}

var rooms = sync.Pool{New: func() any { return newRoom() }}

func newRoom() *room {
	return &room{numbers: map[TraceID]uint64{}, taken: map[takenKey]int{}, byMsg: map[uint64]int{}, sent: map[uint64]int{}, took: map[int][]uint64{}}
}

// leave makes the room free for the next flow.
func (r *room) leave() {
	r.ints.reset()
	r.bools.reset()
	r.keys.reset()
	r.slots.reset()
	r.spans.reset()
	r.traces.reset()
	r.attempts.reset()
	r.hops.reset()
	r.starts.reset()
	r.steps.reset()
	r.times.reset()
	r.numbers = emptied(r.numbers)
	r.taken = emptied(r.taken)
	r.byMsg = emptied(r.byMsg)
	r.sent = emptied(r.sent)
	r.took = emptied(r.took)
	rooms.Put(r)
}

// emptied is the map without what is in it, or a new one when it was large.
func emptied[K comparable, V any](m map[K]V) map[K]V {
	if len(m) > slabMost/16 {
		return map[K]V{}
	}
	clear(m)
	return m
}

// slab hands out parts of one array, zeroed, and a new array where that is full.
type slab[T any] struct {
	free []T
	all  []T
}

// slabMost is the largest array that is kept for the next flow.
const slabMost = 1 << 15

func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		s.all = make([]T, max(n, 2*len(s.all)))
		s.free = s.all
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// reset clears what was handed out: pointers in it would keep what they lead to.
func (s *slab[T]) reset() {
	if len(s.all) > slabMost {
		s.all = nil
	}
	clear(s.all[:max(0, len(s.all)-len(s.free))])
	s.free = s.all
}
