package report

import (
	"fmt"

	"github.com/baton-observability/baton/cmd/baton/bench/queries"
)

// Goal is a limit and what was measured.
type Goal struct {
	Name     string  `json:"name"`
	Unit     string  `json:"unit"`
	Limit    float64 `json:"limit"`
	AtLeast  bool    `json:"at_least"` // the limit is the least, not the most
	Measured float64 `json:"measured"`
	Met      bool    `json:"met"`
}

// Used is how much of the limit was used up: 1 is the limit, less is better.
func (g Goal) Used() float64 {
	if g.AtLeast {
		return g.Limit / max(g.Measured, 1e-9)
	}
	return g.Measured / g.Limit
}

// latencies are the goals of questions in ms: p50, p95.
var latencies = map[queries.Kind][2]float64{
	queries.Trace:       {6, 12},
	queries.Correlation: {3, 6},
	queries.FlowPage:    {10, 20},
	queries.TeamFailed:  {10, 20},
	queries.Failures:    {50, 100},
	queries.Map:         {50, 100},
	queries.Rare:        {150, 300},
}

// growth is how much slower questions may be at the largest size than at the smallest.
const growth = 2

// Judge fills in the goals: those of a machine with two cores and the load generator beside Baton, five million spans, and
// everything joined, judged and owned.
func (r *Result) Judge() {
	r.Goals = nil
	goal := func(name, unit string, limit, measured float64, atLeast bool) {
		met := measured <= limit
		if atLeast {
			met = measured >= limit
		}
		r.Goals = append(r.Goals, Goal{name, unit, limit, atLeast, measured, met})
	}
	last := r.Last()
	in := &last.Ingest
	goal("ingest", "spans/s", 150_000, in.Rate, true)
	goal("CPU, all processes", "CPU-s per M spans", 12, in.CPU, false)
	if r.Floor != nil {
		goal("CPU, times the floor", "x", 3, in.CPU/r.Floor.CPU, false)
	}
	goal("peak RSS, all processes", "MB", 600, megabytes(in.PeakRSS), false)
	goal("on disk, all tables", "bytes a span", 45, last.BytesPerSpan(), false)
	for _, q := range last.Queries {
		limit := latencies[q.Kind]
		if q.NotOffered != "" {
			continue
		}
		goal(string(q.Kind)+", p50", "ms", limit[0], q.P50, false)
		goal(string(q.Kind)+", p95", "ms", limit[1], q.P95, false)
		goal(string(q.Kind)+", wrong answers", "", 0, float64(q.Wrong), false)
	}
	if len(r.Stages) > 1 {
		r.judgeGrowth(goal)
	}
	if r.RoundTrip != nil {
		goal("spans that came back different", "", 0, float64(r.RoundTrip.Wrong), false)
	}
	if l := r.Busy; l != nil {
		at := fmt.Sprintf(" at %s spans/s, p95", count(int64(l.Asked)))
		goal("visible"+at, "ms", 1000, l.VisibleP95, false)
		goal("verdict"+at, "ms", 3000, l.VerdictP95, false)
	}
	if r.Idle != nil {
		goal("idle CPU", "% of a core", 1, r.Idle.CPU, false)
		goal("idle RSS, all processes", "MB", 300, megabytes(r.Idle.RSS), false)
	}
}

// judgeGrowth compares the largest size with the smallest.
func (r *Result) judgeGrowth(goal func(name, unit string, limit, measured float64, atLeast bool)) {
	first, last := &r.Stages[0], r.Last()
	// A tenth more is within what runs differ by.
	goal("growth: CPU of ingest", "x", 1.1, last.Ingest.CPU/first.Ingest.CPU, false)
	for i, q := range last.Queries {
		if q.NotOffered == "" && first.Queries[i].P50 > 0 {
			goal("growth: "+string(q.Kind)+", p50", "x", growth, q.P50/first.Queries[i].P50, false)
		}
	}
}

// Missed are the goals that were not met.
func (r *Result) Missed() (out []Goal) {
	for _, g := range r.Goals {
		if !g.Met {
			out = append(out, g)
		}
	}
	return out
}

// Wrong says what was wrong with answers, whatever their speed: the run is worth nothing then.
func (r *Result) Wrong() (out []string) {
	for i := range r.Stages {
		for _, q := range r.Stages[i].Queries {
			if q.Wrong > 0 {
				out = append(out, fmt.Sprintf("%s: %d of %d answers are wrong, the first: %s", q.Kind, q.Wrong, q.Calls, q.FirstWrong))
			}
		}
	}
	if t := r.RoundTrip; t != nil && t.Wrong > 0 {
		out = append(out, fmt.Sprintf("%d of %d spans came back different, the first: %s", t.Wrong, t.Spans, t.FirstWrong))
	}
	return out
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }
