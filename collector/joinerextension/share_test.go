package joinerextension

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// whole reads a flow's spans back by its segments.
func whole(st *fakeStore, id flow.FlowID) []flow.Wide {
	var out []flow.Wide
	for _, g := range st.segments {
		if g.Gone || g.Flow != id {
			continue
		}
		var facts []*flow.Facts
		var spans []flow.Span
		for _, f := range st.spans[g.Trace] {
			facts = append(facts, &f)
			spans = append(spans, f.Narrow())
		}
		for _, part := range flow.Cut(g.Trace, spans) {
			if part.ID != g.SegmentID {
				continue
			}
			w := flow.Wide{Trace: g.Trace, Shared: g.Shared}
			for _, i := range part.Spans {
				w.Facts = append(w.Facts, facts[i])
			}
			out = append(out, w)
		}
	}
	return out
}

// ownByDefinition counts the milliseconds in which a span runs and none of its
// children does, by the side that it runs in.
func ownByDefinition(s *flow.Story, endpoints []uint64) []uint64 {
	out := make([]uint64, len(endpoints)+1)
	for i, f := range s.Facts {
		side := i
		for side >= 0 && (s.Facts[side].Kind == flow.DB || s.Facts[side].Kind == flow.Internal) {
			side = s.Parent[side]
		}
		at := len(endpoints)
		if side >= 0 {
			at = slices.Index(endpoints, s.Facts[side].EndpointID)
		}
		for t := f.Start; t < f.Start+f.Duration; t += int64(time.Millisecond) {
			covered := false
			for k, c := range s.Facts {
				covered = covered || s.Parent[k] == i && c.Start <= t && t < c.Start+c.Duration
			}
			if !covered {
				out[at] += 1000
			}
		}
	}
	return out
}

// handsByDefinition are the hops with two sides, as a page shows them.
func handsByDefinition(s *flow.Story) []flow.Hand {
	var out []flow.Hand
	for i := range s.Hops {
		h := &s.Hops[i]
		if len(h.Parties) < 2 {
			continue
		}
		x := flow.Hand{Wait: flow.WaitOf(h.Wait)}
		if from := &h.Parties[0]; from.Role != flow.Channel {
			x.From = from.ID
		}
		if to := &h.Parties[len(h.Parties)-1]; to.Role != flow.Channel {
			x.To = to.ID
		}
		if h.Shared {
			x.Shared = h.ID
		}
		switch h.Outcome {
		case flow.FailedHop, flow.TimedOut, flow.DeadLettered, flow.Stuck:
			x.Failed = true
		}
		out = append(out, x)
	}
	slices.SortFunc(out, compareHands)
	return out
}

func compareHands(a, b flow.Hand) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Wait, b.Wait), cmp.Compare(a.Shared, b.Shared))
}

// What a flow's row says of time and hand-offs is what its spans say, whether an
// outline was enough to judge it or not, and in whatever order they came.
func TestSharesAreWhatTheSpansSay(t *testing.T) {
	for _, wild := range []bool{false, true} {
		e := newEstate(t, 5)
		for n := range 60 {
			e.order(n, n*50)
		}
		e.batch(1000, 5, 4000)
		st := play(t, e, 3, wild)
		hands, failed, shared, sides := 0, 0, 0, 0
		for id, row := range st.flows {
			require.NotNil(t, row.Shares)
			story := flow.Assemble(whole(st, id))
			require.Equal(t, ownByDefinition(story, row.Endpoints), row.Shares.Own)
			got := slices.SortedFunc(slices.Values(row.Shares.Hands), compareHands)
			require.Equal(t, handsByDefinition(story), got)
			hands += len(got)
			for _, h := range got {
				if h.Failed {
					failed++
				}
				if h.Shared != 0 {
					shared++
				}
			}
			if row.Culprit == nil {
				require.Empty(t, row.Shares.Sides)
				continue
			}
			sides++
			require.Contains(t, row.Shares.Sides, row.Culprit.Endpoint)
		}
		require.Greater(t, hands, 100)
		require.Greater(t, failed, 5)
		require.Greater(t, shared, 1)
		require.Greater(t, sides, 5)
	}
}
