package joinerextension

import (
	"context"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
)

// A value that ties thousands of flows ties the two items of a batch no more, though only two segments are looked at.
func TestHotValueDoesNotTieItemsOfABatch(t *testing.T) {
	st := newFakeStore()
	now := truthStart
	j := newJoiner(defaultConfig().(*Config), st, st, st, st, zap.NewNop(), func() time.Time { return now })
	ts := j.tenant("")
	session := []flow.Key{{Name: "session.id", Value: "same", Hash: 77, Trust: 4}}
	take := func(trace byte, n int, spans ...flow.Span) *trace {
		id := flow.TraceID{trace, byte(n), byte(n >> 8)}
		if err := j.absorb(context.Background(), ts, []flow.TraceSpans{{Trace: id, Spans: spans}}, now); err != nil {
			t.Fatal(err)
		}
		return ts.traces[id]
	}
	at := func(n int) int64 { return now.Add(time.Duration(n) * time.Second).UnixNano() }
	batch := func(n int) (a, b flow.FlowID) {
		item := func(id byte, message uint64) flow.Span {
			f := flow.Facts{ID: flow.SpanID{id}, Parent: flow.SpanID{1}, Start: at(n), Duration: 1, Step: flow.Process, Flags: flow.FlagTakes, MessageID: message, Keys: session}
			return f.Narrow()
		}
		got := take(2, n, flow.Span{ID: flow.SpanID{1}, Start: at(n), Duration: 1, Step: flow.Receive, Flags: flow.FlagTakes | flow.FlagShared},
			item(2, uint64(1000+2*n)), item(3, uint64(1001+2*n)))
		if len(got.segs) != 3 || !got.segs[0].Shared {
			t.Fatalf("the batch is cut into %d segments", len(got.segs))
		}
		return got.segs[1].flow, got.segs[2].flow
	}
	if a, b := batch(0); a != b || a.IsZero() {
		t.Errorf("flows %v and %v, want one: a session joins", a, b)
	}
	for n := range j.cfg.Limits.PerHour + 1 {
		f := flow.Facts{ID: flow.SpanID{1}, Start: at(n), Duration: 1, Step: flow.Serve, Keys: session}
		take(1, n, f.Narrow())
	}
	if !ts.values[77].hot {
		t.Fatal("the session is not hot")
	}
	if a, b := batch(1); a == b || a.IsZero() || b.IsZero() {
		t.Errorf("flows %v and %v, want two: a session of hundreds of flows joins nothing", a, b)
	}
}
