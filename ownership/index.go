package ownership

import (
	"cmp"
	"slices"
	"strings"
)

// index finds the few rules that can match a subject without trying all.
// Every rule is filed once, under the patterns of the one field that fewest
// other rules share: by value where a pattern is literal, by literal prefix
// otherwise. Rules whose every field begins with a wildcard are in rest and
// are tried each time (about 30 ns each).
type index struct {
	fields []fieldIndex
	rest   []int32
}

// fieldIndex files rules under the patterns of one field. Lists hold rule
// numbers, highest first.
type fieldIndex struct {
	field
	exact  map[string][]int32
	prefix []prefixNode // in the order of text
}

// prefixNode is one literal prefix. parent is the longest other prefix that
// it begins with, or -1. All prefixes of a value are the greatest one that is
// not above the value, or its parents: a string between a prefix and the
// value begins with that prefix too.
type prefixNode struct {
	text   string
	parent int
	rules  []int32
}

type bucket struct {
	field field
	exact bool
	text  string
}

// buckets returns where a rule would be filed by one of its conditions, or
// nil when a pattern of it has no literal start.
func (c *cond) buckets() []bucket {
	out := make([]bucket, 0, len(c.globs)+len(c.exact))
	for i := range c.globs {
		g := &c.globs[i]
		if !g.exact && g.prefix == "" {
			return nil
		}
		out = append(out, bucket{c.field, g.exact, g.prefix})
	}
	for text := range c.exact {
		out = append(out, bucket{c.field, true, text})
	}
	return out
}

func newIndex(rules []rule) index {
	crowd := map[bucket]int{}
	for i := range rules {
		for j := range rules[i].conds {
			for _, b := range rules[i].conds[j].buckets() {
				crowd[b]++
			}
		}
	}
	filed := map[bucket][]int32{}
	var ix index
	for i := len(rules) - 1; i >= 0; i-- {
		var best []bucket
		least := 0
		for j := range rules[i].conds {
			bs := rules[i].conds[j].buckets()
			most := 0
			for _, b := range bs {
				most = max(most, crowd[b])
			}
			if bs != nil && (best == nil || most < least) {
				best, least = bs, most
			}
		}
		if best == nil {
			ix.rest = append(ix.rest, int32(i))
		}
		for _, b := range best {
			filed[b] = append(filed[b], int32(i))
		}
	}
	byField := map[field]*fieldIndex{}
	for b, list := range filed {
		fi := byField[b.field]
		if fi == nil {
			fi = &fieldIndex{field: b.field, exact: map[string][]int32{}}
			byField[b.field] = fi
		}
		if b.exact {
			fi.exact[b.text] = list
		} else {
			fi.prefix = append(fi.prefix, prefixNode{text: b.text, rules: list})
		}
	}
	for _, fi := range byField {
		fi.link()
		ix.fields = append(ix.fields, *fi)
	}
	slices.SortFunc(ix.fields, func(a, b fieldIndex) int { return cmp.Compare(a.name, b.name) })
	return ix
}

// link sorts the prefixes and finds their parents.
func (fi *fieldIndex) link() {
	slices.SortFunc(fi.prefix, func(a, b prefixNode) int { return strings.Compare(a.text, b.text) })
	for i := range fi.prefix {
		p := i - 1
		for p >= 0 && !strings.HasPrefix(fi.prefix[i].text, fi.prefix[p].text) {
			p = fi.prefix[p].parent
		}
		fi.prefix[i].parent = p
	}
}

// longest returns the longest prefix of v, or -1.
func (fi *fieldIndex) longest(v string) int {
	lo, hi := 0, len(fi.prefix)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); fi.prefix[mid].text <= v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	p := lo - 1
	for p >= 0 && !strings.HasPrefix(v, fi.prefix[p].text) {
		p = fi.prefix[p].parent
	}
	return p
}

// book is a list of compiled rules or claims, the last match winning, with
// its index.
type book struct {
	list []rule
	ix   index
}

func newBook(list []rule) book { return book{list, newIndex(list)} }

// last returns the position of the last rule that matches, or -1.
func (b *book) last(s *Subject) int32 {
	best := int32(-1)
	for i := range b.ix.fields {
		fi := &b.ix.fields[i]
		v := fi.of(s)
		best = lastOf(fi.exact[v], b.list, s, best)
		if v == "" {
			continue
		}
		for p := fi.longest(v); p >= 0; p = fi.prefix[p].parent {
			best = lastOf(fi.prefix[p].rules, b.list, s, best)
		}
	}
	return lastOf(b.ix.rest, b.list, s, best)
}

func lastOf(list []int32, rules []rule, s *Subject, best int32) int32 {
	for _, i := range list {
		if i <= best {
			return best
		}
		if rules[i].matches(s) {
			return i
		}
	}
	return best
}

// matching appends the positions of all rules that match to dst, highest
// first.
func (b *book) matching(s *Subject, dst []int32) []int32 {
	from := len(dst)
	visit := func(list []int32) {
		for _, i := range list {
			if b.list[i].matches(s) {
				dst = append(dst, i)
			}
		}
	}
	for i := range b.ix.fields {
		fi := &b.ix.fields[i]
		v := fi.of(s)
		visit(fi.exact[v])
		if v == "" {
			continue
		}
		for p := fi.longest(v); p >= 0; p = fi.prefix[p].parent {
			visit(fi.prefix[p].rules)
		}
	}
	visit(b.ix.rest)
	// A rule with a list is filed under each of its patterns.
	slices.SortFunc(dst[from:], func(a, b int32) int { return cmp.Compare(b, a) })
	return dst[:from+len(slices.Compact(dst[from:]))]
}
