package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the program under test, engineLib the engine it loads.
var program, engineLib string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "baton-e2e-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = prepare(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	return m.Run()
}

func prepare(dir string) error {
	var err error
	engineLib = os.Getenv("BATON_ENGINE_LIB")
	if engineLib == "" {
		if engineLib, err = filepath.Abs("../../../bin/engine/libchdb.so"); err != nil {
			return err
		}
	}
	if _, err := os.Stat(engineLib); err != nil {
		return fmt.Errorf("the embedded engine is not there: run `make engine`, or set BATON_ENGINE_LIB: %w", err)
	}
	if program = os.Getenv("BATON_BIN"); program != "" {
		return nil
	}
	program = filepath.Join(dir, "baton")
	args := []string{"build", "-o", program}
	if raceEnabled {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "github.com/baton-observability/baton/cmd/baton")...).CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("build the program: %w", err), errors.New(string(out)))
	}
	return nil
}

// soak reports whether the long forms are wanted.
func soak() bool { return os.Getenv("BATON_SOAK") == "1" }

// needSoak skips a long form unless it is wanted.
func needSoak(t *testing.T) {
	t.Helper()
	if !soak() {
		t.Skip("a long form: set BATON_SOAK=1")
	}
}
