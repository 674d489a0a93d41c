package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

const (
	// sampleFlows and sampleSpans bound what a report reads span by span, of all
	// flows and again of those that failed: about two seconds on one core. More
	// flows than that are sampled evenly, which the report says.
	sampleFlows = 2000
	sampleSpans = 20_000
	// chunkSpans are held in memory at once.
	chunkSpans = 5000
)

// measure reads flows whole for what their rows do not tell: own time, and
// whether a failure was one of a hand-off.
func (s *Server) measure(ctx context.Context, f store.FlowFilter, r *windowReport) error {
	all, err := s.deps.Sums.SampleFlows(ctx, f, false, sampleFlows)
	if err != nil {
		return err
	}
	r.measured.Flows, err = s.readWhole(ctx, f.Tenant, all, func(story *flow.Story, _ *store.SampledFlow) { r.ownTimes(story) })
	if err != nil {
		return err
	}
	f.Verdicts = []flow.Verdict{flow.Failed, flow.Stalled}
	failed, err := s.deps.Sums.SampleFlows(ctx, f, true, sampleFlows)
	if err != nil {
		return err
	}
	r.measured.Failures, err = s.readWhole(ctx, f.Tenant, failed, r.handoff)
	return err
}

// readWhole visits flows with their spans, as far as the bounds allow, and
// counts them. A flow larger than a chunk is left out, as is one whose spans
// are gone.
func (s *Server) readWhole(ctx context.Context, tenant string, flows []store.SampledFlow, visit func(*flow.Story, *store.SampledFlow)) (int64, error) {
	read, spans := int64(0), 0
	for len(flows) > 0 && spans < sampleSpans {
		n, size := 0, 0
		for n < len(flows) && (n == 0 || size+int(flows[n].Spans) <= chunkSpans) {
			size += int(flows[n].Spans)
			n++
		}
		chunk := flows[:n]
		flows = flows[n:]
		spans += size
		ids := make([]flow.FlowID, n)
		for i := range chunk {
			ids[i] = chunk[i].ID
		}
		// Traces that other flows share are read with theirs.
		told, err := s.tell(ctx, tenant, ids, 4*chunkSpans)
		if err != nil {
			return read, err
		}
		if told.more {
			continue // some of them are not whole, and nobody knows which
		}
		for i := range chunk {
			if wide := told.wide[chunk[i].ID]; len(wide) > 0 {
				visit(flow.Assemble(wide), &chunk[i])
				read++
			}
		}
	}
	return read, nil
}

// ownTimes adds the own time of a flow's spans: what each took less what its
// children took, those that overlap counted once.
func (r *windowReport) ownTimes(story *flow.Story) {
	children := make([][]int, len(story.Facts))
	for i, p := range story.Parent {
		if p >= 0 {
			children[p] = append(children[p], i)
		}
	}
	for i, f := range story.Facts {
		own := ownTime(story.Facts, i, children[i])
		if own == 0 {
			continue
		}
		r.ownTime += own
		at := hopSide(story, i)
		team := ""
		if at != nil {
			r.d.know(at.EndpointID, &at.Endpoint)
			team = r.d.team(at.EndpointID, f.Start)
		}
		r.team(team).OwnTimeNs += own
	}
}

func ownTime(facts []*flow.Facts, i int, children []int) int64 {
	f := facts[i]
	slices.SortFunc(children, func(a, b int) int { return cmp.Compare(facts[a].Start, facts[b].Start) })
	own, covered := max(f.Duration, 0), f.Start
	end := f.Start + own
	for _, c := range children {
		from := max(facts[c].Start, covered)
		if to := min(facts[c].Start+max(facts[c].Duration, 0), end); to > from {
			own -= to - from
			covered = to
		}
	}
	return own
}

// hopSide is the span that a span runs in and that is a side of a hop: databases
// and internal work belong to the side they run in.
func hopSide(story *flow.Story, i int) *flow.Facts {
	for steps := 0; i >= 0 && steps < len(story.Facts); i, steps = story.Parent[i], steps+1 {
		if e := &story.Facts[i].Endpoint; e.Kind != flow.DB && (e.Kind != flow.Internal || e.Role != flow.NoRole) {
			return story.Facts[i]
		}
	}
	return nil
}

// handoff counts a failure for both sides when the hop that it happened at has
// two owners.
func (r *windowReport) handoff(story *flow.Story, f *store.SampledFlow) {
	sides := []string{r.d.team(f.Culprit, f.At)}
	for i, x := range story.Facts {
		h := story.HopOf[i]
		if x.Trace != f.Trace || x.ID != f.Span || h < 0 {
			continue
		}
		for k := range story.Hops[h].Parties {
			p := &story.Hops[h].Parties[k]
			r.d.know(p.ID, &p.Endpoint)
			sides = append(sides, r.d.team(p.ID, f.At))
		}
	}
	slices.Sort(sides)
	sides = slices.Compact(sides)
	if len(sides) < 2 {
		return
	}
	for _, t := range sides {
		r.team(t).FailedHandoffs++
	}
}
