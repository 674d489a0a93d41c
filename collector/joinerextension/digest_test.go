package joinerextension

import (
	"testing"

	"github.com/baton-observability/baton/flow"
)

// A row is written again when something of these is new, and only then.
func TestWhatARowSays(t *testing.T) {
	row := func(change func(r *flow.Flow)) uint64 {
		r := flow.Flow{Revision: 1, Verdict: flow.Failed, Spans: 3, Traces: 1, Start: 5, LastActivity: 9, TraceIDs: []flow.TraceID{{1}}, Culprit: &flow.Culprit{Service: "bank", Reason: "timeout"}}
		change(&r)
		return digest(&r)
	}
	same := row(func(*flow.Flow) {})
	for name, change := range map[string]func(r *flow.Flow){
		"revision": func(r *flow.Flow) { r.Revision = 2 },
		"hops":     func(r *flow.Flow) { r.Hops = 2 },
		"culprit":  func(r *flow.Flow) { r.Culprit = &flow.Culprit{Service: "bank", Reason: "timeout"} },
	} {
		if row(change) != same {
			t.Errorf("a row with another %s is another", name)
		}
	}
	seen := map[uint64]string{same: "nothing", 0: "no row"}
	for name, change := range map[string]func(r *flow.Flow){
		"verdict":       func(r *flow.Flow) { r.Verdict = flow.Degraded },
		"spans":         func(r *flow.Flow) { r.Spans++ },
		"traces":        func(r *flow.Flow) { r.Traces++ },
		"trace ids":     func(r *flow.Flow) { r.TraceIDs = []flow.TraceID{{2}} },
		"start":         func(r *flow.Flow) { r.Start++ },
		"last activity": func(r *flow.Flow) { r.LastActivity++ },
		"failed at":     func(r *flow.Flow) { r.FailedAt++ },
		"check at":      func(r *flow.Flow) { r.CheckAt++ },
		"no culprit":    func(r *flow.Flow) { r.Culprit = nil },
		"culprit":       func(r *flow.Flow) { r.Culprit = &flow.Culprit{} },
		"reason":        func(r *flow.Flow) { r.Culprit.Reason = "refused" },
	} {
		h := row(change)
		if other, ok := seen[h]; ok {
			t.Errorf("a row with another %s is that with another %s", name, other)
		}
		seen[h] = name
	}
}
