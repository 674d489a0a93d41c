package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindLib(t *testing.T) {
	none := t.TempDir()
	file := filepath.Join(t.TempDir(), "some.so")
	cache := t.TempDir()
	cached := filepath.Join(cache, "baton", "engine", LibVersion, "libchdb.so")
	for _, f := range []string{file, cached} {
		if err := os.MkdirAll(filepath.Dir(f), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, env, cache string
		want             string
		advice           []string // parts of the error
	}{
		{"named", file, none, file, nil},
		{"named but missing, though one is cached", filepath.Join(none, "x.so"), cache, "", []string{"BATON_ENGINE_LIB", "x.so", "make engine"}},
		{"named but a folder", none, cache, "", []string{"BATON_ENGINE_LIB", "is not a file"}},
		{"cached", "", cache, cached, nil},
		{"nowhere", "", none, "", []string{"make engine", "@chdb/lib-linux-x64-gnu@" + LibVersion, "BATON_ENGINE_LIB", "engine/libchdb.so", none}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("BATON_ENGINE_LIB", tt.env)
			t.Setenv("XDG_CACHE_HOME", tt.cache)
			got, err := FindLib()
			if got != tt.want || (err == nil) != (tt.advice == nil) {
				t.Fatalf("got %q, error %v", got, err)
			}
			for _, part := range tt.advice {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not mention %q", err, part)
				}
			}
		})
	}
}

func TestThePinnedVersionIsTheInstalledOne(t *testing.T) {
	for _, f := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("npm", f))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), `"@chdb/lib-linux-x64-gnu": "`+LibVersion+`"`) {
			t.Errorf("%s does not pin %s", f, LibVersion)
		}
	}
}

func TestVersionWarning(t *testing.T) {
	for loaded, warns := range map[string]bool{"26.7.3": false, "26.8.1": true, "": true} {
		if got := versionWarning(loaded); (got != "") != warns {
			t.Errorf("%q: %q", loaded, got)
		}
	}
}
