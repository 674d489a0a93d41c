package joinerextension

import (
	"container/heap"
	"context"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// writes gathers what a step changed. It is kept until the store has taken it.
type writes struct {
	w         store.FlowWrite
	flows     map[flowKey]int
	endpoints map[uint64]bool // written by this process
}

type flowKey struct {
	tenant string
	id     flow.FlowID
}

func (w *writes) flow(f flow.Flow) {
	if w.flows == nil {
		w.flows = map[flowKey]int{}
	}
	k := flowKey{f.Tenant, f.ID}
	if i, ok := w.flows[k]; ok {
		w.w.Flows[i] = f
		return
	}
	w.flows[k] = len(w.w.Flows)
	w.w.Flows = append(w.w.Flows, f)
}

func (w *writes) segment(s store.Segment) { w.w.Segments = append(w.w.Segments, s) }

func (w *writes) alias(a store.Alias) { w.w.Aliases = append(w.w.Aliases, a) }

func (w *writes) endpoint(e flow.Endpoint, id uint64) {
	if w.endpoints == nil || len(w.endpoints) > maxEndpoints {
		w.endpoints = map[uint64]bool{}
	}
	if !w.endpoints[id] {
		w.endpoints[id] = true
		w.w.Endpoints = append(w.w.Endpoints, e)
	}
}

func (w *writes) flush(ctx context.Context, s sink) error {
	if len(w.w.Flows)+len(w.w.Segments)+len(w.w.Aliases)+len(w.w.Endpoints)+len(w.w.Profile) == 0 {
		return nil
	}
	if err := s.WriteFlows(ctx, w.w); err != nil {
		return err
	}
	w.w = store.FlowWrite{}
	clear(w.flows)
	return nil
}

// deadlines are the flows to look at again, soonest first. An entry whose flow
// was given another deadline since is ignored when it comes up.
type deadlines struct{ h deadlineHeap }

type deadline struct {
	at     time.Time
	tenant *tenantState
	id     flow.FlowID
}

func (d *deadlines) push(ts *tenantState, f *flowState) {
	heap.Push(&d.h, deadline{f.checkAt, ts, f.id})
}

// asleep has a flow looked at that is not in memory.
func (d *deadlines) asleep(ts *tenantState, id flow.FlowID, at time.Time) {
	ts.sleep(id, at)
	heap.Push(&d.h, deadline{at, ts, id})
}

// sleep remembers until when a flow that is let go may be left alone.
func (ts *tenantState) sleep(id flow.FlowID, at time.Time) {
	if ts.asleep == nil {
		ts.asleep = map[flow.FlowID]time.Time{}
	}
	ts.asleep[id] = at
}

func (d *deadlines) soon(by time.Time) bool { return len(d.h) > 0 && d.h[0].at.Before(by) }

func (d *deadlines) pop(now time.Time) (*tenantState, flow.FlowID, bool) {
	if len(d.h) == 0 || d.h[0].at.After(now) {
		return nil, flow.FlowID{}, false
	}
	x := heap.Pop(&d.h).(deadline)
	return x.tenant, x.id, true
}

type deadlineHeap []deadline

func (h deadlineHeap) Len() int           { return len(h) }
func (h deadlineHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h deadlineHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *deadlineHeap) Push(x any)        { *h = append(*h, x.(deadline)) }
func (h *deadlineHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
