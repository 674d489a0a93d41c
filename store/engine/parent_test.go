//go:build linux

package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

// asParent makes this test binary start an engine, print the process id and wait to be killed.
const asParent = "ENGINE_TEST_PARENT"

func TestActAsParent(t *testing.T) {
	if os.Getenv(asParent) == "" {
		t.Skip("this is what TestTheChildDiesWithItsParent starts")
	}
	c := enginetest.Config(t)
	e, err := engine.Start(context.Background(), c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("child %d %s\n", e.State().PID, c.Dir)
	select {}
}

func TestTheChildDiesWithItsParent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self, "-test.run=^TestActAsParent$")
	parent.Env = append(os.Environ(), asParent+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	var dir string
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == "child" {
			dir = f[2]
			if pid, err = strconv.Atoi(f[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if pid == 0 || processGone(pid) {
		t.Fatalf("no child, pid %d", pid)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // "killed", as it should be
	eventually(t, "the child is gone", func() bool { return processGone(pid) })
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the ephemeral folder %s is still there: %v", dir, err)
	}
}
