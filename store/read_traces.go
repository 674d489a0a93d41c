package store

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/wire"
)

// ReadTraces reads at most limit spans of the traces, with everything they were
// sent with. Spans of one resource and scope are together, in order of trace
// and start. Traces that are not there are not an error.
func (s *Store) ReadTraces(ctx context.Context, tenant string, ids []flow.TraceID, limit int) (ptrace.Traces, error) {
	td := ptrace.NewTraces()
	_, err := s.eachSpan(ctx, spanQuery{tenant: tenant, traces: ids, limit: limit}, td, func(uint64, ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) {})
	return td, err
}

// maxFactSpans is how many spans ReadFacts reads at most: what a joiner holds
// of the largest component it takes on, with room.
const maxFactSpans = 200_000

// ReadSpan reads one span with everything it was sent with. There may be more
// than one, because the two sides of a call may share an id, or none.
func (s *Store) ReadSpan(ctx context.Context, tenant string, trace flow.TraceID, span flow.SpanID) (ptrace.Traces, error) {
	td := ptrace.NewTraces()
	q := spanQuery{tenant: tenant, traces: []flow.TraceID{trace}, span: span, limit: 1000}
	_, err := s.eachSpan(ctx, q, td, func(uint64, ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) {})
	return td, err
}

// ReadFacts reads the spans of the traces as facts, in order of trace and
// start. The facts are the caller's own.
func (s *Store) ReadFacts(ctx context.Context, tenant string, ids []flow.TraceID) ([]flow.Facts, error) {
	all, _, err := s.ReadFactsUpTo(ctx, tenant, ids, maxFactSpans)
	return all, err
}

// ReadFactsUpTo reads at most limit spans as facts, and reports whether there
// are more.
func (s *Store) ReadFactsUpTo(ctx context.Context, tenant string, ids []flow.TraceID, limit int) (all []flow.Facts, more bool, err error) {
	resources := map[uint64]*flow.Resource{}
	more, err = s.eachSpan(ctx, spanQuery{tenant: tenant, traces: ids, limit: limit}, ptrace.NewTraces(), func(res uint64, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, sp ptrace.Span) {
		r, ok := resources[res]
		if !ok {
			r = s.extract.Resource(tenant, rs.Resource())
			resources[res] = r
		}
		all = append(all, flow.Facts{})
		s.extract.Span(r, ss.Scope().Name(), sp, &all[len(all)-1])
	})
	return all, more, err
}

// CountSpans counts the spans of traces, each as often as it was sent.
func (s *Store) CountSpans(ctx context.Context, tenant string, ids []flow.TraceID) (int, error) {
	total := 0
	for len(ids) > 0 {
		part := ids[:min(len(ids), maxIDs)]
		ids = ids[len(part):]
		err := s.each(ctx, "trace_count", tracesParams(tenant, part), func(r driver.Rows) error {
			var n uint64
			err := r.Scan(&n)
			total += int(n)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return total, nil
}

// eachSpan reads spans into td and calls f for each of them, in order. It
// reports whether there are more than the limit.
func (s *Store) eachSpan(ctx context.Context, q spanQuery, td ptrace.Traces,
	f func(res uint64, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, sp ptrace.Span),
) (more bool, err error) {
	rows, more, err := s.readSpans(ctx, q)
	if err != nil {
		return false, err
	}
	shapeIDs, resourceIDs := map[uint64]struct{}{}, map[uint64]struct{}{}
	for i := range rows {
		if rows[i].shape != wire.GenericShape {
			shapeIDs[rows[i].shape] = struct{}{}
		}
		resourceIDs[rows[i].res] = struct{}{}
	}
	shapes, err := s.shapesOf(ctx, q.tenant, shapeIDs)
	if err != nil {
		return false, err
	}
	contents, err := s.resourcesOf(ctx, q.tenant, resourceIDs)
	if err != nil {
		return false, err
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
				return false, err
			}
			places[row.res] = p
		}
		sp := p.ss.Spans().AppendEmpty()
		if err := row.into(sp, shapes); err != nil {
			return false, fmt.Errorf("span %x of trace %s: %w", row.ids[8:], row.trace, err)
		}
		f(row.res, p.rs, p.ss, sp)
	}
	return more, nil
}
