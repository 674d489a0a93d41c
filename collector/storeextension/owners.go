package storeextension

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/web"
)

// newEndpointsEvery is how often the history looks for endpoints that are new.
// It need not be often: what is not recorded yet is shown with its owner of now,
// and a change of rules records it first, with the owner that it had.
const newEndpointsEvery = 10 * time.Second

// ownerHistory records who owns each endpoint: when it was first seen, and
// whenever that changes. One goroutine runs it.
type ownerHistory struct {
	store   *store.Store
	current func() *ownership.Set
	clock   func() time.Time
	every   time.Duration
	log     *zap.Logger
	news    chan struct{} // one slot: the rules have changed

	recorded *ownership.Set // by which everything is recorded, nil at first
	noticed  time.Time      // when the rules were seen to have changed
}

func newOwnerHistory(s *store.Store, current func() *ownership.Set, log *zap.Logger) *ownerHistory {
	return &ownerHistory{store: s, current: current, clock: time.Now, every: newEndpointsEvery, log: log, news: make(chan struct{}, 1)}
}

// changed says that the rules are others now. It does not wait.
func (h *ownerHistory) changed() {
	select {
	case h.news <- struct{}{}:
	default:
	}
}

// run records until the context ends. While the store is away it tries again,
// and a change keeps the time at which it was noticed.
func (h *ownerHistory) run(ctx context.Context) {
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for failing := false; ; {
		err := h.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing && !errors.Is(err, store.ErrUnavailable) {
			h.log.Warn("the history of owners waits", zap.Error(err))
		}
		failing = err != nil
		retry := (<-chan time.Time)(nil)
		if failing {
			retry = time.After(time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-h.news:
		case <-tick.C:
		case <-retry:
		}
	}
}

// look records what has changed since the last time.
func (h *ownerHistory) look(ctx context.Context) error {
	set := h.current()
	if h.recorded != nil && h.recorded.Version() == set.Version() {
		tenants, err := h.store.TenantsWithoutOwners(ctx)
		if err != nil {
			return err
		}
		return h.record(ctx, tenants, set, false)
	}
	if h.noticed.IsZero() {
		h.noticed = h.clock()
	}
	tenants, err := h.store.Tenants(ctx)
	if err != nil {
		return err
	}
	if err := h.record(ctx, tenants, set, true); err != nil {
		return err
	}
	h.recorded, h.noticed = set, time.Time{}
	return nil
}

// record writes the owners of tenants' endpoints that are new, and with rules
// that are new the owners that differ from those recorded.
func (h *ownerHistory) record(ctx context.Context, tenants []string, set *ownership.Set, newRules bool) error {
	for _, tenant := range tenants {
		last, err := h.store.LastOwners(ctx, tenant)
		if err != nil {
			return err
		}
		endpoints, err := h.store.Endpoints(ctx, tenant)
		if err != nil {
			return err
		}
		first := firstOwners(endpoints, last.By, cmp.Or(h.recorded, set))
		if len(first) > 0 {
			if err := h.store.RecordOwners(ctx, tenant, last, first); err != nil {
				return err
			}
		}
		if !newRules {
			continue
		}
		if len(first) > 0 {
			if last, err = h.store.LastOwners(ctx, tenant); err != nil {
				return err
			}
		}
		changes := newOwners(endpoints, last.By, set, h.noticed.UnixNano())
		if err := h.store.RecordOwners(ctx, tenant, last, changes); err != nil {
			return err
		}
		if len(changes) > 0 {
			h.log.Info("owners changed", zap.String("tenant", tenant), zap.Int("endpoints", len(changes)))
		}
	}
	return nil
}

// firstOwners are the owners of endpoints that have none recorded, from when
// they were first seen.
func firstOwners(endpoints []store.EndpointRecord, last map[uint64]store.OwnerChange, set *ownership.Set) []store.OwnerChange {
	var out []store.OwnerChange
	for i := range endpoints {
		e := &endpoints[i]
		if _, ok := last[e.ID]; !ok {
			out = append(out, ownerChange(e, set, e.FirstSeen))
		}
	}
	return ordered(out)
}

// newOwners are the endpoints that the rules give to others than what was
// recorded last, or for another reason. A clock that was set back does not put
// a change before the one it follows.
func newOwners(endpoints []store.EndpointRecord, last map[uint64]store.OwnerChange, set *ownership.Set, at int64) []store.OwnerChange {
	var out []store.OwnerChange
	for i := range endpoints {
		e := &endpoints[i]
		was, ok := last[e.ID]
		if !ok {
			continue // it came a moment ago, and is recorded as new
		}
		c := ownerChange(e, set, max(at, was.At+1))
		if c.Team != was.Team || c.Source != was.Source || c.Origin != was.Origin {
			out = append(out, c)
		}
	}
	return ordered(out)
}

func ownerChange(e *store.EndpointRecord, set *ownership.Set, at int64) store.OwnerChange {
	o := set.Resolve(web.Subject(&e.Endpoint))
	return store.OwnerChange{Endpoint: e.ID, At: at, Team: o.Team, Source: o.Source, Origin: o.Origin, Why: o.Why}
}

// ordered makes what two instances found alike, so that it is recorded once.
func ordered(cs []store.OwnerChange) []store.OwnerChange {
	slices.SortFunc(cs, func(a, b store.OwnerChange) int { return cmp.Compare(a.Endpoint, b.Endpoint) })
	return cs
}
