package joinerextension

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// regroup joins what the touched segments are connected with anew, and gives
// each resulting flow its id.
func (j *joiner) regroup(ts *tenantState, touched []*seg, now time.Time) {
	ts.turn++
	turn := ts.turn
	for _, s := range touched {
		if s.grouped == turn || s.dead {
			continue
		}
		component := ts.component(s, j.cfg.Limits, true)
		for _, c := range component {
			c.grouped = turn
		}
		j.assign(ts, component, now)
	}
}

// component collects the segments connected with s: through values that are not
// hot, through links, and through the flow they are in now. A shared segment
// is collected but does not connect, unless it is where the search began. Values
// that turn out to be hot are marked, if mark says so, and connect a last time.
func (ts *tenantState) component(s *seg, l flow.Limits, mark bool) []*seg {
	ts.turn++
	turn := ts.turn
	s.seen = turn
	out := []*seg{s}
	add := func(o *seg) {
		if o.seen != turn && !o.dead {
			o.seen = turn
			out = append(out, o)
		}
	}
	for n := 0; n < len(out); n++ {
		c := out[n]
		for _, o := range c.trace.segs {
			if o.Shared || c.Shared && n == 0 {
				add(o)
			}
		}
		if c.Shared && n > 0 {
			continue
		}
		for _, v := range c.values {
			if v.gone {
				continue
			}
			wasHot := v.hot
			if mark && v.key.Name != traceConcept {
				v.hot = v.hot || v.overLimit(l)
				if v.hot && len(ts.hot) < maxHot {
					ts.hot[v.hash] = *v.key
				}
			}
			if wasHot {
				continue // its segments were parted when it turned hot
			}
			for _, o := range v.segs {
				add(o)
			}
		}
		if f := ts.flows[c.flow]; f != nil {
			for _, o := range f.segs {
				add(o)
				for _, n := range o.trace.segs { // what a later cut made of it
					if o.dead && !n.Shared {
						add(n)
					}
				}
			}
		}
	}
	return out
}

// maxHot bounds the hot values that the status page can list.
const maxHot = 1000

func (v *value) overLimit(l flow.Limits) bool {
	if len(v.segs) < 2 {
		return false
	}
	starts := make([]int64, 0, len(v.segs))
	for _, s := range v.segs {
		if !s.Shared {
			starts = append(starts, s.Start)
		}
	}
	slices.Sort(starts)
	return l.Hot(*v.key, starts)
}

// assign partitions a component into flows. Ids are minted once: a merge keeps
// the oldest flow's id, after a split the oldest segment keeps it, and every id
// that nobody holds any more becomes an alias.
func (j *joiner) assign(ts *tenantState, component []*seg, now time.Time) {
	slices.SortFunc(component, compareSegs)
	nodes := ts.nodes(component)
	joined := flow.Partition(nodes, j.cfg.Limits, ts.hotAmong(component))
	groups := make([][]*seg, joined.Groups)
	shared := make([][]*seg, joined.Groups)
	for i, s := range component {
		if g := joined.Group[i]; g >= 0 {
			groups[g] = append(groups[g], s)
		}
		for _, g := range joined.Refers[i] {
			shared[g] = append(shared[g], s)
		}
	}
	ids, gone := ts.identify(groups, now)
	for i, s := range component {
		heir := joined.Group[i]
		if heir < 0 {
			heir = joined.Refers[i][0]
			if !s.flow.IsZero() { // it was a flow's own before its trace was cut
				s.trace.lost = append(s.trace.lost, s.flow)
				j.write.segment(store.Segment{Tenant: ts.name, SegmentID: s.ID, Flow: s.flow, Arrived: time.Unix(0, s.arrived), Gone: true})
				s.flow = flow.FlowID{}
			}
		}
		for _, id := range s.trace.lost {
			if _, ok := gone[id]; !ok && !slices.Contains(ids, id) {
				gone[id] = heir
			}
		}
	}
	for _, s := range component {
		s.trace.lost = nil
	}
	for id, heir := range gone {
		j.retire(ts, id, ids[heir])
	}
	for g, segs := range groups {
		polls := !slices.ContainsFunc(segs, func(s *seg) bool { return !s.Poll })
		if polls {
			continue // receives that got nothing start no flow
		}
		f := ts.flows[ids[g]]
		if f == nil {
			f = &flowState{id: ids[g], taught: ts.lessons[ids[g]]}
			f.calm = !slices.ContainsFunc(segs, func(s *seg) bool { return s.flow == f.id }) // it is new
			delete(ts.lessons, f.id)
			delete(ts.asleep, f.id)
			ts.flows[f.id] = f
		}
		for _, s := range segs {
			if s.flow != f.id {
				s.flow = f.id
				j.write.segment(store.Segment{Tenant: ts.name, SegmentID: s.ID, Flow: f.id, Arrived: time.Unix(0, s.arrived)})
			}
		}
		for _, s := range shared[g] {
			if !slices.ContainsFunc(f.shared, func(o *seg) bool { return o.ID == s.ID }) {
				j.write.segment(store.Segment{Tenant: ts.name, SegmentID: s.ID, Flow: f.id, Arrived: time.Unix(0, s.arrived), Shared: true})
			}
		}
		for _, s := range f.shared {
			if !slices.ContainsFunc(shared[g], func(o *seg) bool { return o.ID == s.ID }) {
				j.write.segment(store.Segment{Tenant: ts.name, SegmentID: s.ID, Flow: f.id, Arrived: time.Unix(0, s.arrived), Shared: true, Gone: true})
			}
		}
		f.segs, f.shared = segs, shared[g]
		f.changed = laterOf(now, j.began)
		ts.forget(f)
		if !now.After(ts.learnt.To) {
			f.taught = &lesson{} // an earlier process learned from it
		}
		if f.waiting.IsZero() {
			f.waiting = now
		}
		j.dirty[dirtyKey{ts, f.id}] = struct{}{}
	}
}

