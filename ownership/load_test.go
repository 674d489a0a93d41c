package ownership

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// write puts files, given as name and content, into a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content)
	}
	return dir
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func owned(team string) string {
	return "rules: [{match: {service: cart}, owner: " + team + "}]\n"
}

func TestLoad(t *testing.T) {
	dir := write(t, map[string]string{
		"10-red.yaml": owned("red"), "20-blue.yaml": owned("blue") + "teams: [{id: twin}]", "sub/deep/30-green.yaml": owned("green"),
		"..data/99-hidden.yaml": owned("hidden") + "teams: [{id: twin}]", "notes.txt": "not yaml: [",
	})
	in := func(names ...string) []string {
		for i := range names {
			names[i] = filepath.Join(dir, names[i])
		}
		return names
	}
	tests := []struct {
		name  string
		paths []string
		team  string
		file  string
	}{
		{"none", nil, "", ""},
		{"one", in("10-red.yaml"), "red", "10-red.yaml"},
		{"the later name wins", in("20-blue.yaml", "10-red.yaml"), "blue", "20-blue.yaml"},
		{"glob", in("*.yaml"), "blue", "20-blue.yaml"},
		{"any depth, without hidden versions", in("**/*.yaml"), "green", "sub/deep/30-green.yaml"},
		{"alternatives", in("{10,20}-*.yaml"), "blue", "20-blue.yaml"},
		{"named twice", in("*.yaml", "20-blue.yaml", "./20-blue.yaml"), "blue", "20-blue.yaml"},
		{"hidden, when asked for", in("..data/*.yaml"), "hidden", "..data/99-hidden.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Load(tt.paths...)
			if err != nil {
				t.Fatal(err)
			}
			o := s.Resolve(Subject{Service: "cart"})
			if o.Team != tt.team || (tt.file != "" && o.File != filepath.Join(dir, tt.file)) {
				t.Errorf("got %+v", o)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := write(t, map[string]string{
		"a.yaml": "teams: [{id: red}]\nattributes: {keys: [a]}", "b.yaml": "teams: [{id: red}]", "c.yaml": "attributes: {keys: [b]}",
		"x.yaml": "teams:\n  - {id: x, parent: y}", "y.yaml": "teams:\n  - {id: y, parent: x}",
		"broken.yaml": "rules: [{match: {}, owner: a}]", "folder/f.yaml": "",
	})
	put(t, filepath.Join(dir, "large.yaml"), strings.Repeat("#", doc.MaxSize+1))
	tests := []struct {
		name, want string
		paths      []string
	}{
		{"missing", "DIR/none.yaml: does not exist; create it, or correct the path", []string{"none.yaml"}},
		{"folder", "DIR/folder: is a folder; name its files: DIR/folder/*.yaml", []string{"folder"}},
		{"glob without files", "DIR/*.yml: no file matches; create one, or correct the path", []string{"*.yml"}},
		{"bad glob", "DIR/[.yaml: is not a valid glob: syntax error in pattern; close every [ and {", []string{"[.yaml"}},
		{"too large", "DIR/large.yaml: is larger than 10 MB; split it into several files", []string{"large.yaml"}},
		{"not regular", "/dev/null: is not a regular file; name a file", []string{"/dev/null"}},
		{"broken", `DIR/broken.yaml:1:10: the match is empty, so the rule would own everything; name at least one field; "match: {service: \"*\"}" is every service`, []string{"broken.yaml"}},
		{"team in two files", `DIR/b.yaml:1:9: team "red" is already declared at DIR/a.yaml:1; keep one of the two`, []string{"a.yaml", "b.yaml"}},
		{"attributes in two files", `DIR/c.yaml:1:1: attributes are already set in DIR/a.yaml:2; keep one of the two`, []string{"a.yaml", "c.yaml"}},
		{"cycle over two files", `DIR/x.yaml:2:21: team "x" is part of itself: x -> y -> x; take the parent away from one of them`, []string{"x.yaml", "y.yaml"}},
		{"everything at once", "DIR/none.yaml: does not exist; create it, or correct the path\nDIR/one.yaml: does not exist; create it, or correct the path", []string{"one.yaml", "none.yaml"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i, p := range tt.paths {
				if !filepath.IsAbs(p) {
					tt.paths[i] = filepath.Join(dir, p)
				}
			}
			_, err := Load(tt.paths...)
			if err == nil {
				t.Fatal("accepted")
			}
			if got := strings.ReplaceAll(err.Error(), dir, "DIR"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": owned("red"), "b.yaml": owned("red")})
	version := func(names ...string) uint64 {
		for i := range names {
			names[i] = filepath.Join(dir, names[i])
		}
		s, err := Load(names...)
		if err != nil {
			t.Fatal(err)
		}
		return s.Version()
	}
	a := version("a.yaml")
	if a != version("a.yaml") {
		t.Error("the same content has two versions")
	}
	if a == version("b.yaml") || a == version("a.yaml", "b.yaml") || a == version() {
		t.Error("different files have one version")
	}
	put(t, filepath.Join(dir, "a.yaml"), owned("blue"))
	if a == version("a.yaml") {
		t.Error("the version does not follow the content")
	}
}
