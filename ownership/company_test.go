package ownership_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports"
)

// company is a generated one: 200 teams and 2,000 services, whose owners are
// told by some ten thousand rules and claims of all kinds of sources, which
// often disagree. What the sources say is kept a second time, as plain data,
// for a resolver that shares nothing with the package.
type company struct {
	files    map[string]string
	rules    []statement   // of ownership.yaml
	imports  [][]statement // in the order of the sources
	services []string
}

// statement is a rule or claim: all fields must hold, each by any pattern.
type statement struct {
	fields  [][2]string // name, pattern; a name twice is a list
	owner   string
	numbers []int  // of fields
	plain   []bool // patterns without a wildcard
}

func team(i int) string { return fmt.Sprintf("team-%03d", i%200) }

func generate(seed uint64) *company {
	r := rand.New(rand.NewPCG(seed, 7))
	c := &company{files: map[string]string{}}
	for i := range 2_000 {
		c.services = append(c.services, fmt.Sprintf("%s-%s-%d", []string{"order", "pay", "ship", "bill", "mail", "risk", "stock", "user", "claim", "quote"}[i%10], []string{"api", "worker", "svc", "job"}[i%4], i))
	}
	c.ownershipFile(r, 5_200)
	c.backstage(r)
	c.codeowners(r)
	c.datadog(r)
	c.table(r)
	for _, list := range append([][]statement{c.rules}, c.imports...) {
		for i := range list {
			list[i].prepare()
		}
	}
	return c
}

func (c *company) pick(r *rand.Rand) string { return c.services[r.IntN(len(c.services))] }

func (c *company) ownershipFile(r *rand.Rand, n int) {
	var b strings.Builder
	b.WriteString("teams:\n")
	for i := range 100 { // the other half is declared by Backstage
		fmt.Fprintf(&b, "  - {id: %s, name: Team %d}\n", team(i), i)
	}
	b.WriteString(`sources:
  - {type: csv, path: owners.csv}
  - {type: datadog, path: services.datadog.yaml}
  - type: codeowners
    path: CODEOWNERS
    services: {"src/*/": "*"}
  - {type: backstage, path: "catalog/*.yaml"}
attributes: {keys: [team, cost.owner]}
rules:
`)
	for range n {
		s := statement{owner: team(r.IntN(200))}
		svc := c.pick(r)
		switch r.IntN(12) {
		case 0:
			s.fields = [][2]string{{"service", svc}}
		case 1:
			s.fields = [][2]string{{"service", svc + "*"}, {"role", "provider"}}
		case 2:
			s.fields = [][2]string{{"service", svc}, {"environment", "prod"}, {"environment", "staging"}, {"operation", "*Order*"}}
		case 3:
			s.fields = [][2]string{{"kind", "queue"}, {"kind", "event"}, {"destination", fmt.Sprintf("orders.%d.*", r.IntN(3000))}, {"role", "channel"}}
		case 4:
			s.fields = [][2]string{{"namespace", fmt.Sprintf("ns-%d", r.IntN(60))}, {"route", fmt.Sprintf("/api/%d/*", r.IntN(4000))}}
		case 5:
			s.fields = [][2]string{{"attr.cost.center", fmt.Sprint(r.IntN(4000))}}
		case 6:
			s.fields = [][2]string{{"host", fmt.Sprintf("*.partner-%d.example", r.IntN(300))}}
		case 7:
			s.fields = [][2]string{{"service", svc}, {"service", c.pick(r)}, {"service", c.pick(r)[:6] + "*"}, {"kind", "workflow"}, {"workflow", "fulfil?"}}
		case 8:
			s.fields = [][2]string{{"destination", fmt.Sprintf("orders.%d.new", r.IntN(3000))}}
		case 9:
			s.fields, s.owner = [][2]string{{"service", svc}, {"kind", "api"}}, ""
		case 10:
			s.fields = [][2]string{{"tenant", fmt.Sprintf("tenant-%d", r.IntN(5))}, {"service", svc[:8] + "*"}, {"role", "c*"}}
		default:
			s.fields = [][2]string{{"service", svc}, {"environment", "dev"}}
		}
		c.rules = append(c.rules, s)
		b.WriteString("  - match: {")
		for i := 0; i < len(s.fields); {
			name := s.fields[i][0]
			var patterns []string
			for ; i < len(s.fields) && s.fields[i][0] == name; i++ {
				patterns = append(patterns, fmt.Sprintf("%q", s.fields[i][1]))
			}
			fmt.Fprintf(&b, "%s: [%s], ", name, strings.Join(patterns, ", "))
		}
		fmt.Fprintf(&b, "}\n    owner: %q\n", s.owner)
	}
	c.files["ownership.yaml"] = b.String()
}

