package joinerextension

import (
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
)

// Of flows that are quiet, those that are looked at soon stay the longest: to
// read them back costs more than others are worth.
func TestWhoIsLetGoFirst(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ts := newTenant("", newFilter())
	add := func(n byte, quiet, due time.Duration) flow.FlowID {
		f := &flowState{id: flow.FlowID{n}, changed: now.Add(-quiet)}
		if due > 0 {
			f.checkAt = now.Add(due)
		}
		tr := ts.newTrace(flow.TraceID{n}, now)
		tr.spans = make([]flow.Span, 10)
		s := &seg{trace: tr, flow: f.id}
		tr.segs, f.segs = []*seg{s}, []*seg{s}
		ts.flows[f.id], ts.spans = f, ts.spans+10
		return f.id
	}
	order := []flow.FlowID{
		add(1, 30*time.Second, 0),
		add(2, 20*time.Second, time.Hour), // in an hour is not soon
		add(3, 10*time.Second, 0),
		add(4, 35*time.Second, 30*time.Second),
		add(5, 40*time.Second, 5*time.Second),
	}
	grows := add(6, 0, 0)
	for n, id := range order {
		if let := ts.shrink(10*(len(order)-n), now, time.Second); let != 1 || ts.flows[id] != nil {
			t.Fatalf("%d flows were let go, flow %x is there: %v", let, id[0], ts.flows[id] != nil)
		}
	}
	if ts.shrink(0, now, time.Second); ts.flows[grows] == nil {
		t.Error("a flow that still grows was let go")
	}
}
