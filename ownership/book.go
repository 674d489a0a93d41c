package ownership

import (
	"cmp"
	"slices"
)

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
	look := b.ix.words.facets(s)
	for i := range b.ix.fields {
		fi := &b.ix.fields[i]
		v := fi.of(s)
		if v == "" {
			best = b.lastOf(fi.absent, s, look, best)
			continue
		}
		if len(fi.exact) > 0 {
			best = b.lastOf(fi.exact[v], s, look, best)
		}
		if len(fi.starts.nodes) > 0 {
			for p := fi.starts.longest(v); p >= 0; p = fi.starts.nodes[p].parent {
				best = b.lastOf(fi.starts.nodes[p].rules, s, look, best)
			}
		}
		if len(fi.ends.nodes) > 0 {
			for p := fi.ends.longest(v); p >= 0; p = fi.ends.nodes[p].parent {
				best = b.lastOf(fi.ends.nodes[p].rules, s, look, best)
			}
		}
		best = b.lastOf(fi.present, s, look, best)
	}
	return b.lastOf(b.ix.rest, s, look, best)
}

func (b *book) lastOf(list []entry, s *Subject, look facets, best int32) int32 {
	for i := range list {
		e := &list[i]
		if e.rule <= best {
			return best
		}
		if e.may(look) && (e.told || b.list[e.rule].matchesFound(s)) {
			return e.rule
		}
	}
	return best
}

// matching appends the positions of all rules that match to dst, highest
// first.
func (b *book) matching(s *Subject, dst []int32) []int32 {
	from := len(dst)
	look := b.ix.words.facets(s)
	visit := func(list []entry) {
		for i := range list {
			if e := &list[i]; e.may(look) && b.list[e.rule].matchesFound(s) {
				dst = append(dst, e.rule)
			}
		}
	}
	for i := range b.ix.fields {
		fi := &b.ix.fields[i]
		v := fi.of(s)
		if v == "" {
			visit(fi.absent)
			continue
		}
		visit(fi.exact[v])
		for p := fi.starts.longest(v); p >= 0; p = fi.starts.nodes[p].parent {
			visit(fi.starts.nodes[p].rules)
		}
		for p := fi.ends.longest(v); p >= 0; p = fi.ends.nodes[p].parent {
			visit(fi.ends.nodes[p].rules)
		}
		visit(fi.present)
	}
	visit(b.ix.rest)
	// A rule with a list is filed under each of its patterns.
	slices.SortFunc(dst[from:], func(a, b int32) int { return cmp.Compare(b, a) })
	return dst[:from+len(slices.Compact(dst[from:]))]
}
