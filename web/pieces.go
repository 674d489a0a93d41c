package web

import (
	"context"
	"slices"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// told is flows with their spans.
type told struct {
	wide  map[flow.FlowID][]flow.Wide
	total int  // spans that there are; those of traces that other flows share count too when there are more
	more  bool // not all spans were read
}

// tell reads the spans of flows, at most limit in all.
func (s *Server) tell(ctx context.Context, tenant string, ids []flow.FlowID, limit int) (told, error) {
	segments, err := s.deps.Spans.SegmentsOfFlows(ctx, tenant, ids)
	if err != nil {
		return told{}, err
	}
	var traces []flow.TraceID
	seen := map[flow.TraceID]bool{}
	for i := range segments {
		if t := segments[i].Trace; !seen[t] {
			seen[t] = true
			traces = append(traces, t)
		}
	}
	facts, more, err := s.deps.Spans.ReadFactsUpTo(ctx, tenant, traces, limit)
	if err != nil {
		return told{}, err
	}
	out := told{wide: pieces(segments, facts), more: more}
	if more {
		out.total, err = s.deps.Spans.CountSpans(ctx, tenant, traces)
	}
	return out, err
}

// pieces gives each flow the spans of its segments. The traces are cut as the
// joiner cut them; what has arrived since then and belongs to no segment yet
// comes with the next look.
func pieces(segments []store.Segment, facts []flow.Facts) map[flow.FlowID][]flow.Wide {
	byTrace := map[flow.TraceID][]*flow.Facts{}
	for i := range facts {
		byTrace[facts[i].Trace] = append(byTrace[facts[i].Trace], &facts[i])
	}
	bySegment := map[flow.SegmentID][]*flow.Facts{}
	for trace, all := range byTrace {
		for _, g := range flow.Cut(trace, narrow(all)) {
			for _, i := range g.Spans {
				bySegment[g.ID] = append(bySegment[g.ID], all[i])
			}
		}
	}
	out := map[flow.FlowID][]flow.Wide{}
	for i := range segments {
		g := &segments[i]
		if own := bySegment[g.SegmentID]; len(own) > 0 {
			// Two flows of one answer may share a segment; each has its own list.
			out[g.Flow] = append(out[g.Flow], flow.Wide{Trace: g.Trace, Shared: g.Shared, Facts: slices.Clone(own)})
		}
	}
	return out
}

func narrow(facts []*flow.Facts) []flow.Span {
	spans := make([]flow.Span, len(facts))
	for i, f := range facts {
		spans[i] = f.Narrow()
	}
	return spans
}
