package backstage

import (
	"slices"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
)

func TestLocations(t *testing.T) {
	tests := []struct {
		name, body string
		follow     []string
		notes      []string
	}{
		{"a target", "kind: Location\nspec: {target: ./all.yaml}", []string{"./all.yaml"}, nil},
		{"targets and globs", "kind: Location\nspec:\n  type: file\n  targets: [services/*/catalog-info.yaml, teams.yaml]", []string{"services/*/catalog-info.yaml", "teams.yaml"}, nil},
		{"one of several documents", "kind: Component\nmetadata: {name: a}\nspec: {owner: x}\n---\nkind: location\nspec: {target: b.yaml}", []string{"b.yaml"}, nil},
		{"a web address", "kind: Location\nspec: {type: url, target: 'https://git.example/a.yaml'}", nil, []string{"is not a file beside it"}},
		{"a web address without its type", "kind: Location\nspec: {targets: ['https://git.example/a.yaml', b.yaml]}", []string{"b.yaml"}, []string{"is not a file beside it"}},
		{"out of the folder", "kind: Location\nspec: {targets: [../a.yaml, /etc/passwd, a/../../b.yaml]}", nil, []string{"leads out", "leads out", "leads out"}},
		{"nothing", "kind: Location\nspec: {targets: ['', {a: b}]}", nil, []string{"names nothing", "names nothing"}},
		{"no Location", "kind: Component\nmetadata: {name: a}\nspec: {owner: x, target: location.yaml}", nil, nil},
		{"no spec", "kind: Location", nil, nil},
		{"JSON", `{"kind": "Location", "spec": {"target": "a.json"}}`, []string{"a.json"}, nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			d := ownership.Document{Name: "catalog-info.yaml", Body: []byte(tc.body)}
			if got := (Importer{}).Follow(d); !slices.Equal(got, tc.follow) {
				t.Errorf("follows %q, want %q", got, tc.follow)
			}
			c, err := Importer{}.Import([]ownership.Document{d}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Notes) != len(tc.notes) {
				t.Fatalf("notes %v", c.Notes)
			}
			for i, n := range c.Notes {
				if !strings.Contains(n.What, tc.notes[i]) || n.Line == 0 || n.Remedy == "" {
					t.Errorf("note %+v, want %q", n, tc.notes[i])
				}
			}
		})
	}
	if got := (Importer{}).Follow(ownership.Document{Name: "https://b.example/api/catalog/entities", Body: []byte(`[{"kind":"Location","spec":{"target":"a"}}]`)}); got != nil {
		t.Errorf("an answer of the API is followed: %q", got)
	}
}
