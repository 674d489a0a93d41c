package joinerextension

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// worker joins while it holds the lease; without one it is alone.
type worker struct {
	make   func() *joiner
	lease  *lease // nil when no other process can reach the store
	stats  *counters
	ghosts time.Time // since when another one may have written what nobody has, zero when that was looked into
	joiner *joiner   // nil until it has read what is known
}

// step does a step's work and reports how many batches it took.
func (w *worker) step(ctx context.Context) (int, error) {
	if w.lease != nil {
		held, anew, err := w.lease.held(ctx)
		if err != nil {
			return 0, err
		}
		if !held || anew {
			w.joiner = nil
		}
		if !held {
			other := cmp.Or(w.lease.other, "another instance")
			w.stats.other.Store(&other)
			return 0, nil
		}
		w.stats.other.Store(nil)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.lease.left())
		defer cancel()
	}
	if w.joiner == nil {
		j := w.make()
		j.stats, j.alone = w.stats, w.lease == nil
		if err := j.start(ctx); err != nil {
			return 0, err
		}
		if w.lease != nil { // a former holder may have begun with an overlap of its own, and its last write come late
			j.mark = j.mark.Add(-j.cfg.Overlap)
			w.ghosts = j.clock().Add(-3 * j.cfg.Overlap)
		}
		w.joiner = j
	}
	took, err := w.joiner.step(ctx)
	if w.joiner.broken {
		w.joiner = nil // to begin anew from what was saved, as after a kill
		return took, err
	}
	if err == nil && took == 0 && !w.ghosts.IsZero() {
		if err = w.joiner.layGhosts(ctx, w.ghosts); err == nil {
			w.ghosts = time.Time{}
		}
	}
	return took, err
}

// standby reports whether somebody else joins.
func (w *worker) standby() bool { return w.joiner == nil }

// stop saves what was learned and lets another one take over at once.
func (w *worker) stop(ctx context.Context) error {
	var errs []error
	if w.joiner != nil && (w.lease == nil || w.lease.left() > 0) {
		errs = append(errs, w.joiner.save(ctx, time.Now(), true))
	}
	if w.lease != nil {
		errs = append(errs, w.lease.release(ctx))
	}
	return errors.Join(errs...)
}
