package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports/backstage"
)

const rules = `
teams:
  - {id: payments, name: Payments Squad, parent: commerce}
  - {id: ordering}
  - {id: commerce}
  - {id: integration}
  - {id: idle, parent: sleepers}
  - {id: sleepers}
rules:
  - match: {service: "payment-*"}
    owner: payments
  - match: {service: payment-worker}
    owner: ordering
  - match: {service: payment-worker}
    owner: payments
  - match: {service: "order-*"}
    owner: ordering
  - match: {kind: event, role: channel}
    owner: integration
  - match: {service: legacy}
    owner: ""
  - match: {service: no-such}
    owner: ordering
  - match: {host: api.bank.example}
    owner: payments
`

func mustSet(t testing.TB, yaml string, claims ...ownership.Claim) *ownership.Set {
	t.Helper()
	f, err := ownership.Parse("ownership.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	im, err := ownership.NewImport("catalogue", &ownership.Catalogue{Claims: claims, Links: []ownership.Link{
		{Entity: "component:default/payment-api", Owner: "payments", Verb: "depends on", Target: "fx-rates", File: "catalog.yaml", Line: 3},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := ownership.Join([]*ownership.File{f}, []*ownership.Import{im})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func claim(service, owner string) ownership.Claim {
	return ownership.Claim{Match: []ownership.Condition{{Field: "service", Patterns: []string{service}}}, Owner: owner, Entity: "component:" + service, File: "catalog.yaml", Line: 1}
}

func api(id, service, operation string, traffic, failures uint64) Endpoint {
	return Endpoint{ID: id, Traffic: traffic, Failures: failures, Subject: ownership.Subject{Service: service, Namespace: "shop", Kind: "api", Role: "provider", Operation: operation}}
}

func estate() []Endpoint {
	return []Endpoint{
		api("1", "payment-api", "POST /payments", 100, 3),
		api("2", "payment-worker", "GET /health", 10, 0),
		api("3", "order-api", "POST /orders", 200, 1),
		api("4", "loyalty", "GET /points", 50, 7),
		api("5", "legacy", "GET /", 5, 9),
		{ID: "6", Traffic: 40, Subject: ownership.Subject{Kind: "event", Role: "channel", Destination: "orders.placed"}},
		{ID: "7", Traffic: 4, Failures: 2, Subject: ownership.Subject{Kind: "api", Role: "provider", Host: "api.fastship.example"}},
		{ID: "8", Traffic: 4, Subject: ownership.Subject{Kind: "api", Role: "provider", Host: "api.bank.example"}},
		api("9", "loyalty", "PUT /points", 50, 0),
	}
}

func TestCoverage(t *testing.T) {
	e := NewEstate(mustSet(t, rules), estate())
	c := e.Coverage()
	for _, s := range []struct {
		name string
		got  Share
		want Share
	}{{"endpoints", c.Endpoints, Share{5, 6, 9}}, {"traffic", c.Traffic, Share{354, 359, 463}}, {"failures", c.Failures, Share{4, 13, 22}}} {
		if s.got != s.want {
			t.Errorf("%s: %+v, want %+v", s.name, s.got, s.want)
		}
	}
	if r := (Share{}).Ratio(); r != 1 {
		t.Errorf("nothing is owned to %v", r)
	}
	if r := c.Endpoints.Ratio(); r != 5.0/9 {
		t.Errorf("%v", r)
	}
	var unowned []string
	for _, u := range c.Unowned {
		unowned = append(unowned, fmt.Sprintf("%s %s %v", u.ID, u.Name(), u.OnPurpose))
	}
	if want := []string{"5 legacy GET / true", "4 loyalty GET /points false", "7 api.fastship.example false", "9 loyalty PUT /points false"}; !slices.Equal(unowned, want) {
		t.Errorf("unowned %q", unowned)
	}
	if want := []TeamShare{{"payments", 3, 114, 3}, {"ordering", 1, 200, 1}, {"integration", 1, 40, 0}}; !slices.Equal(c.Teams, want) {
		t.Errorf("teams %+v", c.Teams)
	}
	if want := []SourceShare{{ownership.SourceRule, "", 6}, {ownership.SourceNone, "", 3}}; !slices.Equal(c.Sources, want) {
		t.Errorf("sources %+v", c.Sources)
	}
	var idle []string
	for _, team := range e.IdleTeams() {
		idle = append(idle, team.ID)
	}
	if want := []string{"idle", "sleepers"}; !slices.Equal(idle, want) {
		t.Errorf("idle %q", idle)
	}
}

func TestConflicts(t *testing.T) {
	e := NewEstate(mustSet(t, rules, claim("payment-*", "payments"), claim("order-api", "payments"), claim("loyalty", "ordering"), claim("legacy", "ordering")),
		append(estate(), Endpoint{ID: "a", Traffic: 1, Subject: ownership.Subject{Service: "loyalty", Attrs: []ownership.Attr{{Key: "team", Value: "nomads"}}}}, api("b", "order-api", "x", 1, 1)))
	var got []string
	for _, c := range e.Conflicts() {
		var says []string
		for _, s := range c.Says {
			says = append(says, fmt.Sprintf("%s%s:%q", s.Source, s.Origin, s.Team))
		}
		got = append(got, fmt.Sprintf("%d endpoints, %d failures, %s, first %s", c.Endpoints, c.Failures, strings.Join(says, " "), c.Examples[0].ID))
	}
	want := []string{
		`1 endpoints, 9 failures, rule:"" cataloguecatalogue:"ordering", first 5`,
		`2 endpoints, 2 failures, rule:"ordering" cataloguecatalogue:"payments", first 3`,
		`1 endpoints, 0 failures, cataloguecatalogue:"ordering" attributeteam:"nomads", first a`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestConflictExamplesAreTheWorst(t *testing.T) {
	var endpoints []Endpoint
	for i := range uint64(100) {
		endpoints = append(endpoints, api(fmt.Sprint(i), "order-api", fmt.Sprint(i), 1, (i*37)%100))
	}
	c := NewEstate(mustSet(t, rules, claim("order-api", "payments")), endpoints).Conflicts()
	if len(c) != 1 || c[0].Endpoints != 100 || len(c[0].Examples) != maxExamples || c[0].Examples[0].Failures != 99 || c[0].Examples[4].Failures != 95 {
		t.Errorf("%+v", c)
	}
}

func TestDeadRules(t *testing.T) {
	dead := func(set *ownership.Set) []string {
		var out []string
		for _, d := range NewEstate(set, estate()).DeadRules() {
			out = append(out, fmt.Sprintf("%d %d %s", d.Rule.Number, d.Matches, d.Why))
		}
		return out
	}
	got := dead(mustSet(t, rules))
	want := []string{
		`2 1 later rules decide about all that it matches, such as rule 3 (ownership.yaml:14), {service: "payment-worker"}`,
		`7 0 matches nothing that was seen`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	got = dead(mustSet(t, "authority: [catalogue, rule]\nrules: [{match: {service: order-api}, owner: a}]", claim("order-*", "b")))
	if len(got) != 1 || !strings.HasPrefix(got[0], "1 1 something else decides about all that it matches: catalogue (catalog.yaml:1)") {
		t.Errorf("got %q", got)
	}
}

func TestPropose(t *testing.T) {
	set := mustSet(t, rules)
	all := estate()
	e := NewEstate(set, all)
	consumer := Endpoint{ID: "x", Subject: ownership.Subject{Service: "fx-rates", Kind: "api", Role: "provider"}}
	tests := []struct {
		name       string
		of         Endpoint
		neighbours []Neighbour
		team       string
		kinds      []string
		text       string
	}{
		{"the rest of the service", Endpoint{ID: "x", Subject: ownership.Subject{Service: "payment-api", Kind: "event", Role: "consumer"}}, nil,
			"payments", []string{EvidenceService, EvidenceName}, "payments owns the one other endpoint of service payment-api"},
		{"not by itself", all[0], nil, "payments", []string{EvidenceName, EvidenceNamespace}, "payments owns payment-worker, a similar name"},
		{"who calls it", all[6], []Neighbour{{"calls it", all[2]}, {"calls it", all[3]}}, "ordering", []string{EvidenceNeighbour}, "of ordering: order-api calls it"},
		{"a name", Endpoint{ID: "x", Subject: ownership.Subject{Service: "PaymentRefunds", Kind: "api", Role: "provider"}}, nil, "payments", []string{EvidenceName}, "payments owns payment-api, a similar name"},
		{"a namespace", Endpoint{ID: "x", Subject: ownership.Subject{Service: "zzz", Namespace: "shop"}}, nil, "payments", []string{EvidenceNamespace}, "payments owns 2 of 3 endpoints in namespace shop"},
		{"the catalogue", consumer, nil, "payments", []string{EvidenceCatalogue}, "component:default/payment-api of team payments depends on fx-rates, as catalog.yaml has it"},
		{"a destination", Endpoint{ID: "x", Subject: ownership.Subject{Service: "mailer", Kind: "event", Role: "consumer", Destination: "orders.placed"}}, nil,
			"integration", []string{EvidenceChannel}, "integration owns the one endpoint that uses orders.placed"},
		{"a similar host", Endpoint{ID: "x", Subject: ownership.Subject{Host: "fx.bank.example"}}, nil, "payments", []string{EvidenceName}, "payments owns api.bank.example, a similar name"},
		{"nothing to go by", Endpoint{ID: "x", Subject: ownership.Subject{Service: "qqq"}}, nil, "", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := e.Propose(tt.of, tt.neighbours)
			if tt.team == "" {
				if len(got) > 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			if len(got) == 0 {
				t.Fatal("nobody is proposed")
			}
			var kinds []string
			for _, ev := range got[0].Evidence {
				kinds = append(kinds, ev.Kind)
			}
			if p := got[0]; p.Team != tt.team || !slices.Equal(kinds, tt.kinds) || p.Evidence[0].Text != tt.text || p.Confidence <= 0 || p.Confidence >= 1 {
				t.Errorf("got %+v", p)
			}
			paste(t, tt.of, got[0])
		})
	}
}

// paste holds what is printed to what it promises: pasted, it gives the
// endpoint to the team.
func paste(t *testing.T, p Endpoint, proposal Proposal) {
	t.Helper()
	f, err := ownership.Parse("pasted.yaml", []byte("rules:\n"+proposal.Rule))
	if err != nil {
		t.Fatalf("%v\n%s", err, proposal.Rule)
	}
	set, err := ownership.New(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := set.Resolve(p.Subject); got.Team != proposal.Team && strings.EqualFold(p.Subject.Role, "channel") == strings.Contains(proposal.Rule, "role: channel") {
		t.Errorf("the rule gives it to %q\n%s", got.Team, proposal.Rule)
	}
	if proposal.CatalogInfo == "" {
		return
	}
	c, err := backstage.Importer{}.Import([]ownership.Document{{Name: "catalog-info.yaml", Body: []byte(proposal.CatalogInfo)}}, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, proposal.CatalogInfo)
	}
	im, err := ownership.NewImport("pasted", c)
	if err != nil {
		t.Fatal(err)
	}
	if set, err = ownership.Join(nil, []*ownership.Import{im}); err != nil {
		t.Fatal(err)
	}
	if got := set.Resolve(p.Subject); got.Team != proposal.Team {
		t.Errorf("the entity gives it to %q\n%s", got.Team, proposal.CatalogInfo)
	}
}

func TestPasteOddNames(t *testing.T) {
	subjects := []ownership.Subject{
		{Service: "a*b"}, {Service: "Orders.Api"}, {Service: "orders/api"}, {Service: "yes"}, {Service: "42"}, {Service: `we"ird\name`}, {Service: "käse"}, {Service: "a: b # c"},
		{Host: "10.0.0.7"}, {Host: "x.example:8443"}, {Kind: "queue", Role: "channel", Destination: "orders/new-[eu]"}, {Kind: "event", Role: "channel", Destination: "orders placed"},
		{Workflow: "fulfil"}, {Service: strings.Repeat("long-", 40)},
	}
	for _, s := range subjects {
		t.Run(nameOf(&s).text, func(t *testing.T) {
			p := Endpoint{ID: "x", Subject: s}
			for _, team := range []string{"payments", "group x", "@jane"} {
				rule := ruleFor(&p, strings.ReplaceAll(team, " ", "-"), []Evidence{{Text: "first\nsecond"}})
				paste(t, p, Proposal{Team: strings.ReplaceAll(team, " ", "-"), Rule: rule, CatalogInfo: catalogInfoFor(&p, "payments")}.onlyRuleUnless(team == "payments"))
			}
		})
	}
}

func (p Proposal) onlyRuleUnless(both bool) Proposal {
	if !both {
		p.CatalogInfo = ""
	}
	return p
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{
		"payment-api": "payment", "PaymentRefundsV2": "payment refunds", "orders.placed.v1": "orders placed", "api.bank.example": "bank", "svc-42": "", "HTTPProxy": "httpproxy",
	} {
		if got := strings.Join(words(name), " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func BenchmarkPropose(b *testing.B) {
	var endpoints []Endpoint
	for i := range 20_000 {
		endpoints = append(endpoints, api(fmt.Sprint(i), fmt.Sprintf("order-%c-%d", 'a'+rune(i%26), i%2000), fmt.Sprint(i), 1, 0))
	}
	e := NewEstate(mustSet(b, rules), endpoints)
	p := Endpoint{ID: "x", Subject: ownership.Subject{Service: "loyalty-order-k", Namespace: "shop"}}
	for b.Loop() {
		e.Propose(p, nil)
	}
}
