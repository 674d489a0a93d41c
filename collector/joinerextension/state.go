package joinerextension

import (
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
)

// tenantState is what the joiner holds in memory of one tenant: the segments
// that were touched lately, complete in themselves. What is not here is in the
// store, and is loaded when something new touches it.
type tenantState struct {
	name    string
	traces  map[flow.TraceID]*trace
	values  map[uint64]*value // a value is here with all its segments or not at all
	flows   map[flow.FlowID]*flowState
	known   *filter // every trace and value that the store may hold
	learnt  *learned
	spans   int // held in memory
	swept   time.Time
	hot     map[uint64]flow.Key
	clock   eventClock
	sources sources
	lessons map[flow.FlowID]*lesson   // of flows that were let go
	asleep  map[flow.FlowID]time.Time // when to look at flows that were let go and wait for something
	turn    uint64                    // of collecting segments, see component
	torn    int                       // how often segments here are registered under values that are gone
}

func newTenant(name string, known *filter) *tenantState {
	return &tenantState{name: name, traces: map[flow.TraceID]*trace{}, values: map[uint64]*value{},
		flows: map[flow.FlowID]*flowState{}, hot: map[uint64]flow.Key{}, known: known, learnt: newLearned()}
}

// trace holds all spans of a trace that have been committed.
type trace struct {
	id      flow.TraceID
	spans   []flow.Span
	index   map[spanKey]int
	segs    []*seg
	arrived int64 // of its first batch, Unix ns
	dirty   bool
	queued  bool
	lost    []flow.FlowID // flows of segments that a later cut did away with
}

// spanKey tells spans apart as the store does: Zipkin gives both sides of a
// call the same id.
type spanKey struct {
	id   flow.SpanID
	kind flow.SpanKind
}

// seg is a segment and where it belongs.
type seg struct {
	flow.Segment
	trace   *trace
	flow    flow.FlowID // zero while it is unassigned, and for shared segments
	arrived int64       // Unix ns
	values  []*value    // what it is registered under
	dead    bool        // replaced by a later cut, or let go

	seen, grouped uint64 // the turns in which it was found and grouped, instead of sets of segments
}

// value is a correlation, a message or a trace, and the segments that carry it.
type value struct {
	hash uint64
	key  *flow.Key // of a segment that carries it, for its name; of traces and messages one for all
	segs []*seg
	few  [2]*seg // where segs begins: most values tie two
	hot  bool
	gone bool // let go: it is not complete any more
}

// flowState is a flow in memory.
type flowState struct {
	id      flow.FlowID
	segs    []*seg
	shared  []*seg
	changed time.Time // when something last arrived for it
	waiting time.Time // since when it waits to be judged, zero when it does not
	said    uint64    // digest of its row as last written, 0 while it has none
	calm    bool      // no row of it was in trouble, here or before this process
	taught  *lesson   // what it teaches, nil while it is not over
	doubted bool      // it was looked at again by what others taught
	checkAt time.Time // wall time to judge again though nothing arrives, zero for never
}

// indexFrom is the size from which a trace has an index of its spans; below it
// looking at each is as fast, and most traces are small.
const indexFrom = 24

// find returns the place of a span in the trace, -1 when it is not there.
func (t *trace) find(k spanKey) int {
	if t.index != nil {
		if i, ok := t.index[k]; ok {
			return i
		}
		return -1
	}
	for i := range t.spans {
		if t.spans[i].ID == k.id && t.spans[i].SpanKind == k.kind {
			return i
		}
	}
	return -1
}

// add merges spans into the trace. Of two deliveries of one span the longer
// stays: replays of workflow engines and partial spans are cut short.
func (t *trace) add(spans []flow.Span, limit int) (added int) {
	if len(t.spans) == 0 && len(spans) <= min(limit, indexFrom-1) && distinct(spans) {
		t.spans = slices.Clip(spans) // the batch's own: most traces arrive in one
		t.dirty = true
		return len(spans)
	}
	t.spans = slices.Grow(t.spans, min(len(spans), max(0, limit-len(t.spans))))
	for i := range spans {
		k := spanKey{spans[i].ID, spans[i].SpanKind}
		if j := t.find(k); j >= 0 {
			if spans[i].Duration > t.spans[j].Duration {
				t.spans[j] = spans[i]
				t.dirty = true
			}
			continue
		}
		if len(t.spans) >= limit {
			continue
		}
		t.spans = append(t.spans, spans[i])
		t.dirty = true
		added++
		switch {
		case t.index != nil:
			t.index[k] = len(t.spans) - 1
		case len(t.spans) >= indexFrom:
			t.index = make(map[spanKey]int, 2*indexFrom)
			for n := range t.spans {
				t.index[spanKey{t.spans[n].ID, t.spans[n].SpanKind}] = n
			}
		}
	}
	return added
}

