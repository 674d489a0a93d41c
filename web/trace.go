package web

import (
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
	r, err := s.read(c, flowID)
	if err != nil {
		return err
	}
	d, err := s.names(c, owners, r.Endpoints)
	if err != nil {
		return err
	}
	out := spanTable(flow.Assemble(r.wide), r.total, r.more, r.Culprit, d)
	canonical := r.ID.String()
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
	ctx := c.Request().Context()
	facts, more, err := s.deps.Spans.ReadFactsUpTo(ctx, tenant(c), []flow.TraceID{id}, maxRows)
	if err != nil {
		return err
	}
	if len(facts) == 0 {
		return notFound("trace_id", "There is no trace "+id.String()+".",
			"It may not have arrived yet, or its retention is over. Check the id and the tenant (X-Scope-OrgID).")
	}
	total := len(facts)
	if more {
		if total, err = s.deps.Spans.CountSpans(ctx, tenant(c), []flow.TraceID{id}); err != nil {
			return err
		}
	}
	d, err := s.names(c, owners, nil)
	if err != nil {
		return err
	}
	whole := flow.Wide{Trace: id, Facts: make([]*flow.Facts, len(facts))}
	for i := range facts {
		whole.Facts[i] = &facts[i]
	}
	return answer(c, spanTable(flow.Assemble([]flow.Wide{whole}), total, more, nil, d))
}
