package web

import (
	"cmp"
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// maxHops is a page of hops.
const maxHops = 2000

// GetFlow answers one flow whole.
func (s *Server) GetFlow(c echo.Context, id FlowIDParam, in GetFlowParams) error {
	p := s.params()
	flowID, owners := p.flowID(id), p.oneOf("owners", in.Owners, "now", "then")
	limit := p.number("limit", in.Limit, maxHops, maxHops)
	hash := queryHash("hops", tenant(c), id, owners)
	pos := p.position(in.Cursor, hash)
	if err := p.err(); err != nil {
		return err
	}
	r, err := s.read(c, flowID)
	if err != nil {
		return err
	}
	history, err := s.deps.Flows.FlowHistory(c.Request().Context(), tenant(c), r.ID)
	if err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	told := flow.Assemble(r.wide)
	out := detail(r, told, history, d)
	out.Truncated = r.more
	order := hopOrder(told)
	first := min(pos.Offset, len(order))
	last := min(first+limit, len(order))
	out.Hops = hopsOf(told, order[first:last], d)
	if last < len(order) {
		out.NextCursor = cursor{Query: hash, Offset: last}.encode()
	}
	return answer(c, out)
}

// story is a flow with its spans.
type story struct {
	flow.Flow
	wide  []flow.Wide
	total int // spans that there are
	more  bool
}

// read reads a flow by any id it ever had.
func (s *Server) read(c echo.Context, id flow.FlowID) (*story, error) {
	ctx := c.Request().Context()
	f, err := s.deps.Flows.GetFlow(ctx, tenant(c), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound("id", "There is no flow "+id.String()+".", "Flows end with their retention. Look it up by trace or by correlation.")
	}
	if err != nil {
		return nil, err
	}
	t, err := s.tell(ctx, tenant(c), []flow.FlowID{f.ID}, maxRows)
	if err != nil {
		return nil, err
	}
	return &story{f, t.wide[f.ID], max(t.total, int(f.Spans)), t.more}, nil
}

// detail is a flow without its hops.
func detail(r *story, told *flow.Story, history []store.FlowRevision, d *directory) FlowDetail {
	f := flowOf(&r.Flow, d)
	return FlowDetail{
		ID: f.ID, Status: f.Status, Revision: f.Revision, Environment: f.Environment, Type: f.Type, Start: f.Start,
		LastActivity: f.LastActivity, FailedAt: f.FailedAt, DurationNs: f.DurationNs, SpanCount: f.SpanCount, HopCount: f.HopCount,
		TraceCount: f.TraceCount, Teams: f.Teams, Correlations: f.Correlations, Culprit: f.Culprit,
		Summary: sentence(&f, d.name), TraceIds: traceIDs(&r.Flow, told), Joins: joinsOf(r.wide), Revisions: revisionsOf(history),
	}
}

// traceIDs are those of the record, and those beyond its bound from the spans.
func traceIDs(f *flow.Flow, story *flow.Story) []string {
	seen := map[flow.TraceID]bool{}
	out := make([]string, 0, len(f.TraceIDs))
	for _, t := range f.TraceIDs {
		if !seen[t] {
			seen[t] = true
			out = append(out, t.String())
		}
	}
	byStart := slices.Clone(story.Facts)
	slices.SortFunc(byStart, func(a, b *flow.Facts) int { return cmp.Compare(a.Start, b.Start) })
	for _, f := range byStart {
		if !seen[f.Trace] {
			seen[f.Trace] = true
			out = append(out, f.Trace.String())
		}
	}
	return out
}

func hopOrder(story *flow.Story) []int {
	order := make([]int, len(story.Hops))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &story.Hops[a], &story.Hops[b]
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.ID, y.ID))
	})
	return order
}
