package storeexporter

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/baton-observability/baton/collector/storeexporter/spanlog"
	"github.com/baton-observability/baton/collector/storeextension"
)

// Config of the exporter: the log behind an acknowledgement, and how its
// records become inserts.
type Config struct {
	// Storage names the store extension.
	Storage component.ID `mapstructure:"storage"`
	// Log is the durable log.
	Log LogConfig `mapstructure:"log"`
	// RangeRows is the number of spans at which a range of the log is inserted.
	RangeRows int `mapstructure:"range_rows"`
	// RangeTime passes between two ranges while spans keep coming; after a pause the first span waits for an eighth of it.
	RangeTime time.Duration `mapstructure:"range_time"`
}

// LogConfig of the durable log.
type LogConfig struct {
	Dir             string        `mapstructure:"dir"`
	Fsync           string        `mapstructure:"fsync"`
	MaxSize         string        `mapstructure:"max_size"`
	ReserveFree     string        `mapstructure:"reserve_free"`
	DuplicateWindow time.Duration `mapstructure:"duplicate_window"`
}

func defaultConfig() component.Config {
	d := spanlog.DefaultConfig("")
	return &Config{
		Storage: component.NewID(storeextension.Type),
		Log:     LogConfig{Dir: "./baton-data/log", Fsync: d.Fsync, DuplicateWindow: d.DuplicateWindow},
		// Big inserts are what makes columns cheap: at 50,000 rows the engine needs a third of what it needs at 10,000.
		RangeRows: 50_000,
		// A span should be visible within a second, of which what keeps coming waits here for half of this in the mean.
		// Shorter ranges cost the engine more for the same spans: at low rates its CPU is the number of inserts.
		RangeTime: 800 * time.Millisecond,
	}
}

// Validate names the field and the remedy.
func (c *Config) Validate() error {
	var errs []error
	if c.RangeRows < 1 || c.RangeRows > 200_000 {
		errs = append(errs, fmt.Errorf("range_rows is %d: give a number from 1 to 200000, 50000 is usual", c.RangeRows))
	}
	if c.RangeTime <= 0 || c.RangeTime > time.Minute {
		errs = append(errs, fmt.Errorf("range_time is %v: give a duration up to 1m, 800ms is usual", c.RangeTime))
	}
	if _, err := c.logConfig(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c *Config) logConfig() (spanlog.Config, error) {
	l := spanlog.DefaultConfig(filepath.Clean(c.Log.Dir))
	if c.Log.Dir == "" {
		return l, errors.New("log::dir is empty: name a folder for the log")
	}
	if c.Log.Fsync != "" {
		l.Fsync = c.Log.Fsync
	}
	l.DuplicateWindow = c.Log.DuplicateWindow
	for _, s := range []struct {
		name, value string
		to          *int64
	}{{"log::max_size", c.Log.MaxSize, &l.MaxSize}, {"log::reserve_free", c.Log.ReserveFree, &l.ReserveFree}} {
		if s.value == "" {
			continue
		}
		n, err := storeextension.ParseSize(s.value)
		if err != nil {
			return l, fmt.Errorf("%s: %w", s.name, err)
		}
		*s.to = n
	}
	return l, l.Validate()
}
