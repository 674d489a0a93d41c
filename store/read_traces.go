package store

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/wire"
)

// ReadTraces reads at most limit spans of the traces, with everything they were
// sent with. Spans of one resource and scope are together, in order of trace
// and start. Traces that are not there are not an error.
func (s *Store) ReadTraces(ctx context.Context, tenant string, ids []flow.TraceID, limit int) (ptrace.Traces, error) {
	td := ptrace.NewTraces()
	err := s.eachSpan(ctx, tenant, ids, limit, td, func(uint64, ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) {})
	return td, err
}

// maxFactSpans is how many spans ReadFacts reads at most: what a joiner holds
// of the largest component it takes on, with room.
const maxFactSpans = 200_000

// ReadFacts reads the spans of the traces as facts, in order of trace and
// start. The facts are the caller's own.
func (s *Store) ReadFacts(ctx context.Context, tenant string, ids []flow.TraceID) ([]flow.Facts, error) {
	var all []flow.Facts
	resources := map[uint64]*flow.Resource{}
	err := s.eachSpan(ctx, tenant, ids, maxFactSpans, ptrace.NewTraces(), func(res uint64, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, sp ptrace.Span) {
		r, ok := resources[res]
		if !ok {
			r = s.extract.Resource(tenant, rs.Resource())
			resources[res] = r
		}
		all = append(all, flow.Facts{})
		s.extract.Span(r, ss.Scope().Name(), sp, &all[len(all)-1])
	})
	return all, err
}

// eachSpan reads spans into td and calls f for each of them, in order.
func (s *Store) eachSpan(ctx context.Context, tenant string, ids []flow.TraceID, limit int, td ptrace.Traces,
	f func(res uint64, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, sp ptrace.Span),
) error {
	rows, err := s.readSpans(ctx, tenant, ids, limit)
	if err != nil {
		return err
	}
	shapeIDs, resourceIDs := map[uint64]struct{}{}, map[uint64]struct{}{}
	for i := range rows {
		if rows[i].shape != wire.GenericShape {
			shapeIDs[rows[i].shape] = struct{}{}
		}
		resourceIDs[rows[i].res] = struct{}{}
	}
	shapes, err := s.shapesOf(ctx, tenant, shapeIDs)
	if err != nil {
		return err
	}
	contents, err := s.resourcesOf(ctx, tenant, resourceIDs)
	if err != nil {
		return err
	}
	type place struct {
		rs ptrace.ResourceSpans
		ss ptrace.ScopeSpans
	}
	places := make(map[uint64]place, len(contents))
	for i := range rows {
		row := &rows[i]
		p, ok := places[row.res]
		if !ok {
			p.rs = td.ResourceSpans().AppendEmpty()
			p.ss = p.rs.ScopeSpans().AppendEmpty()
			if err := readResource(contents, row.res, p.rs, p.ss); err != nil {
				return err
			}
			places[row.res] = p
		}
		sp := p.ss.Spans().AppendEmpty()
		if err := row.into(sp, shapes); err != nil {
			return fmt.Errorf("span %x of trace %s: %w", row.ids[8:], row.trace, err)
		}
		f(row.res, p.rs, p.ss, sp)
	}
	return nil
}

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
