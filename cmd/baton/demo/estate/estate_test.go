package estate

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// play simulates n flows with a planner of its own.
func play(n int, seed uint64, failures float64) []*sim.Flow {
	p := NewPlanner(seed, start, 50, failures)
	flows := make([]*sim.Flow, n)
	for i := range flows {
		flows[i] = Simulate(p.Next(), 1)
	}
	return flows
}

// decode reads a flow back through pdata, one request per process.
func decode(t *testing.T, f *sim.Flow) []ptrace.ResourceSpans {
	t.Helper()
	byProcess := map[int][]sim.Span{}
	for _, s := range f.Spans {
		byProcess[s.Process] = append(byProcess[s.Process], s)
	}
	var out []ptrace.ResourceSpans
	for _, p := range slices.Sorted(maps.Keys(byProcess)) {
		req := ptraceotlp.NewExportRequest()
		if err := req.UnmarshalProto(Fleet.AppendRequest(nil, p, byProcess[p])); err != nil {
			t.Fatalf("request of process %d: %v", p, err)
		}
		for _, rs := range req.Traces().ResourceSpans().All() {
			out = append(out, rs)
		}
	}
	return out
}

type decoded struct {
	ptrace.Span
	service string
	scope   string
}

func spansOf(t *testing.T, f *sim.Flow) (out []decoded) {
	t.Helper()
	for _, rs := range decode(t, f) {
		name, _ := rs.Resource().Attributes().Get("service.name")
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				out = append(out, decoded{s, name.Str(), ss.Scope().Name()})
			}
		}
	}
	return out
}

func TestEverySpanIsValidAndTheTruthNamesItsTraces(t *testing.T) {
	for _, f := range play(800, 1, 0.3) {
		spans := spansOf(t, f)
		if len(spans) != len(f.Spans) {
			t.Fatalf("flow %s: %d spans decoded of %d", f.Truth.Flow, len(spans), len(f.Spans))
		}
		known, traces := map[pcommon.SpanID]pcommon.TraceID{}, map[string]bool{}
		for _, s := range spans {
			if s.TraceID().IsEmpty() || s.SpanID().IsEmpty() {
				t.Fatalf("flow %s: %s has a zero id", f.Truth.Flow, s.Name())
			}
			if _, twice := known[s.SpanID()]; twice {
				t.Fatalf("flow %s: span id %s twice", f.Truth.Flow, s.SpanID())
			}
			known[s.SpanID()] = s.TraceID()
			traces[s.TraceID().String()] = true
		}
		for _, s := range spans {
			if s.EndTimestamp() < s.StartTimestamp() {
				t.Errorf("flow %s: %s ends before it starts", f.Truth.Flow, s.Name())
			}
			if s.Name() == "" || s.Kind() == ptrace.SpanKindUnspecified || s.scope == "" {
				t.Errorf("flow %s: a span of %s without name, kind or scope", f.Truth.Flow, s.service)
			}
			if p := s.ParentSpanID(); !p.IsEmpty() && known[p] != s.TraceID() {
				t.Errorf("flow %s: %s has a parent outside its trace", f.Truth.Flow, s.Name())
			}
			for _, l := range s.Links().All() {
				if known[l.SpanID()] != l.TraceID() {
					t.Errorf("flow %s: %s links to an unknown span", f.Truth.Flow, s.Name())
				}
			}
		}
		if got := slices.Sorted(maps.Keys(traces)); !slices.Equal(got, slices.Sorted(slices.Values(f.Truth.TraceIDs))) {
			t.Errorf("flow %s: spans are in traces %v, truth says %v", f.Truth.Flow, got, f.Truth.TraceIDs)
		}
		if t.Failed() {
			return
		}
	}
}

func TestEqualSeedsGiveEqualBytes(t *testing.T) {
	a, b, other := play(300, 7, 0.1), play(300, 7, 0.1), play(300, 8, 0.1)
	same := 0
	for i := range a {
		if a[i].Truth.Flow != b[i].Truth.Flow || len(a[i].Spans) != len(b[i].Spans) {
			t.Fatalf("flow %d differs", i)
		}
		for j := range a[i].Spans {
			if x, y := a[i].Spans[j], b[i].Spans[j]; x.Process != y.Process || x.Scope != y.Scope || !bytes.Equal(x.Body, y.Body) {
				t.Fatalf("flow %d span %d differs", i, j)
			}
		}
		if a[i].Truth.Flow == other[i].Truth.Flow {
			same++
		}
	}
	if same > 0 {
		t.Errorf("another seed gives %d equal flows", same)
	}
}

func TestTheSameSeedAtAnotherTimeMakesNewIDs(t *testing.T) {
	a := Simulate(NewPlanner(1, start, 5, 0).Next(), 1)
	b := Simulate(NewPlanner(1, start.Add(time.Second), 5, 0).Next(), 1)
	if a.Truth.TraceIDs[0] == b.Truth.TraceIDs[0] || a.Truth.Flow == b.Truth.Flow {
		t.Error("two runs share ids")
	}
}

func TestSharesOfFaults(t *testing.T) {
	const n = 40_000
	p := NewPlanner(3, start, 50, 0.03)
	kinds, verdicts, types := map[string]int{}, map[string]int{}, map[string]int{}
	for range n {
		plan := p.Next()
		types[plan.Scenario.Name]++
		if plan.Fault == nil {
			verdicts["completed"]++
			continue
		}
		verdicts[plan.Fault.Verdict]++
		if plan.Fault.Verdict == "failed" || plan.Fault.Verdict == "compensated" {
			kinds[plan.Fault.Kind]++
		}
	}
	within := func(what string, got int, share, slack float64) {
		t.Helper()
		if g := float64(got) / n; g < share*(1-slack) || g > share*(1+slack) {
			t.Errorf("%s: share %.4f, want about %.4f", what, g, share)
		}
	}
	within("failed", verdicts["failed"]+verdicts["compensated"], 0.03, 0.1)
	within("rejected", verdicts["rejected"], 0.01, 0.2)
	within("degraded", verdicts["degraded"], 0.03, 0.1)
	within("stalled", verdicts["stalled"], 0.2/stallEvery, 0.1)
	within("place-order", types["place-order"], 0.6, 0.05)
	if len(kinds) != 8 {
		t.Errorf("kinds of failure: %v, want eight", kinds)
	}
	for kind, count := range kinds {
		within(kind, count, 0.03/8, 0.75)
	}
}

func TestNoTroubleAtAll(t *testing.T) {
	for _, f := range play(200, 5, 0) {
		if f.Truth.Verdict != "completed" {
			t.Fatalf("verdict %s without failures", f.Truth.Verdict)
		}
		for _, s := range spansOf(t, f) {
			if s.Status().Code() == ptrace.StatusCodeError {
				t.Fatalf("%s of %s has an error status", s.Name(), s.service)
			}
		}
	}
}

func TestSpansLookLikeRealOnes(t *testing.T) {
	var spans, attributes, flows int
	for _, f := range play(300, 6, 0.03) {
		flows++
		for _, s := range spansOf(t, f) {
			spans++
			attributes += s.Attributes().Len()
		}
	}
	perSpan, perFlow := float64(attributes)/float64(spans), float64(spans)/float64(flows)
	t.Logf("%.1f attributes a span, %.1f spans a flow", perSpan, perFlow)
	if perSpan < 12 || perSpan > 17 {
		t.Errorf("%.1f attributes a span, want about 14", perSpan)
	}
	if perFlow < 30 || perFlow > 60 {
		t.Errorf("%.1f spans a flow", perFlow)
	}
}
