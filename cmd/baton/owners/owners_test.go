package owners

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
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

// baton answers as the API does, in pages.
func baton(t *testing.T) string {
	t.Helper()
	rows := []endpoint{
		{ID: "0000000000000001", Service: "payment-api", Namespace: "shop", Environment: "prod", Kind: "api", Operation: "POST /payments/{id}", Route: "/payments/{id}", Role: "provider", Owner: ptr("payments"), OwnerSource: "rule", SpanCount: 100},
		{ID: "0000000000000002", Service: "payment-worker", Namespace: "shop", Environment: "prod", Kind: "queue", Operation: "process", Destination: "orders.new", Role: "consumer", Owner: ptr("payments"), OwnerSource: "rule", SpanCount: 50},
		{ID: "0000000000000003", Kind: "queue", Environment: "prod", Destination: "orders.new", Role: "channel", Owner: ptr("platform"), OwnerSource: "rule", SpanCount: 50},
		{ID: "0000000000000004", Service: "loyalty", Namespace: "shop", Environment: "prod", Kind: "event", Operation: "process", Role: "consumer", OwnerSource: "none", SpanCount: 30},
		{ID: "0000000000000005", Kind: "api", Environment: "prod", Host: "api.fastship.example", Role: "provider", OwnerSource: "none", SpanCount: 5},
		{ID: "0000000000000006", Service: "nomad", Environment: "test", Kind: "workflow", Workflow: "fulfil", Role: "activity", Attributes: map[string]string{"team": "nomads"}, Owner: ptr("nomads"), OwnerSource: "attribute", SpanCount: 5},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/endpoints", func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		var found []endpoint
		for _, e := range rows {
			if env := r.URL.Query().Get("environment"); env == "" || env == e.Environment {
				found = append(found, e)
			}
		}
		to := min(from+2, len(found))
		page := map[string]any{"endpoints": found[from:to], "next_cursor": nil}
		if to < len(found) {
			page["next_cursor"] = strconv.Itoa(to)
		}
		_ = json.NewEncoder(w).Encode(page)
	})
	mux.HandleFunc("/api/v1/failures", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"failures":[{"culprit":{"endpoint_id":"0000000000000004"},"flow_count":7},{"culprit":{"endpoint_id":"0000000000000001"},"flow_count":3},{"culprit":null,"flow_count":1}],"next_cursor":null}`)
	})
	mux.HandleFunc("/api/v1/endpoints/0000000000000001/owner", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Scope-OrgID") != "acme" || r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"endpoint": rows[0], "team": "payments", "team_name": "Payments Squad", "source": "rule", "detail": "rule 2 (o.yaml:8) matches",
			"candidates": []map[string]any{{"team": "payments", "source": "rule", "detail": "the last rule that matches wins", "decided": true}}, "near_misses": []string{"rule 3 nearly"}})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"title":"Not found","detail":"There is no endpoint here.","errors":[{"field":"id","remedy":"/api/v1/endpoints lists those that were seen."}]}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func ptr(s string) *string { return &s }

func TestExplainAnEndpointOfARunningBaton(t *testing.T) {
	url := baton(t)
	t.Setenv("BATON_WEB_TOKEN", "t0ken")
	out, _, err := run(t, "explain", "0000000000000001", "--url", url, "--tenant", "acme")
	want := "payment-api POST /payments/{id} (api provider) is owned by payments\n  rule 2 (o.yaml:8) matches\n\nconsidered:\n  * payments by rule: the last rule that matches wins\n\nnearly:\n    rule 3 nearly\n"
	if err != nil || out != want {
		t.Errorf("%v\n%s", err, out)
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no such endpoint": {[]string{"00000000000000ff", "--url", url}, "There is no endpoint here. /api/v1/endpoints lists those that were seen."},
		"no token":         {[]string{"0000000000000001", "--url", url, "--token", "wrong"}, "answers with status 401"},
		"nobody there":     {[]string{"0000000000000001", "--url", "http://127.0.0.1:1"}, "does not answer: dial tcp 127.0.0.1:1: connect: connection refused; is Baton running there?"},
		"no address":       {[]string{"0000000000000001", "--url", "localhost"}, `--url "localhost" is not a web address`},
	} {
		if _, _, err := run(t, append([]string{"explain"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoverage(t *testing.T) {
	url := baton(t)
	out, _, err := run(t, "coverage", "--url", url)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage", out)

	dir := write(t, map[string]string{"o.yaml": estate + "  - match: {service: nowhere}\n    owner: platform\n  - match: {service: loyalty}\n    owner: \"\"\n"})
	out, _, err = run(t, "coverage", "--url", url, "-f", filepath.Join(dir, "o.yaml"), "--environment", "prod")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage-file", strings.ReplaceAll(out, dir, "DIR"))

	_, _, err = run(t, "coverage", "--url", url, "--min", "90")
	if err == nil || err.Error() != "66.7 % of the endpoints are owned or unowned on purpose, less than 90 %" {
		t.Error(err)
	}
	out, _, err = run(t, "coverage", "--url", url, "--min", "60", "--format", "json")
	var got covered
	if e := json.Unmarshal([]byte(out), &got); e != nil || err != nil {
		t.Fatal(e, err)
	}
	if got.Endpoints.Owned != 4 || got.Failures != (share{3, 3, 10, 30}) || got.Unowned[0].Failures != 7 || got.Unowned[0].Proposals[0].Team != "payments" {
		t.Errorf("%+v", got)
	}
}

func TestDiff(t *testing.T) {
	url := baton(t)
	dir := write(t, map[string]string{
		"old/o.yaml": estate,
		"new/o.yaml": strings.Replace(estate, `destination: "orders.*", role: channel}`+"\n    owner: platform", `destination: "orders.*", role: channel}`+"\n    owner: payments", 1) + "  - match: {service: loyalty}\n    owner: platform\n  - match: {host: \"*.fastship.example\"}\n    owner: platform\n",
		"list.json":  `{"endpoints":[{"id":"1","service":"loyalty","kind":"event","role":"consumer"}]}`,
		"bare.json":  `[{"id":"1","service":"other","kind":"workflow","workflow":"fulfil","attributes":{"team":"red"}}]`,
		"odd.json":   `{"a": 1}`,
	})
	out, _, err := run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new", "*.yaml"), "--url", url)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "diff", strings.ReplaceAll(out, dir, "DIR"))

	_, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--endpoints", filepath.Join(dir, "list.json"), "--exit-code")
	if err == nil || err.Error() != "1 endpoint of 1 would change hands" {
		t.Error(err)
	}
	out, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--endpoints", filepath.Join(dir, "bare.json"), "--format", "json")
	var got changes
	if e := json.Unmarshal([]byte(out), &got); e != nil || err != nil || got.Endpoints != 1 || len(got.Changed) != 0 {
		t.Error(e, err, out)
	}
	if out, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--url", url, "--team", "payments"); err != nil || !strings.HasSuffix(out, "1 of 6 endpoints would change hands\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--endpoints", filepath.Join(dir, "odd.json")); err == nil || !strings.Contains(err.Error(), "is no list of endpoints") {
		t.Error(err)
	}
	if _, _, err = run(t, "diff", filepath.Join(dir, "none.yaml"), filepath.Join(dir, "new")); err == nil || !strings.Contains(err.Error(), "none.yaml: does not exist") {
		t.Error(err)
	}
}

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
