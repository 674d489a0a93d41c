package ownership

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// naiveRule and naiveResolve are the specification, read literally: no index,
// no compiled patterns, a map of fields for a subject.
type naiveRule struct {
	match map[string][]string
	owner string
}

func naiveFields(s Subject) map[string]string {
	m := map[string]string{
		"tenant": s.Tenant, "environment": s.Environment, "namespace": s.Namespace, "service": s.Service,
		"kind": strings.ToLower(s.Kind), "system": s.System, "operation": s.Operation, "destination": s.Destination,
		"workflow": s.Workflow, "route": s.Route, "host": s.Host, "role": strings.ToLower(s.Role),
	}
	for _, a := range s.Attrs {
		m["attr."+a.Key] = a.Value
	}
	return m
}

// naiveSources are all sources of one estate.
type naiveSources struct {
	rules     []naiveRule
	imports   [][]naiveRule // claims
	authority []string
	attrKeys  []string
}

func naiveLast(rules []naiveRule, s Subject) (owner string, number int) {
	fields := naiveFields(s)
	external := s.Host != "" && s.Service == ""
	for i, r := range rules {
		all := true
		for name, patterns := range r.match {
			hit := false
			for _, p := range patterns {
				if name == "kind" || name == "role" {
					p = strings.ToLower(p)
				}
				hit = hit || naiveGlob(p, fields[name])
			}
			all = all && hit
		}
		_, onHost := r.match["host"]
		_, onService := r.match["service"]
		if all && (!external || onHost || onService) {
			owner, number = r.owner, i+1
		}
	}
	return owner, number
}

func naiveAttribute(keys []string, s Subject) string {
	if s.Host != "" && s.Service == "" {
		return ""
	}
	fields := naiveFields(s)
	for _, k := range keys {
		v := strings.TrimSpace(fields["attr."+k])
		if v == "" && k == "service.namespace" {
			v = fields["namespace"]
		}
		if v != "" {
			return v
		}
	}
	return ""
}

func (n naiveSources) resolve(s Subject) (team, source string, number int) {
	for _, kind := range n.authority {
		switch kind {
		case SourceRule:
			if team, number := naiveLast(n.rules, s); number > 0 {
				return team, kind, number
			}
		case SourceCatalogue:
			for i := len(n.imports) - 1; i >= 0; i-- {
				if team, number := naiveLast(n.imports[i], s); number > 0 {
					return team, kind, 0
				}
			}
		case SourceAttribute:
			if v := naiveAttribute(n.attrKeys, s); v != "" {
				return v, kind, 0
			}
		}
	}
	return "", SourceNone, 0
}

// catalogue is an import of naive rules.
func catalogue(rules []naiveRule) *Catalogue {
	c := &Catalogue{}
	for i, r := range rules {
		cl := Claim{Owner: r.owner, Entity: fmt.Sprintf("entity %d", i+1), File: "catalogue", Line: i + 1}
		for _, name := range sortedNames(r.match) {
			cl.Match = append(cl.Match, Condition{name, r.match[name]})
		}
		c.Claims = append(c.Claims, cl)
	}
	return c
}

func (n naiveSources) set(t interface{ Fatal(...any) }) *Set {
	f, err := Parse("ownership.yaml", []byte(naiveYAML(n.rules, n.attrKeys)+"authority: ["+strings.Join(n.authority, ", ")+"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	var imports []*Import
	for i, claims := range n.imports {
		im, err := NewImport(fmt.Sprintf("import %d", i+1), catalogue(claims))
		if err != nil {
			t.Fatal(err)
		}
		imports = append(imports, im)
	}
	set, err := Join([]*File{f}, imports)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func sortedNames(m map[string][]string) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func naiveYAML(rules []naiveRule, attrKeys []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "attributes: {keys: [%s]}\nrules:\n", strings.Join(attrKeys, ", "))
	for _, r := range rules {
		sep := "  - match: {"
		for _, name := range sortedNames(r.match) {
			var ps []string
			for _, p := range r.match[name] {
				ps = append(ps, "'"+strings.ReplaceAll(p, "'", "''")+"'")
			}
			list := "[" + strings.Join(ps, ", ") + "]"
			if len(ps) == 1 {
				list = ps[0]
			}
			fmt.Fprintf(&b, "%s%s: %s", sep, name, list)
			sep = ", "
		}
		fmt.Fprintf(&b, "}\n    owner: %q\n", r.owner)
	}
	if len(rules) == 0 {
		b.WriteString("  []\n")
	}
	return b.String()
}

var (
	genText    = rapid.SampledFrom([]string{"", "a", "ab", "abc", "abcd", "b", "b.c", "b.c.d", "a-b", "é", "ab/c"})
	genMatch   = rapid.SampledFrom([]string{"", "a", "ab", "abc", "b.c", "a*", "ab*", "abc*", "b*", "*", "*c", "*bc", "*abc", "*-b", "*b*", "?b", "[ab]*", "é*", "a*c", "ab?"})
	genKind    = rapid.SampledFrom([]string{"api", "API", "queue", "event", "q*", "*"})
	genRole    = rapid.SampledFrom([]string{"caller", "Provider", "channel", "c*"})
	genName    = rapid.SampledFrom(append([]string{"service", "service", "service", "attr.team", "attr.region"}, fieldNames...))
	genOwner   = rapid.SampledFrom([]string{"", "red", "green", "blue"})
	genSubject = rapid.Custom(func(t *rapid.T) Subject {
		text := func(name string) string { return genText.Draw(t, name) }
		s := Subject{
			Tenant: text("tenant"), Environment: text("environment"), Namespace: text("namespace"), Service: text("service"),
			Kind: rapid.SampledFrom([]string{"", "api", "Queue", "event"}).Draw(t, "kind"), System: text("system"),
			Operation: text("operation"), Destination: text("destination"), Workflow: text("workflow"), Route: text("route"),
			Host: text("host"), Role: rapid.SampledFrom([]string{"", "caller", "channel", "PROVIDER"}).Draw(t, "role"),
		}
		for _, key := range []string{"owner", "region", "team"} {
			if rapid.Bool().Draw(t, "has "+key) {
				s.Attrs = append(s.Attrs, Attr{key, text(key)})
			}
		}
		return s
	})
	genRule = rapid.Custom(func(t *rapid.T) naiveRule {
		r := naiveRule{match: map[string][]string{}, owner: genOwner.Draw(t, "owner")}
		for range rapid.IntRange(1, 3).Draw(t, "fields") {
			name := genName.Draw(t, "field")
			gen := genMatch
			switch name {
			case "kind":
				gen = genKind
			case "role":
				gen = genRole
			}
			r.match[name] = rapid.SliceOfN(gen, 1, 12).Draw(t, "patterns")
		}
		return r
	})
)

func TestResolveEqualsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := naiveSources{
			rules:   rapid.SliceOfN(genRule, 0, 30).Draw(t, "rules"),
			imports: rapid.SliceOfN(rapid.SliceOfN(genRule, 0, 12), 0, 3).Draw(t, "imports"),
			authority: rapid.SampledFrom([][]string{
				{"rule", "catalogue", "attribute"}, {"catalogue", "rule", "attribute"}, {"attribute", "catalogue", "rule"},
				{"rule", "attribute"}, {"catalogue"}, {"attribute", "rule", "catalogue"},
			}).Draw(t, "authority"),
			attrKeys: rapid.SampledFrom([][]string{{}, {"team", "owner"}, {"owner", "service.namespace"}}).Draw(t, "attributes"),
		}
		set := n.set(t)
		for _, sub := range rapid.SliceOfN(genSubject, 1, 20).Draw(t, "subjects") {
			team, source, number := n.resolve(sub)
			got := set.Resolve(sub)
			if got.Team != team || got.Source != source || got.Rule != number {
				t.Fatalf("%+v\nresolves to %+v\nthe specification says %q by %s %d", sub, got, team, source, number)
			}
			checkExplanation(t, set, sub)
			checkSays(t, n, set, sub)
		}
	})
}

