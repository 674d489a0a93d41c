package joinerextension

import (
	"cmp"
	"runtime/debug"
	"slices"
	"time"

	"github.com/baton-observability/baton/web"
)

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

// shrink lets go of the flows that have been quiet for longest, and last of those
// that are looked at soon, the soonest at the very end.
func (ts *tenantState) shrink(spans int, now time.Time, quietFor time.Duration) int {
	quietSince := now.Add(-quietFor)
	nearness := func(f *flowState) time.Duration {
		if f.checkAt.IsZero() {
			return 0
		}
		return max(0, soon-f.checkAt.Sub(now))
	}
	quiet := make([]*flowState, 0, len(ts.flows))
	for _, f := range ts.flows {
		if f.changed.Before(quietSince) && f.waiting.IsZero() {
			quiet = append(quiet, f)
		}
	}
	slices.SortFunc(quiet, func(a, b *flowState) int {
		return cmp.Or(cmp.Compare(nearness(a), nearness(b)), a.changed.Compare(b.changed))
	})
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
					for _, v := range o.values {
						if !v.hot && !v.gone {
							v.gone = true
							ts.torn += len(v.segs)
							delete(ts.values, v.hash)
						}
					}
					ts.unregister(o)
					o.dead = true
				}
			}
		}
		f.segs, f.shared = nil, nil // its lesson waits with the flow, and would keep all its spans
	}
	return n
}
