//go:build linux

package engine_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/baton-observability/baton/store/engine/enginetest"
)

// What only starting needs does not stay in memory: of the library's code more than 100 MB are touched by then.
func TestStartPagesAreDropped(t *testing.T) {
	e := started(t, enginetest.Config(t))
	conn := connect(t, e.Options(""))
	mustExec(t, conn, "SELECT 1")
	smaps, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", e.State().PID))
	if err != nil {
		t.Fatal(err)
	}
	seen, code, kb := false, false, 0
	for line := range strings.Lines(string(smaps)) {
		f := strings.Fields(line)
		switch {
		case strings.Contains(f[0], "-"):
			code = f[1] == "r-xp" && strings.HasSuffix(line, "libchdb.so\n")
			seen = seen || code
		case code && f[0] == "Rss:":
			n, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			kb += n
		}
	}
	if !seen {
		t.Fatal("the library is not mapped")
	}
	if kb > 80<<10 {
		t.Errorf("%d MB of the library's code are resident after a query", kb>>10)
	}
}
