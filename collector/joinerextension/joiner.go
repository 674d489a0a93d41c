package joinerextension

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/web"
)

// joiner reads committed batches, joins their traces into flows, judges the
// flows and writes what changed. One goroutine owns all of it.
type joiner struct {
	cfg       *Config
	feed      feed
	facts     facts
	sink      sink
	memory    memory
	log       *zap.Logger
	clock     func() time.Time
	tenants   map[string]*tenantState
	filter    *filter // of all tenants: a hash that another tenant has costs a look-up
	dirty     map[dirtyKey]struct{}
	later     deadlines
	write     writes
	known     map[uint64]flow.Endpoint // endpoints by id
	between   map[[2]uint64][]uint64   // channels between two endpoints
	outside   map[uint64]*outside      // by caller
	seen      map[string]time.Time     // batches taken in within the overlap
	mark      time.Time                // everything before it minus the overlap has been taken in
	saved     time.Time
	savedTo   time.Time // the watermark that was saved last
	lessons   []due     // in the order of their times
	alone     bool      // nobody else joins here, so that what was taken in is done for good
	learntTo  time.Time // what was taken in up to here has taught what it could
	revised   uint64    // the last revision given
	listened  time.Time // when silent sources were last looked for
	never     []flow.Never
	rejoining rejoining
	ids       []uint64 // scratch of row
	services  []string
	stats     *counters
}

type dirtyKey struct {
	tenant *tenantState
	id     flow.FlowID
}

// counters are read by the status page while the joiner runs.
type counters struct {
	batches, spans, judged, judgedWhole, loaded, capped, evicted atomic.Int64
	flows, held                                                  atomic.Int64
	looked                                                       atomic.Int64 // Unix ns up to which everything committed was taken in
	hotValues                                                    atomic.Pointer[[]web.HotValue]
	silent                                                       atomic.Pointer[[]silentSource]
	lastErr, other                                               atomic.Pointer[string] // other holds the lease
}

func newJoiner(cfg *Config, f feed, r facts, w sink, m memory, log *zap.Logger, clock func() time.Time) *joiner {
	return &joiner{cfg: cfg, feed: f, facts: r, sink: w, memory: m, log: log, clock: clock, tenants: map[string]*tenantState{}, filter: newFilter(),
		stats: &counters{}, dirty: map[dirtyKey]struct{}{}, known: map[uint64]flow.Endpoint{}, seen: map[string]time.Time{}, alone: true}
}

// start recovers what an earlier process knew.
func (j *joiner) start(ctx context.Context) error {
	if err := j.feed.KnownHashes(ctx, j.filter.add); err != nil {
		return fmt.Errorf("read the known values: %w", err)
	}
	b, err := j.memory.LoadState(ctx, "watermark")
	if err != nil {
		return err
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &j.mark); err != nil {
			j.log.Warn("the joiner's watermark is unreadable, reading the whole feed again", zap.Error(err))
		}
		j.learntTo = j.mark
	}
	if err := j.remind(ctx); err != nil {
		return err
	}
	if j.revised, err = j.memory.LastRevision(ctx); err != nil {
		return fmt.Errorf("read the last revision: %w", err)
	}
	tenants, err := j.feed.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("read the tenants: %w", err)
	}
	for _, name := range tenants {
		if err := j.recall(ctx, name, j.tenant(name)); err != nil {
			return err
		}
	}
	return j.compare(ctx)
}

// takenKey is the state in which a joiner that is alone says which batches of
// the overlap it need not take in again: with all their flows read back from the
// store that would take minutes after a rush.
const takenKey = "taken"

func (j *joiner) remind(ctx context.Context) error {
	if !j.alone {
		return nil
	}
	b, err := j.memory.LoadState(ctx, takenKey)
	if err != nil {
		return err
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &j.seen); err != nil {
			j.seen = map[string]time.Time{}
			j.log.Warn("what the joiner took in is unreadable, taking the last minute in again", zap.Error(err))
		}
	}
	return nil
}

