package owners

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// run runs "baton ownership ARGS" and returns what it prints.
func run(t *testing.T, args ...string) (out, errs string, err error) {
	t.Helper()
	c := Command()
	var o, e bytes.Buffer
	c.SetOut(&o)
	c.SetErr(&e)
	c.SetArgs(args)
	err = c.ExecuteContext(t.Context())
	return o.String(), e.String(), err
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func TestCheck(t *testing.T) {
	dir := write(t, map[string]string{
		"good.yaml":    "teams: [{id: red}]\nrules:\n  - {match: {service: cart}, owner: red}\n",
		"bad.yaml":     "rules:\n  - match: {servce: cart}\n    owner: red\n  - match: {kind: apis}\n    owner: red\n",
		"warn.yaml":    "rules:\n  - {match: {service: cart}, owner: red}\n  - {match: {service: \"*\"}, owner: red}\n",
		"source.yaml":  "sources:\n  - {type: csv, path: owners.csv}\n  - {type: backstage, url: \"http://127.0.0.1:1\"}\n",
		"owners.csv":   "service,team\ncart,red,more\n",
		"CODEOWNERS":   "/src/cart/ @acme/cart\n!x\n",
		"catalog.yaml": "kind: Component\nmetadata: {name: a}\nspec: {owner: x}\n---\nkind: Component\nmetadata: {name: a}\n",
	})
	tests := []struct {
		name string
		args []string
		err  string
		want []string
	}{
		{"good", []string{"good.yaml"}, "", []string{"1 team, 1 rule, 0 claims; 0 mistakes, 0 warnings"}},
		{"bad", []string{"bad.yaml"}, "2 mistakes", []string{
			`DIR/bad.yaml:2:13: error: unknown field "servce" in a match; did you mean "service"?`, `DIR/bad.yaml:4:19: error: unknown kind "apis"; did you mean "api"?`}},
		{"missing", []string{"none.yaml"}, "1 mistake", []string{"DIR/none.yaml: error: does not exist; create it, or correct the path"}},
		{"warnings", []string{"warn.yaml"}, "", []string{
			`DIR/warn.yaml:2:5: warning: rule 1 never decides: rule 2 (DIR/warn.yaml:3) matches whatever it matches, {service: "*"}, and has the same owner`,
			`DIR/warn.yaml:2:37: warning: rule 1 gives its endpoints to team "red", which no source declares`, "0 mistakes, 3 warnings"}},
		{"strict", []string{"warn.yaml", "--strict"}, "3 mistakes", nil},
		{"what it imports", []string{"source.yaml"}, "1 mistake", []string{"DIR/owners.csv:2:10: error: the row has 3 fields and the table 2 columns", "DIR/source.yaml:3:1: warning: http://127.0.0.1:1 is not asked; check it too: --fetch"}},
		{"and fetches", []string{"source.yaml", "--fetch"}, "2 mistakes", []string{"http://127.0.0.1:1/api/catalog/entities/by-query: error: cannot be read"}},
		{"a catalogue", []string{"--from", "backstage", "catalog.yaml"}, "1 mistake", []string{"DIR/catalog.yaml:6:18: error: component:default/a is already described at DIR/catalog.yaml:2; keep one of the two"}},
		{"CODEOWNERS", []string{"--from", "codeowners", "--services", "src/*/=*", "CODEOWNERS"}, "", []string{"DIR/CODEOWNERS:2:1: warning: the pattern \"!x\" begins with !", "1 claim; 0 mistakes, 1 warning"}},
		{"an option of another type", []string{"--from", "backstage", "--services", "a=b", "catalog.yaml"}, "1 mistake", []string{"--services means nothing to backstage"}},
		{"an unknown type", []string{"--from", "backstag", "catalog.yaml"}, "1 mistake", []string{`unknown type "backstag": use one of backstage, codeowners, csv, datadog, otel-component-owners`}},
		{"no file", nil, "requires at least 1 arg", nil},
		{"an unknown format", []string{"good.yaml", "--format", "xml"}, `unknown format "xml": use text or json`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{"check"}
			for _, a := range tt.args {
				if strings.Contains(a, ".yaml") || a == "CODEOWNERS" {
					a = filepath.Join(dir, a)
				}
				args = append(args, a)
			}
			out, _, err := run(t, args...)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, strings.ReplaceAll(want, "DIR", dir)) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
	out, _, err := run(t, "check", filepath.Join(dir, "bad.yaml"), "--format", "json")
	var got checked
	if e := json.Unmarshal([]byte(out), &got); e != nil || err == nil {
		t.Fatalf("%v, %v: %s", e, err, out)
	}
	if got.Errors != 2 || len(got.Findings) != 2 || got.Findings[0].Line != 2 || got.Findings[0].Column != 13 || got.Findings[0].Remedy != `did you mean "service"?` {
		t.Errorf("%+v", got)
	}
}

const estate = `
teams:
  - {id: payments, name: Payments Squad}
  - {id: platform}
rules:
  - match: {kind: api}
    owner: platform
  - match: {service: "payment*"}
    owner: payments
    note: ask first
  - match: {kind: queue, destination: "orders.*", role: channel}
    owner: platform
`

func TestExplain(t *testing.T) {
	dir := write(t, map[string]string{"o.yaml": estate, "broken.yaml": "rules: x"})
	file := filepath.Join(dir, "o.yaml")
	out, _, err := run(t, "explain", "-f", file, "--service", "payment-api", "--kind", "api", "--attr", "team=red")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "explain", strings.ReplaceAll(out, dir, "DIR"))

	t.Setenv("BATON_OWNERSHIP", file)
	out, _, err = run(t, "explain", "--kind", "queue", "--destination", "orders.new", "--role", "consumer", "--format", "json")
	var got localExplanation
	if e := json.Unmarshal([]byte(out), &got); e != nil || err != nil {
		t.Fatal(e, err)
	}
	if got.Team != "" || got.Source != "none" || len(got.NearMisses) != 1 || !strings.HasSuffix(got.NearMisses[0], `would match but role is "consumer", not "channel"`) {
		t.Errorf("%+v", got)
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"nothing":    {nil, "name an endpoint by its id, or describe one"},
		"a bad file": {[]string{"--service", "a", "-f", filepath.Join(dir, "broken.yaml")}, "broken.yaml:1:8: rules is \"x\", not a list"},
	} {
		if _, _, err := run(t, append([]string{"explain"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("BATON_OWNERSHIP", "")
	if _, _, err := run(t, "explain", "--service", "a"); err == nil || !strings.Contains(err.Error(), "there are no ownership files") {
		t.Error(err)
	}
}

func TestCompletion(t *testing.T) {
	dir := write(t, map[string]string{"o.yaml": estate})
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"__complete", "explain", "--role", "c"}, "channel"},
		{[]string{"__complete", "explain", "--kind", ""}, "workflow"},
		{[]string{"__complete", "import", "--from", ""}, "otel-component-owners"},
		{[]string{"__complete", "diff", filepath.Join(dir, "o.yaml"), filepath.Join(dir, "o.yaml"), "--team", ""}, "payments\tPayments Squad"},
		{[]string{"__complete", "check", "--format", ""}, "json"},
	} {
		out, _, err := run(t, tt.args...)
		if err != nil || !strings.Contains(out, tt.want) {
			t.Errorf("%q: %v\n%s", tt.args, err, out)
		}
	}
}

// Every command says what it does, with examples.
func TestHelp(t *testing.T) {
	for _, c := range append(Command().Commands(), Command()) {
		if c.Short == "" || len(c.Long) < 200 || !strings.Contains(c.Example, "baton ownership ") {
			t.Errorf("%s: %q %q", c.Name(), c.Short, c.Example)
		}
		if c.RunE != nil && !c.SilenceUsage {
			t.Errorf("%s prints its usage with every mistake", c.Name())
		}
	}
}
