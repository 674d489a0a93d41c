package e2e

import (
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestUndoAJoin: a value that joins what does not belong together is named in the configuration, and after a restart the
// flows that it had joined are apart, also those that were stored before. What else joins them stays.
func TestUndoAJoin(t *testing.T) {
	b := install(t)
	b.env = append(b.env, "BATON_CORRELATION_KEYS=order.id")
	b.start()
	type one struct{ api, worker pcommon.TraceID }
	send := func(order, batch string) (o one) {
		td, spans := newTrace("shop")
		o = one{newTraceID(), newTraceID()}
		for i, trace := range []pcommon.TraceID{o.api, o.worker} {
			s := addSpan(spans, trace, fmt.Sprint("step ", i))
			s.SetKind(ptrace.SpanKindServer)
			s.Attributes().PutStr("order.id", order)
			if i == 0 {
				s.Attributes().PutStr("correlation.id", batch)
			}
		}
		b.mustPost(td)
		return o
	}
	// The nightly job gives all that it starts one id. Orders of their own keep flows apart, so these have none.
	loose := func(batch string) (traces []pcommon.TraceID) {
		td, spans := newTrace("nightly")
		for range 3 {
			trace := newTraceID()
			addSpan(spans, trace, "run").Attributes().PutStr("correlation.id", batch)
			traces = append(traces, trace)
		}
		b.mustPost(td)
		return traces
	}
	order := send("o-1", "request-4711")
	glued, other := loose("nightly-2026-11-22"), loose("import-77")
	together := func(want bool, traces ...pcommon.TraceID) {
		t.Helper()
		eventually(t, time.Minute, fmt.Sprintf("%d traces are one flow: %v", len(traces), want), func() error {
			ids := map[string]bool{}
			for _, trace := range traces {
				flows, err := b.byTrace(trace.String())
				if err != nil {
					return err
				}
				if len(flows) != 1 {
					return fmt.Errorf("trace %s is in %d flows", trace, len(flows))
				}
				if n := flows[0].TraceCount; want && n != len(traces) || !want && n != 1 {
					return fmt.Errorf("its flow has %d traces", n)
				}
				ids[flows[0].ID] = true
			}
			if want && len(ids) != 1 || !want && len(ids) != len(traces) {
				return fmt.Errorf("they are in %d flows", len(ids))
			}
			return nil
		})
	}
	together(true, order.api, order.worker)
	together(true, glued...)
	together(true, other...)
	b.stop()
	b.env = append(b.env, "BATON_NEVER_JOIN=correlation.id=nightly-*")
	b.start()
	together(false, glued...)
	together(true, other...)
	together(true, order.api, order.worker)
	together(false, loose("nightly-2026-11-23")...)
	b.stop()
	b.start() // that it was done is known
	together(false, glued...)
}
