package ownership

import "slices"

// facets are what a subject or rule can be told by at a glance: its kind, its
// role, and which fields are there. Most rules that the index finds fail by
// one of these, and comparing three numbers is far cheaper than looking at
// the rule.
type facets struct {
	kind, role uint16 // of a subject one bit, of a rule all that it matches
	fields     uint16 // that are there, or must be
}

const (
	anyWord   = 0xffff
	otherWord = 1 << 15 // no known one
	noWord    = 1 << 14 // absent
)

func wordBit(word string, known []string) uint16 {
	if word == "" {
		return noWord
	}
	if i := slices.Index(known, word); i >= 0 {
		return 1 << i
	}
	return otherWord
}

func (s *Subject) facets() facets {
	f := facets{kind: wordBit(s.Kind, kinds), role: wordBit(s.Role, roles)}
	for i, v := range [...]string{s.Service, s.Namespace, s.Kind, s.System, s.Operation, s.Destination, s.Workflow, s.Route, s.Host, s.Role, s.Environment, s.Tenant} {
		if v != "" {
			f.fields |= 1 << i
		}
	}
	return f
}

func (r *rule) facets() facets {
	f := facets{kind: anyWord, role: anyWord}
	for i := range r.conds {
		c := &r.conds[i]
		switch c.id {
		case fKind:
			f.kind &= c.words(kinds)
		case fRole:
			f.role &= c.words(roles)
		}
		if c.id < fAttr && c.needs() {
			f.fields |= 1 << c.id
		}
	}
	return f
}

// words are the known words that a condition holds for, and the others where
// it may.
func (c *cond) words(known []string) uint16 {
	bits := uint16(otherWord)
	for i, w := range append([]string{""}, known...) {
		if !c.matches(w) {
			continue
		}
		if i == 0 {
			bits |= noWord
		} else {
			bits |= 1 << (i - 1)
		}
	}
	return bits
}

// entry is a rule in a list of the index.
type entry struct {
	facets
	told bool // nothing is left to look at once the index has found it by its facets
	rule int32
}

// told reports whether the index and the facets say all of the rule, so that
// it need not be read to know that it matches.
func (r *rule) told() bool {
	for i := range r.conds {
		if id := r.conds[i].id; i != int(r.filed) && id != fKind && id != fRole {
			return false
		}
	}
	return r.party
}

// may reports whether the rule can match a subject of these facets.
func (e *entry) may(s facets) bool {
	return e.kind&s.kind != 0 && e.role&s.role != 0 && e.fields&^s.fields == 0
}

// known reports whether the kind and role are words that facets are exact
// about.
func (s facets) known() bool { return (s.kind|s.role)&otherWord == 0 }
