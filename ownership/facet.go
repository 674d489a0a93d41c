package ownership

import (
	"cmp"
	"maps"
	"slices"
)

// facets are what a subject or rule can be told by at a glance: which patterns
// of a few fields it is about, and which fields are there. Most rules that the
// index finds fail by one of these, and comparing two numbers is far cheaper
// than looking at the rule.
type facets struct {
	words  uint64 // a lane of 16 bits for each field of faceted
	fields uint16 // that are there, or must be
}

// faceted are the fields of few values.
var faceted = [...]fieldID{fKind, fRole, fEnvironment, fWorkflow}

const (
	lane = 16
	// anything is the bit of a lane that every subject has: a rule that says
	// nothing of the field matches by it, and one whose patterns are too rare to
	// have bits of their own.
	anything = 1 << (lane - 1)
	lanes    = 0x8000_8000_8000_8000
)

// vocabulary is the patterns of a field that have bits: those that most rules
// have.
type vocabulary []glob

func (v vocabulary) of(value string) uint64 {
	bits := uint64(anything)
	for i := range v {
		if v[i].match(value) {
			bits |= 1 << i
		}
	}
	return bits
}

// vocabularies are those of the faceted fields.
type vocabularies [len(faceted)]vocabulary

func newVocabularies(rules []rule) vocabularies {
	var out vocabularies
	for k, id := range faceted {
		used := map[string]int{}
		for i := range rules {
			if c := rules[i].only(id); c != nil {
				for _, text := range c.patterns() {
					used[text]++
				}
			}
		}
		texts := slices.SortedFunc(maps.Keys(used), func(a, b string) int { return cmp.Or(used[b]-used[a], cmp.Compare(a, b)) })
		for _, text := range texts[:min(len(texts), lane-1)] {
			if g, err := compileGlob(text); err == nil {
				out[k] = append(out[k], g)
			}
		}
	}
	return out
}

// only is the condition of a rule on a field, nil when there is none or more.
func (r *rule) only(id fieldID) *cond {
	var found *cond
	for i := range r.conds {
		if r.conds[i].id != id {
			continue
		}
		if found != nil {
			return nil
		}
		found = &r.conds[i]
	}
	return found
}

// facets are those of a subject.
func (v *vocabularies) facets(s *Subject) facets {
	f := facets{words: v[0].of(s.Kind) | v[1].of(s.Role)<<lane | v[2].of(s.Environment)<<(2*lane) | v[3].of(s.Workflow)<<(3*lane)}
	for i, v := range [...]string{s.Service, s.Namespace, s.Kind, s.System, s.Operation, s.Destination, s.Workflow, s.Route, s.Host, s.Role, s.Environment, s.Tenant} {
		if v != "" {
			f.fields |= 1 << i
		}
	}
	return f
}

// see sets the facets of a rule, and what of it they leave open.
func (v *vocabularies) see(r *rule) facets {
	f := facets{words: lanes}
	told := make([]bool, len(r.conds))
	for k, id := range faceted {
		c := r.only(id)
		if c == nil {
			continue
		}
		if bits := v[k].bits(c); bits != 0 {
			f.words = f.words&^(anything<<(k*lane)) | bits<<(k*lane)
			told[slices.IndexFunc(r.conds, func(c cond) bool { return c.id == id })] = true
		}
	}
	r.open = nil
	for i := range r.conds {
		if c := &r.conds[i]; c.id < fAttr && c.needs() {
			f.fields |= 1 << c.id
		}
		if !told[i] && i != int(r.filed) {
			r.open = append(r.open, int32(i))
		}
	}
	return f
}

// bits are those of the patterns of a condition, 0 when one has none.
func (v vocabulary) bits(c *cond) uint64 {
	var bits uint64
	for _, text := range c.patterns() {
		i := slices.IndexFunc(v, func(g glob) bool { return g.text == text })
		if i < 0 {
			return 0
		}
		bits |= 1 << i
	}
	return bits
}

// entry is a rule in a list of the index.
type entry struct {
	facets
	told bool // nothing is left to look at once the index has found it by its facets
	rule int32
}

// may reports whether the rule can match a subject of these facets: in every
// lane there is a bit that both have.
func (e *entry) may(s facets) bool {
	both := e.words & s.words
	return e.fields&^s.fields == 0 && ((both&^lanes+(^uint64(lanes)))|both)&lanes == lanes
}
