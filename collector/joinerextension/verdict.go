package joinerextension

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
)

// judge gives every flow that is due its row. Flows in which nothing looks wrong
// are judged by an outline; the others are put together whole.
func (j *joiner) judge(ctx context.Context, now time.Time) error {
	if err := j.teach(ctx, now); err != nil {
		return err
	}
	for _, k := range j.duties(now) {
		f := k.tenant.flows[k.id]
		delete(j.dirty, k)
		f.waiting = time.Time{}
		o := flow.Sketch(f.pieces())
		v, sure := o.Judge(j.expectations(k.tenant, f), k.tenant.judgeClock(f, now))
		var err error
		if sure {
			err = j.settle(ctx, k.tenant, f, v, &o, nil, now)
		} else {
			err = j.judgeWhole(ctx, k.tenant, f, now)
		}
		o.Close()
		if err != nil {
			j.dirty[k] = struct{}{} // the engine is away: judge it when it is back
			f.waiting = now
			return err
		}
	}
	return nil
}

// duties are the flows that are due, the oldest first: what is usual is learned
// in the order of events, however they arrived.
func (j *joiner) duties(now time.Time) []dirtyKey {
	type duty struct {
		dirtyKey
		start int64
	}
	var due []duty
	for k := range j.dirty {
		switch f := k.tenant.flows[k.id]; {
		case f == nil:
			delete(j.dirty, k)
		case j.due(f, now):
			due = append(due, duty{k, f.segs[0].Start})
		}
	}
	slices.SortFunc(due, func(a, b duty) int { return cmp.Or(cmp.Compare(a.start, b.start), bytes.Compare(a.id[:], b.id[:])) })
	keys := make([]dirtyKey, len(due))
	for i := range due {
		keys[i] = due[i].dirtyKey
	}
	return keys
}

// due waits for a flow to be quiet for a moment, so that one that is still
// growing is not judged at every step, but never for long. Its first row is to be
// seen at once, and in a rush as soon as it looks complete.
func (j *joiner) due(f *flowState, now time.Time) bool {
	if now.Sub(f.changed) >= j.cfg.Quiet || now.Sub(f.waiting) >= j.cfg.Patience {
		return true
	}
	return f.said == 0 && !(j.rush && f.grows())
}

// grows reports whether more is likely to come: something was sent that nobody
// took up yet, or a parent is missing.
func (f *flowState) grows() bool {
	open := int32(0)
	for _, s := range f.segs {
		if s.Orphans > 0 {
			return true
		}
		open += s.Open
	}
	return open > 0
}

func (ts *tenantState) judgeClock(f *flowState, now time.Time) flow.Clock {
	return flow.Clock{Now: ts.clock.now(now), Quiet: now.Sub(f.changed)}
}

// pieces are the flow's spans, its own and those it shares.
func (f *flowState) pieces() []flow.Piece {
	out := make([]flow.Piece, 0, len(f.segs)+len(f.shared))
	put := func(s *seg, shared bool) {
		p := flow.Piece{Trace: s.ID.Trace, Shared: shared}
		if len(s.trace.segs) == 1 {
			p.Spans = s.trace.spans
		} else {
			for _, i := range s.Spans {
				p.Spans = append(p.Spans, s.trace.spans[i])
			}
		}
		out = append(out, p)
	}
	for _, s := range f.shared {
		put(s, true)
	}
	for _, s := range f.segs {
		put(s, false)
	}
	return out
}

// judgeWhole puts a flow together with all that its spans say.
func (j *joiner) judgeWhole(ctx context.Context, ts *tenantState, f *flowState, now time.Time) error {
	known, err := j.endpoints(ctx, ts, f)
	if err != nil {
		return err
	}
	j.stats.judgedWhole.Add(1)
	story := flow.Assemble(f.wide(known))
	v := story.Judge(j.expectations(ts, f), ts.judgeClock(f, now))
	if v.Verdict == flow.Slow { // nothing in it looked wrong, so that memory does not hold what is said of a party that sends no spans
		if story, err = j.reread(ctx, ts, f, known); err != nil {
			return err
		}
		v = story.Judge(j.expectations(ts, f), ts.judgeClock(f, now))
	}
	return j.settle(ctx, ts, f, v, nil, story, now)
}

// reread puts a flow together from the store.
func (j *joiner) reread(ctx context.Context, ts *tenantState, f *flowState, known map[uint64]flow.Endpoint) (*flow.Story, error) {
	wide := f.wide(known)
	var ids []flow.TraceID
	for i := range wide {
		if !slices.Contains(ids, wide[i].Trace) {
			ids = append(ids, wide[i].Trace)
		}
	}
	type spanOf struct {
		trace flow.TraceID
		spanKey
	}
	stored := map[spanOf]*flow.Facts{}
	for part := range slices.Chunk(ids, 500) {
		facts, err := j.facts.ReadFacts(ctx, ts.name, part)
		if err != nil {
			return nil, fmt.Errorf("read %d traces of a slow flow: %w", len(part), err)
		}
		for i := range facts {
			stored[spanOf{facts[i].Trace, spanKey{facts[i].ID, facts[i].SpanKind}}] = &facts[i]
		}
	}
	for i := range wide {
		for k, fact := range wide[i].Facts {
			if s := stored[spanOf{wide[i].Trace, spanKey{fact.ID, fact.SpanKind}}]; s != nil {
				wide[i].Facts[k] = s
			}
		}
	}
	return flow.Assemble(wide), nil
}

