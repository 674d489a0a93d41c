package joinerextension

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/baton-observability/baton/flow"
)

// Config of the joiner and the judge.
type Config struct {
	// Storage names the store extension.
	Storage component.ID `mapstructure:"storage"`
	// Roles of this process, separated by commas: all, ingest, join, web. One process of an installation joins.
	Roles string `mapstructure:"roles"`
	// Interval between two looks at what was committed while there is work.
	Interval time.Duration `mapstructure:"interval"`
	// IdleInterval between two looks while nothing happens; this process's own commits are looked at at once.
	IdleInterval time.Duration `mapstructure:"idle_interval"`
	// Quiet is how long nothing must have arrived for a flow before it is judged again.
	Quiet time.Duration `mapstructure:"quiet"`
	// Patience is how long a flow that keeps growing waits for its next verdict.
	Patience time.Duration `mapstructure:"patience"`
	// StalledAfter is the least time a next step that always comes may take.
	StalledAfter time.Duration `mapstructure:"stalled_after"`
	// Idle is how long a quiet flow stays in memory.
	Idle time.Duration `mapstructure:"idle"`
	// Overlap is how far back commits are looked for: a batch may become visible later than a younger one.
	Overlap time.Duration `mapstructure:"overlap"`
	// SaveEvery is how often the watermark and what was learned are written.
	SaveEvery time.Duration `mapstructure:"save_every"`
	// MaxSpans held in memory, MaxTraceSpans of one trace, MaxLoad traces loaded back at once.
	MaxSpans      int         `mapstructure:"max_spans"`
	MaxTraceSpans int         `mapstructure:"max_trace_spans"`
	MaxLoad       int         `mapstructure:"max_load"`
	Limits        flow.Limits `mapstructure:"hot"`
}

func defaultConfig() component.Config {
	return &Config{
		Storage:      component.MustNewID("baton_store"),
		Roles:        "all",
		Interval:     500 * time.Millisecond, // every step that finds something costs the engine a few inserts; this process's commits wake it anyway
		IdleInterval: 2 * time.Second,
		Quiet:        500 * time.Millisecond, // a flow's services export at different moments
		Patience:     2 * time.Second,
		// SDKs export every five seconds, so that a consumer's span may be that late; twice that is not an export any more.
		StalledAfter: 10 * time.Second,
		Idle:         30 * time.Second,
		Overlap:      time.Minute,
		SaveEvery:    5 * time.Second,
		// About 60 MB. At 50,000 spans a second they are the last five seconds, after which SDKs have exported; what a flow
		// that was let go needs when it goes on is read back.
		MaxSpans: 300_000,
		// One trace may be a nightly batch; past this its later spans are stored and shown, and not judged.
		MaxTraceSpans: 100_000,
		MaxLoad:       20_000,
		Limits:        flow.DefaultLimits(),
	}
}

// Validate names the field and the remedy.
func (c *Config) Validate() error {
	var errs []error
	for r := range strings.SplitSeq(c.Roles, ",") {
		switch strings.TrimSpace(r) {
		case "all", "ingest", "join", "web":
		default:
			errs = append(errs, fmt.Errorf("roles: unknown role %q, want all, or some of ingest, join and web (BATON_ROLES)", r))
		}
	}
	for _, d := range []struct {
		name string
		v    time.Duration
	}{{"interval", c.Interval}, {"idle_interval", c.IdleInterval}, {"quiet", c.Quiet}, {"patience", c.Patience}, {"stalled_after", c.StalledAfter}, {"idle", c.Idle}, {"overlap", c.Overlap}, {"save_every", c.SaveEvery}} {
		if d.v <= 0 {
			errs = append(errs, fmt.Errorf("%s is %v: give a duration above zero, for example %s: 1s", d.name, d.v, d.name))
		}
	}
	if c.Idle < 4*c.Quiet {
		errs = append(errs, fmt.Errorf("idle (%v) must be at least four times quiet (%v), or flows leave memory before they are judged", c.Idle, c.Quiet))
	}
	for _, n := range []struct {
		name string
		v    int
	}{{"max_spans", c.MaxSpans}, {"max_trace_spans", c.MaxTraceSpans}, {"max_load", c.MaxLoad}, {"hot::perhour", c.Limits.PerHour}, {"hot::total", c.Limits.Total}} {
		if n.v <= 0 {
			errs = append(errs, fmt.Errorf("%s is %d: give a number above zero", n.name, n.v))
		}
	}
	return errors.Join(errs...)
}

// joins reports whether this process joins and judges.
func (c *Config) joins() bool {
	for r := range strings.SplitSeq(c.Roles, ",") {
		if r = strings.TrimSpace(r); r == "all" || r == "join" {
			return true
		}
	}
	return false
}
