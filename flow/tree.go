package flow

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"time"
)

// tree is the parent relation of spans, in an order in which parents come before
// their children and siblings by start. Unknown parents make roots; a cycle is
// broken at one link. Nothing of it depends on the order of the input.
type tree struct {
	parent  []int // index of the parent, -1 for roots
	order   []int
	byStart []int
	orphan  []bool   // has a parent that is not there
	keys    []uint64 // of the ids of the spans
	byID    []int32  // number of a span, and 1, by its key, as a hash table
	spans   []Span
	trace   []TraceID          // of each span; nil when all are of one trace
	number  map[TraceID]uint64 // of traces, when there are several
}

// newTree relates the spans of one trace.
func newTree(r *room, spans []Span) tree { return newForest(r, spans, nil) }

// newForest relates the spans of several traces.
func newForest(r *room, spans []Span, trace []TraceID) tree {
	n := len(spans)
	t := tree{spans: spans, trace: trace, parent: r.ints.take(n), order: r.ints.take(n)[:0], orphan: r.bools.take(n),
		keys: r.keys.take(n), byID: r.slots.take(2 << bits.Len(uint(n)))}
	if trace != nil {
		t.number = r.numbers
		for i := range trace {
			if i > 0 && trace[i] == trace[i-1] {
				continue
			}
			if _, ok := t.number[trace[i]]; !ok {
				t.number[trace[i]] = uint64(len(t.number))
			}
		}
	}
	t.sortByStart(r)
	callerOf := t.index() // Zipkin gives both sides of a call one id
	var last TraceID
	var number uint64
	for i := range spans {
		t.parent[i] = -1
		if c, ok := callerOf[i]; ok {
			t.parent[i] = c
			continue
		}
		if spans[i].Parent.IsZero() {
			continue
		}
		if trace != nil && (i == 0 || trace[i] != last) {
			last = trace[i]
			number = t.number[last]
		}
		if j := t.lookup(number, i, spans[i].Parent); j < 0 {
			t.orphan[i] = true
		} else if j != i {
			t.parent[i] = j
		}
	}
	if trace != nil {
		t.adopt()
	}
	t.sort(r)
	return t
}

// adopt makes a call that a gateway's log tells of the parent of the server span
// that answered it: the log's ids are made up, so that the two do not know each
// other. They are in one flow already; the nearest in time answers, or the only
// one, whatever the clocks say.
func (t *tree) adopt() {
	var calls, roots []int
	for _, i := range t.byStart {
		if s := &t.spans[i]; s.Step == Call && s.Role == Gateway {
			calls = append(calls, i)
		}
	}
	if len(calls) == 0 {
		return
	}
	served := map[int]bool{}
	for _, i := range t.byStart {
		switch s := &t.spans[i]; {
		case s.Step != Serve || s.Role == Gateway:
		case t.parent[i] < 0:
			roots = append(roots, i)
		default:
			served[t.parent[i]] = true
		}
	}
	for _, i := range t.byStart { // a gateway that was called with a context passes it on: its backend is its sibling
		if s := &t.spans[i]; s.Step == Serve && s.Role != Gateway && t.parent[i] >= 0 && slices.ContainsFunc(calls, func(c int) bool {
			front := t.parent[c]
			return front >= 0 && t.parent[front] == t.parent[i] && s.Service() != t.spans[front].Service()
		}) {
			roots = append(roots, i)
		}
	}
	for _, c := range calls {
		if served[c] {
			continue
		}
		call := &t.spans[c]
		best := -1
		var distance int64
		for k, r := range roots {
			s := &t.spans[r]
			if s.Service() == call.Service() || s.Environment() != call.Environment() {
				continue
			}
			near := s.Start >= call.Start-adoptSlack && s.End() <= call.End()+adoptSlack
			if d := max(s.Start-call.Start, call.Start-s.Start); (near || len(calls) == 1 && len(roots) == 1) && (best < 0 || d < distance) {
				best, distance = k, d
			}
		}
		if best >= 0 {
			r := roots[best]
			t.parent[r], t.orphan[r] = c, false
			roots = slices.Delete(roots, best, best+1)
		}
	}
}

// adoptSlack is how far the times of a log may be off.
const adoptSlack = int64(time.Second)

type startOf struct {
	start int64
	span  int32
}

// sortByStart orders spans whatever their order was: by start, then by what
// tells them apart.
func (t *tree) sortByStart(r *room) {
	by := r.starts.take(len(t.spans))
	for i := range by {
		by[i] = startOf{t.spans[i].Start, int32(i)}
	}
	slices.SortFunc(by, func(a, b startOf) int {
		if a.start != b.start {
			return cmp.Compare(a.start, b.start)
		}
		x, y := &t.spans[a.span], &t.spans[b.span]
		c := cmp.Or(bytes.Compare(x.ID[:], y.ID[:]), cmp.Compare(x.SpanKind, y.SpanKind))
		if c == 0 && t.trace != nil {
			c = bytes.Compare(t.trace[a.span][:], t.trace[b.span][:])
		}
		return cmp.Or(c, cmp.Compare(x.Duration, y.Duration), cmp.Compare(x.Endpoint, y.Endpoint))
	})
	t.byStart = r.ints.take(len(by))
	for k := range by {
		t.byStart[k] = int(by[k].span)
	}
}

func (t *tree) sort(r *room) {
	const open, done = 1, 2
	state, path := r.ints.take(len(t.spans)), r.ints.take(len(t.spans))
	for _, i := range t.byStart {
		path = path[:0]
		for j := i; j >= 0 && state[j] != done; j = t.parent[j] {
			if state[j] == open { // came round: the cycle opens at its topmost span seen from the earliest one
				t.parent[path[len(path)-1]] = -1
				break
			}
			state[j] = open
			path = append(path, j)
		}
		for k := len(path) - 1; k >= 0; k-- {
			state[path[k]] = done
			t.order = append(t.order, path[k])
		}
	}
}

// several stands for the values of a subtree that has more than one: it differs
// from every value that another subtree may have.
const several = 0

// manyIdentities tells of each span whether its subtrees carry two values of
// one identifying key while it carries none itself. It costs nothing where no
// identifying key is configured.
func (t *tree) manyIdentities() func(int) bool {
	identifying := slices.ContainsFunc(t.spans, func(s Span) bool {
		return slices.ContainsFunc(s.Keys(), func(k Key) bool { return k.Identifying })
	})
	if !identifying {
		return func(int) bool { return false }
	}
	many := make([]bool, len(t.spans))
	below := make([]map[string]uint64, len(t.spans)) // key name -> a value seen in the subtree
	for n := len(t.order) - 1; n >= 0; n-- {
		i := t.order[n]
		for _, k := range t.spans[i].Keys() {
			if !k.Identifying {
				continue
			}
			if below[i] == nil {
				below[i] = map[string]uint64{}
			}
			below[i][k.Name] = k.Hash
			many[i] = false
		}
		p := t.parent[i]
		if p < 0 {
			continue
		}
		if below[p] == nil {
			below[p] = below[i] // nobody looks at a subtree again once its parent has taken it in
			continue
		}
		for name, hash := range below[i] {
			if h, ok := below[p][name]; ok && h != hash {
				many[p] = true
				below[p][name] = several
			} else {
				below[p][name] = hash
			}
		}
	}
	return func(i int) bool { return many[i] }
}
