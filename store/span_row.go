package store

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/wire"
)

// spanRow is a row of spans as read.
type spanRow struct {
	trace      flow.TraceID
	ids        [16]byte
	start, dur int64
	name       string
	kind       uint8
	status     uint8
	flags      uint32
	msg        string
	extra      string
	res        uint64
	shape      uint64
	vals       string
}

// spanKey is what makes a span one: Zipkin's two sides of a call share an id.
type spanKey struct {
	trace flow.TraceID
	span  [8]byte
	kind  uint8
}

func (r *spanRow) key() spanKey { return spanKey{r.trace, [8]byte(r.ids[8:]), r.kind} }

func readResource(contents map[uint64][]byte, id uint64, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans) error {
	content, ok := contents[id]
	if !ok {
		return fmt.Errorf("resource %016x: %w", id, wire.ErrCorrupt)
	}
	r := wire.NewReader(content)
	r.Resource(rs, ss)
	if r.Err() != nil {
		return fmt.Errorf("resource %016x: %w", id, r.Err())
	}
	return nil
}

// into writes the row into a span.
func (r *spanRow) into(sp ptrace.Span, shapes map[uint64]wire.Shape) error {
	sp.SetTraceID(pcommon.TraceID(r.trace))
	sp.SetParentSpanID(pcommon.SpanID(r.ids[:8]))
	sp.SetSpanID(pcommon.SpanID(r.ids[8:]))
	sp.SetStartTimestamp(pcommon.Timestamp(r.start))
	sp.SetEndTimestamp(pcommon.Timestamp(uint64(r.start) + uint64(r.dur)))
	sp.SetName(r.name)
	sp.SetKind(ptrace.SpanKind(r.kind))
	sp.SetFlags(r.flags)
	sp.Status().SetCode(ptrace.StatusCode(r.status))
	sp.Status().SetMessage(r.msg)
	extra := wire.NewReader([]byte(r.extra))
	extra.Extra(r.start, sp)
	if extra.Err() != nil {
		return fmt.Errorf("extra: %w", extra.Err())
	}
	if r.vals == "" && r.shape == wire.GenericShape {
		return nil
	}
	vals := wire.NewReader([]byte(r.vals))
	if r.shape == wire.GenericShape {
		vals.Map(sp.Attributes())
	} else {
		shape, ok := shapes[r.shape]
		if !ok {
			return fmt.Errorf("shape %016x: %w", r.shape, wire.ErrCorrupt)
		}
		vals.Slots(shape, sp.Attributes())
	}
	if vals.Err() != nil {
		return fmt.Errorf("attributes: %w", vals.Err())
	}
	return nil
}
