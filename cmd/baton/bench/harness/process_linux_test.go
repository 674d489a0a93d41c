package harness

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func shell(t *testing.T, script string) *Process {
	t.Helper()
	p, err := start("/bin/sh", os.Environ(), filepath.Join(t.TempDir(), "log"), "-c", script)
	require.NoError(t, err)
	return p
}

// burn uses some tenths of a second of CPU.
const burn = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done"

func TestCPUOfAllProcesses(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		own    bool // the process that was started is charged
	}{
		"its own":                  {burn + "; sleep 60", true},
		"of a child that runs":     {"(" + burn + "; sleep 60) & wait", false},
		"of a grandchild":          {"((" + burn + "; sleep 60) & wait) & wait", false},
		"of a child that has gone": {"(" + burn + "); sleep 60", true}, // it was waited for
	} {
		t.Run(name, func(t *testing.T) {
			p := shell(t, tt.script)
			defer func() { _ = p.Stop() }() // sh ends by the signal, which is an error
			require.Eventually(t, func() bool {
				c := p.CPU()
				return tt.own && c.Own >= 50*time.Millisecond || !tt.own && c.Children >= 50*time.Millisecond
			}, time.Minute, 20*time.Millisecond, "%v", p.CPU())
			require.Eventually(t, func() bool { return p.Peak().RSS > 0 }, time.Minute, 20*time.Millisecond)
			m := p.Memory()
			require.Positive(t, m.RSS)
			require.LessOrEqual(t, m.PSS, m.RSS)
			p.ResetPeak()
		})
	}
}

func TestStopAndFailure(t *testing.T) {
	p := shell(t, `trap 'echo ends well; kill $!; exit 0' TERM; sleep 60 & echo ready; wait`)
	require.Eventually(t, func() bool { return p.said() == "ready" }, time.Minute, 10*time.Millisecond)
	require.NoError(t, p.alive())
	require.NoError(t, p.Stop())
	require.Contains(t, p.said(), "ends well")

	p = shell(t, "echo no disk; exit 3")
	require.Eventually(t, func() bool { return p.alive() != nil }, time.Minute, 10*time.Millisecond)
	require.ErrorContains(t, p.alive(), "no disk")
	require.ErrorContains(t, p.Stop(), "exit status 3")
}

func TestEnvironmentHoldsNoServer(t *testing.T) {
	t.Setenv("BATON_CLICKHOUSE_DSN", "clickhouse://production:9000/baton")
	t.Setenv("BATON_FSYNC", "always")
	s, err := prepare(t.TempDir())
	require.NoError(t, err)
	env := s.environment("")
	require.Contains(t, env, "BATON_FSYNC=always")
	require.Contains(t, env, "BATON_WEB_ENDPOINT="+s.Web)
	for _, e := range env {
		require.NotContains(t, e, "production")
	}
}
