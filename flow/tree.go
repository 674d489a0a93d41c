package flow

import (
	"bytes"
	"cmp"
	"slices"
)

// tree is the parent relation of the spans of one trace, in an order in which
// parents come before their children and siblings by start. Unknown parents
// make roots; a cycle is broken at one link, the same whatever the input order.
type tree struct {
	parent []int // index of the parent, -1 for roots
	order  []int
	orphan []bool // has a parent that is not there
}

func newTree(spans []Span) tree {
	t := tree{parent: make([]int, len(spans)), order: make([]int, 0, len(spans)), orphan: make([]bool, len(spans))}
	byID := make(map[SpanID]int, len(spans))
	var callerOf map[int]int // Zipkin gives both sides of a call one id
	for i := range spans {
		j, twice := byID[spans[i].ID]
		if !twice {
			byID[spans[i].ID] = i
			continue
		}
		server, client := i, j
		if spans[j].SpanKind == KindServer {
			server, client = j, i
		}
		byID[spans[i].ID] = server // children belong to the server's side
		if callerOf == nil {
			callerOf = map[int]int{}
		}
		callerOf[server] = client
	}
	for i := range spans {
		t.parent[i] = -1
		if c, ok := callerOf[i]; ok {
			t.parent[i] = c
			continue
		}
		if spans[i].Parent.IsZero() {
			continue
		}
		if j, ok := byID[spans[i].Parent]; !ok {
			t.orphan[i] = true
		} else if j != i {
			t.parent[i] = j
		}
	}
	t.sort(spans)
	return t
}

func compareSpans(a, b *Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.SpanKind, b.SpanKind))
}

func (t *tree) sort(spans []Span) {
	byStart := make([]int, len(spans))
	for i := range byStart {
		byStart[i] = i
	}
	slices.SortFunc(byStart, func(a, b int) int { return compareSpans(&spans[a], &spans[b]) })
	const open, done = 1, 2
	state := make([]uint8, len(spans))
	var path []int
	for _, i := range byStart {
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

// manyIdentities tells of each span whether its subtrees carry two values of
// one identifying key while it carries none itself. It costs nothing where no
// identifying key is configured.
func (t *tree) manyIdentities(spans []Span) func(int) bool {
	identifying := slices.ContainsFunc(spans, func(s Span) bool {
		return slices.ContainsFunc(s.Keys, func(k Key) bool { return k.Identifying })
	})
	if !identifying {
		return func(int) bool { return false }
	}
	many := make([]bool, len(spans))
	below := make([]map[string]uint64, len(spans)) // key name -> a value seen in the subtree
	for n := len(t.order) - 1; n >= 0; n-- {
		i := t.order[n]
		for _, k := range spans[i].Keys {
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
		for name, hash := range below[i] {
			if below[p] == nil {
				below[p] = map[string]uint64{}
			}
			if h, ok := below[p][name]; ok && h != hash {
				many[p] = true
			} else {
				below[p][name] = hash
			}
		}
	}
	return func(i int) bool { return many[i] }
}
