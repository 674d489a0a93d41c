package engine

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		want   string // in the error; empty: none
	}{
		{"a folder is enough", Config{Dir: "x"}, ""},
		{"all set", Config{Dir: "x", Socket: "/run/x.sock", MaxMemory: 1 << 30, Sessions: 4}, ""},
		{"no folder", Config{}, "set Dir"},
		{"long socket", Config{Dir: "x", Socket: "/" + strings.Repeat("x", maxSocketPath)}, "a unix socket allows 107"},
		{"little memory", Config{Dir: "x", MaxMemory: 1 << 20}, "at least 256 MiB"},
		{"negative sessions", Config{Dir: "x", Sessions: -1}, "1 to 256"},
		{"many sessions", Config{Dir: "x", Sessions: 1000}, "1 to 256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.config.Validate()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestChildArgumentsThereAndBack(t *testing.T) {
	c := Config{Dir: "/d", Socket: "/s", Lib: "/l", MaxMemory: 5, Sessions: 6, Ephemeral: true}
	got, err := parseChild(childArgs(c, 3))
	want := childOptions{dir: "/d", socket: "/s", lib: "/l", maxMemory: 5, sessions: 6, reportFD: 3, ephemeral: true}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, error %v", got, err)
	}
	if _, err := parseChild(nil); err == nil || !strings.Contains(err.Error(), "baton serve") {
		t.Errorf("started by hand: %v", err)
	}
}

func TestASocketFolderOfSomeoneElseIsRefused(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := "/" + strings.Repeat("x", maxSocketPath)
	path, err := defaultSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := defaultSocket(dir); again != path || err != nil {
		t.Errorf("the second time %q, error %v", again, err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil { // that is the attack
		t.Fatal(err)
	}
	if _, err := defaultSocket(dir); err == nil {
		t.Error("a folder open to everyone is used")
	}
}

func TestAMissingLibraryIsRefusedWithAdvice(t *testing.T) {
	_, err := Config{Dir: t.TempDir(), Lib: "/no/such/libchdb.so"}.withDefaults()
	if err == nil || !strings.Contains(err.Error(), "/no/such/libchdb.so") || !strings.Contains(err.Error(), advice) {
		t.Errorf("error %v, want the path and advice", err)
	}
}
