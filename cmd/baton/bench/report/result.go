// Package report says what a bench has measured: to people as a table, to machines as JSON, to readers of the documentation as
// Markdown, and to those who must know as a list of goals that were met or missed.
package report

import (
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/harness"
	"github.com/baton-observability/baton/cmd/baton/bench/queries"
)

// Result is everything that one run measured. What it did not measure is null.
type Result struct {
	At      time.Time `json:"at"`
	Command string    `json:"command"`
	Version string    `json:"version"`
	Machine string    `json:"machine"`
	Load    string    `json:"load_average_before"`
	Corpus  Corpus    `json:"corpus"`

	Floor     *Ingest            `json:"floor,omitempty"`
	Stages    []Stage            `json:"stages"` // one, or more in a run of growth
	RoundTrip *queries.RoundTrip `json:"round_trip,omitempty"`
	Quiet     *Latency           `json:"latency_quiet,omitempty"`
	Busy      *Latency           `json:"latency_busy,omitempty"`
	Idle      *Idle              `json:"idle,omitempty"`
	Goals     []Goal             `json:"goals"`
}

// Last is the stage with everything stored.
func (r *Result) Last() *Stage { return &r.Stages[len(r.Stages)-1] }

// Corpus is what was sent.
type Corpus struct {
	Seed         uint64  `json:"seed"`
	Spans        int64   `json:"spans"`
	Flows        int64   `json:"flows"`
	Services     int     `json:"services"`
	Attributes   int     `json:"attributes"`
	Failures     float64 `json:"failures"`
	BytesPerSpan float64 `json:"wire_bytes_per_span"`
	Protocol     string  `json:"protocol"`
	Connections  int     `json:"connections"`
	Days         int     `json:"days"`
}

// Ingest is what taking spans cost, all processes together.
type Ingest struct {
	Spans int64 `json:"spans"`
	// Rate is spans a second until the last was stored and joined. Acknowledging alone may be faster: what is acknowledged is in
	// the log, which can grow for a while.
	Rate         float64 `json:"spans_per_second"`
	Acknowledged float64 `json:"acknowledged_per_second"`
	CPU          float64 `json:"cpu_seconds_per_million"`
	OwnCPU       float64 `json:"own_cpu_seconds_per_million"`
	EngineCPU    float64 `json:"engine_cpu_seconds_per_million"`
	PeakRSS      int64   `json:"peak_rss_bytes"`
	PeakPSS      int64   `json:"peak_pss_bytes"`
	Retries      int64   `json:"retries"`
	SettledInMs  int64   `json:"settled_after_ms"` // after the last acknowledgement
}

// Stage is one size: what it took to get there, what is on disk, and what questions take.
type Stage struct {
	Stored int64           `json:"stored_spans"`
	Ingest Ingest          `json:"ingest"`
	Tables []harness.Table `json:"tables"`
	Log    int64           `json:"log_bytes"`
	// Untrimmed is bytes a span of all tables as soon as all work was done, with what is dropped some minutes later.
	Untrimmed float64          `json:"untrimmed_bytes_per_span"`
	Queries   []queries.Timing `json:"queries"`
}

// BytesPerSpan is all tables; the log is beside it, because it is trimmed.
func (s *Stage) BytesPerSpan() float64 {
	sum := int64(0)
	for _, t := range s.Tables {
		sum += t.Bytes
	}
	return float64(sum) / float64(s.Stored)
}

// Latency is how long after its acknowledgement a flow was seen whole, and judged, in milliseconds.
type Latency struct {
	Flows      int     `json:"flows"`
	Asked      float64 `json:"asked_spans_per_second"` // that were to come in beside them
	Load       float64 `json:"load_spans_per_second"`  // that did
	Late       int     `json:"late"`                   // flows that were not seen and judged rightly within a minute
	FirstLate  string  `json:"first_late,omitempty"`
	VisibleP50 float64 `json:"visible_p50_ms"`
	VisibleP95 float64 `json:"visible_p95_ms"`
	VerdictP50 float64 `json:"verdict_p50_ms"`
	VerdictP95 float64 `json:"verdict_p95_ms"`
}

// Idle is what it costs to do nothing.
type Idle struct {
	Rested  float64 `json:"rested_seconds"` // before it was measured
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_percent_of_a_core"`
	RSS     int64   `json:"rss_bytes"`
	PSS     int64   `json:"pss_bytes"`
}