// checkSays holds what each source says to what it would say alone.
func checkSays(t *rapid.T, n naiveSources, set *Set, sub Subject) {
	says := set.Says(sub)
	owner := set.Resolve(sub)
	if (len(says) == 0) != (owner.Source == SourceNone) || len(says) > 0 && (says[0].Team != owner.Team || says[0].Source != owner.Source || !says[0].Decides) {
		t.Fatalf("%+v: %+v, and the owner is %+v", sub, says, owner)
	}
	by := map[string]Says{}
	for i, s := range says {
		if s.Decides != (i == 0) || s.Why == "" {
			t.Fatalf("%d: %+v", i, s)
		}
		by[s.Source+s.Origin] = s
	}
	want := 0
	alone := func(kind, origin string, rules []naiveRule) {
		team, number := naiveLast(rules, sub)
		if number == 0 || !slices.Contains(n.authority, kind) {
			return
		}
		want++
		if s, ok := by[kind+origin]; !ok || s.Team != team || s.Line == 0 {
			t.Fatalf("%+v: %s says %q in %d, not %+v", sub, origin, team, number, s)
		}
	}
	alone(SourceRule, "", n.rules)
	for i, claims := range n.imports {
		alone(SourceCatalogue, fmt.Sprintf("import %d", i+1), claims)
	}
	for _, key := range n.attrKeys {
		if team := naiveAttribute([]string{key}, sub); team != "" && slices.Contains(n.authority, SourceAttribute) {
			want++
			if by[SourceAttribute+key].Team != team {
				t.Fatalf("%+v: %s says %q, not %+v", sub, key, team, by[SourceAttribute+key])
			}
		}
	}
	if len(says) != want {
		t.Fatalf("%+v: %d sources speak, want %d: %+v", sub, len(says), want, says)
	}
}

// checkExplanation holds an explanation to the owner it explains.
func checkExplanation(t interface {
	Helper()
	Fatalf(string, ...any)
}, set *Set, sub Subject) {
	t.Helper()
	e := set.Explain(sub)
	if e.Owner != set.Resolve(sub) {
		t.Fatalf("explained owner %+v is not the resolved %+v", e.Owner, set.Resolve(sub))
	}
	won := 0
	for i, m := range e.Matched {
		if m.Won != (i == 0 && e.Owner.Source == SourceRule) || m.Why == "" {
			t.Fatalf("match %d: %+v", i, m)
		}
		if m.Won {
			won++
			if m.Number != e.Owner.Rule || m.Line != e.Owner.Line {
				t.Fatalf("winner %+v of owner %+v", m, e.Owner)
			}
		}
	}
	for i, c := range e.Claims {
		if c.Won != (i == 0 && e.Owner.Source == SourceCatalogue) || c.Why == "" || c.Origin == "" {
			t.Fatalf("claim %d: %+v", i, c)
		}
		if c.Won {
			won++
			if c.Line != e.Owner.Line || c.Owner != e.Owner.Team || c.Origin != e.Owner.Origin {
				t.Fatalf("winner %+v of owner %+v", c, e.Owner)
			}
		}
	}
	for _, a := range e.Attributes {
		if a.Why == "" {
			t.Fatalf("attribute %+v", a)
		}
		if a.Won {
			won++
			if a.Team != e.Owner.Team || e.Owner.Source != SourceAttribute {
				t.Fatalf("winner %+v of owner %+v", a, e.Owner)
			}
		}
	}
	if want := map[bool]int{true: 0, false: 1}[e.Owner.Source == SourceNone]; won != want {
		t.Fatalf("%d winners for %+v in %+v", won, e.Owner, e)
	}
}

func TestNaiveYAMLIsRead(t *testing.T) {
	rules := []naiveRule{{match: map[string][]string{"service": {"a*", "b"}, "role": {"caller"}}, owner: "red"}}
	set := mustSet(t, naiveYAML(rules, nil))
	if got := set.rules.list[0].match(); got != `{role: "caller", service: ["a*", "b"]}` {
		t.Error(got)
	}
}

// subjectOf makes a subject that a rule of literal patterns matches.
func subjectOf(r *rule) (Subject, bool) {
	var s Subject
	for i := range r.conds {
		c := &r.conds[i]
		if len(c.globs) == 0 || !c.globs[0].exact {
			return Subject{}, false
		}
		v := c.globs[0].prefix
		if c.id == fAttr {
			s.Attrs = append(s.Attrs, Attr{c.key, v})
			continue
		}
		*map[fieldID]*string{
			fService: &s.Service, fNamespace: &s.Namespace, fKind: &s.Kind, fSystem: &s.System,
			fOperation: &s.Operation, fDestination: &s.Destination, fWorkflow: &s.Workflow, fRoute: &s.Route,
			fHost: &s.Host, fRole: &s.Role, fEnvironment: &s.Environment, fTenant: &s.Tenant,
		}[c.id] = v
	}
	return s, !s.external() || r.namesParty()
}
