package joinerextension

import (
	"context"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
)

// maxAsked is how many flows are read again to learn whom an endpoint calls, and
// whether it is always the same.
const maxAsked = 10

// maxAsks of a step read a flow for it: of a new estate everything is asked, and
// verdicts must not wait for that. Others will come to ask again.
const maxAsks = 25

// outside is whom an endpoint calls that sends no spans. The narrow spans, of
// which most flows are judged, do not name the callee, so that it is read from
// the store for the first flows of each caller.
type outside struct {
	asked int
	ids   []uint64  // of the parties outside
	plans int       // flows that are looked at once more for it, of those
	since time.Time // planned since
}

// outsideOf adds those whom the flow calls and who send no spans to a set, and
// reports whether nothing is known of one of them yet.
func (j *joiner) outsideOf(o *flow.Outline, set *[]uint64) (ask bool) {
	o.Silent(func(caller uint64) {
		x := j.outside[caller]
		ask = ask || x == nil || x.asked < maxAsked && len(x.ids) < 2
		if callee := j.calledBy(caller); callee != 0 && set != nil {
			*set = append(*set, callee)
		}
	})
	return ask
}

// plan reports whether the flow should be looked at once more, when it is plain
// whom it calls. Of the flows of one caller a few are enough; some of them
// may come to nothing, so that others are planned after a while.
func (j *joiner) plan(o *flow.Outline, now time.Time) (planned bool) {
	if !j.outsideOf(o, nil) {
		return false
	}
	o.Silent(func(caller uint64) {
		x := j.party(caller)
		if now.Sub(x.since) > 2*unseenPatience {
			x.plans, x.since = 0, now
		}
		if x.plans < 2*maxAsked {
			x.plans++
			planned = true
		}
	})
	return planned
}

func (j *joiner) party(caller uint64) *outside {
	x := j.outside[caller]
	if x == nil {
		if j.outside == nil || len(j.outside) >= maxEndpoints {
			j.outside = map[uint64]*outside{}
		}
		x = &outside{}
		j.outside[caller] = x
	}
	return x
}

// calledBy is the one party outside that an endpoint calls, 0 where that is not
// known well enough. Of several, nothing tells which.
func (j *joiner) calledBy(caller uint64) uint64 {
	if x := j.outside[caller]; x != nil && x.asked >= maxAsked && len(x.ids) == 1 {
		return x.ids[0]
	}
	return 0
}

// askOutside reads a flow again, once it is plain that nobody will send the
// other side of its calls.
func (j *joiner) askOutside(ctx context.Context, ts *tenantState, f *flowState, o *flow.Outline, quiet time.Duration) error {
	if quiet < unseenPatience || j.asks >= maxAsks {
		return nil
	}
	j.asks++
	o.Silent(func(caller uint64) { j.party(caller).asked++ })
	known, err := j.endpoints(ctx, ts, f)
	if err != nil {
		return err
	}
	story, err := j.reread(ctx, ts, f, known)
	if err != nil {
		return err
	}
	j.outsideIn(story)
	for i := range story.Hops {
		for k := range story.Hops[i].Parties {
			if p := &story.Hops[i].Parties[k]; p.Span < 0 {
				j.write.endpoint(p.Endpoint, p.ID)
			}
		}
	}
	return nil
}

// outsideIn learns from a flow that was put together whole.
func (j *joiner) outsideIn(story *flow.Story) {
	for i := range story.Hops {
		parties := story.Hops[i].Parties
		if len(parties) < 2 || parties[0].Span < 0 {
			continue
		}
		last := &parties[len(parties)-1]
		if x := j.outside[parties[0].ID]; x != nil && len(x.ids) < 2 && last.Span < 0 && last.Role != flow.Channel && !slices.Contains(x.ids, last.ID) {
			x.ids = append(x.ids, last.ID)
		}
	}
}
