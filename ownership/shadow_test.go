package ownership

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestShadowed(t *testing.T) {
	tests := []struct{ name, first, second, want string }{
		{"the same", "service: cart", "service: cart", "rule 1 never decides"},
		{"a prefix", "service: cart-api", `service: "cart*"`, "rule 1 never decides"},
		{"a longer prefix", `service: "cart-*"`, `service: "cart*"`, "rule 1 never decides"},
		{"a suffix", `destination: "*-eu-dlq"`, `destination: "*-dlq"`, "rule 1 never decides"},
		{"a list", "service: [a, b]", `service: ["b*", a, c]`, "rule 1 never decides"},
		{"a long list", "service: [a, b, c, d, e, f, g, h, i]", `service: "?"`, "rule 1 never decides"},
		{"fewer fields", "service: cart, kind: api", "service: cart", "rule 1 never decides"},
		{"kind in any case", "kind: API, service: cart", "kind: api", "rule 1 never decides"},
		{"everything", "service: cart", `service: "*"`, "rule 1 never decides"},
		{"more fields", "service: cart", "service: cart, kind: api", ""},
		{"a shorter prefix", `service: "c*"`, `service: "cart*"`, ""},
		{"part of a list", "service: [a, b]", "service: a", ""},
		{"absent", `environment: ""`, `environment: "*"`, ""},
		{"another attribute", "attr.a: x", "attr.b: x", ""},
		{"an outside party", `host: "*.example", kind: api`, "kind: api", ""},
		{"a service that is perhaps absent", `service: ["", cart], host: "*", kind: api`, "kind: api", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := mustSet(t, "rules:\n  - {match: {"+tt.first+"}, owner: a}\n  - {match: {"+tt.second+"}, owner: b}\n")
			got := Problems(set.Shadowed()).Error()
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A rule that is said never to decide never does.
func TestShadowedEqualsResolve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(genRule, 2, 12).Draw(t, "rules")
		f, err := Parse("ownership.yaml", []byte(naiveYAML(rules, nil)))
		if err != nil {
			t.Fatal(err)
		}
		set, err := New(f)
		if err != nil {
			t.Fatal(err)
		}
		shadowed := map[int]bool{}
		for _, p := range set.Shadowed() {
			for i := range set.rules.list {
				if set.rules.list[i].line == p.Line {
					shadowed[i+1] = true
				}
			}
		}
		for _, sub := range rapid.SliceOfN(genSubject, 1, 40).Draw(t, "subjects") {
			if o := set.Resolve(sub); shadowed[o.Rule] {
				t.Fatalf("rule %d decides about %+v\n%s", o.Rule, sub, naiveYAML(rules, nil))
			}
		}
	})
}
