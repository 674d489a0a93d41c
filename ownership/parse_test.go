package ownership

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

var update = flag.Bool("update", false, "write the golden files anew")

func testdata(t *testing.T, folder string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in testdata/%s: %v", folder, err)
	}
	return names
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = strings.TrimSuffix(name, ".yaml") + ".golden"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func parseTestdata(t *testing.T, name string) (*File, error) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(filepath.Base(name), b)
}

func TestParseRefuses(t *testing.T) {
	for _, name := range testdata(t, "invalid") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			_, err := parseTestdata(t, name)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, p := range err.(Problems) {
				if p.Line == 0 || p.Column == 0 || p.What == "" || p.Remedy == "" {
					t.Errorf("not fully said: %+v", p)
				}
			}
			golden(t, name, err.Error()+"\n")
		})
	}
}

func TestParseAccepts(t *testing.T) {
	for _, name := range testdata(t, "valid") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := parseTestdata(t, name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := New(f)
			if err != nil {
				t.Fatal(err)
			}
			if w := s.Warnings(); len(w) > 0 {
				t.Errorf("warnings: %v", Problems(w))
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	for _, name := range testdata(t, "warning") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := parseTestdata(t, name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := New(f)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, Problems(s.Warnings()).Error()+"\n")
		})
	}
}

func TestParseTeam(t *testing.T) {
	s, err := Load("testdata/valid/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := s.Team("payments")
	if !ok {
		t.Fatal("no team payments")
	}
	want := Team{
		ID: "payments", Name: "Payments", Parent: "platform",
		Contacts: map[string]string{
			"slack": "#payments", "teams": "https://teams.example.com/payments",
			"pagerduty": "PX12", "opsgenie": "8f3a", "phone": "5550100",
		},
		Runbook:    "https://wiki.example.com/payments",
		Escalation: []Step{{15 * time.Minute, "payments-lead"}, {time.Hour, "platform"}},
		File:       "testdata/valid/full.yaml", Line: 5, Column: 5,
	}
	got.parentLine, got.parentColumn = 0, 0
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if _, ok := s.Team("nobody"); ok {
		t.Error("a team that is not declared is found")
	}
	if teams := s.Teams(); len(teams) != 2 || teams[0].ID != "payments" || teams[1].ID != "platform" {
		t.Errorf("teams: %+v", teams)
	}
	wantKeys := []string{"cloud.region", "service.namespace", "service.owner.name", "team"}
	if got := s.Keys(); !reflect.DeepEqual(got, wantKeys) {
		t.Errorf("keys %q, want %q", got, wantKeys)
	}
}

// bomb is a short file whose aliases stand for ten million patterns.
func bomb() string {
	var b strings.Builder
	b.WriteString("rules:\n  - {owner: a, match: {service: &l [x" + strings.Repeat(", x", 9_999) + "]}}\n")
	b.WriteString(strings.Repeat("  - {owner: a, match: {service: *l}}\n", 1_000))
	return b.String()
}

func TestParseBounds(t *testing.T) {
	nested := "rules:\n  - match: " + strings.Repeat("{a: ", 20_000)
	laughs := "x0: &x0 [x, x]\n"
	for i := range 40 {
		laughs += fmt.Sprintf("x%d: &x%d [*x%d, *x%d]\n", i+1, i+1, i, i)
	}
	tests := []struct{ name, yaml, want string }{
		{"too large", strings.Repeat("#", doc.MaxSize+1), "o.yaml: is larger than 10 MB; split it into several files"},
		{"alias bomb", bomb(), "values, aliases followed; use fewer aliases"},
		{"billion laughs", laughs, "values, aliases followed; use fewer aliases"},
		{"deep flow", strings.Repeat("[", 1<<20), "o.yaml:1:1: is not valid YAML: exceeded max depth of 10000; files of owners nest no deeper than a few levels"},
		{"deep block", strings.Repeat("- ", 1<<20), "exceeded max depth"},
		{"deep mapping", nested, "exceeded max depth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("o.yaml", []byte(tt.yaml))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.300v, want %q", err, tt.want)
			}
		})
	}
	if _, err := Parse("o.yaml", []byte(strings.Repeat("#", doc.MaxSize))); err != nil {
		t.Errorf("a file of just the largest size: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, folder := range []string{"valid", "invalid", "warning"} {
		names, _ := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse("fuzz.yaml", b)
		if err != nil {
			for _, p := range err.(Problems) {
				if p.What == "" || p.Remedy == "" || p.Line == 0 || p.Column <= 0 {
					t.Errorf("not fully said: %+v", p)
				}
			}
			return
		}
		set, err := New(file)
		if err != nil {
			t.Fatalf("what parses does not compile: %v", err)
		}
		for _, sub := range []Subject{
			{}, {Service: "payment-api", Kind: "api", Role: "provider"},
			{Host: "x.bank.example", Environment: "prod"},
			{Namespace: "shop", Kind: "queue", Destination: "orders.new", Role: "channel", Attrs: []Attr{{"team", "\xff"}}},
		} {
			checkExplanation(t, set, sub)
		}
		// Whatever rule there is, a subject made of its literal patterns
		// finds it, unless a later one matches too.
		for i := range set.rules.list {
			if sub, ok := subjectOf(&set.rules.list[i]); ok {
				if got := set.rules.last(&sub); got < int32(i) {
					t.Errorf("rule %d %s is not found for %+v: %d", i, set.rules.list[i].match(), sub, got)
				}
			}
		}
	})
}
