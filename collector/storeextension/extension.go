// Package storeextension owns the store's lifetime, and that of the embedded
// engine under it. Exporters and the web server find the store through it.
package storeextension

import (
	"context"
	"fmt"
	"os"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/engine"
)

// Type of the extension in a configuration.
var Type = component.MustNewType("baton_store")

// NewFactory makes the extension's factory.
func NewFactory() extension.Factory {
	return extension.NewFactory(Type, defaultConfig, func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
		return &Extension{cfg: cfg.(*Config), log: set.Logger, figures: map[string]func() []Figure{}}, nil
	}, component.StabilityLevelDevelopment)
}

// Extension holds the store between Start and Shutdown.
type Extension struct {
	cfg   *Config
	log   *zap.Logger
	store *store.Store

	mu      sync.Mutex
	figures map[string]func() []Figure
}

// Figure is one number that a part of the process reports about itself.
type Figure struct {
	Name  string
	Unit  string
	Value float64
	Note  string // not empty when the figure calls for attention
}

// Start opens the store and waits until it answers.
func (e *Extension) Start(ctx context.Context, _ component.Host) error {
	extractor, err := flow.NewExtractor(e.cfg.rules())
	if err != nil {
		return err
	}
	c := store.Config{DSN: e.cfg.DSN, Dir: e.cfg.Dir, Extractor: extractor, Logger: e.log, Instance: instance()}
	if c.Retention, err = ParseAge(e.cfg.Retention); err != nil {
		return err
	}
	if c.MaxDisk, err = ParseSize(e.cfg.MaxDisk); err != nil {
		return err
	}
	memory, err := ParseSize(e.cfg.EngineMemory)
	if err != nil {
		return err
	}
	c.Engine = engine.Config{Lib: e.cfg.EngineLib, MaxMemory: memory}
	ctx, cancel := context.WithTimeout(ctx, e.cfg.StartTimeout)
	defer cancel()
	if e.store, err = store.Open(ctx, c); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	return nil
}

func instance() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// Shutdown closes the store; whoever uses it has stopped before.
func (e *Extension) Shutdown(ctx context.Context) error {
	if e.store == nil {
		return nil
	}
	return e.store.Close(ctx)
}

// Store is what was opened. It is nil before Start.
func (e *Extension) Store() *store.Store { return e.store }

// Report registers a part's figures for the status page.
func (e *Extension) Report(part string, figures func() []Figure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.figures[part] = figures
}

// Figures asks every part that has registered.
func (e *Extension) Figures() map[string][]Figure {
	e.mu.Lock()
	parts := make(map[string]func() []Figure, len(e.figures))
	for name, f := range e.figures {
		parts[name] = f
	}
	e.mu.Unlock()
	out := make(map[string][]Figure, len(parts))
	for name, f := range parts {
		out[name] = f()
	}
	return out
}

// Find returns the store extension of a running collector.
func Find(host component.Host, id component.ID) (*Extension, error) {
	x, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf("there is no extension %q: name it under service::extensions, or set storage to the one that is there", id)
	}
	e, ok := x.(*Extension)
	if !ok {
		return nil, fmt.Errorf("extension %q is not a %s", id, Type)
	}
	return e, nil
}