// taken are the batches that are joined and judged. The last seconds of them
// are left out: they tell who starts how late it is in replayed data, and what
// they taught may not have counted yet.
func (j *joiner) taken(done time.Time) map[string]time.Time {
	ids := map[string]time.Time{}
	for id, at := range j.seen {
		if !at.After(done.Add(-j.cfg.Patience)) {
			ids[id] = at
		}
	}
	return ids
}

// recall loads what was learned of a tenant, and the flows it waits for.
func (j *joiner) recall(ctx context.Context, name string, ts *tenantState) error {
	b, err := j.memory.LoadState(ctx, "learned/"+name)
	if err != nil {
		return err
	}
	if ts.learnt, err = decodeLearned(b); err != nil {
		j.log.Warn("what was learned of hand-overs is unreadable, learning anew", zap.String("tenant", name), zap.Error(err))
	}
	var ids []uint64
	for _, s := range ts.learnt.Senders {
		for id := range s.Takers {
			ids = append(ids, id)
		}
	}
	found, err := j.sink.EndpointsByID(ctx, name, ids)
	if err != nil {
		return err
	}
	maps.Copy(j.known, found)
	open, err := j.sink.OpenFlows(ctx, name)
	if err != nil {
		return fmt.Errorf("flows that are still running: %w", err)
	}
	now := j.clock()
	for _, id := range open {
		j.later.asleep(ts, id, now.Add(j.cfg.Quiet))
	}
	return nil
}

func (j *joiner) tenant(name string) *tenantState {
	ts := j.tenants[name]
	if ts == nil {
		ts = newTenant(name, j.filter)
		j.tenants[name] = ts
	}
	return ts
}

// step takes in what was committed, judges what is due, and writes. It returns
// how many batches it took.
func (j *joiner) step(ctx context.Context) (int, error) {
	now := j.clock()
	since := j.mark.Add(-j.cfg.Overlap)
	batches, err := j.feed.Batches(ctx, since, func(id string) bool { _, ok := j.seen[id]; return ok })
	if err != nil {
		return 0, err
	}
	for i := range batches {
		if err := j.takeIn(ctx, &batches[i]); err != nil {
			return i, err
		}
	}
	if err := j.wake(ctx, now); err != nil {
		return len(batches), err
	}
	if err := j.rejoin(ctx, now); err != nil {
		return len(batches), err
	}
	if err := j.judge(ctx, now); err != nil {
		return len(batches), err
	}
	if err := j.write.flush(ctx, j.sink); err != nil {
		return len(batches), err
	}
	for i := range batches {
		if batches[i].IngestedAt.After(j.mark) {
			j.mark = batches[i].IngestedAt
		}
	}
	if len(batches) == 0 {
		j.stats.looked.Store(now.UnixNano())
	} else {
		j.stats.looked.Store(j.mark.UnixNano())
	}
	j.forget(now)
	return len(batches), j.save(ctx, now, false)
}

// busy reports whether a flow waits for its verdict.
func (j *joiner) busy() bool {
	return len(j.dirty) > 0 || j.rejoining.never != nil || j.later.soon(j.clock().Add(j.cfg.Interval))
}

func (j *joiner) takeIn(ctx context.Context, b *store.BatchFeed) error {
	byTenant := map[string][]flow.TraceSpans{}
	spans := 0
	for _, t := range b.Traces {
		byTenant[t.Tenant] = append(byTenant[t.Tenant], t)
		spans += len(t.Spans)
	}
	for name, traces := range byTenant {
		if err := j.absorb(ctx, j.tenant(name), traces, b.IngestedAt); err != nil {
			return fmt.Errorf("batch %s: %w", b.ID, err)
		}
	}
	j.seen[b.ID] = b.IngestedAt
	j.stats.batches.Add(1)
	j.stats.spans.Add(int64(spans))
	return nil
}

