package estate

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// joiner is a plain union-find over traces and the values they carry.
type joiner map[string]string

func (j joiner) root(x string) string {
	for j[x] != "" && j[x] != x {
		x = j[x]
	}
	return x
}

func (j joiner) join(a, b string) { j[j.root(a)] = j.root(b) }

// carried are the attributes that name a flow, in all their spellings, with the idea behind them.
var carried = map[string]string{
	"correlation.id": "correlation", "correlation_id": "correlation", "correlationId": "correlation",
	"http.request.header.x-correlation-id": "correlation",
	"messaging.message.conversation_id":    "conversation",
	"temporalRunID":                        "run",
	"durabletask.task.execution_id":        "run",
}

func value(v pcommon.Value) string {
	if v.Type() == pcommon.ValueTypeSlice && v.Slice().Len() > 0 {
		return v.Slice().At(0).Str()
	}
	return v.Str()
}

// The truth claims that certain traces are one flow. That must follow from what the spans carry, without message ids
// and business keys: links, correlation and conversation ids alone.
func TestTracesOfAFlowAreJoinedByWhatTheyCarry(t *testing.T) {
	flows := play(700, 9, 0.2)
	j := joiner{}
	for _, f := range flows {
		for _, s := range spansOf(t, f) {
			trace := s.TraceID().String()
			for _, l := range s.Links().All() {
				j.join(trace, l.TraceID().String())
			}
			for key, idea := range carried {
				if v, ok := s.Attributes().Get(key); ok {
					j.join(trace, idea+"="+value(v))
				}
			}
		}
	}
	flowOf := map[string]string{}
	for _, f := range flows {
		root := j.root(f.Truth.TraceIDs[0])
		for _, id := range f.Truth.TraceIDs {
			if j.root(id) != root {
				t.Errorf("flow %s (%s %s): trace %s is joined to nothing", f.Truth.Flow, f.Truth.Type, f.Truth.Fault, id)
			}
		}
		if other, taken := flowOf[root]; taken {
			t.Errorf("flows %s and %s are joined", other, f.Truth.Flow)
		}
		flowOf[root] = f.Truth.Flow
		if t.Failed() {
			return
		}
	}
}

func TestEveryWayOfHandingOverIsUsedAlone(t *testing.T) {
	used := map[carrier]bool{}
	var walk func(*Step)
	walk = func(s *Step) {
		if s.verb == verbConsume {
			used[s.carries] = true
		}
		for _, child := range s.steps {
			walk(child)
		}
	}
	for _, s := range Scenarios {
		walk(s.entry)
	}
	for _, c := range []carrier{byParent, byLink, byCorrelation, byLink | byCorrelation, byLink | byConversation} {
		if !used[c] {
			t.Errorf("no consumer is joined by %b", c)
		}
	}
}
