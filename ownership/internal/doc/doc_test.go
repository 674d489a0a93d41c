package doc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestJSONPlaces(t *testing.T) {
	n, p := JSON("f", []byte("{\n  \"a\": [1, true,\n    null, \"x\\ud83d\\ude00\"],\n\"b\":\n{}}"))
	if p != nil {
		t.Fatal(p)
	}
	tests := []struct {
		value        string
		line, column int
	}{{"1", 2, 9}, {"true", 2, 12}, {"null", 3, 5}, {"x😀", 3, 11}}
	for i, item := range Get(n, "a").Content {
		if tt := tests[i]; item.Value != tt.value || item.Line != tt.line || item.Column != tt.column {
			t.Errorf("%d: %q at %d:%d, want %+v", i, item.Value, item.Line, item.Column, tt)
		}
	}
	if b := Get(n, "b"); b == nil || b.Kind != yaml.MappingNode || b.Line != 5 || b.Column != 1 {
		t.Errorf("%+v", b)
	}
}

func TestJSONRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"open", `{"a": 1`, "f:1:8: is not valid JSON: unexpected EOF"},
		{"empty", "", "f:1:1: is not valid JSON: unexpected EOF"},
		{"more", "{} {}", "is not valid JSON: there is something after its end"},
		{"no quotes", "{\n a: 1}", "f:2:2: is not valid JSON: invalid character 'a'"},
		{"deep", strings.Repeat("[", 300), "f:1:202: nests deeper than 200 levels"},
		{"many", "[" + strings.Repeat("1,", maxJSONValues) + "1]", "holds more than 1000000 values"},
		{"not text", "[\"\xff\"]", "is not UTF-8 text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, p := JSON("f", []byte(tt.in))
			if p == nil || !strings.Contains(p.Error(), tt.want) {
				t.Errorf("got %v, want %q", p, tt.want)
			}
		})
	}
}

// What would become millions of nodes is refused before it is one.
func TestYAMLBounds(t *testing.T) {
	tests := []struct{ name, in string }{
		{"a flow list", "[" + strings.Repeat("a,", 2_100_000) + "]"},
		{"a block list", strings.Repeat("-\n", 2_100_000)},
		{"lists in lists", strings.Repeat(strings.Repeat("- ", 900)+"x\n", 2_500)},
		{"fields", strings.Repeat("a:\n", 1_100_000)},
		{"documents", strings.Repeat("--- a\n", maxDocuments+1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, p := Every("f", []byte(tt.in))
			if p == nil || !strings.Contains(p.Error(), "holds more than") || p.Remedy == "" {
				t.Errorf("%v", p)
			}
		})
	}
}

func TestAliases(t *testing.T) {
	laughs := "x0: &x0 [a, a]\n"
	for i := range 60 {
		laughs += fmt.Sprintf("x%d: &x%d [*x%d, *x%d]\n", i+1, i+1, i, i)
	}
	list := "l: &l [" + strings.Repeat("x, ", 9_999) + "x]\n"
	tests := []struct{ name, in, want string }{
		{"a few", "a: &a [x]\nb: *a\nc: {d: *a}\n", ""},
		{"many small ones", "a: &a x\nb: [" + strings.Repeat("*a, ", 100_000) + "*a]\n", ""},
		{"laughs", laughs, "f:18:18: the file holds more than 1000000 values, aliases followed"},
		{"one list a thousand times", list + "r:\n" + strings.Repeat("  - {m: {s: *l}}\n", 200), "values, aliases followed; use fewer aliases, or split the file"},
		{"a circle", "a: &a {b: {c: *a}}", "f:1:15: the alias *a stands for something that it is part of; write the value out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, p := One("f", []byte(tt.in))
			if tt.want == "" && p != nil || tt.want != "" && (p == nil || !strings.Contains(p.Error(), tt.want)) {
				t.Errorf("got %v, want %q", p, tt.want)
			}
		})
	}
}

// The nodes hold what encoding/json finds.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a": [1, -2.5e3, true, null, "x\u00e9"], "b": {"c": {}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, p := JSON("f", b)
		valid := json.Valid(b)
		if p != nil {
			if p.What == "" || p.Remedy == "" {
				t.Errorf("not fully said: %+v", p)
			}
			return
		}
		if !valid {
			t.Fatalf("%q is no JSON", b)
		}
		var want any
		if err := json.Unmarshal(b, &want); err != nil {
			return // a number out of range
		}
		compare(t, n, want)
	})
}

func compare(t *testing.T, n *yaml.Node, want any) {
	t.Helper()
	if n.Line < 1 || n.Column < 1 {
		t.Fatalf("no place: %+v", n)
	}
	switch v := want.(type) {
	case map[string]any:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if _, ok := v[n.Content[i].Value]; !ok {
				t.Fatalf("no key %q", n.Content[i].Value)
			}
		}
	case []any:
		if len(n.Content) != len(v) {
			t.Fatalf("%d items, want %d", len(n.Content), len(v))
		}
		for i := range v {
			compare(t, n.Content[i], v[i])
		}
	case string:
		if n.Value != v {
			t.Fatalf("%q, want %q", n.Value, v)
		}
	}
}

func TestGetFollowsAliases(t *testing.T) {
	n, p := One("f", []byte("a: &a {b: {c: x}}\nd: *a\n"))
	if p != nil {
		t.Fatal(p)
	}
	if got := Plain(Get(n, "d", "b", "c")); got != "x" {
		t.Errorf("%q", got)
	}
	if Get(nil, "a") != nil || Plain(nil) != "" || !IsNull(nil) {
		t.Error("nothing is something")
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"a": "a", "' a '": "a", "007": "007", "": "", "[a]": "", `"a\nb"`: "", "'" + strings.Repeat("x", MaxText+1) + "'": "", "!!binary aGk=": "",
	} {
		n, p := One("f", []byte("v: "+in))
		if p != nil {
			t.Fatal(p)
		}
		if got := Plain(Get(n, "v")); got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
}