// hotAmong tells which values of a component are hot, nil for none of them.
func (ts *tenantState) hotAmong(component []*seg) func(uint64) bool {
	for _, s := range component {
		for _, v := range s.values {
			if v.hot || v.gone { // who has taken the place of what is gone may be hot
				return func(h uint64) bool { v := ts.values[h]; return v != nil && v.hot }
			}
		}
	}
	return nil
}

func compareSegs(a, b *seg) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), bytes.Compare(a.ID.Trace[:], b.ID.Trace[:]), bytes.Compare(a.ID.Root[:], b.ID.Root[:]))
}

// nodes resolves the links of the segments among themselves. A link leads to
// the segment that holds the linked span, or to the trunk of its trace.
func (ts *tenantState) nodes(component []*seg) []flow.Node {
	number := make(map[*seg]int, len(component))
	for i, s := range component {
		number[s] = i
	}
	nodes := make([]flow.Node, len(component))
	for i, s := range component {
		nodes[i].Segment = &s.Segment
		link := func(l flow.Link) {
			t := ts.traces[l.Trace]
			if t == nil {
				return
			}
			if n, ok := number[t.holder(l.Span)]; ok && n != i && !slices.Contains(nodes[i].Links, n) {
				nodes[i].Links = append(nodes[i].Links, n)
			}
		}
		for _, l := range s.Links {
			link(l)
		}
		for _, k := range s.Keys {
			if k.Name == traceConcept {
				if id, err := flow.ParseTraceID(k.Value); err == nil {
					link(flow.Link{Trace: id})
				}
			}
		}
	}
	return nodes
}

// holder is the segment of the trace that holds a span, its trunk when that is
// not known.
func (t *trace) holder(id flow.SpanID) *seg {
	for _, s := range t.segs[min(1, len(t.segs)):] {
		if slices.ContainsFunc(s.Spans, func(i int) bool { return t.spans[i].ID == id }) {
			return s
		}
	}
	if len(t.segs) == 0 {
		return nil
	}
	return t.segs[0]
}

// identify chooses the id of each group, and says which ids are gone and which
// group inherits each.
func (ts *tenantState) identify(groups [][]*seg, now time.Time) (ids []flow.FlowID, gone map[flow.FlowID]int) {
	type claim struct {
		group  int
		oldest *seg
	}
	claims := map[flow.FlowID]claim{}
	for g, segs := range groups {
		for _, s := range segs {
			if s.flow.IsZero() {
				continue
			}
			if c, ok := claims[s.flow]; !ok || compareSegs(s, c.oldest) < 0 {
				claims[s.flow] = claim{g, s}
			}
		}
	}
	ids, gone = make([]flow.FlowID, len(groups)), map[flow.FlowID]int{}
	won := make([][]flow.FlowID, len(groups))
	for id, c := range claims {
		won[c.group] = append(won[c.group], id)
	}
	for g, segs := range groups {
		slices.SortFunc(won[g], func(a, b flow.FlowID) int { return bytes.Compare(a[:], b[:]) }) // oldest first: ids begin with their age
		if len(won[g]) == 0 {
			ids[g] = ts.mint(slices.MinFunc(segs, compareSegs), now, func(id flow.FlowID) bool {
				_, taken := claims[id]
				return taken || slices.Contains(ids, id) || ts.flows[id] != nil
			})
			continue
		}
		ids[g] = won[g][0]
		for _, id := range won[g][1:] {
			gone[id] = g
		}
	}
	return ids, gone
}

// mint makes a new id, of the moment at which the flow is first seen apart: a
// segment that was parted from the flow it once named must not name it again.
func (ts *tenantState) mint(first *seg, now time.Time, taken func(flow.FlowID) bool) flow.FlowID {
	for {
		id := flow.MintFlowID(now, ts.name, first.ID)
		if !taken(id) {
			return id
		}
		now = now.Add(time.Millisecond)
	}
}

// retire makes an id an alias of its heir and takes its row off the lists.
func (j *joiner) retire(ts *tenantState, id, heir flow.FlowID) {
	f := ts.flows[id]
	if f != nil {
		ts.forget(f)
	}
	delete(ts.flows, id)
	delete(ts.asleep, id)
	delete(j.dirty, dirtyKey{ts, id})
	j.write.alias(store.Alias{Tenant: ts.name, Old: id, New: heir, Revision: j.revision(), Calm: f != nil && f.calm})
}

// forget takes back what was learned from a flow that is not over after all.
func (ts *tenantState) forget(f *flowState) {
	ts.learnt.unlearn(f.taught)
	f.taught, f.doubted = nil, false
}

// remember keeps what a flow taught that is let go, to take it back when more of
// it arrives: or it would teach twice.
func (ts *tenantState) remember(f *flowState) {
	if f.taught == nil || len(f.taught.handovers) == 0 && !f.doubted {
		return
	}
	if f.taught.learnt {
		f.taught.letGo()
	}
	if ts.lessons == nil || len(ts.lessons) >= maxLessons {
		ts.lessons = map[flow.FlowID]*lesson{}
	}
	ts.lessons[f.id] = f.taught
}

// maxLessons bounds the lessons of flows that were let go: about 10 MB.
const maxLessons = 50_000

// revision grows with every row and alias: it is the clock in microseconds, and
// goes on when the clock does not.
func (j *joiner) revision() uint64 {
	j.revised = max(j.revised+1, uint64(j.clock().UnixMicro()))
	return j.revised
}
