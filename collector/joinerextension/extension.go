// Package joinerextension runs the joiner and the judge: it reads what ingest
// has committed, joins traces into flows, and writes the verdicts. Ingest keeps
// no state for it; everything it knows it can read again from the store.
package joinerextension

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/collector/storeextension"
)

// Type of the extension in a configuration.
var Type = component.MustNewType("baton_joiner")

// NewFactory makes the extension's factory.
func NewFactory() extension.Factory {
	return extension.NewFactory(Type, defaultConfig, func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
		return &joinerExtension{cfg: cfg.(*Config), log: set.Logger}, nil
	}, component.StabilityLevelDevelopment)
}

type joinerExtension struct {
	cfg    *Config
	log    *zap.Logger
	work   *worker
	cancel context.CancelFunc
	done   sync.WaitGroup
}

var _ extensioncapabilities.Dependent = (*joinerExtension)(nil)

// Dependencies makes the store start first and stop last.
func (e *joinerExtension) Dependencies() []component.ID { return []component.ID{e.cfg.Storage} }

// Start begins to join, or to stand by while another instance does.
func (e *joinerExtension) Start(_ context.Context, host component.Host) error {
	if !e.cfg.joins() {
		return nil
	}
	x, err := storeextension.Find(host, e.cfg.Storage)
	if err != nil {
		return err
	}
	st := x.Store()
	e.work = &worker{stats: &counters{}, make: func() *joiner {
		j := newJoiner(e.cfg, st, st, st, st, e.log, time.Now)
		j.never = x.Extractor().Never()
		return j
	}}
	if st.Shared() {
		name, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("the name of this host, by which its joiner is known: %w", err)
		}
		e.work.lease = &lease{memory: st, holder: fmt.Sprintf("%s/%08x", name, rand.Uint32()), term: leaseTerm, clock: time.Now}
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.cancel = cancel
	e.done.Go(func() { e.run(ctx, st.Committed()) })
	x.AddPart(e)
	return nil
}

// leaseTerm is after how long without a sign of life another instance takes over.
const leaseTerm = 15 * time.Second

// Shutdown saves what was learned.
func (e *joinerExtension) Shutdown(ctx context.Context) error {
	if e.cancel == nil {
		return nil
	}
	e.cancel()
	e.done.Wait()
	return e.work.stop(ctx)
}

// run steps until the context ends. An engine that is away is waited for: what
// it has missed is in the feed.
func (e *joinerExtension) run(ctx context.Context, committed <-chan struct{}) {
	wait := e.cfg.Interval
	for {
		took, err := e.work.step(ctx)
		news := committed
		if err == nil && took > 0 {
			e.work.stats.lastErr.Store(nil)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.note(err)
			wait, news = min(2*wait, 5*time.Second), nil
		case e.work.standby():
			wait, news = leaseTerm/5, nil
		case took > 0 && e.work.joiner.rush: // there may be more
			wait = e.cfg.Interval / 10
		case e.work.joiner.busy(): // the next commit brings a step too, and each step costs the engine a few inserts
			wait = e.cfg.Interval + e.cfg.Quiet
		default: // other instances commit without telling, and deadlines come
			wait = e.cfg.IdleInterval
		}
		select {
		case <-ctx.Done():
			return
		case <-news:
			// Commits that follow within a moment are taken in together.
			select {
			case <-ctx.Done():
				return
			case <-time.After(e.cfg.Interval / 10):
			}
		case <-time.After(wait):
		}
	}
}

func (e *joinerExtension) note(err error) {
	text := err.Error()
	if old := e.work.stats.lastErr.Swap(&text); old == nil || *old != text {
		e.log.Warn("the joiner waits", zap.Error(err))
	}
}
