package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/cmd/baton/bench/report"
)

// program is Baton as BATON_BIN names it or as it is built here, with the engine's library.
func program(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the bench reads /proc")
	}
	lib := os.Getenv("BATON_ENGINE_LIB")
	if lib == "" {
		lib, _ = filepath.Abs("../../../bin/engine/libchdb.so")
	}
	if _, err := os.Stat(lib); err != nil {
		t.Fatal("the embedded engine is not there: run `make engine`, or set BATON_ENGINE_LIB")
	}
	t.Setenv("BATON_ENGINE_LIB", lib)
	if p := os.Getenv("BATON_BIN"); p != "" {
		return p
	}
	p := filepath.Join(t.TempDir(), "baton")
	out, err := exec.Command("go", "build", "-o", p, "github.com/baton-observability/baton/cmd/baton").CombinedOutput()
	require.NoError(t, err, string(out))
	return p
}

// TestBench is the whole command, small. What it measures is not looked at, because machines that test are busy; that it
// measured, and that all answers were right, is.
func TestBench(t *testing.T) {
	o := defaults()
	o.program, o.command = program(t), "baton bench"
	o.grow, o.queries, o.roundTrip, o.probes = []string{"20k", "30k"}, 20, 60, 3
	o.rate, o.rateFor, o.rest, o.idle, o.trim, o.dir = 5000, 2*time.Second, 0, time.Second, 0, t.TempDir()
	o.json = filepath.Join(o.dir, "bench.json")
	o.markdown = filepath.Join(o.dir, "bench.md")

	var said, told bytes.Buffer
	r, err := run(t.Context(), &o, &said)
	require.NoError(t, err, said.String())
	require.NoError(t, tell(&o, r, &told))
	t.Log(told.String())

	require.Len(t, r.Stages, 2)
	require.GreaterOrEqual(t, r.Last().Stored, int64(30_000))
	require.Equal(t, r.Last().Stored, r.Stages[0].Ingest.Spans+r.Stages[1].Ingest.Spans)
	for _, in := range []*report.Ingest{r.Floor, &r.Stages[0].Ingest, &r.Stages[1].Ingest} {
		require.Positive(t, in.Rate)
		require.Positive(t, in.OwnCPU)
		require.Positive(t, in.PeakRSS)
	}
	require.Positive(t, r.Last().Ingest.EngineCPU, "the engine's process is counted")
	rows := map[string]int64{}
	for _, table := range r.Last().Tables {
		rows[table.Name] = table.Rows
	}
	require.Equal(t, r.Last().Stored, rows["spans"])
	require.GreaterOrEqual(t, r.RoundTrip.Spans, 60)
	require.Equal(t, 3, r.Quiet.Flows)
	require.Equal(t, 3, r.Busy.Flows)
	require.Positive(t, r.Idle.RSS)

	left, err := filepath.Glob(filepath.Join(o.dir, "baton-bench-*"))
	require.NoError(t, err)
	require.Empty(t, left, "data folders are removed")
	var again report.Result
	b, err := os.ReadFile(o.json)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &again))
	require.Equal(t, r.Goals, again.Goals)

	o.check = true
	require.ErrorIs(t, tell(&o, r, &told), errMissed, "one of the goals is for five million spans")
}

// TestBenchSaysWhatIsWrong starts a program that is not Baton.
func TestBenchSaysWhatIsWrong(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the bench reads /proc")
	}
	o := defaults()
	o.program, o.dir = "/bin/false", t.TempDir()
	_, err := run(t.Context(), &o, &bytes.Buffer{})
	require.ErrorContains(t, err, "floor: the measured process ended")
}
