package joinerextension

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// absorb takes the traces of one batch in, with everything in the store that
// they touch, and joins what changed.
func (j *joiner) absorb(ctx context.Context, ts *tenantState, traces []flow.TraceSpans, arrived time.Time) error {
	var dirty []*trace
	var load []flow.TraceID
	late := map[flow.TraceID][]flow.Span{}
	for i := range traces {
		in := &traces[i]
		for k := range in.Spans {
			ts.clock.see(in.Spans[k].End(), arrived)
			if k == 0 || in.Spans[k].Service() != in.Spans[k-1].Service() {
				ts.sources.hear(in.Spans[k].Service(), arrived)
			}
		}
		t := ts.traces[in.Trace]
		if t == nil && ts.inStore(in.Trace) {
			if late[in.Trace] == nil {
				load = append(load, in.Trace)
			}
			late[in.Trace] = append(late[in.Trace], in.Spans...)
			continue
		}
		if t == nil {
			t = ts.newTrace(in.Trace, arrived)
		}
		j.addSpans(ts, t, in.Spans)
		if t.dirty && !t.queued {
			t.queued = true
			dirty = append(dirty, t)
		}
	}
	loaded, err := j.load(ctx, ts, load, arrived)
	if err != nil {
		return err
	}
	for _, id := range load {
		t := ts.traces[id]
		if t == nil {
			t = ts.newTrace(id, arrived)
			loaded = append(loaded, t)
		}
		j.addSpans(ts, t, late[id])
		t.dirty = true
	}
	for _, t := range dirty {
		t.queued = false
	}
	touched, err := j.connect(ctx, ts, append(dirty, loaded...), arrived)
	if err != nil {
		return err
	}
	j.regroup(ts, touched, arrived)
	return nil
}

// inStore reports whether the store may hold spans of the trace, or links to
// it, that are not in memory.
func (ts *tenantState) inStore(id flow.TraceID) bool {
	h := flow.TraceHash(id)
	return ts.known.maybe(h) && ts.values[h] == nil
}

func (ts *tenantState) newTrace(id flow.TraceID, arrived time.Time) *trace {
	t := &trace{id: id, arrived: arrived.UnixNano(), dirty: true}
	ts.traces[id] = t
	return t
}

func (j *joiner) addSpans(ts *tenantState, t *trace, spans []flow.Span) {
	n := t.add(spans, j.cfg.MaxTraceSpans)
	ts.spans += n
}

// load brings traces back from the store, with the flows they belong to.
func (j *joiner) load(ctx context.Context, ts *tenantState, ids []flow.TraceID, now time.Time) ([]*trace, error) {
	var out []*trace
	for part := range slices.Chunk(ids, 500) {
		facts, err := j.facts.ReadFacts(ctx, ts.name, part)
		if err != nil {
			return nil, fmt.Errorf("read %d traces again: %w", len(part), err)
		}
		segments, err := j.facts.FlowsOfTraces(ctx, ts.name, part)
		if err != nil {
			return nil, fmt.Errorf("flows of %d traces: %w", len(part), err)
		}
		for i := range facts {
			f := &facts[i]
			t := ts.traces[f.Trace]
			if t == nil {
				t = ts.newTrace(f.Trace, now)
				out = append(out, t)
			}
			j.addSpans(ts, t, []flow.Span{f.Narrow()})
		}
		for _, s := range segments {
			if t := ts.traces[s.Trace]; t != nil && !s.Shared {
				// Stand-ins that carry the flow over to the segments that cut finds.
				t.segs = append(t.segs, &seg{Segment: flow.Segment{ID: s.SegmentID}, trace: t, flow: s.Flow, arrived: s.Arrived.UnixNano()})
				t.arrived = min(t.arrived, s.Arrived.UnixNano())
			}
		}
	}
	j.stats.loaded.Add(int64(len(out)))
	return out, nil
}

// connect cuts the changed traces, registers their values, and loads whatever
// in the store is connected with them, until nothing new turns up: a component
// must be whole, or it would be parted wrongly.
func (j *joiner) connect(ctx context.Context, ts *tenantState, changed []*trace, now time.Time) ([]*seg, error) {
	var touched []*seg
	budget := j.cfg.MaxLoad
	var pending []*seg
	for {
		for _, t := range changed {
			ts.cut(t)
			pending = append(pending, t.segs...)
			touched = append(touched, t.segs...)
		}
		ask, linked, here := ts.enter(pending)
		more, again, err := j.find(ctx, ts, ask, linked, &budget, now)
		if err != nil {
			return nil, err
		}
		pending = append(here, again...)
		if changed = more; len(changed)+len(pending) > 0 {
			continue
		}
		if pending = ts.gaps(touched, j.cfg.Limits); len(pending) == 0 {
			return touched, nil
		}
	}
}

// enter registers the segments, and lists the values new here of which the store
// may know more. Linked traces are told apart by whether they must be loaded or
// are here.
func (ts *tenantState) enter(segs []*seg) (ask []uint64, linked []flow.TraceID, here []*seg) {
	for _, s := range segs {
		ts.register(s, func(hash uint64, named flow.TraceID) {
			if !ts.known.addNew(hash) {
				return
			}
			ask = append(ask, hash)
			if t := ts.traces[named]; t != nil {
				here = append(here, t.segs...)
			} else if !named.IsZero() {
				linked = append(linked, named)
			}
		})
	}
	return ask, linked, here
}

// gaps finds segments connected with the touched ones some of whose values are
// not in memory any more, because another flow that had them was let go.
func (ts *tenantState) gaps(touched []*seg, l flow.Limits) []*seg {
	if ts.torn == 0 {
		return nil
	}
	var out []*seg
	done := map[*seg]bool{}
	for _, s := range touched {
		if done[s] {
			continue
		}
		for _, c := range ts.component(s, l, false) {
			if done[c] {
				continue
			}
			done[c] = true
			if slices.ContainsFunc(c.values, func(v *value) bool { return v.gone }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// find loads the traces that carry the values, and returns those, and the
// segments already in memory that must be registered again.
func (j *joiner) find(ctx context.Context, ts *tenantState, ask []uint64, linked []flow.TraceID, budget *int, now time.Time) ([]*trace, []*seg, error) {
	var again []*seg
	load := linked
	for part := range slices.Chunk(ask, 2000) {
		found, err := j.facts.TracesByHash(ctx, ts.name, part)
		if err != nil {
			return nil, nil, fmt.Errorf("look up %d values: %w", len(part), err)
		}
		for h, seen := range found {
			v := ts.values[h]
			if j.hotBySeen(*v.key, seen) {
				v.hot = true
				continue
			}
			for _, s := range seen {
				if t := ts.traces[s.Trace]; t != nil {
					again = append(again, t.segs...)
				} else if !slices.Contains(load, s.Trace) {
					load = append(load, s.Trace)
				}
			}
		}
	}
	if len(load) > *budget {
		j.stats.capped.Add(int64(len(load) - *budget))
		load = load[:max(*budget, 0)]
	}
	*budget -= len(load)
	more, err := j.load(ctx, ts, load, now)
	return more, again, err
}

// hotBySeen judges a value by the arrival of its traces, before they are read.
func (j *joiner) hotBySeen(k flow.Key, seen []store.SeenTrace) bool {
	if len(seen) <= j.cfg.Limits.PerHour {
		return false
	}
	starts := make([]int64, len(seen))
	for i, s := range seen {
		starts[i] = s.Seen.UnixNano()
	}
	slices.Sort(starts)
	return j.cfg.Limits.Hot(k, starts)
}
