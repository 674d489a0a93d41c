package ownership

import (
	"cmp"
	"math"
	"slices"
)

// index finds the few rules that can match a subject without trying all.
// Every rule is filed once, under the patterns of the one field that fewest
// other rules share: by value where a pattern is literal, else by the literal
// text that it begins or ends with. A rule without any such pattern is filed
// under a field that must be there for it to match, and tried whenever it is
// (about 30 ns each); what matches absent fields too is tried each time.
type index struct {
	words  vocabularies
	fields []fieldIndex
	rest   []entry
}

// fieldIndex files rules under the patterns of one field. Lists have the
// last rule first.
type fieldIndex struct {
	field
	exact        map[string][]entry
	starts, ends affixes
	present      []entry
	absent       []entry // that the empty pattern files here
}

type bucketKind uint8

const (
	byValue bucketKind = iota
	byStart
	byEnd
	byPresence
)

type bucket struct {
	field field
	kind  bucketKind
	text  string
}

// buckets returns where a rule would be filed by one of its conditions, or
// nil when a pattern of it has no literal start or end.
func (c *cond) buckets() []bucket {
	out := make([]bucket, 0, len(c.globs)+len(c.exact))
	for i := range c.globs {
		switch g := &c.globs[i]; {
		case g.exact:
			out = append(out, bucket{c.field, byValue, g.prefix})
		case g.prefix != "":
			out = append(out, bucket{c.field, byStart, g.prefix})
		case g.suffix() != "":
			out = append(out, bucket{c.field, byEnd, g.suffix()})
		default:
			return nil
		}
	}
	for text := range c.exact {
		out = append(out, bucket{c.field, byValue, text})
	}
	return out
}

// sure reports whether the condition holds for every value that one of its
// buckets fits.
func (c *cond) sure() bool {
	for i := range c.globs {
		if g := &c.globs[i]; !g.exact && !g.affix() {
			return false
		}
	}
	return true
}

// needs reports whether the condition never holds for an absent field.
func (c *cond) needs() bool {
	for i := range c.globs {
		if c.globs[i].exact && c.globs[i].prefix == "" {
			return false
		}
	}
	_, absent := c.exact[""]
	return !absent
}

// rarity is the order in which fields are the better ones to be present: most
// endpoints have a service, few a host.
var rarity = []fieldID{fHost, fWorkflow, fDestination, fRoute, fAttr, fTenant, fNamespace, fOperation, fSystem, fEnvironment, fService, fRole, fKind}

func newIndex(rules []rule) index {
	crowd := map[bucket]int{}
	for i := range rules {
		for j := range rules[i].conds {
			for _, b := range rules[i].conds[j].buckets() {
				crowd[b]++
			}
		}
	}
	filed := map[bucket][]entry{}
	ix := index{words: newVocabularies(rules)}
	for i := len(rules) - 1; i >= 0; i-- {
		at := rules[i].placeIn(crowd)
		f := ix.words.see(&rules[i])
		e := entry{f, rules[i].party && len(rules[i].open) == 0, int32(i)}
		if at == nil {
			ix.rest = append(ix.rest, e)
		}
		for _, b := range at {
			filed[b] = append(filed[b], e)
		}
	}
	byField := map[field]*fieldIndex{}
	for b, list := range filed {
		fi := byField[b.field]
		if fi == nil {
			fi = &fieldIndex{field: b.field, exact: map[string][]entry{}, ends: affixes{fromEnd: true}}
			byField[b.field] = fi
		}
		switch {
		case b.kind == byValue && b.text == "":
			fi.absent = list
		case b.kind == byValue:
			fi.exact[b.text] = list
		case b.kind == byStart:
			fi.starts.add(b.text, list)
		case b.kind == byEnd:
			fi.ends.add(b.text, list)
		case b.kind == byPresence:
			fi.present = list
		}
	}
	for _, fi := range byField {
		fi.starts.link()
		fi.ends.link()
		ix.fields = append(ix.fields, *fi)
	}
	slices.SortFunc(ix.fields, func(a, b fieldIndex) int { return cmp.Compare(a.name, b.name) })
	return ix
}

// placeIn chooses where the rule is filed, nil for nowhere.
func (r *rule) placeIn(crowd map[bucket]int) []bucket {
	var best []bucket
	least := 0
	r.filed, r.party = -1, r.namesParty()
	for j := range r.conds {
		at := r.conds[j].buckets()
		most := 0
		for _, b := range at {
			most = max(most, crowd[b])
		}
		if at == nil || best != nil && most >= least {
			continue
		}
		best, least = at, most
		r.filed = -1
		if j <= math.MaxInt8 && r.conds[j].sure() {
			r.filed = int8(j)
		}
	}
	if best != nil {
		return best
	}
	rank := len(rarity)
	for j := range r.conds {
		c := &r.conds[j]
		if n := slices.Index(rarity, c.id); n < rank && c.needs() {
			best, rank = []bucket{{field: c.field, kind: byPresence}}, n
		}
	}
	return best
}
