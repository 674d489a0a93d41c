package ownership

import (
	"strings"
	"testing"
)

const estate = `
teams:
  - {id: payments, name: Payments Squad}
  - {id: platform, name: Shared}
  - {id: shared2, name: shared}
rules:
  - match: {kind: api}
    owner: platform
  - match: {service: "payment*"}
    owner: payments
  - match: {kind: QUEUE, destination: ["orders.*", refunds], role: Channel}
    owner: platform
    note: queues belong to the platform
  - match: {service: payment-legacy}
    owner: ""
  - match: {host: "*.bank.example"}
    owner: payments
  - match: {service: partner-*}
    owner: platform
  - match: {attr.cost.center: "42"}
    owner: finance
  - match: {tenant: acme, environment: [prod, "stag*"], namespace: shop, system: kafka, operation: publish, workflow: w, route: /orders/*}
    owner: shared2
`

func TestResolve(t *testing.T) {
	set := mustSet(t, estate)
	tests := []struct {
		name   string
		sub    Subject
		team   string
		source string
		line   int
	}{
		{"nothing", Subject{}, "", SourceNone, 0},
		{"one rule", Subject{Service: "cart", Kind: "api"}, "platform", SourceRule, 7},
		{"the last rule wins", Subject{Service: "payment-api", Kind: "api"}, "payments", SourceRule, 9},
		{"unowned on purpose", Subject{Service: "payment-legacy", Kind: "api"}, "", SourceRule, 14},
		{"unowned on purpose beats attributes", Subject{Service: "payment-legacy", Attrs: []Attr{{"team", "x"}}}, "", SourceRule, 14},
		{"kind and role in any case", Subject{Service: "broker", Kind: "queue", Role: "channel", Destination: "orders.eu.new"}, "platform", SourceRule, 11},
		{"every field must hold", Subject{Service: "broker", Kind: "queue", Role: "consumer", Destination: "orders.eu"}, "", SourceNone, 0},
		{"a list is any of", Subject{Kind: "Queue", Role: "CHANNEL", Destination: "refunds"}, "platform", SourceRule, 11},
		{"service in its own case only", Subject{Service: "Payment-api"}, "", SourceNone, 0},
		{"resource attribute", Subject{Service: "ledger", Attrs: []Attr{{"a", "b"}, {"cost.center", "42"}}}, "finance", SourceRule, 20},
		{"all other fields", Subject{Tenant: "acme", Environment: "staging", Namespace: "shop", System: "kafka", Operation: "publish", Workflow: "w", Route: "/orders/{id}"}, "shared2", SourceRule, 22},
		{"external by host", Subject{Host: "api.bank.example", Kind: "api"}, "payments", SourceRule, 16},
		{"external, broad rule", Subject{Host: "api.other.example", Kind: "api"}, "", SourceNone, 0},
		{"external, attribute", Subject{Host: "api.other.example", Attrs: []Attr{{"team", "payments"}}}, "", SourceNone, 0},
		{"external, attribute rule", Subject{Host: "api.other.example", Attrs: []Attr{{"cost.center", "42"}}}, "", SourceNone, 0},
		{"host and service", Subject{Host: "api.other.example", Service: "cart", Kind: "api"}, "platform", SourceRule, 7},
		{"attribute by id", Subject{Service: "cart", Attrs: []Attr{{"team", "payments"}}}, "payments", SourceAttribute, 0},
		{"attribute by id in any case", Subject{Service: "cart", Attrs: []Attr{{"owner", " PAYMENTS "}}}, "payments", SourceAttribute, 0},
		{"attribute by name", Subject{Service: "cart", Attrs: []Attr{{"owner", "payments squad"}}}, "payments", SourceAttribute, 0},
		{"attribute by a name of two teams", Subject{Service: "cart", Attrs: []Attr{{"owner", "Shared"}}}, "Shared", SourceAttribute, 0},
		{"attribute of no declared team", Subject{Service: "cart", Attrs: []Attr{{"owner", "Nomads"}}}, "Nomads", SourceAttribute, 0},
		{"attributes in order", Subject{Service: "cart", Attrs: []Attr{{"owner", "c"}, {"service.owner.name", "a"}, {"team", "b"}}}, "a", SourceAttribute, 0},
		{"a blank attribute is none", Subject{Service: "cart", Attrs: []Attr{{"owner", "c"}, {"team", " "}}}, "c", SourceAttribute, 0},
		{"a long attribute is no team", Subject{Service: "cart", Attrs: []Attr{{"owner", "c"}, {"team", strings.Repeat("x", 201)}}}, "c", SourceAttribute, 0},
		{"service.namespace is not asked", Subject{Service: "cart", Namespace: "payments"}, "", SourceNone, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := set.Resolve(tt.sub)
			if o.Team != tt.team || o.Source != tt.source || o.Line != tt.line {
				t.Errorf("got %+v, want team %q by %s in line %d", o, tt.team, tt.source, tt.line)
			}
			if o.Why == "" || (o.Rule > 0) != (tt.line > 0) || (o.File != "") != (tt.line > 0) {
				t.Errorf("incomplete: %+v", o)
			}
			checkExplanation(t, set, tt.sub)
		})
	}
}

