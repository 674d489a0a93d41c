package report

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/cmd/baton/bench/harness"
	"github.com/baton-observability/baton/cmd/baton/bench/queries"
)

func good() *Result {
	stage := func(stored int64, ms float64) Stage {
		return Stage{Stored: stored, Ingest: Ingest{Spans: stored, Rate: 160_000, CPU: 10, PeakRSS: 500e6},
			Tables: []harness.Table{{Name: "spans", Rows: stored, Bytes: 30 * stored, Parts: 3}, {Name: "flows", Bytes: 10 * stored}},
			Queries: []queries.Timing{{Kind: queries.Trace, Calls: 200, P50: ms, P95: 2 * ms},
				{Kind: queries.Rare, NotOffered: "nobody asked"}}}
	}
	return &Result{Floor: &Ingest{Rate: 300_000, CPU: 4, PeakRSS: 80e6}, Stages: []Stage{stage(1e6, 3), stage(5e6, 5)},
		RoundTrip: &queries.RoundTrip{Spans: 500}, Busy: &Latency{Asked: 50_000, Load: 49_990, VisibleP95: 700, VerdictP95: 900}, Idle: &Idle{CPU: 0.5, RSS: 200e6}}
}

func TestGoals(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Result)
		missed string // part of the only goal that is missed
	}{
		"all met":        {func(*Result) {}, ""},
		"slow":           {func(r *Result) { r.Last().Ingest.Rate = 149_999 }, "ingest"},
		"floor is cheap": {func(r *Result) { r.Floor.CPU = 2 }, "times the floor"},
		"memory":         {func(r *Result) { r.Last().Ingest.PeakRSS = 601e6 }, "peak RSS"},
		"disk":           {func(r *Result) { r.Last().Tables[1].Bytes = 80e6 }, "on disk"},
		"p95":            {func(r *Result) { r.Last().Queries[0].P95 = 13 }, "trace by id, p95"},
		"wrong":          {func(r *Result) { r.Last().Queries[0].Wrong = 1 }, "wrong answers"},
		"growth":         {func(r *Result) { r.Stages[0].Queries[0].P50 = 2 }, "growth: trace by id"},
		"ingest grows":   {func(r *Result) { r.Stages[0].Ingest.CPU = 9 }, "growth: CPU"},
		"not the same":   {func(r *Result) { r.RoundTrip.Wrong = 1 }, "different"},
		"late":           {func(r *Result) { r.Busy.VisibleP95 = 1001 }, "visible at 50,000"},
		"verdict":        {func(r *Result) { r.Busy.VerdictP95 = 3001 }, "verdict"},
		"never rests":    {func(r *Result) { r.Idle.CPU = 1.5 }, "idle CPU"},
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			tt.change(r)
			r.Judge()
			missed := r.Missed()
			if tt.missed == "" {
				require.Empty(t, missed)
				return
			}
			require.Len(t, missed, 1)
			require.Contains(t, missed[0].Name, tt.missed)
			require.Greater(t, missed[0].Measured*b2f(!missed[0].AtLeast)+missed[0].Limit*b2f(missed[0].AtLeast),
				missed[0].Limit*b2f(!missed[0].AtLeast)+missed[0].Measured*b2f(missed[0].AtLeast))
		})
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestWrong(t *testing.T) {
	r := good()
	require.Empty(t, r.Wrong())
	r.Stages[0].Queries[0].Wrong, r.Stages[0].Queries[0].FirstWrong = 2, "a span is missing"
	r.RoundTrip.Wrong = 1
	require.Len(t, r.Wrong(), 2)
	require.Contains(t, r.Wrong()[0], "a span is missing")
}

func TestText(t *testing.T) {
	r := good()
	r.Judge()
	var b bytes.Buffer
	require.NoError(t, r.WriteText(&b))
	for _, want := range []string{"floor: OTLP -> nop", "Baton, to 5,000,000", "2.50", "not offered: nobody asked", ">= 150,000 spans/s", "ok"} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), "miss")
}

func TestMarkdownTakesItsPlace(t *testing.T) {
	r := good()
	r.Judge()
	file := filepath.Join(t.TempDir(), "benchmarks.md")
	for name, tt := range map[string]struct{ old, before, after string }{
		"no file yet": {"", begin, end + "\n"},
		"no marks":    {"# Benchmarks\n", "# Benchmarks\n\n" + begin, end + "\n"},
		"marks":       {"a\n" + begin + "\nold figures\n" + end + "\nb\n", "a\n" + begin, end + "\nb\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.old != "" {
				require.NoError(t, os.WriteFile(file, []byte(tt.old), 0o600))
			}
			for range 2 { // the second time there are marks
				require.NoError(t, r.WriteMarkdown(file, nil))
				b, err := os.ReadFile(file)
				require.NoError(t, err)
				s := string(b)
				require.True(t, strings.HasPrefix(s, tt.before) && strings.HasSuffix(s, tt.after), s)
				require.NotContains(t, s, "old figures")
				require.Equal(t, 1, strings.Count(s, begin))
				require.Contains(t, s, "(benchmarks.svg)")
			}
			require.NoError(t, os.Remove(file))
		})
	}
	require.NoError(t, os.WriteFile(file, []byte(begin+"\nno end"), 0o600))
	require.ErrorContains(t, r.WriteMarkdown(file, nil), "none that ends it")
}

func TestPlot(t *testing.T) {
	r := good()
	r.Last().Ingest.CPU = 1e6
	r.Judge()
	plot := r.Plot()
	var drawn struct {
		Width float64 `xml:"width,attr"`
		Bars  []struct {
			X     float64 `xml:"x,attr"`
			Width string  `xml:"width,attr"`
			Fill  string  `xml:"fill,attr"`
		} `xml:"rect"`
	}
	require.NoError(t, xml.Unmarshal([]byte(plot), &drawn))
	limits, missed := 0, 0
	for _, g := range r.Goals {
		if g.Limit > 0 {
			limits++
		}
	}
	require.Len(t, drawn.Bars, 1+limits, "the background, and a bar for each limit")
	for _, bar := range drawn.Bars[1:] {
		width, err := strconv.ParseFloat(bar.Width, 64)
		require.NoError(t, err)
		require.Less(t, bar.X+width, drawn.Width)
		if bar.Fill == "#c2410c" {
			missed++
			require.Greater(t, width, float64(plotScale))
		} else {
			require.LessOrEqual(t, width, float64(plotScale))
		}
	}
	require.Equal(t, len(r.Missed()), missed)
	require.Contains(t, plot, "1,000,000 CPU-s per M spans")
}

func TestNumbers(t *testing.T) {
	for want, v := range map[string]float64{"0": 0, "0.25": 0.25, "12": 12, "12.3": 12.34, "124": 123.9, "1,235": 1234.5, "150,000": 150_000} {
		require.Equal(t, want, number(v))
	}
}
