package codeowners

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/baton-observability/baton/ownership"
)

func read(t testing.TB, name string) ownership.Document {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return ownership.Document{Name: name, Body: b}
}

func options(provider string, services ...string) ownership.Options {
	v := ownership.Value{File: "ownership.yaml", Line: 1, Column: 1}
	for i := 0; i < len(services); i += 2 {
		v.Pairs = append(v.Pairs, ownership.Pair{Key: services[i], Value: services[i+1], Line: 2, Column: 3})
	}
	return ownership.Options{"provider": {Text: provider, List: []string{provider}}, "services": v}
}

func set(t testing.TB, c *ownership.Catalogue) *ownership.Set {
	t.Helper()
	im, err := ownership.NewImport("CODEOWNERS", c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ownership.Join(nil, []*ownership.Import{im})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContrib(t *testing.T) {
	const approvers = "@open-telemetry/collector-contrib-approvers"
	o := options("github", "receiver/*/", "*", "exporter/*exporter/", "*-exporter", "cmd/golden", "golden")
	o["approvers"] = ownership.Value{List: []string{approvers}}
	d := read(t, "opentelemetry-collector-contrib.CODEOWNERS")
	c, err := Importer{}.Import([]ownership.Document{d}, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Notes) > 0 {
		t.Errorf("notes: %v", c.Notes)
	}
	s := set(t, c)
	tests := []struct {
		service, team string
		line          int
	}{
		{"golden", "@atoulme", 22}, {"kafkareceiver", "@pavolloffay", 320}, {"kafka-exporter", "@pavolloffay", 72},
		{"simpleprometheusreceiver", "collector-contrib-approvers", 409}, {"no-such-receiver", "collector-contrib-approvers", 12},
	}
	for _, tt := range tests {
		t.Run(tt.service, func(t *testing.T) {
			got := s.Resolve(ownership.Subject{Service: tt.service})
			if got.Team != tt.team || got.Line != tt.line {
				t.Errorf("got %+v, want %q by line %d", got, tt.team, tt.line)
			}
		})
	}
	// Every receiver has the owner that its own line names.
	f, err := parse("", d.Body, &github)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range f.sections[0].lines {
		name, ok := strings.CutPrefix(strings.TrimSuffix(l.text, "/"), "receiver/")
		if !ok || strings.Contains(name, "/") {
			continue
		}
		n++
		cl := claimer{approvers: []string{approvers}}
		want, _ := names(cl.team(l.owners))
		if got := s.Resolve(ownership.Subject{Service: name}); got.Team != want || got.Line != l.number {
			t.Errorf("%s: %+v, want %s by line %d", name, got, want, l.number)
		}
	}
	if n < 90 {
		t.Errorf("%d receivers", n)
	}
}

func TestGitLab(t *testing.T) {
	d := read(t, "gitlab.CODEOWNERS")
	c, err := Importer{}.Import([]ownership.Document{d}, options("gitlab", "src/*/", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, n := range c.Notes {
		notes = append(notes, n.Error())
	}
	wantNotes := []string{
		`gitlab.CODEOWNERS:15:30: "not-an-owner" is no owner and is left out; write @user, @group/subgroup or an e-mail address; a space in a path is "\ "`,
		`gitlab.CODEOWNERS:18:1: the section heading has no name; it is left out; write [Name], ^[Name] or [Name][2], and then owners`,
		`gitlab.CODEOWNERS:19:1: the section heading has no name; it is left out; write [Name], ^[Name] or [Name][2], and then owners`,
		`gitlab.CODEOWNERS:20:1: the number of approvals of section "Databases" has no end; the heading is left out; write [Name], ^[Name] or [Name][2], and then owners`,
	}
	if !slices.Equal(notes, wantNotes) {
		t.Errorf("notes:\n%s", strings.Join(notes, "\n"))
	}
	s := set(t, c)
	tests := []struct{ name, service, team, entity string }{
		{"the default", "web", "everyone", "the line *"},
		{"unowned on purpose", "legacy", "", "the line /src/legacy/"},
		{"the section's owners", "cart", "backend", "the line /src/cart/ in [Backend]"},
		{"a pattern of names", "payments", "payments", "the line /src/pay*/ in [Backend]"},
		{"excluded from its section", "payroll", "everyone", "the line *"},
		{"a section in two parts", "mail", "mail@shop.example", "the line /src/mail/ in [Backend]"},
		{"an optional section gives way", "docs", "everyone", "the line *"},
		{"roles are nobody's name", "roles", "everyone", "the line *"},
		{"a space", "path with space", "space", "the line /src/path\\ with\\ space/ in [Backend]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := s.Explain(ownership.Subject{Service: tt.service})
			if e.Owner.Team != tt.team || e.Owner.Source != ownership.SourceCatalogue || strings.ReplaceAll(e.Claims[0].Entity, `\`, "") != strings.ReplaceAll(tt.entity, `\`, "") {
				t.Errorf("got %+v", e.Claims)
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	tests := []struct {
		name, body string
		o          ownership.Options
		want       string
	}{
		{"no services", "* @a", ownership.Options{}, "f: nothing says which folder holds which service"},
		{"another provider", "* @a", options("gitea", "a", "b"), `unknown provider "gitea"`},
		{"not text", "* @a\n\xff", options("github", "a", "b"), "f:2:1: is not UTF-8 text"},
		{"too large", strings.Repeat("#", 10<<20+1), options("github", "a", "b"), "f: is larger than 10 MB"},
		{"too many lines", strings.Repeat("\n", 100_001), options("github", "a", "b"), "f:100001:1: holds more than 100000 lines"},
		{"too many patterns", strings.Repeat("a @b\n", 20_001), options("github", "a", "b"), "f:20001:1: holds more than 20000 patterns"},
		{"too many claims", strings.Repeat("* @b\n", 20_000), options("github", many()...), "f: makes more than 200000 claims"},
		{"bad services", "* @a", options("github", "/", "b"), "is the whole repository"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(tt.body)}}, tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func many() (services []string) {
	for i := range 11 {
		services = append(services, fmt.Sprintf("src%d/*", i), "*")
	}
	return services
}

func TestNotes(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"exclusion", "!a @x", `f:1:1: the pattern "!a" begins with !, which GitHub does not know; the line is left out`},
		{"escaped hash", `\#a @x`, "which GitHub does not know"},
		{"no owner", "a @x\n  b bob @y", `f:2:5: "bob" is no owner; the line is left out`},
		{"control character", "a @x\nb @\x00", "f:2:4: the line holds a control character; it is left out"},
		{"nothing", "/ @x", `f:1:1: the pattern "/" never matches anything`},
		{"a comment", "a @x # the rest is not read", ""},
		{"byte order mark", "\ufeff# a\na @x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parse("f", []byte(tt.body), &github)
			if err != nil {
				t.Fatal(err)
			}
			got := ownership.Problems(f.notes).Error()
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// What the claims say of a service is what the file says of its folder.
func TestClaimsEqualTheFile(t *testing.T) {
	segment := rapid.SampledFrom([]string{"src", "cart", "mail", "pay*", "?art", "*", "**", "docs", "*.md", "x"})
	pattern := rapid.Custom(func(t *rapid.T) string {
		p := strings.Join(rapid.SliceOfN(segment, 1, 3).Draw(t, "segments"), "/")
		return rapid.SampledFrom([]string{"", "/"}).Draw(t, "root") + p + rapid.SampledFrom([]string{"", "/"}).Draw(t, "folder")
	})
	rapid.Check(t, func(t *rapid.T) {
		d, provider := &github, "github"
		if rapid.Bool().Draw(t, "gitlab") {
			d, provider = &gitlab, "gitlab"
		}
		var b strings.Builder
		for i, p := range rapid.SliceOfN(pattern, 1, 12).Draw(t, "patterns") {
			if d.sections && i > 0 && rapid.IntRange(0, 3).Draw(t, "section") == 0 {
				fmt.Fprintf(&b, "%s[part %d] @default%d\n", rapid.SampledFrom([]string{"", "^"}).Draw(t, "optional"), i%3, i)
			}
			fmt.Fprintf(&b, "%s %s\n", p, rapid.SampledFrom([]string{"", fmt.Sprintf("@o/team%d", i), fmt.Sprintf("@jane @o/team%d", i)}).Draw(t, "owners"))
		}
		f, err := parse("f", []byte(b.String()), d)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(b.String())}}, options(provider, "src/*/", "*"))
		if err != nil {
			t.Fatal(err)
		}
		im, err := ownership.NewImport("f", c)
		if err != nil {
			t.Fatal(err)
		}
		set, err := ownership.Join(nil, []*ownership.Import{im})
		if err != nil {
			t.Fatal(err)
		}
		for _, service := range []string{"cart", "mail", "payments", "dart", "x", "src", "docs", "other"} {
			want, line := "", 0
			if s, l, ok := f.owners("src/" + service + "/" + anyFile); ok {
				line = l.number
				if team := (&claimer{}).team(s.of(l)); team != "" {
					want, _ = names(team)
				}
			}
			if got := set.Resolve(ownership.Subject{Service: service}); got.Team != want || got.Line != line {
				t.Fatalf("%s\n%s: got %+v, want %q by line %d", b.String(), service, got, want, line)
			}
		}
	})
}

func FuzzImport(f *testing.F) {
	for _, name := range []string{"gitlab.CODEOWNERS", "opentelemetry-demo.CODEOWNERS"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, "src/*/", "*")
	}
	f.Add([]byte("/src/[a-z]?/ @a\n!x\n[S][2] @b\n"), "src/a*b", "x*")
	f.Fuzz(func(t *testing.T, b []byte, folder, service string) {
		for _, provider := range []string{"github", "gitlab"} {
			c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: b}}, options(provider, folder, service))
			if err != nil {
				continue
			}
			for _, n := range c.Notes {
				if n.Line == 0 || n.Column == 0 || n.Remedy == "" || n.File != "f" {
					t.Errorf("not fully said: %+v", n)
				}
			}
			if _, err := ownership.NewImport("f", c); err != nil {
				t.Errorf("what is imported does not compile: %v", err)
			}
		}
	})
}