// wake makes flows due whose waiting is over, loading those that were let go.
func (j *joiner) wake(ctx context.Context, now time.Time) error {
	asleep := map[*tenantState][]flow.FlowID{}
	for n := 0; n < rejoinStep; {
		ts, id, ok := j.later.pop(now)
		if !ok {
			break
		}
		if f := ts.flows[id]; f != nil {
			if !f.checkAt.IsZero() && !f.checkAt.After(now) {
				f.checkAt = time.Time{}
				f.waiting = now.Add(-j.cfg.Patience)
				j.dirty[dirtyKey{ts, id}] = struct{}{}
			}
			continue
		}
		if at, ok := ts.asleep[id]; !ok || at.After(now) {
			continue // it ended before it was let go, or is another time's
		}
		delete(ts.asleep, id)
		asleep[ts] = append(asleep[ts], id)
		n++
	}
	for ts, ids := range asleep {
		if err := j.reload(ctx, ts, ids, now); err != nil {
			return err
		}
	}
	return nil
}

// reload brings flows back into memory.
func (j *joiner) reload(ctx context.Context, ts *tenantState, ids []flow.FlowID, now time.Time) error {
	segments, err := j.facts.SegmentsOfFlows(ctx, ts.name, ids)
	if err != nil {
		return err
	}
	var traces []flow.TraceID
	asked := map[flow.TraceID]bool{}
	for _, s := range segments {
		if !asked[s.Trace] && ts.traces[s.Trace] == nil {
			asked[s.Trace] = true
			traces = append(traces, s.Trace)
		}
	}
	loaded, err := j.load(ctx, ts, traces, now)
	if err != nil {
		return err
	}
	touched, err := j.connect(ctx, ts, loaded, now)
	if err != nil {
		return err
	}
	taught := make([]*lesson, len(ids)) // before they were let go, and that stands
	for i, id := range ids {
		taught[i] = ts.lessons[id]
		delete(ts.lessons, id)
	}
	j.regroup(ts, touched, now)
	for i, id := range ids {
		f := ts.flows[id]
		if f == nil {
			continue
		}
		f.waiting = now.Add(-j.cfg.Patience)
		if l := taught[i]; l != nil && !l.since.IsZero() {
			f.changed = l.since
		} else {
			f.changed = now.Add(-flow.OrphanPatience) // it has been quiet for long, or it would be in memory
		}
		if l := taught[i]; l == nil {
			f.taught = &lesson{}
		} else if f.doubted = true; !l.dropped {
			f.taught = l
		}
	}
	return nil
}

// forget lets go of batches outside the overlap and of flows that have been
// quiet, so that memory is bounded by what is going on and not by what was.
func (j *joiner) forget(now time.Time) {
	for id, at := range j.seen {
		if at.Before(j.mark.Add(-2 * j.cfg.Overlap)) {
			delete(j.seen, id)
		}
	}
	var flows, held int64
	hot := []web.HotValue{}
	var silent []silentSource
	look := now.Sub(j.listened) > silentEvery
	if look {
		j.listened = now
	}
	for _, ts := range j.tenants {
		if now.Sub(ts.swept) > j.cfg.Idle/4 {
			ts.swept = now
			for _, f := range ts.flows {
				if now.Sub(f.changed) > j.cfg.Idle && f.waiting.IsZero() {
					j.stats.evicted.Add(int64(ts.evict(f)))
				}
			}
		}
		if ts.spans > j.cfg.MaxSpans {
			j.stats.evicted.Add(int64(ts.shrink(j.cfg.MaxSpans*3/4, now, j.cfg.Quiet)))
		}
		flows += int64(len(ts.flows))
		held += int64(ts.spans)
		if look {
			silent = append(silent, ts.sources.silent()...)
		}
		for h, k := range ts.hot {
			if v := ts.values[h]; v != nil {
				hot = append(hot, web.HotValue{Key: k.Name, Value: k.Value, Reason: "ties more segments than one transaction has", Segments: int64(len(v.segs))})
			}
		}
	}
	if j.stats.flows.Swap(flows) > 0 && flows == 0 {
		go debug.FreeOSMemory() // all is quiet: what the rush took is given back
	}
	j.stats.held.Store(held)
	j.stats.hotValues.Store(&hot)
	if look {
		j.stats.silent.Store(&silent)
	}
}

