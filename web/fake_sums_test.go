package web

import (
	"context"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

func (w *world) Failures(ctx context.Context, q store.FlowFilter) ([]store.FailureGroup, error) {
	w.saw(q)
	by := map[string]*store.FailureGroup{}
	for i := range w.flows {
		f := &w.flows[i]
		if f.Culprit == nil || !w.keeps(f, q) {
			continue
		}
		k := groupID(f.Culprit)
		g := by[k]
		if g == nil {
			g = &store.FailureGroup{Culprit: *f.Culprit, Counts: map[flow.Verdict]uint64{}, First: f.FailedAt}
			by[k] = g
		}
		g.Counts[f.Verdict]++
		g.First, g.Last = min(g.First, f.FailedAt), max(g.Last, f.FailedAt)
		g.Endpoints = append(g.Endpoints, f.Endpoints...)
		g.Types = []flow.FlowType{f.Type}
		g.Samples = append(g.Samples, f.ID)
	}
	var out []store.FailureGroup
	for _, g := range by {
		out = append(out, *g)
	}
	return out, w.wait(ctx)
}

func (w *world) Footprints(ctx context.Context, q store.FlowFilter, _ []int64) ([]store.Footprint, error) {
	var out []store.Footprint
	for i := range w.flows {
		f := &w.flows[i]
		if !w.keeps(f, q) {
			continue
		}
		p := store.Footprint{Endpoints: f.Endpoints, Verdict: f.Verdict, At: when(f), Count: 1}
		if f.Culprit != nil {
			p.Culprit = f.Culprit.Endpoint
		}
		if f.Shares != nil {
			p.Measured, p.Own, p.Sides = 1, f.Shares.Own, f.Shares.Sides
		}
		out = append(out, p)
	}
	return out, w.wait(ctx)
}

func (w *world) FlowSamples(ctx context.Context, q store.FlowFilter) (map[uint64][]flow.FlowID, error) {
	out := map[uint64][]flow.FlowID{}
	for i := range w.flows {
		f := &w.flows[i]
		for _, id := range f.Endpoints {
			if w.keeps(f, q) && slices.Contains(q.Endpoints, id) && len(out[id]) < 3 {
				out[id] = append(out[id], f.ID)
			}
		}
	}
	return out, w.wait(ctx)
}

func (w *world) Incidents(_ context.Context, q store.FlowFilter) (out []store.Incident, err error) {
	for i := range w.flows {
		if f := &w.flows[i]; f.Culprit != nil && f.FailedAt != 0 && w.keeps(f, q) {
			out = append(out, store.Incident{Type: f.Type, Endpoint: f.Culprit.Endpoint, Failed: f.FailedAt, Recovered: w.recovered, Failures: 1})
		}
	}
	return out, w.fail
}

// Handed and MeasuredFlows know of flows that say what they handed over.
func (w *world) Handed(ctx context.Context, q store.FlowFilter, _ []int64) (out []store.Handed, err error) {
	for i := range w.flows {
		f := &w.flows[i]
		if !w.keeps(f, q) || f.Shares == nil {
			continue
		}
		for _, h := range f.Shares.Hands {
			x := store.Handed{From: h.From, To: h.To, Shared: h.Shared, At: when(f), Wait: h.Wait, Flows: 1}
			if h.Failed {
				x.Failed = 1
			}
			out = append(out, x)
		}
	}
	return out, w.wait(ctx)
}

// FlowMap is of the newest flows that say what they handed over.
func (w *world) FlowMap(ctx context.Context, q store.FlowFilter, _ []int64, most uint64) (out store.FlowMap, err error) {
	w.filters = append(w.filters, q)
	for i := range w.flows {
		f := &w.flows[i]
		if !w.keeps(f, q) {
			continue
		}
		if out.All++; out.All > most || f.Shares == nil {
			continue
		}
		out.Drawn++
		for _, h := range f.Shares.Hands {
			x := store.HandedPair{From: h.From, To: h.To, At: when(f), Count: 1}
			if h.Failed {
				x.Failed = 1
			}
			out.Pairs = append(out.Pairs, x)
		}
	}
	return out, w.wait(ctx)
}

func (w *world) MeasuredFlows(ctx context.Context, q store.FlowFilter) (measured, all uint64, err error) {
	for i := range w.flows {
		if f := &w.flows[i]; w.keeps(f, q) {
			all++
			if f.Shares != nil {
				measured++
			}
		}
	}
	return measured, all, w.wait(ctx)
}

func (w *world) FlowHistogram(ctx context.Context, q store.FlowFilter, step time.Duration) ([]store.FlowCount, error) {
	w.saw(q)
	var out []store.FlowCount
	for i := range w.flows {
		f := &w.flows[i]
		if w.keeps(f, q) {
			out = append(out, store.FlowCount{Bucket: int((when(f) - q.From.UnixNano()) / int64(step)), Verdict: f.Verdict,
				Environment: f.Environment, Type: f.Type, Count: 1})
		}
	}
	return out, w.wait(ctx)
}

func (w *world) Silences(context.Context, string, time.Time, time.Time) ([]store.Silence, error) {
	return w.silences, nil
}

func (w *world) Changes(context.Context, string, time.Time, time.Time, time.Time) ([]flow.Change, error) {
	return w.changes, w.fail
}

func (w *world) Traffic(ctx context.Context, _ string, _, _ time.Time) (map[uint64]store.Traffic, error) {
	out := map[uint64]store.Traffic{}
	for i, e := range w.endpoints {
		out[e.ID] = store.Traffic{Spans: uint64(100 - i), Errors: uint64(i)}
	}
	return out, w.wait(ctx)
}
