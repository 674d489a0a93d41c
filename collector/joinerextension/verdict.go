package joinerextension

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
)

// judge gives every flow that is due its row. Flows in which nothing looks
// wrong are judged by their narrow spans; the others are read whole, many in
// one query.
func (j *joiner) judge(ctx context.Context, now time.Time) error {
	suspects := map[*tenantState][]*flowState{}
	for k := range j.dirty {
		f := k.tenant.flows[k.id]
		if f == nil {
			delete(j.dirty, k)
			continue
		}
		if !j.due(f, now) {
			continue
		}
		delete(j.dirty, k)
		f.waiting = time.Time{}
		o := flow.Sketch(f.pieces())
		v, sure := o.Judge(j.expectations(k.tenant), k.tenant.judgeClock(f, now))
		if !sure {
			suspects[k.tenant] = append(suspects[k.tenant], f)
			continue
		}
		if err := j.settle(ctx, k.tenant, f, v, &o, nil, now); err != nil {
			return err
		}
	}
	for ts, fs := range suspects {
		for part := range slices.Chunk(fs, 100) {
			if err := j.judgeWide(ctx, ts, part, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// due waits for a flow to be quiet for a moment, so that one that is still
// growing is not judged at every step, but never for long: its first row must
// be seen within a second.
func (j *joiner) due(f *flowState, now time.Time) bool {
	if f.row == nil || now.Sub(f.changed) >= j.cfg.Quiet {
		return true
	}
	return now.Sub(f.waiting) >= j.cfg.Patience
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

// judgeWide reads the flows' spans with all their facts.
func (j *joiner) judgeWide(ctx context.Context, ts *tenantState, fs []*flowState, now time.Time) error {
	var ids []flow.TraceID
	seen := map[flow.TraceID]bool{}
	for _, f := range fs {
		for _, s := range append(slices.Clone(f.shared), f.segs...) {
			if !seen[s.ID.Trace] {
				seen[s.ID.Trace] = true
				ids = append(ids, s.ID.Trace)
			}
		}
	}
	all, err := j.facts.ReadFacts(ctx, ts.name, ids)
	if err != nil {
		return fmt.Errorf("read %d traces to judge them: %w", len(ids), err)
	}
	j.stats.judgedWide.Add(int64(len(fs)))
	byTrace := map[flow.TraceID]map[spanKey]*flow.Facts{}
	for i := range all {
		f := &all[i]
		if byTrace[f.Trace] == nil {
			byTrace[f.Trace] = map[spanKey]*flow.Facts{}
		}
		byTrace[f.Trace][spanKey{f.ID, f.SpanKind}] = f
	}
	for _, f := range fs {
		story := flow.Assemble(f.wide(byTrace))
		v := story.Judge(j.expectations(ts), ts.judgeClock(f, now))
		if err := j.settle(ctx, ts, f, v, nil, story, now); err != nil {
			return err
		}
	}
	return nil
}

func (f *flowState) wide(byTrace map[flow.TraceID]map[spanKey]*flow.Facts) []flow.Wide {
	var out []flow.Wide
	put := func(s *seg, shared bool) {
		w := flow.Wide{Trace: s.ID.Trace, Shared: shared}
		for _, i := range s.Spans {
			sp := &s.trace.spans[i]
			if facts := byTrace[s.ID.Trace][spanKey{sp.ID, sp.SpanKind}]; facts != nil {
				w.Facts = append(w.Facts, facts)
			}
		}
		if len(w.Facts) > 0 {
			out = append(out, w)
		}
	}
	for _, s := range f.shared {
		put(s, true)
	}
	for _, s := range f.segs {
		put(s, false)
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
	if f.row == nil || !sameRow(f.row, row) {
		j.write.flow(*row)
		f.row = row
		j.stats.judged.Add(1)
	}
	if v.Verdict != flow.Running && !f.observed {
		f.observed = true
		if o != nil {
			ts.learnt.observe(o.Handovers())
		} else {
			ts.learnt.observe(story.Handovers())
		}
	}
	f.checkAt = time.Time{}
	if v.CheckAt > 0 {
		f.checkAt = now.Add(max(time.Duration(v.CheckAt-ts.clock.now(now)), j.cfg.Quiet))
	}
	if left := unseenPatience - now.Sub(f.changed); story != nil && left > 0 && unseen(story) && (f.checkAt.IsZero() || now.Add(left).Before(f.checkAt)) {
		f.checkAt = now.Add(left)
	}
	if !f.checkAt.IsZero() {
		j.later.push(ts, f)
	}
	return nil
}

func sameRow(a, b *flow.Flow) bool {
	return a.Verdict == b.Verdict && a.Spans == b.Spans && a.Traces == b.Traces && a.LastActivity == b.LastActivity && a.Start == b.Start &&
		a.FailedAt == b.FailedAt && a.CheckAt == b.CheckAt && slices.Equal(a.TraceIDs, b.TraceIDs) && (a.Culprit == nil) == (b.Culprit == nil) &&
		(a.Culprit == nil || *a.Culprit == *b.Culprit)
}
