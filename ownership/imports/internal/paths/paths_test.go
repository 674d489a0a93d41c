package paths

import (
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
)

func value(pairs ...string) ownership.Value {
	v := ownership.Value{File: "ownership.yaml", Line: 3, Column: 5}
	for i := 0; i < len(pairs); i += 2 {
		v.Pairs = append(v.Pairs, ownership.Pair{Key: pairs[i], Value: pairs[i+1], Line: 4 + i/2, Column: 7})
	}
	return v
}

func TestOf(t *testing.T) {
	m, err := Parse(value("src/*/", "*-service", "/src/cart/", "basket", "apps/api-*/cmd", "*"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"src/mail": "mail-service", "/src/mail/": "mail-service", "src/cart": "basket", "apps/api-x/cmd": "x",
		"src": "", "src/mail/x": "", "apps/api-/cmd": "", "apps/api-x": "", "other/mail": "",
	}
	for folder, want := range tests {
		if got, ok := m.Of(folder); got != want || ok != (want != "") {
			t.Errorf("%s is %q, want %q", folder, got, want)
		}
	}
}

func TestPattern(t *testing.T) {
	m, err := Parse(value("src/*", "svc[*]", "lib/*", "all?"))
	if err != nil {
		t.Fatal(err)
	}
	if got := m[0].Pattern("pay*"); got != `svc\[pay*]` {
		t.Error(got)
	}
	if got := m[1].Pattern("pay*"); got != `all\?` {
		t.Error(got)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name string
		v    ownership.Value
		want string
	}{
		{"a text", ownership.Value{Text: "src", List: []string{"src"}, File: "o.yaml", Line: 3, Column: 5}, "o.yaml:3:5: services is no map"},
		{"the root", value("/", "x"), "ownership.yaml:4:7: the folder \"/\" is the whole repository"},
		{"two stars", value("a", "b", "src/*/*", "x"), "ownership.yaml:5:7: the folder \"src/*/*\" has more than one star"},
		{"two stars in the service", value("src/*", "*-*"), "has more than one star"},
		{"a star from nowhere", value("src/a", "*"), "its folder has none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.v)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
