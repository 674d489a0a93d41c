package backstage

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
)

func document(t testing.TB, name string) ownership.Document {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return ownership.Document{Name: name, Body: b}
}

func mustSet(t testing.TB, o ownership.Options, docs ...ownership.Document) *ownership.Set {
	t.Helper()
	c, err := Importer{}.Import(docs, o)
	if err != nil {
		t.Fatal(err)
	}
	im, err := ownership.NewImport("backstage", c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ownership.Join(nil, []*ownership.Import{im})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClaims(t *testing.T) {
	s := mustSet(t, ownership.Options{"annotations": {List: []string{"shop.example/service"}}}, document(t, "org.yaml"), document(t, "shop.yaml"))
	type sub = ownership.Subject
	tests := []struct {
		name   string
		sub    ownership.Subject
		team   string
		entity string
		line   int
	}{
		{"a component", sub{Service: "cart"}, "payments", "component:default/cart", 19},
		{"its Kubernetes name", sub{Service: "cart-k8s", Namespace: "shop"}, "payments", "component:default/cart", 19},
		{"its OpenTelemetry names", sub{Service: "cart-worker", Namespace: "shop"}, "payments", "component:default/cart", 19},
		{"its OpenTelemetry names elsewhere", sub{Service: "cart-worker", Namespace: "other"}, "", "", 0},
		{"its name in an annotation of the company", sub{Service: "basket", Namespace: "shop"}, "payments", "component:default/cart", 19},
		{"the owner of the domain of the system", sub{Service: "picker"}, "commerce", "component:default/picker", 36},
		{"a group of another namespace", sub{Service: "index"}, "labs/search", "component:default/index", 41},
		{"a person", sub{Service: "tool"}, "user:jane", "component:default/tool", 46},
		{"no owner at all", sub{Service: "orphan"}, "", "", 0},
		{"a system is a namespace", sub{Service: "other", Namespace: "checkout"}, "payments", "system:default/checkout", 8},
		{"a system without an owner", sub{Service: "other", Namespace: "warehouse"}, "commerce", "system:default/warehouse", 13},
		{"a domain is a namespace", sub{Service: "other", Namespace: "retail"}, "commerce", "domain:default/retail", 3},
		{"a component in a system", sub{Service: "index", Namespace: "checkout"}, "labs/search", "component:default/index", 41},
		{"the service of an API", sub{Service: "petstore", Kind: "api", Role: "provider"}, "commerce", "api:default/petstore", 56},
		{"an asynchronous API", sub{Destination: "order-events", Kind: "event", Role: "channel"}, "payments", "api:default/order-events", 61},
		{"its channel by address", sub{Destination: "orders.placed", Kind: "event", Role: "channel"}, "payments", "api:default/order-events", 61},
		{"its channel by name", sub{Destination: "refunds.made", Kind: "event", Role: "channel"}, "payments", "api:default/order-events", 61},
		{"a topic", sub{Destination: "orders", Kind: "event", Role: "channel"}, "commerce", "resource:default/orders", 75},
		{"a topic in an annotation", sub{Destination: "orders.x.retry", Kind: "event", Role: "channel"}, "commerce", "resource:default/orders", 75},
		{"not who reads it", sub{Destination: "orders", Kind: "event", Role: "consumer", Service: "x"}, "", "", 0},
		{"a partner", sub{Host: "api.bank.example", Kind: "api"}, "payments", "resource:default/bank", 82},
		{"a template owns nothing", sub{Service: "new-service"}, "", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := s.Explain(tt.sub)
			entity := ""
			if len(e.Claims) > 0 {
				entity = e.Claims[0].Entity
			}
			if e.Owner.Team != tt.team || entity != tt.entity || e.Owner.Line != tt.line {
				t.Errorf("got %+v of %s", e.Owner, entity)
			}
		})
	}
	var notes []string
	for _, w := range s.Warnings() {
		notes = append(notes, w.Error())
	}
	if got := strings.Join(notes, "\n"); got != `shop.yaml:51:18: component:default/orphan has no owner; give it one: "spec: {owner: payments}"` {
		t.Errorf("notes:\n%s", got)
	}
	for target, want := range map[string]string{"orders": "depends on", "ledger": "depends on", "cart-api": "provides", "petstore": "consumes"} {
		if l := s.Links(target); len(l) != 1 || l[0].Verb != want || l[0].Owner != "payments" || l[0].Entity != "component:default/cart" {
			t.Errorf("%s: %+v", target, l)
		}
	}
}

func TestTeams(t *testing.T) {
	s := mustSet(t, nil, document(t, "org.yaml"), document(t, "shop.yaml"))
	want := []ownership.Team{
		{ID: "commerce", Name: "Commerce", Contacts: map[string]string{}, Line: 4, Column: 9},
		{ID: "labs/search", Name: "labs/search", Parent: "commerce", Contacts: map[string]string{}, Line: 32, Column: 18},
		{ID: "payments", Name: "Payments", Parent: "commerce", Runbook: "https://wiki.shop.example/payments", Line: 15, Column: 9,
			Contacts: map[string]string{"email": "payments@shop.example", "pagerduty": "PPAYM", "slack": "https://shop.slack.com/archives/C42", "teams": "https://teams.microsoft.com/l/channel/1"}},
		{ID: "user:jane", Name: "Jane", Parent: "payments", Contacts: map[string]string{"email": "jane@shop.example"}, Line: 37, Column: 18},
	}
	got := s.Teams()
	if len(got) != len(want) {
		t.Fatalf("teams %+v", got)
	}
	for i, w := range want {
		g := got[i]
		if g.ID != w.ID || g.Name != w.Name || g.Parent != w.Parent || g.Runbook != w.Runbook || g.File != "org.yaml" || g.Line != w.Line ||
			g.Column != w.Column || g.Origin != "backstage" || !reflect.DeepEqual(g.Contacts, w.Contacts) {
			t.Errorf("got  %+v\nwant %+v", g, w)
		}
	}
	if got := s.Resolve(ownership.Subject{Attrs: []ownership.Attr{{Key: "team", Value: "group:default/Payments"}}}); got.Team != "payments" {
		t.Errorf("by its full name: %+v", got)
	}
}

// Files of a company's public repositories.
func TestElastic(t *testing.T) {
	s := mustSet(t, nil, document(t, "go-grok.catalog-info.yaml"), document(t, "lunes.catalog-info.yaml"))
	for service, want := range map[string]string{"go-grok": "ingest-fp", "lunes": "logstash"} {
		if got := s.Resolve(ownership.Subject{Service: service}); got.Team != want || got.File != service+".catalog-info.yaml" || got.Line != 7 {
			t.Errorf("%s: %+v", service, got)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	const group = "kind: Group\nmetadata: {name: %}\nspec: {children: []"
	tests := []struct{ name, body, want string }{
		{"a text", "hello", `f:1:1: the entity is "hello", not fields with values`},
		{"no kind", "a: b", `f:1:1: the entity has no kind; say what it is: "kind: Component"`},
		{"no name", "kind: Component\nmetadata: {}", "f:1:1: the entity has no metadata.name"},
		{"a name with a slash", "kind: Component\nmetadata: {name: a/b}", `f:2:18: metadata.name "a/b" holds a slash, colon or space`},
		{"an owner that is a list", "kind: Component\nmetadata: {name: a}\nspec: {owner: [b]}", "f:3:15: spec.owner is a list, not a text"},
		{"an owner that is no reference", "kind: Component\nmetadata: {name: a}\nspec: {owner: a/b/c}", `f:3:15: spec.owner "a/b/c" is no reference to an entity`},
		{"an entity twice", "kind: API\nmetadata: {name: a}\n---\nkind: Api\nmetadata: {name: A}", "f:5:18: api:default/A is already described at f:2; keep one of the two"},
		{"a circle of groups", strings.ReplaceAll(group, "%", "a") + ", parent: b}\n---\n" + strings.ReplaceAll(group, "%", "b") + ", parent: a}", `f:2:18: team "a" is part of itself: a -> b -> a`},
		{"a circle by children", strings.ReplaceAll(strings.ReplaceAll(group, "%", "a"), "[]", "[a]") + "}", `f:2:18: team "a" is part of itself: a -> a`},
		{"not YAML", "kind: [", "f:1:1: is not valid YAML"},
		{"nor JSON", `{"kind": "Group", `, "is not valid YAML"},
		{"deep", strings.Repeat("[", 20_000), "exceeded max depth"},
		{"too large", strings.Repeat("#", 10<<20+1), "f: is larger than 10 MB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(tt.body)}}, nil)
			if err == nil {
				_, err = ownership.NewImport("f", c)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.300v, want %q", err, tt.want)
			}
		})
	}
}

// Aliases that stand for each other a million times over are refused.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("x0: &x0 [a, a]\n")
	for i := range 60 {
		fmt.Fprintf(&b, "x%d: &x%d [*x%d, *x%d]\n", i+1, i+1, i, i)
	}
	b.WriteString("kind: Component\nmetadata: {name: cart}\nspec: {owner: shop, dependsOn: *x60}\n")
	_, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(b.String())}}, nil)
	if err == nil || !strings.Contains(err.Error(), "values, aliases followed; use fewer aliases") {
		t.Error(err)
	}
}