func (c *company) table(r *rand.Rand) {
	var b strings.Builder
	var said []statement
	b.WriteString("service;environment;team\n")
	for range 1_500 {
		s := statement{fields: [][2]string{{"service", c.pick(r)}}, owner: team(r.IntN(200))}
		env := ""
		if r.IntN(3) == 0 {
			env = "prod"
			s.fields = append(s.fields, [2]string{"environment", env})
		}
		said = append(said, s)
		fmt.Fprintf(&b, "%s;%s;%s\n", s.fields[0][1], env, strings.ToUpper(s.owner))
	}
	c.files["owners.csv"] = b.String()
	c.imports = slices.Insert(c.imports, 0, said)
}

func (c *company) datadog(r *rand.Rand) {
	var b strings.Builder
	var said []statement
	for i, svc := range c.services {
		if i%4 != 0 {
			continue
		}
		s := statement{fields: [][2]string{{"service", svc}}, owner: team(r.IntN(200))}
		said = append(said, s)
		fmt.Fprintf(&b, "---\nschema-version: v2.2\ndd-service: %s\nteam: %s\n", svc, s.owner)
	}
	c.files["services.datadog.yaml"] = b.String()
	c.imports = slices.Insert(c.imports, 0, said)
}

func (c *company) codeowners(r *rand.Rand) {
	var b strings.Builder
	var said []statement
	for range 1_200 {
		svc := c.pick(r)
		s := statement{fields: [][2]string{{"service", svc}}, owner: team(r.IntN(200))}
		switch r.IntN(10) {
		case 0:
			s.owner = ""
			fmt.Fprintf(&b, "/src/%s/\n", svc)
		case 1:
			s.fields[0][1] = svc[:9] + "*"
			fmt.Fprintf(&b, "/src/%s*/ @acme/%s @jane\n", svc[:9], s.owner)
		default:
			fmt.Fprintf(&b, "/src/%s/ @jane @acme/%s\n", svc, s.owner)
		}
		said = append(said, s)
	}
	c.files["CODEOWNERS"] = b.String()
	c.imports = slices.Insert(c.imports, 0, said)
}

func (c *company) backstage(r *rand.Rand) {
	var org, systems, components strings.Builder
	for i := 100; i < 200; i++ {
		fmt.Fprintf(&org, "---\nkind: Group\nmetadata: {name: %s}\nspec: {type: team, children: []}\n", team(i))
	}
	var said, exact []statement
	for i := range 40 {
		s := statement{fields: [][2]string{{"namespace", fmt.Sprintf("ns-%d", i)}}, owner: team(r.IntN(200))}
		said = append(said, s)
		fmt.Fprintf(&systems, "---\nkind: System\nmetadata: {name: ns-%d}\nspec: {owner: \"group:default/%s\"}\n", i, s.owner)
	}
	for i, svc := range c.services {
		if i%3 == 0 {
			continue // not every service is in the catalogue
		}
		s := statement{fields: [][2]string{{"service", svc}}, owner: team(r.IntN(200))}
		said = append(said, s)
		fmt.Fprintf(&components, "---\nkind: Component\nmetadata:\n  name: %s\n", svc)
		if i%7 == 0 {
			other := c.pick(r)
			exact = append(exact, statement{fields: [][2]string{{"service", other}}, owner: s.owner})
			fmt.Fprintf(&components, "  annotations: {resource.opentelemetry.io/service.name: %s}\n", other)
		}
		fmt.Fprintf(&components, "spec: {type: service, owner: %s}\n", s.owner)
	}
	c.files["catalog/1-org.yaml"], c.files["catalog/2-systems.yaml"], c.files["catalog/3-components.yaml"] = org.String(), systems.String(), components.String()
	c.imports = slices.Insert(c.imports, 0, append(said, exact...))
}