func (f *flowState) wide(known map[uint64]flow.Endpoint) []flow.Wide {
	var out []flow.Wide
	for _, p := range f.pieces() {
		w := flow.Wide{Trace: p.Trace, Shared: p.Shared, Facts: make([]*flow.Facts, len(p.Spans))}
		for i := range p.Spans {
			e := known[p.Spans[i].Endpoint]
			w.Facts[i] = p.Spans[i].Wide(p.Trace, &e)
		}
		out = append(out, w)
	}
	return out
}

// settle writes the verdict, learns from a flow that is over, and remembers
// when to look again.
func (j *joiner) settle(ctx context.Context, ts *tenantState, f *flowState, v flow.Judgement, o *flow.Outline, story *flow.Story, now time.Time) error {
	row, err := j.row(ctx, ts, f, v, o, story, now.Sub(f.changed))
	if err != nil {
		return err
	}
	if row != nil {
		row.Calm = f.calm
		f.calm = f.calm && !row.Verdict.Troubled()
		j.write.flow(*row)
		j.stats.judged.Add(1)
	}
	f.checkAt = time.Time{}
	var of lessons = story
	if o != nil {
		of = o
	}
	if v.Verdict != flow.Running && f.taught == nil {
		f.taught = j.prepare(ts.learnt, &v, of)
		f.taught.since, f.taught.moment = f.changed, f.moment()
		if c := v.Culprit; c != nil && c.Rule == flow.CalleeSlow {
			if f.taught.unknown = c.Endpoint; ts.learnt.knows(f.taught) {
				f.taught.unknown = 0
			}
		}
		j.lessons = append(j.lessons, due{ts, f, f.taught, laterOf(f.changed.Add(j.cfg.Patience), now).Add(flow.MissPatience)})
	}
	if v.CheckAt > 0 {
		if at := now.Add(max(time.Duration(v.CheckAt-ts.clock.now(now)), j.cfg.Quiet)); f.checkAt.IsZero() || at.Before(f.checkAt) {
			f.checkAt = at
		}
	}
	if left := unseenPatience - now.Sub(f.changed); left > 0 && (story != nil && j.unseen(story) || o != nil && j.plan(o, now)) && (f.checkAt.IsZero() || now.Add(left).Before(f.checkAt)) {
		f.checkAt = now.Add(left)
	}
	if !f.checkAt.IsZero() {
		j.later.push(ts, f)
	}
	return nil
}

// lessons is what a flow teaches, put together whole or in outline.
type lessons interface {
	Handovers() []flow.Handover
	Took(func(flow.Measured, time.Duration))
	Steps() (uint64, []flow.StepOf, []uint64)
	Traits(func(flow.Trait))
}

// prepare notes what was handed over, and of a flow that went well how long things
// took and which steps were taken: failures are fast or as slow as a timeout.
func (j *joiner) prepare(learnt *learned, v *flow.Judgement, of lessons) *lesson {
	l := &lesson{slow: v.Verdict == flow.Slow || v.LooksSlow, handovers: of.Handovers(), cut: !v.Overdue}
	switch v.Verdict {
	case flow.Completed, flow.Degraded, flow.Slow, flow.Stalled:
		l.cut = false
		j.timings = j.timings[:0]
		of.Took(func(m flow.Measured, took time.Duration) { j.timings = append(j.timings, learnt.time(m, took)) })
		l.took = slices.Clone(j.timings) // lessons wait by the ten thousand: no room to spare
		kind, steps, callers := of.Steps()
		l.kind, l.did = kind, j.acts.of(steps, callers)
		j.profile.keep(of, l)
	}
	return l
}

// due is a lesson and when it counts: of a flow that is not whole yet nothing
// should be learned.
type due struct {
	tenant *tenantState
	flow   *flowState
	lesson *lesson
	at     time.Time
}

// teach learns from the flows that have been quiet for long enough, in the order
// of events. One that by what was learned since it was judged was slow, left out a
// step or was not taken up is judged again before its like become what is usual.
func (j *joiner) teach(ctx context.Context, now time.Time) error {
	if to := now.Add(-flow.MissPatience - j.cfg.Patience); to.After(j.began) {
		j.taughtTo = to
	}
	var ripe []due
	j.lessons = slices.DeleteFunc(j.lessons, func(d due) bool {
		if d.at.After(now) {
			return false
		}
		if !d.lesson.dropped {
			ripe = append(ripe, d)
		}
		return true
	})
	slices.SortFunc(ripe, func(a, b due) int {
		if a.lesson.began != b.lesson.began {
			return cmp.Compare(a.lesson.began, b.lesson.began)
		}
		return bytes.Compare(a.flow.id[:], b.flow.id[:])
	})
	var err error
	for _, d := range ripe {
		l, f, learnt := d.lesson, d.flow, d.tenant.learnt
		slow, omits := learnt.slowTo(l), learnt.omits(l)
		if (slow || omits || learnt.lacks(l) || learnt.knows(l)) && !f.doubted && f.taught == l {
			f.doubted = true
			l.slow, l.dropped = l.slow || slow, omits
			if d.tenant.flows[f.id] != f { // it was let go
				d.tenant.remember(f)
				j.later.asleep(d.tenant, f.id, now)
			} else {
				if omits {
					f.taught = nil
				}
				if err == nil {
					err = j.judgeWhole(ctx, d.tenant, f, now)
				}
				if err != nil {
					j.dirty[dirtyKey{d.tenant, f.id}] = struct{}{} // the engine is away: judge it when it is back
					f.waiting = now
				}
			}
		}
		if !l.dropped {
			j.profile.add(d.tenant.name, l)
			learnt.learn(l, now)
			if d.tenant.flows[f.id] != f {
				l.letGo()
			}
		}
	}
	return err
}