func TestJSONFile(t *testing.T) {
	s := mustSet(t, nil, ownership.Document{Name: "catalog-info.json", Body: []byte("{\"kind\": \"Component\",\n \"metadata\": {\"name\": \"cart\"}, \"spec\": {\"owner\": \"shop\"}}")})
	if got := s.Resolve(ownership.Subject{Service: "cart"}); got.Team != "shop" || got.Line != 2 {
		t.Errorf("%+v", got)
	}
}

func FuzzImport(f *testing.F) {
	for _, name := range []string{"org.yaml", "shop.yaml", "go-grok.catalog-info.yaml"} {
		f.Add(document(f, name).Body, false)
	}
	f.Add([]byte(`[{"kind": "Component", "metadata": {"name": "a", "annotations": {"baton/host": "*[x"}}, "spec": {"owner": "user:x/y"}}]`), true)
	f.Add([]byte("kind: Location\nspec: {targets: [a.yaml, ../b, 'https://c/d']}"), false)
	f.Fuzz(func(t *testing.T, b []byte, api bool) {
		name := "f"
		if api {
			name = "https://f"
		}
		d := ownership.Document{Name: name, Body: b}
		for _, target := range (Importer{}).Follow(d) {
			if api || !filepath.IsLocal(target) {
				t.Errorf("follows %q", target)
			}
		}
		c, err := Importer{}.Import([]ownership.Document{d}, nil)
		if err != nil {
			for _, p := range err.(ownership.Problems) {
				if p.What == "" || p.Remedy == "" || p.Line == 0 || p.Column <= 0 {
					t.Errorf("not fully said: %+v", p)
				}
			}
			return
		}
		if _, err := ownership.NewImport("f", c); err != nil && !strings.Contains(err.Error(), "part of itself") && !strings.Contains(err.Error(), "is longer than") && !strings.Contains(err.Error(), "differs only in case") {
			t.Errorf("what is imported does not compile: %v", err)
		}
	})
}