// soon is how near a deadline must be for a flow to stay in memory for it, if
// others can be let go instead: to read it again would cost far more.
const soon = time.Minute

// shrink lets go of the flows that have been quiet for longest, and of those that
// are looked at soon the last.
func (ts *tenantState) shrink(spans int, now time.Time, quietFor time.Duration) int {
	quietSince, waits := now.Add(-quietFor), func(f *flowState) int {
		if f.checkAt.IsZero() || f.checkAt.Sub(now) > soon {
			return 0
		}
		return 1
	}
	quiet := make([]*flowState, 0, len(ts.flows))
	for _, f := range ts.flows {
		if f.changed.Before(quietSince) && f.waiting.IsZero() {
			quiet = append(quiet, f)
		}
	}
	slices.SortFunc(quiet, func(a, b *flowState) int { return cmp.Or(waits(a)-waits(b), a.changed.Compare(b.changed)) })
	n := 0
	for _, f := range quiet {
		if ts.spans <= spans {
			break
		}
		n += ts.evict(f)
	}
	return n
}

// evict lets a flow go, and with it every flow that shares a trace with it: a
// trace is in memory whole or not at all.
func (ts *tenantState) evict(f *flowState) int {
	n := 0
	work := []*flowState{f}
	for len(work) > 0 {
		f := work[len(work)-1]
		work = work[:len(work)-1]
		if ts.flows[f.id] != f {
			continue
		}
		delete(ts.flows, f.id)
		if !f.checkAt.IsZero() {
			ts.sleep(f.id, f.checkAt)
		}
		ts.remember(f)
		n++
		for _, list := range [][]*seg{f.segs, f.shared} {
			for _, s := range list {
				t := s.trace
				if ts.traces[t.id] != t {
					continue
				}
				delete(ts.traces, t.id)
				ts.spans -= len(t.spans)
				for _, o := range t.segs {
					if of := ts.flows[o.flow]; of != nil {
						work = append(work, of)
					}
					for _, h := range o.values {
						if v := ts.values[h]; v != nil && !v.hot {
							delete(ts.values, h) // not complete any more
						}
					}
					ts.unregister(o)
					o.dead = true
				}
			}
		}
	}
	return n
}

// done is up to when what was committed is joined and judged: a flow that waits
// for its verdict is taken in again by whoever goes on from here.
func (j *joiner) done() time.Time {
	done := j.mark
	for k := range j.dirty {
		if f := k.tenant.flows[k.id]; f != nil && !f.waiting.IsZero() && f.waiting.Before(done) {
			done = f.waiting
		}
	}
	return done
}

// save writes the watermark and what was learned, now and then and at the end.
func (j *joiner) save(ctx context.Context, now time.Time, force bool) error {
	every := j.cfg.SaveEvery
	if j.mark.Equal(j.savedTo) { // that it lives is said all the same: what is old in the feed is dropped by it
		every *= 3
	}
	if !force && now.Sub(j.saved) < every {
		return nil
	}
	j.saved = now
	done := j.done()
	b, err := json.Marshal(done)
	if err != nil {
		return err
	}
	errs := []error{j.memory.SaveState(ctx, "watermark", b)}
	if ids := j.taken(done); j.alone && len(ids) > 0 && !done.Equal(j.savedTo) {
		b, err := json.Marshal(ids)
		if err == nil {
			err = j.memory.SaveState(ctx, takenKey, b)
		}
		errs = append(errs, err)
	}
	j.savedTo = done
	for name, ts := range j.tenants {
		if !ts.learnt.changed {
			continue
		}
		b, err := ts.learnt.encode()
		if err == nil {
			err = j.memory.SaveState(ctx, "learned/"+name, b)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
