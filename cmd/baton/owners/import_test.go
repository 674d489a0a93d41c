package owners

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
)

func TestImport(t *testing.T) {
	const catalog = "kind: Group\nmetadata: {name: payments}\nspec: {profile: {displayName: Payments, email: p@shop.example}, children: []}\n---\nkind: Component\nmetadata: {name: cart}\nspec: {owner: payments}\n---\nkind: Component\nmetadata: {name: mail}\nspec: {owner: \"user:jane\"}\n"
	const own = "# ours\nteams:\n- id: red # the reds\n\nrules:\n- match: {service: cart}\n  owner: red\n"
	dir := write(t, map[string]string{"catalog.yaml": catalog, "owners.csv": "service,squad\nbox,Blue Squad\nnobody,\n", "own.yaml": own,
		"inline.yaml": "rules: [{match: {service: a}, owner: b}]\n", "broken.yaml": "rules: x\n", "cut.yaml": "rules:\n  # imported from csv x: begin\n"})
	in := func(name string) string { return filepath.Join(dir, name) }
	read := func(name string) string {
		b, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(b), dir, "DIR")
	}
	mustRun := func(args ...string) string {
		t.Helper()
		out, errs, err := run(t, append([]string{"import"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return out + errs
	}
	if got := mustRun("--from", "backstage", in("catalog.yaml"), "--to", in("new.yaml")); !strings.Contains(got, "new.yaml: 1 team and 2 rules from") {
		t.Error(got)
	}
	golden(t, "import-new", read("new.yaml"))

	// Into a file of one's own, from two sources, and again.
	mustRun("--from", "backstage", in("catalog.yaml"), "--to", in("own.yaml"))
	mustRun("--from", "csv", in("owners.csv"), "--columns", "squad=team", "--to", in("own.yaml"))
	golden(t, "import-own", read("own.yaml"))
	before := read("own.yaml")
	mustRun("--from", "backstage", in("catalog.yaml"), "--to", in("own.yaml"))
	mustRun("--from", "csv", in("owners.csv"), "--columns", "squad=team", "--to", in("own.yaml"))
	if got := read("own.yaml"); got != before {
		t.Errorf("importing again changes the file:\n%s", got)
	}
	set, err := ownership.Load(in("own.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for service, want := range map[string]string{"cart": "red", "mail": "user:jane", "box": "Blue-Squad", "nobody": ""} {
		if got := set.Resolve(ownership.Subject{Service: service}); got.Team != want || got.Source != ownership.SourceRule {
			t.Errorf("%s: %+v, want %q", service, got, want)
		}
	}

	// What is gone from the source is gone from the file, and nothing else is.
	if err := os.WriteFile(in("owners.csv"), []byte("service,squad\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("catalog.yaml"), []byte("kind: Group\nmetadata: {name: red}\nspec: {children: []}"), 0o644); err != nil {
		t.Fatal(err)
	}
	mustRun("--from", "csv", in("owners.csv"), "--columns", "squad=team", "--to", in("own.yaml"))
	mustRun("--from", "backstage", in("catalog.yaml"), "--to", in("own.yaml"))
	if got := read("own.yaml"); got != own {
		t.Errorf("left over:\n%s", got)
	}

	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"on one line": {[]string{"--from", "csv", in("some.csv"), "--to", in("inline.yaml")}, `line 1: rules is written on one line`},
		"broken":      {[]string{"--from", "csv", in("some.csv"), "--to", in("broken.yaml")}, "mend this first:"},
		"no type":     {[]string{in("owners.csv")}, `required flag(s) "from" not set`},
		"no source":   {[]string{"--from", "csv", in("none.csv")}, "none.csv: does not exist"},
		"no pair":     {[]string{"--from", "csv", in("owners.csv"), "--columns", "a"}, `--columns "a" is no pair`},
		"no mark":     {[]string{"--from", "csv", "x", "--to", in("cut.yaml")}, "x: does not exist"},
	} {
		if err := os.WriteFile(in("some.csv"), []byte("service,team\na,b\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := run(t, append([]string{"import"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := mustRun("--from", "csv", in("some.csv")); !strings.Contains(got, "- match: {service: a}") {
		t.Errorf("to standard output: %s", got)
	}
}

func TestDocument(t *testing.T) {
	tests := []struct{ name, in, want, err string }{
		{"empty", "", "teams:\n  # imported from x: begin\n  T\n  # imported from x: end\n\nrules:\n  # imported from x: begin\n  R\n  # imported from x: end\n", ""},
		{"empty lists", "teams: [] # none\nrules:\n", "teams:\n  # imported from x: begin\n  T\n  # imported from x: end\nrules:\n  # imported from x: begin\n  R\n  # imported from x: end\n", ""},
		{"the indentation of the file", "rules:\n    - a\nteams:\n- b", "rules:\n    # imported from x: begin\n    R\n    # imported from x: end\n    - a\nteams:\n# imported from x: begin\nT\n# imported from x: end\n- b\n", ""},
		{"below other imports", "teams:\nrules:\n  # imported from a: begin\n  # imported from a: end\n  - b\n",
			"teams:\n  # imported from x: begin\n  T\n  # imported from x: end\nrules:\n  # imported from a: begin\n  # imported from a: end\n  # imported from x: begin\n  R\n  # imported from x: end\n  - b\n", ""},
		{"an end without a begin", "teams:\n  # imported from x: end\n", "", "line 2: an import ends that does not begin"},
		{"a begin without an end", "teams:\n  # imported from x: begin\n", "", "the mark where the import ends is gone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := document(tt.in).with("x", "T\n", "R\n")
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("%v\ngot\n%s\nwant\n%s", err, got, tt.want)
			}
			if again, err := document(got).with("x", "T\n", "R\n"); err != nil || again != got {
				t.Errorf("not the same again: %v\n%s", err, again)
			}
		})
	}
}
