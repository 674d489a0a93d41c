package web

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

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
	d, err := s.names(c, owners, r.Endpoints)
	if err != nil {
		return err
	}
	told := flow.Assemble(r.wide)
	out := detail(r, told, r.history, d)
	out.Truncated = r.more
	if out.Culprit != nil {
		also := []Culprit{}
		for _, a := range told.Alternatives(r.Culprit) {
			also = append(also, *culpritOf(&a, r.FailedAt, d))
		}
		out.Culprit.Alternatives = &also
	}
	clocks := told.Clocks()
	out.Clocks = clocksOf(clocks)
	order := hopOrder(told, clocks)
	first := min(pos.Offset, len(order))
	last := min(first+limit, len(order))
	out.Hops = hopsOf(told, order[first:last], clocks, d)
	if last < len(order) {
		out.NextCursor = cursor{Query: hash, Offset: last}.encode()
	}
	return answer(c, out)
}

// story is a flow with its spans.
type story struct {
	flow.Flow
	history []store.FlowRevision
	wide    []flow.Wide
	total   int // spans that there are
	more    bool
}

// read reads a flow by any id it ever had. Most ids are those that flows have
// now, so that all is asked at once; the answers for an id of old are asked again.
func (s *Server) read(c echo.Context, id flow.FlowID) (*story, error) {
	key := storyKey{tenant(c), id}
	return s.stories.do(c.Request().Context(), key, func(ctx context.Context) (*story, error) { return s.readStory(ctx, key) })
}

type storyKey struct {
	tenant string
	id     flow.FlowID
}

func (s *Server) readStory(ctx context.Context, key storyKey) (*story, error) {
	id, r := key.id, &story{}
	var t told
	var all errgroup.Group
	all.Go(func() (err error) {
		r.Flow, err = s.deps.Flows.GetFlow(ctx, key.tenant, id)
		return err
	})
	about := func(id flow.FlowID, all *errgroup.Group) {
		all.Go(func() (err error) {
			r.history, err = s.deps.Flows.FlowHistory(ctx, key.tenant, id)
			return err
		})
		all.Go(func() (err error) {
			t, err = s.tell(ctx, key.tenant, []flow.FlowID{id}, maxRows)
			return err
		})
	}
	about(id, &all)
	err := all.Wait()
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound("id", "There is no flow "+id.String()+".", "Flows end with their retention. Look it up by trace or by correlation.")
	}
	if err == nil && r.ID != id {
		var again errgroup.Group
		about(r.ID, &again)
		err = again.Wait()
	}
	if err != nil {
		return nil, err
	}
	r.wide, r.total, r.more = t.wide[r.ID], max(t.total, int(r.Spans)), t.more
	return r, nil
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

func hopOrder(story *flow.Story, clocks []flow.ClockShift) []int {
	order, start := make([]int, len(story.Hops)), make([]int64, len(story.Hops))
	for i := range order {
		order[i] = i
		start[i], _, _ = story.Shown(i, clocks)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(start[a], start[b]), cmp.Compare(story.Hops[a].ID, story.Hops[b].ID))
	})
	return order
}

func clocksOf(clocks []flow.ClockShift) []Clock {
	out := make([]Clock, len(clocks))
	for i, c := range clocks {
		out[i] = Clock{Service: c.Service, ShiftNs: int64(c.Shift)}
	}
	return out
}
