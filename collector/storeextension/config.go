package storeextension

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/baton-observability/baton/flow"
)

// Config says where the data is, how long it stays and how spans are read.
type Config struct {
	// Dir is the data folder of the embedded engine.
	Dir string `mapstructure:"dir"`
	// DSN of a ClickHouse server; empty means the embedded engine.
	DSN string `mapstructure:"dsn"`
	// Retention is the age since arrival at which data is dropped: "14d", "36h"; "0" keeps everything.
	Retention string `mapstructure:"retention"`
	// MaxDisk is the size at which the oldest day is dropped: "50GiB"; empty or "0" for no limit.
	MaxDisk string `mapstructure:"max_disk"`
	// CorrelationKeys are business keys, separated by commas; a trailing * lets a key repeat in one flow.
	CorrelationKeys string `mapstructure:"correlation_keys"`
	// NeverJoin undoes wrong joins, separated by commas: NAME[=VALUE][@SERVICE], also link@SERVICE and message@SERVICE.
	NeverJoin string `mapstructure:"never_join"`
	// Ownership are files and globs with teams and rules, separated by commas.
	Ownership string `mapstructure:"ownership"`
	// OwnerAttributes are resource attributes kept on endpoints besides those that the ownership files name.
	OwnerAttributes []string `mapstructure:"owner_attributes"`
	// EngineLib is the path of the engine's library; empty looks in the usual places.
	EngineLib string `mapstructure:"engine_lib"`
	// EngineMemory bounds the engine's memory: "1GiB".
	EngineMemory string `mapstructure:"engine_memory"`
	// StartTimeout is how long the engine or the server may take to answer at start.
	StartTimeout time.Duration `mapstructure:"start_timeout"`
}

func defaultConfig() component.Config {
	return &Config{
		Dir:          "./baton-data",
		Retention:    "14d",
		EngineMemory: "1GiB",
		StartTimeout: 30 * time.Second, // a data folder of many parts takes seconds to attach, a server may be starting too
	}
}

// Validate names the field and the remedy.
func (c *Config) Validate() error {
	var errs []error
	if c.DSN == "" && c.Dir == "" {
		errs = append(errs, errors.New("dir is empty: name a folder for the data, for example BATON_DATA_DIR=./baton-data, or a server with BATON_CLICKHOUSE_DSN"))
	}
	if _, err := ParseAge(c.Retention); err != nil {
		errs = append(errs, fmt.Errorf("retention: %w", err))
	}
	for name, v := range map[string]string{"max_disk": c.MaxDisk, "engine_memory": c.EngineMemory} {
		if _, err := ParseSize(v); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if _, err := flow.NewExtractor(c.rules()); err != nil {
		errs = append(errs, fmt.Errorf("correlation_keys or never_join: %w", err))
	}
	return errors.Join(errs...)
}

func (c *Config) rules() flow.Rules {
	return flow.Rules{OwnerAttributes: c.OwnerAttributes, Keys: list(c.CorrelationKeys), Never: list(c.NeverJoin)}
}

func (c *Config) ownershipPaths() []string { return list(c.Ownership) }

func list(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// catalogueCache is where the last good answers of catalogues are kept.
func (c *Config) catalogueCache() string {
	if c.Dir == "" {
		return ""
	}
	return filepath.Join(c.Dir, "catalogues")
}

// ParseAge reads a duration that may be given in days. Zero and "" mean "for ever".
func ParseAge(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "0" {
		return 0, nil
	}
	days, isDays := strings.CutSuffix(s, "d")
	if isDays {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36500 {
			return 0, fmt.Errorf("%q is no age: write for example 14d, 36h, or 0 to keep everything", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no age: write for example 14d, 36h, or 0 to keep everything", s)
	}
	return d, nil
}

// ParseSize reads a number of bytes with an optional unit. Zero and "" mean "no limit".
func ParseSize(s string) (int64, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	if t == "" {
		return 0, nil
	}
	units := []struct {
		name string
		n    int64
	}{{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"b", 1}}
	unit := int64(1)
	for _, u := range units {
		if r, ok := strings.CutSuffix(t, u.name); ok {
			t, unit = strings.TrimSpace(r), u.n
			break
		}
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil || f < 0 || f*float64(unit) > 1<<60 {
		return 0, fmt.Errorf("%q is no size: write for example 50GiB, 500MB, or 0 for no limit", s)
	}
	return int64(f * float64(unit)), nil
}
