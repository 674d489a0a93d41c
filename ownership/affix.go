package ownership

import (
	"cmp"
	"slices"
	"strings"
)

// affixes finds all of a set of texts that a value begins with, or ends with.
type affixes struct {
	fromEnd bool
	nodes   []affixNode // in order, read from the end when fromEnd
}

// affixNode is one text. parent is the longest other one that it begins (or
// ends) with itself, or -1. All prefixes of a value are the greatest that is
// not above the value, or its parents: a text between a prefix and the value
// begins with that prefix too.
type affixNode struct {
	text   string
	parent int
	rules  []entry
}

func (a *affixes) add(text string, rules []entry) {
	a.nodes = append(a.nodes, affixNode{text: text, rules: rules})
}

// link sorts the texts and finds their parents.
func (a *affixes) link() {
	slices.SortFunc(a.nodes, func(x, y affixNode) int { return a.compare(x.text, y.text) })
	for i := range a.nodes {
		p := i - 1
		for p >= 0 && !a.has(a.nodes[i].text, a.nodes[p].text) {
			p = a.nodes[p].parent
		}
		a.nodes[i].parent = p
	}
}

// longest returns the position of the longest text that v begins or ends
// with, or -1.
func (a *affixes) longest(v string) int {
	lo, hi := 0, len(a.nodes)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); a.compare(a.nodes[mid].text, v) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	p := lo - 1
	for p >= 0 && !a.has(v, a.nodes[p].text) {
		p = a.nodes[p].parent
	}
	return p
}

func (a *affixes) has(v, text string) bool {
	if a.fromEnd {
		return strings.HasSuffix(v, text)
	}
	return strings.HasPrefix(v, text)
}

func (a *affixes) compare(x, y string) int {
	if !a.fromEnd {
		return strings.Compare(x, y)
	}
	for i, j := len(x)-1, len(y)-1; i >= 0 && j >= 0; i, j = i-1, j-1 {
		if x[i] != y[j] {
			return cmp.Compare(x[i], y[j])
		}
	}
	return cmp.Compare(len(x), len(y))
}
