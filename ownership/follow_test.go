package ownership

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// linesThatLead is lines in which "> FILE" leads to a further file.
type linesThatLead struct{ lines }

func (l linesThatLead) Import(docs []Document, o Options) (*Catalogue, error) {
	for i := range docs {
		var rest []string
		for line := range strings.SplitSeq(string(docs[i].Body), "\n") {
			if !strings.HasPrefix(line, "> ") {
				rest = append(rest, line)
			}
		}
		docs[i].Body = []byte(strings.Join(rest, "\n"))
	}
	return l.lines.Import(docs, o)
}

func (linesThatLead) Follow(d Document) (out []string) {
	for line := range strings.SplitSeq(string(d.Body), "\n") {
		if to, ok := strings.CutPrefix(line, "> "); ok {
			out = append(out, to)
		}
	}
	return out
}

func TestFilesThatNameFiles(t *testing.T) {
	chain := map[string]string{"start": "> 0"}
	for n := range maxFollowed + 2 {
		chain[fmt.Sprint(n)] = fmt.Sprintf("s%d t\n> %d", n, n+1)
	}
	tests := []struct {
		name  string
		files map[string]string
		want  string // services
		wrong string // part of the problem
	}{
		{"a file", map[string]string{"start": "a t\n> more/b", "more/b": "b t"}, "a b", ""},
		{"a glob", map[string]string{"start": "> */x.txt", "p/x.txt": "p t", "q/x.txt": "q t", "q/y.txt": "y t"}, "p q", ""},
		{"beside the file that names it", map[string]string{"start": "> d/one", "d/one": "> two", "d/two": "a t", "two": "b t"}, "a", ""},
		{"a circle", map[string]string{"start": "a t\n> b", "b": "b t\n> start\n> b"}, "a b", ""},
		{"one file twice", map[string]string{"start": "> b\n> ./b\n> *", "b": "b t"}, "b", ""},
		{"out of its folder", map[string]string{"start": "a t\n> ../start\n> d/../../start\n> /etc/hostname"}, "a", ""},
		{"what is not there", map[string]string{"start": "> gone"}, "", "gone: does not exist"},
		{"too deep", chain, "", "lead more than 8 deep"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, body := range tc.files {
				put(t, filepath.Join(dir, name), body)
			}
			im, err := Read(t.Context(), Spec{Type: "lead", Name: "lead", Paths: []string{filepath.Join(dir, "start")}}, map[string]Importer{"lead": linesThatLead{}}, nil)
			if tc.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wrong) {
					t.Errorf("got %v, want %q", err, tc.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			set, err := Join(nil, []*Import{im})
			if err != nil {
				t.Fatal(err)
			}
			services := map[string]bool{}
			for _, c := range set.ClaimRefs() {
				services[c.Match[0].Patterns[0]] = true
			}
			if got := strings.Join(slices.Sorted(maps.Keys(services)), " "); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// A file that another one names is watched like it: it counts when it changes,
// and when a glob finds one more.
func TestNamedFilesAreWatched(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "start"), "> d/*.txt")
	put(t, filepath.Join(dir, "d/a.txt"), "a one")
	f := &feed{importer: linesThatLead{}, spec: Spec{Type: "lead", Name: "lead", Paths: []string{filepath.Join(dir, "start")}}}
	owners := func(at time.Time) string {
		f.look(at, true)
		f.take(at, nil)
		var out []string
		for _, c := range f.good.claims {
			out = append(out, c.conds[0].patterns()[0]+" "+c.owner)
		}
		return strings.Join(out, ", ")
	}
	now := time.Now().Add(time.Minute) // the files were changed long ago
	if got := owners(now); got != "a one" {
		t.Fatal(got)
	}
	put(t, filepath.Join(dir, "d/b.txt"), "b two")
	if got := owners(now.Add(time.Minute)); got != "a one, b two" {
		t.Error("a new file is not seen: " + got)
	}
	put(t, filepath.Join(dir, "d/a.txt"), "a three")
	if got := owners(now.Add(2 * time.Minute)); got != "a three, b two" {
		t.Error("a change is not seen: " + got)
	}
	if !slices.Contains(f.folders, filepath.Join(dir, "d")) {
		t.Errorf("watched are %v", f.folders)
	}
}
