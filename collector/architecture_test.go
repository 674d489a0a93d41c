package collector

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/baton-observability/baton/"

// below says which parts of the project a part may be built from, besides
// itself. What is not named is forbidden.
var below = map[string][]string{
	"cmd":       {"collector", "web", "store", "ownership", "flow"},
	"collector": {"web", "store", "ownership", "flow"},
	"web":       {"store", "ownership", "flow"},
	"store":     {"flow"},
	"ownership": {},
	"flow":      {},
}

// keptTo are the parts that alone may import packages with a prefix: one place
// to look at when that library changes, and no second dialect anywhere else.
// A part may be a single package of one.
var keptTo = map[string][]string{
	"github.com/ClickHouse/":         {"store"},
	"github.com/labstack/echo":       {"web"},
	"go.opentelemetry.io/collector/": {"cmd", "collector"},
	"net/http":                       {"cmd", "collector", "web", "store", "ownership/fetch"},
}

// data is what keptTo does not mean: the representation of spans.
const data = "go.opentelemetry.io/collector/pdata/"

type listed struct {
	ImportPath string
	Imports    []string // written in its files
	Deps       []string // all it is built from
}

// TestImportDirections holds the layers. Tests are left out: they may start
// whatever they need.
func TestImportDirections(t *testing.T) {
	packages := listPackages(t)
	for name := range below {
		if !slices.ContainsFunc(packages, func(p listed) bool { return part(p.ImportPath) == name }) {
			t.Errorf("there is no package in %s/: the table of layers is out of date", name)
		}
	}
	for _, p := range packages {
		for _, problem := range problems(p) {
			t.Error(problem)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := map[string]struct {
		pkg  listed
		want []string
	}{
		"down":             {listed{ImportPath: module + "web", Deps: []string{module + "store", module + "flow", "fmt"}}, nil},
		"within":           {listed{ImportPath: module + "store", Deps: []string{module + "store/engine"}}, nil},
		"up":               {listed{ImportPath: module + "flow", Deps: []string{module + "store/engine"}}, []string{"flow is built from store/engine"}},
		"sideways":         {listed{ImportPath: module + "store", Deps: []string{module + "ownership"}}, []string{"store is built from ownership"}},
		"unknown part":     {listed{ImportPath: module + "util"}, []string{"util is in no layer"}},
		"a second dialect": {listed{ImportPath: module + "web", Imports: []string{"github.com/ClickHouse/ch-go"}}, []string{"web imports github.com/ClickHouse/ch-go"}},
		"span data":        {listed{ImportPath: module + "flow", Imports: []string{data + "ptrace"}}, nil},
		"a single package": {listed{ImportPath: module + "ownership/fetch", Imports: []string{"net/http"}}, nil},
		"and no other":     {listed{ImportPath: module + "ownership", Imports: []string{"net/http"}}, []string{"ownership imports net/http"}},
		"impure":           {listed{ImportPath: module + "flow", Imports: []string{"net/http"}}, []string{"flow imports net/http"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := problems(tt.pkg); !slices.Equal(got, tt.want) {
				t.Errorf("problems are %q, want %q", got, tt.want)
			}
		})
	}
}

func problems(p listed) []string {
	var out []string
	name, from := strings.TrimPrefix(p.ImportPath, module), part(p.ImportPath)
	allowed, known := below[from]
	if !known {
		return []string{name + " is in no layer"}
	}
	for _, dep := range p.Deps {
		if to := part(dep); to != "" && to != from && !slices.Contains(allowed, to) {
			out = append(out, name+" is built from "+strings.TrimPrefix(dep, module))
		}
	}
	for _, imported := range p.Imports {
		for prefix, parts := range keptTo {
			if strings.HasPrefix(imported, prefix) && !strings.HasPrefix(imported, data) && !slices.Contains(parts, from) && !slices.Contains(parts, name) {
				out = append(out, name+" imports "+imported)
			}
		}
	}
	return out
}

// part is the folder of the project that a package belongs to, "" for other modules' packages.
func part(importPath string) string {
	rest, ours := strings.CutPrefix(importPath, module)
	if !ours {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	// With the profile the go command lists what main is made of once more.
	cmd := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Imports,Deps", module+"...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %v\n%s", cmd, err, exit.Stderr)
		}
		t.Fatalf("%v: %v", cmd, err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
