package web

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/baton-observability/baton/flow"
)

// Flags of a span's row, as the contract numbers them.
const (
	flagOrphan   = 1 << iota // its parent was never received
	flagJoined               // its parent is in another trace
	flagCritical             // on the critical path
	flagShared               // above a cut
	flagCulprit              // the culprit's span
	flagCycle                // a cycle of parents was broken here
	flagRepaired             // its times were repaired
)

// spanRow is a span of a waterfall.
type spanRow struct {
	*flow.Facts
	shared bool // above a cut
}

// waterfall is spans in display order. Row r shows spans[order[r]]; the other
// columns are by row.
type waterfall struct {
	order  []int
	parent []int32 // row, -1 for roots
	depth  []int32
	end    []int32 // row after the subtree
	flags  []int32
}

type spanRef struct {
	trace flow.TraceID
	id    flow.SpanID
}

// layOut orders spans as one forest: children under parents, siblings by
// start, and a trace that continues another under the span it was joined to.
// Whatever the input claims, every span gets exactly one row.
func layOut(spans []spanRow) waterfall {
	n := len(spans)
	flags := make([]int32, n)
	parent := parents(spans, flags)
	children, roots := kids(spans, parent, flags)
	w := waterfall{order: make([]int, 0, n), parent: make([]int32, n), depth: make([]int32, n), end: make([]int32, n), flags: make([]int32, n)}
	row := make([]int32, n)
	// Depth first without recursion: chains may be as long as the trace.
	stack := slices.Clone(roots)
	slices.Reverse(stack)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r := int32(len(w.order))
		row[i] = r
		w.order = append(w.order, i)
		w.parent[r], w.end[r] = -1, r+1
		if p := parent[i]; p >= 0 {
			w.parent[r], w.depth[r] = row[p], w.depth[row[p]]+1
		}
		for k := len(children[i]) - 1; k >= 0; k-- {
			stack = append(stack, children[i][k])
		}
	}
	for r := int32(n) - 1; r >= 0; r-- {
		if p := w.parent[r]; p >= 0 {
			w.end[p] = max(w.end[p], w.end[r])
		}
	}
	markCritical(spans, parent, children, roots, flags, w.order)
	for r, i := range w.order {
		w.flags[r] = flags[i]
		if spans[i].shared {
			w.flags[r] |= flagShared
		}
	}
	return w
}

// parents finds the parent of each span, -1 for roots.
func parents(spans []spanRow, flags []int32) []int {
	parent := make([]int, len(spans))
	byID := make(map[spanRef]int, len(spans))
	client := map[int]int{} // server -> client, where both sides of a call share an id, as Zipkin has it
	sent := map[uint64]int{}
	for i := range spans {
		s := &spans[i]
		ref := spanRef{s.Trace, s.ID}
		j, taken := byID[ref]
		switch {
		case !taken:
			byID[ref] = i
		case s.SpanKind == flow.KindServer || s.SpanKind == flow.KindConsumer:
			byID[ref] = i // children belong to the server's side
			client[i] = j
		default:
			client[j] = i
		}
		if s.MessageID != 0 && s.Step == flow.Send {
			if j, ok := sent[s.MessageID]; !ok || s.Start < spans[j].Start {
				sent[s.MessageID] = i
			}
		}
	}
	for i := range spans {
		parent[i] = -1
		s := &spans[i]
		if j, ok := client[i]; ok {
			parent[i] = j
			continue
		}
		if !s.Parent.IsZero() {
			if j, ok := byID[spanRef{s.Trace, s.Parent}]; ok && j != i {
				parent[i] = j
				continue
			}
			flags[i] |= flagOrphan
		}
		if j := joinedTo(s, byID, sent); j >= 0 && spans[j].Trace != s.Trace {
			parent[i] = j
			flags[i] |= flagJoined
		}
	}
	return parent
}

// joinedTo is the span of another trace that a root continues.
func joinedTo(s *spanRow, byID map[spanRef]int, sent map[uint64]int) int {
	for _, l := range s.Links {
		if j, ok := byID[spanRef{l.Trace, l.Span}]; ok {
			return j
		}
	}
	if j, ok := sent[s.MessageID]; ok && s.MessageID != 0 && s.Step != flow.Send {
		return j
	}
	return -1
}

// kids lists the children of each span and the roots, by start. What hangs in
// a cycle is set free at its earliest span.
func kids(spans []spanRow, parent []int, flags []int32) (children [][]int, roots []int) {
	byStart := make([]int, len(spans))
	for i := range byStart {
		byStart[i] = i
	}
	slices.SortFunc(byStart, func(a, b int) int {
		x, y := &spans[a], &spans[b]
		return cmp.Or(cmp.Compare(x.Start, y.Start), bytes.Compare(x.Trace[:], y.Trace[:]), bytes.Compare(x.ID[:], y.ID[:]),
			cmp.Compare(x.SpanKind, y.SpanKind))
	})
	const open, done = 1, 2
	state := make([]uint8, len(spans))
	var path []int
	for _, i := range byStart {
		path = path[:0]
		j := i
		for j >= 0 && state[j] == 0 {
			state[j] = open
			path = append(path, j)
			j = parent[j]
		}
		if j >= 0 && state[j] == open {
			first := j
			for k := parent[j]; k != j; k = parent[k] {
				if spans[k].Start < spans[first].Start {
					first = k
				}
			}
			parent[first] = -1
			flags[first] = flags[first]&^flagJoined | flagCycle
		}
		for _, k := range path {
			state[k] = done
		}
	}
	children = make([][]int, len(spans))
	for _, i := range byStart {
		if p := parent[i]; p >= 0 {
			children[p] = append(children[p], i)
		} else {
			roots = append(roots, i)
		}
	}
	return children, roots
}

// markCritical marks the spans that the flow's end waited for: from the latest
// end backwards, at each span the child that ended last before the moment in
// question, then what ended before that child began.
func markCritical(spans []spanRow, parent []int, children [][]int, roots []int, flags []int32, preorder []int) {
	last := make([]int64, len(spans)) // latest end in the subtree
	for i := range spans {
		last[i] = spans[i].Start + spans[i].Duration
	}
	for k := len(preorder) - 1; k >= 0; k-- {
		if i := preorder[k]; parent[i] >= 0 {
			last[parent[i]] = max(last[parent[i]], last[i])
		}
	}
	type visit struct {
		among []int
		until int64
	}
	until := int64(0)
	for _, i := range roots {
		until = max(until, last[i])
	}
	for stack := []visit{{roots, until}}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		byEnd := slices.Clone(v.among)
		slices.SortFunc(byEnd, func(a, b int) int { return cmp.Or(cmp.Compare(last[b], last[a]), cmp.Compare(a, b)) })
		for _, i := range byEnd {
			if last[i] > v.until {
				continue
			}
			flags[i] |= flagCritical
			stack = append(stack, visit{children[i], last[i]})
			v.until = spans[i].Start
		}
	}
}
