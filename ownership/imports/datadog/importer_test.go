package datadog

import (
	"os"
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

func TestImport(t *testing.T) {
	c, err := Importer{}.Import([]ownership.Document{document(t, "v2.2.yaml"), document(t, "v3.yaml")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	im, err := ownership.NewImport("datadog", c)
	if err != nil {
		t.Fatal(err)
	}
	set, err := ownership.Join(nil, []*ownership.Import{im})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		sub  ownership.Subject
		team string
		file string
		line int
		note string
	}{
		{"v2.2", ownership.Subject{Service: "shopping-cart"}, "e-commerce", "v2.2.yaml", 2, ""},
		{"v2 without a team", ownership.Subject{Service: "legacy-batch"}, "", "", 0, ""},
		{"v2.1, the team in another case", ownership.Subject{Service: "checkout"}, "e-commerce", "v2.2.yaml", 43, ""},
		{"v3", ownership.Subject{Service: "search"}, "search", "v3.yaml", 16, "more owners: data-science"},
		{"owner of the system", ownership.Subject{Service: "web"}, "web-platform", "v3.yaml", 32, "the owner is that of system:default/storefront"},
		{"inherited", ownership.Subject{Service: "web-canary"}, "web-platform", "v3.yaml", 39, "the owner is that of system:default/storefront"},
		{"a queue", ownership.Subject{Kind: "queue", Destination: "documents", Role: "channel"}, "search", "v3.yaml", 44, ""},
		{"not its consumer", ownership.Subject{Kind: "queue", Destination: "documents", Role: "consumer", Service: "x"}, "", "", 0, ""},
		{"a namespace", ownership.Subject{Namespace: "storefront", Service: "other"}, "web-platform", "v3.yaml", 4, ""},
		{"the service before the namespace", ownership.Subject{Namespace: "storefront", Service: "search"}, "search", "v3.yaml", 16, "more owners: data-science"},
		{"a circle of inheritance", ownership.Subject{Service: "loop-a"}, "", "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := set.Resolve(tt.sub)
			if o.Team != tt.team || o.File != tt.file || o.Line != tt.line || !strings.HasSuffix(o.Why, tt.note) {
				t.Errorf("got %+v", o)
			}
		})
	}
	team, _ := set.Team("e-commerce")
	want := map[string]string{"slack": "https://shop.slack.com/archives/e-commerce", "email": "ecommerce@shop.example", "teams": "https://teams.shop.example/e-commerce",
		"pagerduty": "https://shop.pagerduty.com/service-directory/PCART", "opsgenie": "https://www.opsgenie.com/service/123e4567-e89b-12d3-a456-426614174000"}
	if !reflect.DeepEqual(team.Contacts, want) || team.Runbook != "https://wiki.shop.example/cart" {
		t.Errorf("%+v", team)
	}
	if team, _ := set.Team("search"); team.Contacts["pagerduty"] != "https://shop.pagerduty.com/service-directory/PSEARCH" {
		t.Errorf("%+v", team)
	}
	if links := set.Links("spelling"); len(links) != 1 || links[0].Owner != "search" || links[0].Entity != "service:default/search" || links[0].Verb != "depends on" {
		t.Errorf("%+v", links)
	}
}

func TestImportRefuses(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"another file", "a: b", "f:1:1: the definition has neither schema-version nor apiVersion"},
		{"a text", "hello", `f:1:1: the definition is "hello", not fields with values`},
		{"v1", "schema-version: v1", `f:1:17: unknown schema version "v1"; use v2, v2.1, v2.2, or apiVersion: v3`},
		{"v4", "apiVersion: v4", `f:1:13: unknown apiVersion "v4"`},
		{"no service", "schema-version: v2.2\nteam: a", "f:1:1: the definition has no dd-service"},
		{"no name", "apiVersion: v3\nkind: service", "f:1:1: the entity has no metadata.name"},
		{"no kind", "apiVersion: v3\nmetadata: {name: a}", `f:1:1: the entity "a" has no kind`},
		{"a team that is a list", "schema-version: v2.2\ndd-service: a\nteam: [b]", "f:3:7: team is a list, not a text"},
		{"a service twice", "schema-version: v2\ndd-service: a\n---\napiVersion: v3\nkind: service\nmetadata: {name: a}", `f:6:18: service "a" is already defined at f:2; keep one of the two`},
		{"not YAML", "a: [", "is not valid YAML"},
		{"deep", strings.Repeat("[", 20_000), "exceeded max depth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(tt.body)}}, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.300v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzImport(f *testing.F) {
	f.Add(document(f, "v2.2.yaml").Body)
	f.Add(document(f, "v3.yaml").Body)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: b}}, nil)
		if err != nil {
			for _, p := range err.(ownership.Problems) {
				if p.What == "" || p.Remedy == "" || p.Line == 0 || p.Column <= 0 {
					t.Errorf("not fully said: %+v", p)
				}
			}
			return
		}
		_, _ = ownership.NewImport("f", c)
	})
}
