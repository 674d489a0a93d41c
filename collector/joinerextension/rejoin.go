package joinerextension

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
)

// rejoining is what a change of the configuration left to do: flows that were
// joined by what is not to join any more are put together again, from the store.
type rejoining struct {
	never []string // as it is to be remembered when all is done; nil when there is nothing to do
	left  []rejoin
}

type rejoin struct {
	tenant *tenantState
	ids    []flow.FlowID
}

const (
	neverKey = "never"
	// rejoinStep is how many flows are put together again in one step, so that
	// what arrives meanwhile is joined and judged in time.
	rejoinStep = 500
)

// compare finds which flows a change of configuration touches.
func (j *joiner) compare(ctx context.Context) error {
	now := make([]string, 0, len(j.never))
	for i := range j.never {
		now = append(now, j.never[i].String())
	}
	b, err := j.memory.LoadState(ctx, neverKey)
	if err != nil {
		return err
	}
	var before []string
	if len(b) > 0 {
		if err := json.Unmarshal(b, &before); err != nil {
			j.log.Warn("which joins were undone before is unreadable, they are undone again", zap.Error(err))
		}
	}
	if slices.Equal(before, now) {
		return nil
	}
	var keys, services []string
	for i, n := range j.never {
		switch {
		case slices.Contains(before, now[i]):
		case n.Service != "":
			services = append(services, n.Service)
		default:
			keys = append(keys, n.Name)
		}
	}
	j.rejoining.never = now
	if keys == nil && services == nil {
		return nil
	}
	sum := 0
	for name, ts := range j.tenants {
		ids, err := j.sink.FlowsJoinedBy(ctx, name, keys, services, maxCorrelations)
		if err != nil {
			return fmt.Errorf("flows to put together again: %w", err)
		}
		j.rejoining.left = append(j.rejoining.left, rejoin{ts, ids})
		sum += len(ids)
	}
	j.log.Info("flows are put together again without the joins that are not to be made", zap.Int("flows", sum), zap.Strings("never_join", now))
	return nil
}

// rejoin does a step of that. When the process ends before all is done, the next
// one begins anew.
func (j *joiner) rejoin(ctx context.Context, now time.Time) error {
	r := &j.rejoining
	if r.never == nil {
		return nil
	}
	for len(r.left) > 0 && len(r.left[0].ids) == 0 {
		r.left = r.left[1:]
	}
	if len(r.left) == 0 {
		b, err := json.Marshal(r.never)
		if err == nil {
			err = j.memory.SaveState(ctx, neverKey, b)
		}
		if err == nil {
			j.rejoining = rejoining{}
		}
		return err
	}
	d := &r.left[0]
	n := min(len(d.ids), rejoinStep)
	if err := j.reload(ctx, d.tenant, d.ids[:n], now); err != nil {
		return err
	}
	d.ids = d.ids[n:]
	return nil
}
