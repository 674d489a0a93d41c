package e2e

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestVisible measures how long after its acknowledgement a flow of two traces can be seen, and is judged. The limits
// are generous, because machines that run tests are busy; what to expect is in docs/benchmarks.md.
func TestVisible(t *testing.T) {
	b := serve(t)
	const n = 20
	var seen, judged []time.Duration
	for i := range n { // one after the other: to ask is work too
		v, j, err := visible(b, fmt.Sprintf("visible-%d-%s", i, newSpanID()))
		if err != nil {
			t.Fatal(err)
		}
		seen, judged = append(seen, v), append(judged, j)
	}
	for what, d := range map[string][]time.Duration{"visible": seen, "judged": judged} {
		slices.Sort(d)
		t.Logf("%s after p50 %v, max %v, of %d flows", what, d[n/2].Round(time.Millisecond), d[n-1].Round(time.Millisecond), n)
		if d[n-1] > 30*time.Second {
			t.Errorf("%s after up to %v", what, d[n-1])
		}
	}
	b.stop()
}

// visible sends a flow that fails in its second trace, and answers when it was first seen as one flow and when its verdict
// was there.
func visible(b *baton, id string) (seen, judged time.Duration, err error) {
	trace, second := newTraceID(), newTraceID()
	td, spans := newTrace("order-api")
	addSpan(spans, trace, "POST /orders").Attributes().PutStr("correlation.id", id)
	consumer := func(spans ptrace.SpanSlice, trace pcommon.TraceID) {
		s := addSpan(spans, trace, "process orders")
		s.SetKind(ptrace.SpanKindConsumer)
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage("no stock")
		s.Attributes().PutStr("correlation.id", id)
		s.Attributes().PutStr("messaging.system", "servicebus")
		s.Attributes().PutStr("messaging.operation.type", "process")
		s.Attributes().PutStr("messaging.destination.name", "orders")
	}
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "warehouse")
	consumer(rs.ScopeSpans().AppendEmpty().Spans(), second)
	if err := b.exportGRPC(td, false); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	last := errors.New("nothing was asked")
	for judged == 0 && time.Since(began) < time.Minute {
		var flows []apiFlow
		if flows, last = b.byTrace(second.String()); last == nil && len(flows) == 1 && flows[0].TraceCount == 2 {
			if seen == 0 {
				seen = time.Since(began)
			}
			if flows[0].Status == "failed" {
				judged = time.Since(began)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	if judged == 0 {
		return seen, time.Minute, fmt.Errorf("flow %s is not judged: %w", id, last)
	}
	return seen, judged, nil
}
