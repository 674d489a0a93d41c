package joinerextension

import (
	"context"
	"fmt"
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
	lessons   []due     // that have not counted yet
	profile   profile
	asks      int       // of whom callers call outside, in this step
	broken    bool      // a question failed halfway: what is in memory may lack what the store has
	alone     bool      // nobody else joins here, so that what was taken in is done for good
	began     time.Time // when it started
	taughtTo  time.Time // what was taken in up to here has taught what it could
	revised   uint64    // the last revision given
	listened  time.Time // when silent sources were last looked for
	never     []flow.Never
	now       time.Time // of the step
	rush      bool      // the step brings many spans
	rejoining rejoining
	ids       []uint64 // scratch of row
	services  []string
	timings   []timing // scratch of prepare
	acts      acts
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

// rushFrom spans in one step are a rush, in which flows are judged again and again
// if they are judged before they are whole.
const rushFrom = 10_000

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
	wall := j.clock()
	now := wall
	since := j.mark.Add(-j.cfg.Overlap)
	if j.taughtTo.Before(since) && !j.taughtTo.IsZero() { // processes that end soon after they began teach nothing
		since = laterOf(j.taughtTo, since.Add(-j.cfg.Overlap))
	}
	batches, err := j.feed.Batches(ctx, since, func(id string) bool { _, ok := j.seen[id]; return ok })
	if err != nil {
		return 0, err
	}
	if n := len(batches); n > 0 && batches[n-1].IngestedAt.Before(now) {
		// What was committed later has not been seen: who is behind must not take a
		// flow whose next spans wait in the queue for one that is quiet, or stalled.
		now = batches[n-1].IngestedAt
	}
	j.now, j.asks = now, 0
	before := j.stats.spans.Load()
	for i := range batches {
		if err := j.takeIn(ctx, &batches[i]); err != nil {
			j.broken = true
			return i, err
		}
	}
	j.rush = j.stats.spans.Load()-before >= rushFrom
	err = j.wake(ctx, now)
	if err == nil {
		err = j.rejoin(ctx, now)
	}
	if err != nil {
		j.broken = true
		return len(batches), err
	}
	if err := j.judge(ctx, now); err != nil {
		return len(batches), err
	}
	j.profile.note(&j.write.w, wall, len(j.lessons) == 0)
	if err := j.write.flush(ctx, j.sink); err != nil {
		return len(batches), err
	}
	for i := range batches {
		if batches[i].IngestedAt.After(j.mark) {
			j.mark = batches[i].IngestedAt
		}
	}
	if len(batches) == 0 {
		j.stats.looked.Store(wall.UnixNano())
	} else {
		j.stats.looked.Store(j.mark.UnixNano())
	}
	j.forget(now)
	return len(batches), j.save(ctx, wall, false)
}

// busy reports whether a flow waits for its verdict.
func (j *joiner) busy() bool {
	return len(j.dirty) > 0 || j.rejoining.never != nil || j.later.soon(j.clock().Add(j.cfg.Interval))
}

func (j *joiner) takeIn(ctx context.Context, b *store.BatchFeed) error {
	byTenant := map[string][]flow.TraceSpans{}
	spans, one := 0, true
	for i := range b.Traces {
		spans += len(b.Traces[i].Spans)
		one = one && b.Traces[i].Tenant == b.Traces[0].Tenant
	}
	if one && len(b.Traces) > 0 {
		byTenant[b.Traces[0].Tenant] = b.Traces
	} else {
		for _, t := range b.Traces {
			byTenant[t.Tenant] = append(byTenant[t.Tenant], t)
		}
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
			f.changed = laterOf(now.Add(-flow.OrphanPatience), j.began) // it has been quiet for long, or it would be in memory
		}
		if l := taught[i]; l == nil {
			f.taught = &lesson{}
		} else if f.doubted = true; !l.dropped {
			f.taught = l
		}
	}
	return nil
}
