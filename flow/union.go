package flow

// union is a disjoint-set forest that refuses to give one set two values of an
// identifying key.
type union struct {
	parent []int
	values []map[string]uint64 // identifying key -> value hash, of roots
}

func newUnion(nodes []Node) *union {
	u := &union{parent: make([]int, len(nodes)), values: make([]map[string]uint64, len(nodes))}
	for i := range nodes {
		u.parent[i] = i
		if nodes[i].Shared {
			continue
		}
		keys := nodes[i].identity
		if keys == nil {
			keys = nodes[i].Keys // a node that was not made by Cut
		}
		for _, k := range keys {
			if !k.Identifying {
				continue
			}
			if u.values[i] == nil {
				u.values[i] = map[string]uint64{}
			}
			if _, ok := u.values[i][k.Name]; !ok {
				u.values[i][k.Name] = k.Hash
			}
		}
	}
	return u
}

func (u *union) root(i int) int {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

// join reports whether the two were apart and may be one.
func (u *union) join(a, b int) bool {
	a, b = u.root(a), u.root(b)
	if a == b {
		return false
	}
	for name, h := range u.values[b] {
		if o, ok := u.values[a][name]; ok && o != h {
			return false
		}
	}
	if len(u.values[a]) == 0 {
		u.values[a] = u.values[b]
	} else {
		for name, h := range u.values[b] {
			u.values[a][name] = h
		}
	}
	u.parent[b] = a
	return true
}