func distinct(spans []flow.Span) bool {
	for i := range spans {
		for k := range i {
			if spans[k].ID == spans[i].ID && spans[k].SpanKind == spans[i].SpanKind {
				return false
			}
		}
	}
	return true
}

// cut splits the trace into segments anew and keeps what was known of them.
func (ts *tenantState) cut(t *trace) {
	old := t.segs
	for _, s := range old {
		ts.unregister(s)
		s.dead = true
	}
	t.segs = nil
	for _, c := range flow.Cut(t.id, t.spans) {
		s := &seg{Segment: c, trace: t, arrived: t.arrived}
		if i := slices.IndexFunc(old, func(o *seg) bool { return o.ID == c.ID }); i >= 0 {
			s.flow, s.arrived = old[i].flow, old[i].arrived
		}
		t.segs = append(t.segs, s)
	}
	for _, o := range old {
		if !o.flow.IsZero() && !slices.ContainsFunc(t.segs, func(s *seg) bool { return s.flow == o.flow }) {
			t.lost = append(t.lost, o.flow)
		}
	}
	t.dirty = false
}

// carried visits the values a segment joins by, and the trace that a value names.
// A link is a value too: the linked trace. So is a correlation value that is a
// trace id.
func (s *seg) carried(visit func(hash uint64, k *flow.Key, named flow.TraceID)) {
	visit(flow.TraceHash(s.ID.Trace), &traceKey, s.ID.Trace)
	for _, l := range s.Links {
		visit(flow.TraceHash(l.Trace), &traceKey, l.Trace)
	}
	for i := range s.Keys {
		visit(s.Keys[i].Hash, &s.Keys[i], tracedBy(&s.Keys[i]))
	}
	for _, messages := range [2][]uint64{s.Sent, s.Taken} {
		for _, hash := range messages {
			visit(hash, &messageKey, flow.TraceID{})
		}
	}
}

const traceConcept = "trace"

// traceKey and messageKey stand for all traces and messages as values.
var traceKey, messageKey = flow.Key{Name: traceConcept, Trust: 4}, flow.Key{Name: "message", Trust: 4}

// tracedBy is the trace that a correlation value names, zero for none.
func tracedBy(k *flow.Key) flow.TraceID {
	if k.Name != traceConcept {
		return flow.TraceID{}
	}
	id, _ := flow.ParseTraceID(k.Value)
	return id
}

func (ts *tenantState) open(hash uint64, k *flow.Key) *value {
	v := &value{hash: hash, key: k}
	v.segs = v.few[:0]
	ts.values[hash] = v
	return v
}

// register ties the segment to its values, and says which of them nothing here
// had. Of one that has none yet only the last it was tied to can be the same again.
func (ts *tenantState) register(s *seg, opened func(hash uint64, named flow.TraceID)) {
	fresh := len(s.values) == 0
	s.values = slices.DeleteFunc(s.values, func(v *value) bool {
		if v.gone {
			ts.torn--
		}
		return v.gone
	})
	if s.values == nil {
		s.values = make([]*value, 0, 1+len(s.Links)+len(s.Keys)+len(s.Sent)+len(s.Taken))
	}
	s.carried(func(hash uint64, k *flow.Key, named flow.TraceID) {
		v := ts.values[hash]
		if v == nil {
			v = ts.open(hash, k)
			opened(hash, named)
		}
		if n := len(v.segs); fresh && n > 0 && v.segs[n-1] == s || !fresh && slices.Contains(v.segs, s) {
			return
		}
		v.segs = append(v.segs, s)
		s.values = append(s.values, v)
	})
}

func (ts *tenantState) unregister(s *seg) {
	for _, v := range s.values {
		if v.gone {
			ts.torn--
		} else if i := slices.Index(v.segs, s); i >= 0 {
			v.segs = slices.Delete(v.segs, i, i+1)
		}
	}
	s.values = nil
}

// eventClock is a tenant's event time: the wall clock for live data, the newest
// event and then the time passed since for replayed data.
type eventClock struct {
	newest   int64 // Unix ns
	advanced time.Time
}

func (c *eventClock) see(end int64, now time.Time) {
	if end > c.newest && end <= now.Add(time.Minute).UnixNano() {
		c.newest, c.advanced = end, now
	}
}

func (c *eventClock) now(wall time.Time) int64 {
	if c.newest == 0 {
		return wall.UnixNano()
	}
	return min(wall.UnixNano(), c.newest+int64(wall.Sub(c.advanced)))
}
