package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/engine"
)

// Config says where the data is and how long it is kept.
type Config struct {
	// DSN of a ClickHouse server, clickhouse://user:password@host:9000/database.
	// Empty: the embedded engine.
	DSN string
	// Dir is the data folder of the embedded engine.
	Dir string
	// Engine has the other settings of the embedded engine; its Dir is Dir.
	Engine engine.Config
	// Options connect to an engine that somebody else runs, as tests do.
	// With them neither DSN nor Dir is used.
	Options *clickhouse.Options
	// Retention drops data that arrived longer ago; 0 keeps everything.
	Retention time.Duration
	// MaxDisk drops the oldest days while the data takes more bytes; 0 for no limit.
	MaxDisk int64
	// Instance names this process in commit records.
	Instance string
	// Extractor reads facts from spans, when they are written and when they are read.
	Extractor *flow.Extractor
	Logger    *zap.Logger
	// Clock is time.Now unless a test says otherwise.
	Clock func() time.Time
}

// Validate reports what is missing, with the remedy.
func (c *Config) Validate() error {
	var errs []error
	if c.Extractor == nil {
		errs = append(errs, errors.New("the store needs an extractor"))
	}
	if c.DSN == "" && c.Dir == "" && c.Options == nil {
		errs = append(errs, errors.New("the store needs a data folder or the DSN of a server"))
	}
	if c.Retention < 0 || c.Retention > 0 && c.Retention < 24*time.Hour {
		errs = append(errs, fmt.Errorf("a retention of %s: data is dropped by whole days, so choose at least 24h, or 0 to keep everything", c.Retention))
	}
	if c.MaxDisk < 0 {
		errs = append(errs, errors.New("the disk limit is negative: choose 0 for none"))
	}
	return errors.Join(errs...)
}
