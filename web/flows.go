package web

import (
	"errors"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// filter reads the parameters that lists and counts of flows share.
func (p *params) filter(c echo.Context, from, to, status, environment, flowType *string) store.FlowFilter {
	f := store.FlowFilter{Tenant: tenant(c), Verdicts: p.verdicts(status), Environment: p.text("environment", environment, 256),
		Type: p.endpointID("type", deref(flowType))}
	f.From, f.To = p.window(from, to)
	return f
}

// ListFlows answers flows by filter.
func (s *Server) ListFlows(c echo.Context, in ListFlowsParams) error {
	p := s.params()
	team, kind := p.text("team", in.Team, 256), strings.ToLower(p.text("kind", in.Kind, 32))
	sort, owners := p.oneOf("sort", in.Sort, "newest", "worst"), p.oneOf("owners", in.Owners, "now", "then")
	hash := queryHash("flows", tenant(c), deref(in.From), deref(in.To), deref(in.Status), deref(in.Environment), team, deref(in.Type),
		kind, deref(in.Q), sort, owners)
	pos := p.position(in.Cursor, hash)
	q := store.FlowQuery{FlowFilter: p.filter(c, in.From, in.To, in.Status, in.Environment, in.Type), Text: p.text("q", in.Q, maxText),
		Worst: sort == "worst", Limit: p.limit(in.Limit)}
	if err := p.err(); err != nil {
		return err
	}
	if err := s.look(c, &q); err != nil {
		return err
	}
	return s.flowPage(c, p, q, pos, hash, team, kind, owners)
}

// look reads text that names something: an id is found whatever its time, and
// key=value is a correlation. Everything else stays free text.
func (s *Server) look(c echo.Context, q *store.FlowQuery) error {
	if key, value, ok := strings.Cut(q.Text, "="); ok && key != "" && value != "" && !strings.ContainsAny(key, " /?") {
		q.Key, q.Text = &flow.KeyValue{Key: key, Value: value}, ""
		return nil
	}
	id, err := flow.ParseFlowID(strings.ToLower(q.Text))
	if err != nil {
		return nil
	}
	q.From, q.To, q.Verdicts, q.Environment, q.Type = time.Time{}, time.Time{}, nil, "", 0
	switch f, err := s.deps.Flows.GetFlow(c.Request().Context(), q.Tenant, id); {
	case err == nil:
		q.Text = f.ID.String() // the one it has now
	case errors.Is(err, store.ErrNotFound):
		q.Text, q.Trace = "", flow.TraceID(id)
	default:
		return err
	}
	return nil
}

// FlowsByTrace answers every flow of a trace.
func (s *Server) FlowsByTrace(c echo.Context, traceID TraceIDParam, in FlowsByTraceParams) error {
	p := s.params()
	team, owners := p.text("team", in.Team, 128), p.oneOf("owners", in.Owners, "now", "then")
	hash := queryHash("by-trace", tenant(c), traceID, deref(in.Environment), team, owners)
	pos := p.position(in.Cursor, hash)
	q := store.FlowQuery{FlowFilter: store.FlowFilter{Tenant: tenant(c), Environment: p.text("environment", in.Environment, 256)},
		Trace: p.traceID(traceID), Worst: true, Limit: p.limit(in.Limit)}
	return s.flowPage(c, p, q, pos, hash, team, "", owners)
}

// FlowsByCorrelation answers every flow that carries a value.
func (s *Server) FlowsByCorrelation(c echo.Context, in FlowsByCorrelationParams) error {
	p := s.params()
	team, owners := p.text("team", in.Team, 128), p.oneOf("owners", in.Owners, "now", "then")
	kv := flow.KeyValue{Key: p.text("key", &in.Key, 256), Value: p.text("value", &in.Value, 1024)}
	for field, v := range map[string]string{"key": kv.Key, "value": kv.Value} {
		if v == "" {
			p.fail(field, "is empty", "Ask for a key and a value, for example key=order.id&value=ORD-1001.")
		}
	}
	hash := queryHash("by-correlation", tenant(c), kv.Key, kv.Value, deref(in.Environment), team, owners)
	pos := p.position(in.Cursor, hash)
	q := store.FlowQuery{FlowFilter: store.FlowFilter{Tenant: tenant(c), Environment: p.text("environment", in.Environment, 256)},
		Key: &kv, Limit: p.limit(in.Limit)}
	return s.flowPage(c, p, q, pos, hash, team, "", owners)
}

// flowPage runs a query for one page and one row more, which tells whether
// there is a next page.
func (s *Server) flowPage(c echo.Context, p *params, q store.FlowQuery, pos cursor, hash uint32, team, kind, owners string) error {
	if pos.ID != "" {
		id, err := flow.ParseFlowID(pos.ID)
		if err != nil {
			p.fail("cursor", "is damaged", "Leave cursor out to start again.")
		}
		q.After = &store.FlowPosition{Rank: pos.Rank, LastActivity: pos.Time, ID: id}
	}
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	d.touchingAll(&q.FlowFilter, team, kind)
	limit := q.Limit
	q.Limit++
	rows, err := s.deps.Flows.ListFlows(c.Request().Context(), q)
	if err != nil {
		return err
	}
	if err := s.meet(c.Request().Context(), tenant(c), endpointsOf(rows), d); err != nil {
		return err
	}
	out := FlowList{Flows: make([]Flow, 0, min(len(rows), limit))}
	for i := range rows[:min(len(rows), limit)] {
		out.Flows = append(out.Flows, flowOf(&rows[i], d))
	}
	if len(rows) > limit {
		last := &rows[limit-1]
		next := cursor{Query: hash, Time: last.LastActivity, ID: last.ID.String()}
		if q.Worst {
			next.Rank = store.Rank(last.Verdict)
		}
		if !q.From.IsZero() {
			next.From, next.To = q.From.UnixNano(), q.To.UnixNano()
		}
		out.NextCursor = next.encode()
	}
	return answer(c, out)
}

// endpointsOf are those whose owners the rows of a list show.
func endpointsOf(rows []flow.Flow) []uint64 {
	var ids []uint64
	for i := range rows {
		ids = append(ids, rows[i].Endpoints...)
		if c := rows[i].Culprit; c != nil {
			ids = append(ids, c.Endpoint)
		}
	}
	return ids
}
