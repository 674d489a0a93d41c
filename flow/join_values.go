package flow

import (
	"cmp"
	"slices"
)

// valueEdges chains the segments of each value in order of start, so that the
// nearest in time are joined first and a refused edge separates least.
func valueEdges(nodes []Node, l Limits, known func(uint64) bool, j *Joined) []edge {
	n := 0
	for i := range nodes {
		n += len(nodes[i].Keys) + len(nodes[i].Sent) + len(nodes[i].Taken)
	}
	carriers := make([]carrier, 0, n)
	for i := range nodes {
		if nodes[i].Shared {
			continue
		}
		for k := range nodes[i].Keys {
			carriers = append(carriers, carrier{nodes[i].Keys[k].Hash, i, &nodes[i].Keys[k]})
		}
		for _, messages := range [2][]uint64{nodes[i].Sent, nodes[i].Taken} {
			for _, m := range messages {
				carriers = append(carriers, carrier{hash: m, node: i})
			}
		}
	}
	slices.SortFunc(carriers, func(a, b carrier) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		return cmp.Or(compareNodes(&nodes[a.node], &nodes[b.node]), cmp.Compare(a.node, b.node))
	})
	edges := make([]edge, 0, len(carriers)/2)
	var starts []int64
	members := make([]int, 0, len(nodes))
	for len(carriers) > 0 {
		h, end := carriers[0].hash, 1
		for end < len(carriers) && carriers[end].hash == h {
			end++
		}
		v := valueOf(carriers[:end], members)
		carriers = carriers[end:]
		if len(v.members) < 2 {
			continue
		}
		starts = starts[:0]
		for _, n := range v.members {
			starts = append(starts, nodes[n].Start)
		}
		if known(h) || l.Hot(*v.key, starts) {
			j.Hot = append(j.Hot, *v.key)
			continue
		}
		for i := 1; i < len(v.members); i++ {
			a, b := v.members[i-1], v.members[i]
			if v.key.Name == concepts[cWorkflow].Name && hasRun(nodes[b].Segment) {
				// Runs of one workflow id are runs of their own: each belongs to who started it.
				k := i - 1
				for k >= 0 && hasRun(nodes[v.members[k]].Segment) {
					k--
				}
				if k < 0 {
					continue
				}
				a = v.members[k]
			}
			if v.key.Window > 0 && nodes[b].Start-nodes[a].Start > v.key.Window {
				continue
			}
			e := edge{Join: Join{A: a, B: b}, trust: v.key.Trust, time: nodes[b].Start, hash: h}
			if v.message {
				e.Message = true
			} else {
				e.Key, e.Value = v.key.Name, v.key.Value
			}
			edges = append(edges, e)
		}
	}
	slices.SortFunc(j.Hot, func(a, b Key) int { return cmp.Compare(a.Hash, b.Hash) })
	return edges
}

// carrier is a node that carries a value, by a key or, without one, by a message.
type carrier struct {
	hash uint64
	node int
	key  *Key
}

// tied is a value and the nodes that carry it.
type tied struct {
	key     *Key
	message bool
	members []int
}

// valueOf lists the members in the room that is given.
func valueOf(carriers []carrier, room []int) tied {
	if len(carriers) == 1 {
		return tied{}
	}
	v := tied{members: room[:0]}
	for i, c := range carriers {
		key := c.key
		if key == nil {
			key = &Key{Name: "message", Hash: c.hash, Trust: 4}
		}
		if i == 0 {
			v.key, v.message = key, c.key == nil
		} else if compareCarriers(*key, *v.key) < 0 {
			v.key = key // whichever came first
		}
		if n := len(v.members); n == 0 || v.members[n-1] != c.node {
			v.members = append(v.members, c.node)
		}
	}
	return v
}

func hasRun(s *Segment) bool {
	return slices.ContainsFunc(s.Keys, func(k Key) bool { return k.Name == concepts[cRun].Name })
}
