package ownership

import (
	"fmt"
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

func naiveResolve(rules []naiveRule, attrKeys []string, s Subject) (team, source string, number int) {
	fields := naiveFields(s)
	external := s.Host != "" && s.Service == ""
	source = SourceNone
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
			team, source, number = r.owner, SourceRule, i+1
		}
	}
	if source == SourceRule || external {
		return team, source, number
	}
	for _, k := range attrKeys {
		v := strings.TrimSpace(fields["attr."+k])
		if v == "" && k == "service.namespace" {
			v = fields["namespace"]
		}
		if v != "" {
			return v, SourceAttribute, 0
		}
	}
	return "", SourceNone, 0
}

func naiveYAML(rules []naiveRule, attrKeys []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "attributes: {keys: [%s]}\nrules:\n", strings.Join(attrKeys, ", "))
	for _, r := range rules {
		var names []string
		for name := range r.match {
			names = append(names, name)
		}
		sort.Strings(names)
		sep := "  - match: {"
		for _, name := range names {
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
	genMatch   = rapid.SampledFrom([]string{"", "a", "ab", "abc", "b.c", "a*", "ab*", "abc*", "b*", "*", "*c", "*b*", "?b", "[ab]*", "é*", "a*c", "ab?"})
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
		rules := rapid.SliceOfN(genRule, 0, 40).Draw(t, "rules")
		attrKeys := rapid.SampledFrom([][]string{{}, {"team", "owner"}, {"owner", "service.namespace"}}).Draw(t, "attributes")
		f, err := Parse("ownership.yaml", []byte(naiveYAML(rules, attrKeys)))
		if err != nil {
			t.Fatal(err)
		}
		set, err := New(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, sub := range rapid.SliceOfN(genSubject, 1, 20).Draw(t, "subjects") {
			team, source, number := naiveResolve(rules, attrKeys, sub)
			got := set.Resolve(sub)
			if got.Team != team || got.Source != source || got.Rule != number {
				t.Fatalf("%+v\nresolves to %+v\nthe specification says %q by %s %d", sub, got, team, source, number)
			}
			checkExplanation(t, set, sub)
		}
	})
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
		if m.Won != (i == 0) || m.Why == "" {
			t.Fatalf("match %d: %+v", i, m)
		}
		if m.Won {
			won++
			if m.Number != e.Owner.Rule || m.Line != e.Owner.Line {
				t.Fatalf("winner %+v of owner %+v", m, e.Owner)
			}
		}
	}
	for _, a := range e.Attributes {
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
	if got := set.rules[0].match(); got != `{role: "caller", service: ["a*", "b"]}` {
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
