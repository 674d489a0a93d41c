package ownership_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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
