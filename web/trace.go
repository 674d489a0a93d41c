package web

import (
	"errors"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
)

// GetFlowSpans answers the spans of all traces of a flow as one waterfall.
func (s *Server) GetFlowSpans(c echo.Context, id FlowIDParam, in GetFlowSpansParams) error {
	p := s.params()
	flowID, owners := p.flowID(id), p.oneOf("owners", in.Owners, "now", "then")
	if err := p.err(); err != nil {
		return err
	}
	record, wide, total, err := s.wide(c, flowID)
	if err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	out := spanTable(flow.Assemble(wide), total, record.Culprit, d)
	canonical := record.ID.String()
	out.FlowID = &canonical
	return answer(c, out)
}

// GetTrace answers the spans of one trace.
func (s *Server) GetTrace(c echo.Context, traceID TraceIDParam, in GetTraceParams) error {
	p := s.params()
	id, owners := p.traceID(traceID), p.oneOf("owners", in.Owners, "now", "then")
	if err := p.err(); err != nil {
		return err
	}
	wide, total, err := s.deps.Spans.Trace(c.Request().Context(), tenant(c), id, maxRows)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if total == 0 || err != nil {
		return notFound("trace_id", "There is no trace "+id.String()+".",
			"It may not have arrived yet, or its retention is over. Check the id and the tenant (X-Scope-OrgID).")
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	return answer(c, spanTable(flow.Assemble(wide), total, nil, d))
}
