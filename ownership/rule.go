package ownership

import (
	"fmt"
	"slices"
	"strings"
)

// field names what a condition looks at: one of the fixed fields below, or an
// attribute (key set).
type field struct {
	name string // as written in a match
	id   fieldID
	key  string // of an attribute
}

type fieldID uint8

const (
	fService fieldID = iota
	fNamespace
	fKind
	fSystem
	fOperation
	fDestination
	fWorkflow
	fRoute
	fHost
	fRole
	fEnvironment
	fTenant
	fAttr
)

var fieldNames = []string{"service", "namespace", "kind", "system", "operation", "destination",
	"workflow", "route", "host", "role", "environment", "tenant"}

var kinds = []string{"api", "event", "queue", "workflow", "db", "internal"}

var roles = []string{"caller", "provider", "producer", "channel", "consumer", "orchestrator", "activity", "gateway"}

func fieldOf(name string) (field, bool) {
	if key, ok := strings.CutPrefix(name, "attr."); ok && key != "" {
		return field{name: name, id: fAttr, key: key}, true
	}
	for i, n := range fieldNames {
		if n == name {
			return field{name: name, id: fieldID(i)}, true
		}
	}
	return field{}, false
}

// of is the value of the field; the subject must be folded.
func (f *field) of(s *Subject) string {
	switch f.id {
	case fService:
		return s.Service
	case fNamespace:
		return s.Namespace
	case fKind:
		return s.Kind
	case fSystem:
		return s.System
	case fOperation:
		return s.Operation
	case fDestination:
		return s.Destination
	case fWorkflow:
		return s.Workflow
	case fRoute:
		return s.Route
	case fHost:
		return s.Host
	case fRole:
		return s.Role
	case fEnvironment:
		return s.Environment
	case fTenant:
		return s.Tenant
	}
	return s.attr(f.key)
}

// cond is one field of a match: any of its patterns must hold.
type cond struct {
	field
	globs []glob

	// exact holds the literal patterns of a long list, which globs then lacks.
	exact map[string]struct{}

	one  bool   // there is one pattern, and it is literal
	text string // as a person would write it
}

// longList is where a map beats comparing one after the other.
const longList = 8

func newCond(f field, globs []glob) cond {
	c := cond{field: f, globs: globs, one: len(globs) == 1 && globs[0].exact}
	texts := make([]string, 0, min(len(globs), 4))
	for _, g := range globs[:min(len(globs), 3)] {
		texts = append(texts, fmt.Sprintf("%q", g.text))
	}
	c.text = strings.Join(texts, ", ")
	if n := len(globs) - 3; n > 0 {
		c.text += fmt.Sprintf(" and %d more", n)
	}
	if len(globs) > 1 {
		c.text = "[" + c.text + "]"
	}
	if len(globs) > longList {
		c.exact = make(map[string]struct{}, len(globs))
		c.globs = nil
		for _, g := range globs {
			if g.exact {
				c.exact[g.prefix] = struct{}{}
			} else {
				c.globs = append(c.globs, g)
			}
		}
	}
	return c
}

func (c *cond) holds(s *Subject) bool { return c.matches(c.of(s)) }

func (c *cond) matches(v string) bool {
	if c.one {
		return v == c.globs[0].prefix
	}
	for i := range c.globs {
		if c.globs[i].match(v) {
			return true
		}
	}
	if c.exact != nil {
		_, ok := c.exact[v]
		return ok
	}
	return false
}

// patterns are as they were written, but for the order of a long list.
func (c *cond) patterns() []string {
	var out []string
	for text := range c.exact {
		out = append(out, Literal(text))
	}
	slices.Sort(out)
	for i := range c.globs {
		out = append(out, c.globs[i].text)
	}
	return out
}

// rule is a compiled rule or claim: all of its conditions must hold.
type rule struct {
	conds       []cond
	owner       string
	note        string
	number      int // 1-based, in its file; 0 for a claim
	file        string
	line        int
	column      int
	ownerLine   int
	ownerColumn int
	origin      int32  // of a claim: the position of its import
	entity      string // of a claim: what in the source makes it
	result      Owner  // prepared, so that resolving allocates nothing

	// filed is the condition by which the index finds the rule, when whatever
	// it finds by it holds; -1 when it must be looked at all the same.
	filed int8
	open  []int32 // conditions that neither the index nor the facets tell

	party bool // the rule may speak for an outside party
}

// namesParty reports whether the rule may speak for an outside party.
func (r *rule) namesParty() bool {
	for i := range r.conds {
		if id := r.conds[i].id; id == fHost || id == fService {
			return true
		}
	}
	return false
}

func (r *rule) matches(s *Subject) bool {
	for i := range r.conds {
		if !r.conds[i].holds(s) {
			return false
		}
	}
	return !s.external() || r.namesParty()
}

// matchesFound is matches for a subject by which the index has found the rule,
// and whose facets it has.
func (r *rule) matchesFound(s *Subject) bool {
	for _, i := range r.open {
		if !r.conds[i].holds(s) {
			return false
		}
	}
	return r.party || !s.external()
}

// match is the rule's match as one line of YAML.
func (r *rule) match() string {
	parts := make([]string, len(r.conds))
	for i := range r.conds {
		parts[i] = r.conds[i].name + ": " + r.conds[i].text
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (r *rule) prepare() {
	why := fmt.Sprintf("rule %d (%s) matches %s", r.number, r.place(), r.match())
	if r.owner == "" {
		why += ", declared to have no owner"
	}
	if r.note != "" {
		why += ": " + r.note
	}
	r.result = Owner{Team: r.owner, Source: SourceRule, Rule: r.number, File: r.file, Line: r.line, Why: why}
}

// prepareClaim is prepare for a claim of an import.
func (r *rule) prepareClaim(origin string) {
	why := fmt.Sprintf("%s (%s) says so of %s, as %s", origin, r.place(), r.match(), r.entity)
	if r.owner == "" {
		why = fmt.Sprintf("%s (%s) says of %s, as %s, that nobody owns it", origin, r.place(), r.match(), r.entity)
	}
	if r.note != "" {
		why += ": " + r.note
	}
	r.result = Owner{Team: r.owner, Source: SourceCatalogue, Origin: origin, File: r.file, Line: r.line, Why: why}
}

// place is the file and, where there is one, the line.
func (r *rule) place() string {
	if r.line == 0 {
		return r.file
	}
	return fmt.Sprintf("%s:%d", r.file, r.line)
}
