// Package storeextension owns the store's lifetime, and that of the embedded
// engine under it. Exporters and the web server find the store through it.
package storeextension

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/web"
)

// Type of the extension in a configuration.
var Type = component.MustNewType("baton_store")

// NewFactory makes the extension's factory.
func NewFactory() extension.Factory {
	return extension.NewFactory(Type, defaultConfig, func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
		return &Extension{cfg: cfg.(*Config), log: set.Logger}, nil
	}, component.StabilityLevelDevelopment)
}

// Extension holds the store between Start and Shutdown.
type Extension struct {
	cfg   *Config
	log   *zap.Logger
	store *store.Store

	extractor *flow.Extractor
	owners    *ownership.Watcher
	history   *ownerHistory
	cancel    context.CancelFunc
	done      sync.WaitGroup

	mu    sync.Mutex
	parts []web.Part
}

// Start opens the store and waits until it answers.
func (e *Extension) Start(ctx context.Context, _ component.Host) error {
	var err error
	if e.extractor, err = flow.NewExtractor(e.cfg.rules()); err != nil {
		return err
	}
	e.owners = ownership.NewWatcher(e.cfg.ownershipPaths(), e.ownersChanged, 0, imports.Options(e.cfg.catalogueCache())...)
	c := store.Config{DSN: e.cfg.DSN, Dir: e.cfg.Dir, Extractor: e.extractor, Logger: e.log, Instance: instance()}
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
	e.AddPart(web.StoreHealth(e.store))
	run, stop := context.WithCancel(context.Background())
	e.cancel = stop
	e.history = newOwnerHistory(e.store, e.owners.Current, e.log)
	e.done.Go(func() { e.history.run(run) })
	e.done.Go(func() { e.owners.Run(run) })
	return nil
}

// ownersChanged keeps on endpoints what the rules look at, and says what a
// reload brought. The first call comes before there is a history, which begins
// with what is there.
func (e *Extension) ownersChanged(set *ownership.Set, st ownership.Status) {
	e.extractor.KeepOwnerAttributes(slices.Concat(e.cfg.OwnerAttributes, set.Keys()))
	if e.history != nil {
		e.history.changed()
	}
	for _, p := range st.Problems {
		e.log.Error("a source of owners is broken, its last good state stays", zap.String("file", p.File), zap.Int("line", p.Line),
			zap.String("problem", p.What), zap.String("remedy", p.Remedy))
	}
	if st.OK() && len(st.Files) > 0 {
		e.log.Info("ownership loaded", zap.Int("files", len(st.Files)), zap.Int("teams", len(set.Teams())), zap.Int("warnings", len(st.Warnings)))
	}
}

// Owners are the current ownership rules. It is nil before Start.
func (e *Extension) Owners() *ownership.Watcher { return e.owners }

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
	if e.cancel != nil {
		e.cancel()
		e.done.Wait()
	}
	return e.store.Close(ctx)
}

// Store is what was opened. It is nil before Start.
func (e *Extension) Store() *store.Store { return e.store }

// Extractor reads facts from spans by the configured rules. It is nil before Start.
func (e *Extension) Extractor() *flow.Extractor { return e.extractor }

// AddPart registers a part of the process for health and the status page.
func (e *Extension) AddPart(p web.Part) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.parts = append(e.parts, p)
}

// Part is the store and everything that was added, as one.
func (e *Extension) Part() web.Part { return parts{e} }

type parts struct{ e *Extension }

func (p parts) all() []web.Part {
	p.e.mu.Lock()
	defer p.e.mu.Unlock()
	return slices.Clone(p.e.parts)
}

// Ready is the first part that is not, or nil.
func (p parts) Ready(ctx context.Context) error {
	for _, q := range p.all() {
		if err := q.Ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Report gathers what all parts say.
func (p parts) Report(ctx context.Context) web.Report {
	var out web.Report
	for _, q := range p.all() {
		r := q.Report(ctx)
		out.Parts = append(out.Parts, r.Parts...)
		out.Figures = append(out.Figures, r.Figures...)
		out.HotValues = append(out.HotValues, r.HotValues...)
		out.Caps = append(out.Caps, r.Caps...)
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
