package flow

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// Limits say when a value ties so much together that it cannot be the name of
// one business transaction. Such a value is hot: it loses all its edges.
type Limits struct {
	PerHour     int           // segments of one value that start within an hour
	Total       int           // segments of one value in all
	Age         time.Duration // between the first and the last segment of one value
	Identifying int           // segments of one value of an identifying key, which knows no age
}

// DefaultLimits leaves room: a busy order has tens of segments, a constant has thousands;
// 200 an hour leaves room for retries and polling.
func DefaultLimits() Limits {
	return Limits{PerHour: 200, Total: 1000, Age: 30 * 24 * time.Hour, Identifying: 10_000}
}

// Node is a segment with its links resolved to other nodes.
type Node struct {
	*Segment
	Links []int // nodes it links to, distinct
}

// Because says why two segments are one flow.
type Because struct {
	Key     string // with Value, when a correlation joined them
	Value   string
	Link    bool // when a span link did
	Message bool // when both sides of one message did
}

// Join is an edge that was taken.
type Join struct {
	A, B int // nodes
	Because
}

// Joined is a partition of segments into flows.
type Joined struct {
	Group  []int   // flow number of each node, -1 for shared nodes that others refer to
	Groups int     // how many flows there are
	Refers [][]int // for shared nodes: the flows that refer to them
	Joins  []Join  // edges taken, in order
	Hot    []Key   // values that lost their edges
}

type edge struct {
	Join
	trust uint8
	time  int64
	hash  uint64
}

// Partition joins segments into flows. It is a pure function of the nodes: the
// order in which they are given does not matter, except for the numbers of the
// result. The nodes must be closed under their keys, messages and links.
// Values known to be hot from elsewhere, because not all of their segments are
// given, are named by hot, which may be nil.
func Partition(nodes []Node, l Limits, hot func(hash uint64) bool) Joined {
	if hot == nil {
		hot = func(uint64) bool { return false }
	}
	j := Joined{Group: make([]int, len(nodes)), Refers: make([][]int, len(nodes))}
	if len(nodes) == 1 { // there is nothing to join
		j.Groups = 1
		if nodes[0].Shared {
			j.Group[0] = -1
			j.Groups = 0
			j.refer(nodes)
		}
		return j
	}
	edges := valueEdges(nodes, l, hot, &j)
	edges = append(edges, linkEdges(nodes)...)
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(-cmp.Compare(a.trust, b.trust), cmp.Compare(a.time, b.time), cmp.Compare(a.hash, b.hash),
			compareNodes(&nodes[a.A], &nodes[b.A]), compareNodes(&nodes[a.B], &nodes[b.B]))
	})
	u := newUnion(nodes)
	j.Joins = make([]Join, 0, len(edges))
	for _, e := range edges {
		if u.join(e.A, e.B) {
			j.Joins = append(j.Joins, e.Join)
		}
	}
	number := make([]int, len(nodes)) // of the group of each root, from 1
	for i := range nodes {
		j.Group[i] = -1
		if nodes[i].Shared {
			continue
		}
		r := u.root(i)
		if number[r] == 0 {
			j.Groups++
			number[r] = j.Groups
		}
		j.Group[i] = number[r] - 1
	}
	j.refer(nodes)
	return j
}

// Hot judges a value by the sorted starts of its segments.
func (l Limits) Hot(k Key, starts []int64) bool {
	n := len(starts)
	if n < 2 {
		return false
	}
	if k.Identifying {
		return n > l.Identifying
	}
	if n > l.Total || starts[n-1]-starts[0] > int64(l.Age) {
		return true
	}
	for i := l.PerHour; i < n; i++ {
		if starts[i]-starts[i-l.PerHour] <= int64(time.Hour) {
			return true
		}
	}
	return false
}

func linkEdges(nodes []Node) []edge {
	var edges []edge
	for i := range nodes {
		for _, to := range nodes[i].Links {
			if to == i || nodes[i].Shared || nodes[to].Shared {
				continue
			}
			edges = append(edges, edge{Join: Join{A: to, B: i, Because: Because{Link: true}}, trust: 4, time: max(nodes[i].Start, nodes[to].Start)})
		}
	}
	return edges
}

func compareNodes(a, b *Node) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), bytes.Compare(a.ID.Trace[:], b.ID.Trace[:]), bytes.Compare(a.ID.Root[:], b.ID.Root[:]))
}

// refer ties each shared node to the flows of what was cut out of it, of what
// it links to and of what links to it, and of what shares a message with it. One
// that nothing refers to is a flow of its own, for it must not vanish.
func (j *Joined) refer(nodes []Node) {
	if !slices.ContainsFunc(nodes, func(n Node) bool { return n.Shared }) {
		return
	}
	under := map[SegmentID][]int{}
	byTrace := map[TraceID][]int{}
	bySent, byTaken := map[uint64][]int{}, map[uint64][]int{}
	back := map[int][]int{}
	for i := range nodes {
		n := &nodes[i]
		for _, to := range n.Links {
			if nodes[to].Shared {
				back[to] = append(back[to], i)
			}
		}
		if n.Shared {
			continue
		}
		byTrace[n.ID.Trace] = append(byTrace[n.ID.Trace], i)
		under[SegmentID{n.ID.Trace, n.under}] = append(under[SegmentID{n.ID.Trace, n.under}], i)
		for _, m := range n.Sent {
			bySent[m] = append(bySent[m], i)
		}
		for _, m := range n.Taken {
			byTaken[m] = append(byTaken[m], i)
		}
	}
	for i := range nodes {
		n := &nodes[i]
		if !n.Shared {
			continue
		}
		tie := func(set []int) {
			for _, o := range set {
				if j.Group[o] >= 0 {
					j.Refers[i] = append(j.Refers[i], j.Group[o])
				}
			}
		}
		if n.ID.Root.IsZero() {
			tie(byTrace[n.ID.Trace]) // everything in the trace is below its trunk
		} else {
			tie(under[n.ID])
		}
		tie(n.Links)
		tie(back[i])
		for _, m := range n.Sent {
			tie(byTaken[m])
		}
		for _, m := range n.Taken {
			tie(bySent[m])
		}
		slices.Sort(j.Refers[i])
		j.Refers[i] = slices.Compact(j.Refers[i])
	}
	for i := range nodes {
		if nodes[i].Shared && len(j.Refers[i]) == 0 {
			j.Group[i] = j.Groups
			j.Groups++
		}
	}
}
