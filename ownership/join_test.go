package ownership

import (
	"reflect"
	"strings"
	"testing"
)

func mustImport(t testing.TB, name string, c *Catalogue) *Import {
	t.Helper()
	im, err := NewImport(name, c)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func mustJoin(t testing.TB, yaml string, imports ...*Import) *Set {
	t.Helper()
	f, err := Parse("ownership.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Join([]*File{f}, imports)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// service claims one service.
func service(name, owner string, also ...string) Claim {
	return Claim{Match: []Condition{{"service", []string{Literal(name)}}}, Owner: owner, Also: also, Entity: "component:" + name, File: "catalog.yaml", Line: 7, Column: 3}
}

func TestJoinTeams(t *testing.T) {
	set := mustJoin(t, `
teams:
  - {id: pay, name: Payments, aliases: [payments], contacts: {slack: "#pay"}}
  - {id: shop}
`, mustImport(t, "backstage", &Catalogue{Teams: []Team{
		{ID: "Payments", Name: "Payment Squad", Parent: "Commerce", Contacts: map[string]string{"slack": "#other", "email": "pay@shop.example"}, File: "org.yaml", Line: 3},
		{ID: "commerce", Name: "Commerce", File: "org.yaml", Line: 9},
		{ID: "shop", Name: "The Shop", Runbook: "https://runbook.example", Parent: "commerce", File: "org.yaml", Line: 12},
	}}), mustImport(t, "csv", &Catalogue{Teams: []Team{{ID: "shop", Parent: "pay", File: "teams.csv", Line: 2}, {ID: "nomads", File: "teams.csv", Line: 3}, {ID: "COMMERCE", File: "teams.csv", Line: 4}}}))

	want := []Team{
		{ID: "COMMERCE", Name: "Commerce", Aliases: []string{"commerce"}, File: "teams.csv", Line: 4, Origin: "csv"},
		{ID: "nomads", Name: "nomads", File: "teams.csv", Line: 3, Origin: "csv"},
		{ID: "pay", Name: "Payments", Parent: "COMMERCE", Aliases: []string{"payments", "Payments"},
			Contacts: map[string]string{"slack": "#pay", "email": "pay@shop.example"}, File: "ownership.yaml", Line: 3, Column: 5},
		{ID: "shop", Name: "The Shop", Parent: "pay", Runbook: "https://runbook.example", File: "ownership.yaml", Line: 4, Column: 5},
	}
	got := set.Teams()
	for i := range got {
		got[i].parentLine, got[i].parentColumn, got[i].parentOrigin = 0, 0, ""
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if len(set.Warnings()) > 0 {
		t.Error(set.Warnings())
	}
}

// A circle that only two sources together make cannot be refused for either.
func TestJoinOpensCycles(t *testing.T) {
	set := mustJoin(t, "teams: [{id: a, parent: b}, {id: b}]", mustImport(t, "backstage", &Catalogue{Teams: []Team{{ID: "b", Parent: "a", File: "org.yaml", Line: 4}}}))
	a, _ := set.Team("a")
	b, _ := set.Team("b")
	if a.Parent != "b" || b.Parent != "" {
		t.Errorf("a is part of %q, b of %q", a.Parent, b.Parent)
	}
	if w := Problems(set.Warnings()).Error(); !strings.Contains(w, `team "a" is part of itself: a -> b -> a, as backstage has it; that parent is left out`) {
		t.Error(w)
	}
}

func TestClaims(t *testing.T) {
	const teams = `
teams:
  - {id: payments, name: Payment Squad, aliases: ["@acme/pay"]}
  - {id: shop}
`
	backstage := mustImport(t, "backstage", &Catalogue{Claims: []Claim{
		{Match: []Condition{{"namespace", []string{"shop"}}}, Owner: "shop", Entity: "system:shop", File: "catalog.yaml", Line: 1},
		service("cart", "PAYMENTS"), service("ledger", "payment squad"), service("old", ""), service("mail", "mailers"),
	}})
	codeowners := mustImport(t, "CODEOWNERS", &Catalogue{Claims: []Claim{service("cart", "pay-devs", "@acme/pay-devs", "@acme/shop", "shop"), service("pay", "pay", "@acme/pay")}})
	attrs := []Attr{{"team", "nomads"}}
	tests := []struct {
		name      string
		authority string
		sub       Subject
		team      string
		source    string
		origin    string
		says      []string // source and team, the one that decides first
	}{
		{"a claim", "", Subject{Service: "mail"}, "mailers", SourceCatalogue, "backstage", []string{"backstage mailers"}},
		{"team by id in any case", "", Subject{Service: "ledger"}, "payments", SourceCatalogue, "backstage", []string{"backstage payments"}},
		{"team by another spelling", "", Subject{Service: "pay"}, "payments", SourceCatalogue, "CODEOWNERS", []string{"CODEOWNERS payments"}},
		{"the later import wins", "", Subject{Service: "cart"}, "shop", SourceCatalogue, "CODEOWNERS", []string{"CODEOWNERS shop", "backstage payments"}},
		{"a broad claim", "", Subject{Namespace: "shop", Service: "web"}, "shop", SourceCatalogue, "backstage", []string{"backstage shop"}},
		{"unowned on purpose", "", Subject{Service: "old", Attrs: attrs}, "", SourceCatalogue, "backstage", []string{"backstage ", "team nomads"}},
		{"before attributes", "", Subject{Service: "mail", Attrs: attrs}, "mailers", SourceCatalogue, "backstage", []string{"backstage mailers", "team nomads"}},
		{"after rules", "rules: [{match: {service: mail}, owner: shop}]", Subject{Service: "mail"}, "shop", SourceRule, "", []string{" shop", "backstage mailers"}},
		{"before rules when told", "authority: [catalogue, rule]\nrules: [{match: {service: mail}, owner: shop}]", Subject{Service: "mail"}, "mailers", SourceCatalogue, "backstage", []string{"backstage mailers", " shop"}},
		{"attributes first when told", "authority: [attribute, catalogue]", Subject{Service: "mail", Attrs: attrs}, "nomads", SourceAttribute, "", []string{"team nomads", "backstage mailers"}},
		{"not at all when told", "authority: [rule, attribute]", Subject{Service: "mail"}, "", SourceNone, "", nil},
		{"an outside party", "", Subject{Host: "x.example", Namespace: "shop"}, "", SourceNone, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := mustJoin(t, teams+tt.authority, backstage, codeowners)
			o := set.Resolve(tt.sub)
			if o.Team != tt.team || o.Source != tt.source || o.Origin != tt.origin {
				t.Errorf("got %+v", o)
			}
			var says []string
			for _, s := range set.Says(tt.sub) {
				says = append(says, s.Origin+" "+s.Team)
			}
			same(t, "says", says, tt.says)
			if got, want := Disagree(set.Says(tt.sub)), len(tt.says) > 1; got != want {
				t.Errorf("disagree: %v", got)
			}
			checkExplanation(t, set, tt.sub)
		})
	}
	o := mustJoin(t, teams, backstage).Resolve(Subject{Service: "cart"})
	if want := `backstage (catalog.yaml:7) says so of {service: "cart"}, as component:cart`; o.Why != want || o.Line != 7 || o.File != "catalog.yaml" {
		t.Errorf("got %+v, want %s", o, want)
	}
}

func TestImportRefuses(t *testing.T) {
	claim := func(field, pattern string) *Catalogue {
		return &Catalogue{Claims: []Claim{{Match: []Condition{{field, []string{pattern}}}, Owner: "a", Entity: "thing", File: "f", Line: 1, Column: 2}}}
	}
	tests := []struct {
		name string
		c    *Catalogue
		want string
	}{
		{"a team twice", &Catalogue{Teams: []Team{{ID: "a", File: "f", Line: 1}, {ID: "A", File: "g", Line: 2, Column: 3}}}, `g:2:3: team "A" differs only in case from "a" at f:1`},
		{"a circle of teams", &Catalogue{Teams: []Team{{ID: "a", Parent: "b", File: "f", Line: 1, Column: 1}, {ID: "b", Parent: "a", File: "f", Line: 2, Column: 1}}}, `f:1:1: team "a" is part of itself: a -> b -> a`},
		{"a team without a name", &Catalogue{Teams: []Team{{ID: " ", File: "f", Line: 1, Column: 1}}}, "f:1:1: a team has no name"},
		{"an owner that is no name", &Catalogue{Claims: []Claim{service("a", "x\ny")}}, `catalog.yaml:7:3: owner "x\ny" holds a control character`},
		{"a long owner", &Catalogue{Claims: []Claim{service("a", strings.Repeat("x", 201))}}, "is longer than 200 bytes"},
		{"everything", &Catalogue{Claims: []Claim{{Owner: "a", Entity: "thing"}}}, "thing claims everything"},
		{"an unknown field", claim("servce", "a"), `f:1:2: thing claims by the unknown field "servce"`},
		{"a bad pattern", claim("service", "["), `f:1:2: service "[" of thing has a "[" without its "]"`},
		{"a long pattern", claim("service", strings.Repeat("a", 1001)), "f:1:2: service of thing is longer than 1000 bytes"},
		{"no pattern", &Catalogue{Claims: []Claim{{Match: []Condition{{Field: "service"}}, Owner: "a", Entity: "thing"}}}, "thing claims by no pattern of service"},
		{"too many teams", &Catalogue{Teams: make([]Team, maxTeams+1)}, "src: holds 50001 teams, more than 50000"},
		{"too many claims", &Catalogue{Claims: make([]Claim, maxClaims+1)}, "src: holds 200001 claims, more than 200000"},
		{"too many relations", &Catalogue{Links: make([]Link, maxLinks+1)}, "src: holds 500001 relations, more than 500000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewImport("src", tt.c)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLiteral(t *testing.T) {
	for _, text := range []string{"", "cart", "a*b", "a?b", "[x]", `a\b`, `\*`, "é*"} {
		g, err := compileGlob(Literal(text))
		if err != nil || !g.exact || !g.match(text) {
			t.Errorf("%q: %+v, %v", text, g, err)
		}
	}
}

func TestVersionTellsImportsApart(t *testing.T) {
	a := mustImport(t, "a", &Catalogue{Claims: []Claim{service("cart", "x")}})
	versions := map[uint64]string{}
	for name, imports := range map[string][]*Import{
		"none": nil, "one": {a}, "another name": {mustImport(t, "b", &Catalogue{Claims: []Claim{service("cart", "x")}})},
		"another owner":   {mustImport(t, "a", &Catalogue{Claims: []Claim{service("cart", "y")}})},
		"another contact": {mustImport(t, "a", &Catalogue{Claims: []Claim{service("cart", "x")}, Teams: []Team{{ID: "x"}}})},
	} {
		v := mustJoin(t, "rules: []", imports...).Version()
		if versions[v] != "" {
			t.Errorf("%s and %s have one version", name, versions[v])
		}
		versions[v] = name
	}
	first, second := mustJoin(t, "rules: []", a), mustJoin(t, "rules: []", a)
	if first.Version() != second.Version() {
		t.Error("not the same twice")
	}
}
