package otelowners

import (
	"os"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
)

func resolve(t *testing.T, c *ownership.Catalogue, service string) ownership.Owner {
	t.Helper()
	im, err := ownership.NewImport("owners", c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ownership.Join(nil, []*ownership.Import{im})
	if err != nil {
		t.Fatal(err)
	}
	return s.Resolve(ownership.Subject{Service: service})
}

func TestDemo(t *testing.T) {
	b, err := os.ReadFile("testdata/opentelemetry-demo.component_owners.yml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Importer{}.Import([]ownership.Document{{Name: "component_owners.yml", Body: b}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := resolve(t, c, "ad"); o.Team != "jack-berg" || o.Line != 5 || !strings.Contains(o.Why, "component src/ad") || !strings.Contains(o.Why, "all its owners: jack-berg mateuszrzeszutek trask") {
		t.Errorf("%+v", o)
	}
}

func TestImport(t *testing.T) {
	const file = `
components:
  src/cart: "@shop/cart"
  src/mail: [jane, joe]
  src/legacy: []
  src/old:
  lib/x/: zoe
`
	o := ownership.Options{"services": {Pairs: []ownership.Pair{{Key: "src/*", Value: "*-service"}}}}
	c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(file)}, {Name: "empty"}}, o)
	if err != nil {
		t.Fatal(err)
	}
	for service, want := range map[string]string{"cart-service": "cart", "mail-service": "jane", "legacy-service": "", "old-service": "", "x": "zoe"} {
		if got := resolve(t, c, service); got.Team != want || got.Source != ownership.SourceCatalogue {
			t.Errorf("%s: %+v, want %q", service, got, want)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"another file", "a: b", "f:1:1: the file has no components"},
		{"a list", "- a", "f:1:1: the file is a list, not fields with values"},
		{"owners that are no names", "components: {a: {b: c}}", "f:1:17: the owners of a is fields with values, not a list"},
		{"the same folder twice", "components:\n  a: x\n  a: y", `f:3:3: field "a" is given twice, first in line 2`},
		{"no folder", `components: {"/": x}`, `f:1:14: "/" is no folder`},
		{"two documents", "components: {}\n---\na: b", "a second YAML document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: []byte(tt.body)}}, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzImport(f *testing.F) {
	b, err := os.ReadFile("testdata/opentelemetry-demo.component_owners.yml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("components: {a: &x [b], c: *x}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: b}}, nil)
		if err != nil {
			return
		}
		for _, cl := range c.Claims {
			if cl.Line == 0 || cl.Column == 0 || cl.Entity == "" {
				t.Errorf("no place: %+v", cl)
			}
		}
	})
}
