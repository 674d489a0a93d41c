package ownership_test

import (
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// wild compares as the documentation says of patterns, one character after
// the other.
func wild(pattern, v string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for pattern != "" && pattern[0] == '*' {
				pattern = pattern[1:]
			}
			for i := 0; i <= len(v); i++ {
				if wild(pattern, v[i:]) {
					return true
				}
			}
			return false
		case v == "" || pattern[0] != '?' && pattern[0] != v[0]:
			return false
		}
		pattern, v = pattern[1:], v[1:]
	}
	return v == ""
}

var fieldNames = []string{"service", "role", "environment", "operation", "kind", "destination", "namespace", "route", "host", "workflow", "tenant"}

// flat is a subject whose fields are looked up by number, which makes a
// billion comparisons bearable.
type flat struct {
	fields [11]string
	attrs  []ownership.Attr
}

func flatten(s *ownership.Subject) *flat {
	return &flat{[11]string{s.Service, strings.ToLower(s.Role), s.Environment, s.Operation, strings.ToLower(s.Kind), s.Destination, s.Namespace, s.Route, s.Host, s.Workflow, s.Tenant}, s.Attrs}
}

func (f *flat) attr(name string) string {
	for _, a := range f.attrs {
		if "attr."+a.Key == name {
			return a.Value
		}
	}
	return ""
}

// prepare looks up the numbers of the fields.
func (st *statement) prepare() {
	st.numbers, st.plain = make([]int, len(st.fields)), make([]bool, len(st.fields))
	for i, f := range st.fields {
		st.plain[i] = !strings.ContainsAny(f[1], "*?")
		st.numbers[i] = slices.Index(fieldNames, f[0])
	}
}

func (st *statement) holds(s *flat) bool {
	const service, host = 0, 8
	party := s.fields[service] != "" || s.fields[host] == ""
	for i := 0; i < len(st.fields); {
		n := st.numbers[i]
		v := ""
		if n >= 0 {
			v = s.fields[n]
		} else {
			v = s.attr(st.fields[i][0])
		}
		party = party || n == service || n == host
		hit := false
		for name := st.fields[i][0]; i < len(st.fields) && st.fields[i][0] == name; i++ {
			hit = hit || v != "" && (st.plain[i] && st.fields[i][1] == v || !st.plain[i] && wild(st.fields[i][1], v))
		}
		if !hit {
			return false
		}
	}
	return party
}

// owner tries everything, the last first.
func (c *company) owner(s *flat) (team, source string) {
	for i := len(c.rules) - 1; i >= 0; i-- {
		if c.rules[i].holds(s) {
			return c.rules[i].owner, ownership.SourceRule
		}
	}
	for k := len(c.imports) - 1; k >= 0; k-- {
		for i := len(c.imports[k]) - 1; i >= 0; i-- {
			if c.imports[k][i].holds(s) {
				return c.imports[k][i].owner, ownership.SourceCatalogue
			}
		}
	}
	if s.fields[0] != "" || s.fields[8] == "" {
		for _, key := range []string{"attr.team", "attr.cost.owner"} {
			if v := s.attr(key); v != "" {
				return strings.ToLower(v), ownership.SourceAttribute // all IDs are in lower case
			}
		}
	}
	return "", ownership.SourceNone
}