func TestAttributeKeys(t *testing.T) {
	set := mustSet(t, "attributes: {keys: [squad, service.namespace]}\nteams: [{id: shop}]")
	tests := []struct {
		name string
		sub  Subject
		team string
	}{
		{"the configured key", Subject{Namespace: "Shop", Attrs: []Attr{{"squad", "red"}}}, "red"},
		{"service.namespace from the field", Subject{Namespace: "Shop"}, "shop"},
		{"service.namespace from the attributes", Subject{Namespace: "x", Attrs: []Attr{{"service.namespace", "shop"}}}, "shop"},
		{"keys not listed", Subject{Attrs: []Attr{{"team", "red"}}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := set.Resolve(tt.sub); got.Team != tt.team {
				t.Errorf("got %+v, want %q", got, tt.team)
			}
		})
	}
	off := mustSet(t, "attributes: {keys: []}")
	if got := off.Resolve(Subject{Attrs: []Attr{{"team", "red"}}}); got.Source != SourceNone {
		t.Errorf("attributes are off, yet %+v", got)
	}
}

func TestExplain(t *testing.T) {
	set := mustSet(t, estate)
	queue := Subject{Service: "broker", Kind: "queue", Role: "consumer", Destination: "orders.eu", Attrs: []Attr{{"owner", "Nomads"}, {"team", "payments"}}}
	tests := []struct {
		name    string
		sub     Subject
		matched []string
		attrs   []string
		misses  []string
	}{
		{
			"rules", Subject{Service: "payment-api", Kind: "api", Attrs: []Attr{{"team", "red"}}},
			[]string{"the last rule that matches wins", "rule 2 (ownership.yaml:9) comes later and wins"},
			[]string{"not on the endpoint", "a rule decides before any attribute", "not on the endpoint"},
			nil,
		},
		{
			"near miss by role", queue, nil,
			[]string{"not on the endpoint", "the first attribute that names a team wins", "an attribute before it decides"},
			[]string{`rule 3 (ownership.yaml:11) would match but role is "consumer", not "channel"`},
		},
		{
			"near miss by case", Subject{Service: "Payment-legacy"}, nil, nil,
			[]string{`rule 4 (ownership.yaml:14) would match but service is "Payment-legacy", not "payment-legacy": upper and lower case differ`},
		},
		{
			"near miss by absence", Subject{Tenant: "acme", Environment: "prod", Namespace: "shop", System: "kafka", Operation: "publish", Workflow: "w"}, nil, nil,
			[]string{`rule 8 (ownership.yaml:22) would match but route is absent, not "/orders/*"`},
		},
		{
			"outside party", Subject{Host: "x.example", Kind: "api", Attrs: []Attr{{"team", "red"}}}, nil,
			[]string{"not on the endpoint", "not considered: the party is outside", "not on the endpoint"},
			[]string{"rule 1 (ownership.yaml:7) would match but the party is outside and the rule is on neither host nor service"},
		},
		{
			"undeclared team", Subject{Attrs: []Attr{{"owner", "Nomads"}}}, nil,
			[]string{"not on the endpoint", "not on the endpoint", "the first attribute that names a team wins; no source declares that team"},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := set.Explain(tt.sub)
			var matched, attrs, misses []string
			for _, m := range e.Matched {
				matched = append(matched, m.Why)
			}
			for _, a := range e.Attributes {
				attrs = append(attrs, a.Why)
			}
			for _, n := range e.NearMisses {
				misses = append(misses, n.Why)
			}
			if tt.attrs == nil {
				attrs = nil
			}
			same(t, "matched", matched, tt.matched)
			same(t, "attributes", attrs, tt.attrs)
			same(t, "near misses", misses, tt.misses)
		})
	}
	why := set.Resolve(Subject{Kind: "queue", Role: "channel", Destination: "orders.x"}).Why
	if want := `rule 3 (ownership.yaml:11) matches {kind: "queue", destination: ["orders.*", "refunds"], role: "channel"}: queues belong to the platform`; why != want {
		t.Errorf("got  %s\nwant %s", why, want)
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("%s: got\n%s\nwant\n%s", what, g, w)
	}
}

func TestNearMissesAreBounded(t *testing.T) {
	set := mustSet(t, "rules:\n"+strings.Repeat("  - match: {service: cart, role: caller}\n    owner: a\n", 50))
	e := set.Explain(Subject{Service: "cart", Role: "provider"})
	if len(e.NearMisses) != maxNearMisses || e.NearMisses[0].Number != 50 {
		t.Errorf("%d near misses, the first is rule %d", len(e.NearMisses), e.NearMisses[0].Number)
	}
}

func TestResolveAllocatesNothing(t *testing.T) {
	set := mustSet(t, estate)
	sub := Subject{Service: "payment-api", Kind: "api", Role: "provider"}
	if n := testing.AllocsPerRun(100, func() { set.Resolve(sub) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