func (c *company) subjects(n int, seed uint64) []ownership.Subject {
	r := rand.New(rand.NewPCG(seed, 3))
	out := make([]ownership.Subject, n)
	for i := range out {
		s := ownership.Subject{Environment: []string{"prod", "staging", "dev"}[r.IntN(3)], Namespace: fmt.Sprintf("ns-%d", r.IntN(80)), Service: c.pick(r)}
		if r.IntN(6) == 0 {
			s.Service = fmt.Sprintf("unknown-%d", r.IntN(500))
		}
		switch r.IntN(4) {
		case 0:
			s.Kind, s.System, s.Role, s.Destination = []string{"queue", "Event"}[r.IntN(2)], "kafka", []string{"producer", "consumer"}[r.IntN(2)], fmt.Sprintf("orders.%d.new", r.IntN(4000))
			if r.IntN(2) == 0 {
				s.Role, s.Service, s.Namespace = "channel", "", ""
			}
		case 1:
			s.Kind, s.Role, s.Route = "api", []string{"provider", "caller"}[r.IntN(2)], fmt.Sprintf("/api/%d/{id}", r.IntN(4000))
			s.Operation = "POST " + s.Route
			if r.IntN(5) == 0 {
				s.Service, s.Namespace, s.Host = "", "", fmt.Sprintf("api.partner-%d.example", r.IntN(500))
			}
		default:
			s.Kind, s.Role, s.Operation, s.Workflow = "workflow", []string{"Activity", "orchestrator"}[r.IntN(2)], []string{"RunOrderActivity", "Charge"}[r.IntN(2)], fmt.Sprintf("fulfil%d", r.IntN(12))
			s.Tenant = fmt.Sprintf("tenant-%d", r.IntN(8))
		}
		if r.IntN(3) == 0 {
			s.Attrs = append(s.Attrs, ownership.Attr{Key: "cost.center", Value: fmt.Sprint(r.IntN(6000))})
		}
		if r.IntN(3) == 0 {
			s.Attrs = append(s.Attrs, ownership.Attr{Key: []string{"team", "cost.owner"}[r.IntN(2)], Value: []string{team(r.IntN(200)), "nomads", "TEAM-007"}[r.IntN(3)]})
		}
		out[i] = s
	}
	return out
}

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

func (c *company) load(t testing.TB) *ownership.Set {
	t.Helper()
	dir := t.TempDir()
	for name, content := range c.files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w := ownership.NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, nil, 0, imports.Options("")...)
	if !w.Status().OK() {
		t.Fatal(w.Status().Problems)
	}
	return w.Current()
}

func TestCompany(t *testing.T) {
	c := generate(1)
	set := c.load(t)
	if n := set.Rules() + set.Claims(); n < 9_000 || n > 11_000 {
		t.Errorf("%d rules and claims", n)
	}
	if n := len(set.Teams()); n != 200 {
		t.Errorf("%d teams", n)
	}
	by := map[string]int{}
	subjects := c.subjects(100_000, 2)
	if raceEnabled {
		subjects = subjects[:5_000]
	}
	for i := range subjects {
		s := &subjects[i]
		team, source := c.owner(flatten(s))
		got := set.Resolve(*s)
		by[source]++
		if got.Team != team || got.Source != source {
			t.Fatalf("%+v\nis of %+v\nand by brute force of %q, %s", *s, got, team, source)
		}
	}
	// Each kind of source decides about enough of them to matter.
	for _, source := range []string{ownership.SourceRule, ownership.SourceCatalogue, ownership.SourceAttribute, ownership.SourceNone} {
		if by[source] < len(subjects)/100 {
			t.Errorf("%s decides about %d of %d", source, by[source], len(subjects))
		}
	}
	t.Logf("%d rules, %d claims, decided by %v", set.Rules(), set.Claims(), by)
}

// BenchmarkCompany is what the owners of an estate cost: one endpoint, and all
// of 100,000 anew after a change, which the sources are read again for.
func BenchmarkCompany(b *testing.B) {
	c := generate(1)
	set := c.load(b)
	subjects := c.subjects(100_000, 2)
	b.Run("resolve", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			set.Resolve(subjects[i%len(subjects)])
			i++
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "resolutions/s")
	})
	b.Run("resolve-100000", func(b *testing.B) {
		for b.Loop() {
			for i := range subjects {
				set.Resolve(subjects[i])
			}
		}
	})
	b.Run("says", func(b *testing.B) {
		i := 0
		for b.Loop() {
			set.Says(subjects[i%len(subjects)])
			i++
		}
	})
	b.Run("read-all-sources", func(b *testing.B) {
		for b.Loop() {
			c.load(b)
		}
	})
}
