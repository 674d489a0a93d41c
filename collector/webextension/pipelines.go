package webextension

import (
	"context"
	"errors"
	"sync/atomic"

	"go.opentelemetry.io/collector/extension/extensioncapabilities"

	"github.com/baton-observability/baton/web"
)

var _ extensioncapabilities.PipelineWatcher = (*webExtension)(nil)

// pipelines is the way in, as far as health is concerned: extensions start before receivers listen and stop after they
// have closed, so that the page can be asked when spans cannot be sent yet, or any more.
type pipelines struct{ listening atomic.Bool }

// Ready is nil while all receivers listen.
func (p *pipelines) Ready(context.Context) error {
	if !p.listening.Load() {
		return errors.New("the receivers do not listen")
	}
	return nil
}

// Report is empty: a state that lasts a moment is for health alone.
func (p *pipelines) Report(context.Context) web.Report { return web.Report{} }

// Ready is told when all receivers were started.
func (e *webExtension) Ready() error {
	e.pipelines.listening.Store(true)
	return nil
}

// NotReady is told before they are stopped.
func (e *webExtension) NotReady() error {
	e.pipelines.listening.Store(false)
	return nil
}
