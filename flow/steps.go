package flow

import (
	"cmp"
	"slices"
)

// StepOf is a step that a span of some endpoint took inside itself: a call that
// it made, or work that it did.
type StepOf struct{ Caller, Callee uint64 }

// steps lists what the spans of a flow did inside themselves, sorted and once
// each, and the endpoints of all spans that may be asked for their steps. A call
// is not asked: that its other side sent no span says nothing of the caller.
func (f *folded) steps() (steps []StepOf, callers []uint64) {
	if f.stepped.known {
		return f.stepped.steps, f.stepped.callers
	}
	steps = f.room.steps.take(len(f.spans))[:0]
	callers = f.room.keys.take(len(f.spans))[:0]
	for i := range f.spans {
		if f.shared[i] {
			continue
		}
		if p := f.parent[i]; p >= 0 && f.asked(p) {
			steps = append(steps, StepOf{f.spans[p].Endpoint, f.spans[i].Endpoint})
		}
		if f.asked(i) {
			callers = append(callers, f.spans[i].Endpoint)
		}
	}
	slices.SortFunc(steps, compareSteps)
	slices.Sort(callers)
	f.stepped = stepped{true, slices.Compact(steps), slices.Compact(callers)}
	return f.stepped.steps, f.stepped.callers
}

type stepped struct {
	known   bool
	steps   []StepOf
	callers []uint64
}

func (f *folded) asked(i int) bool {
	return !isCall(&f.spans[i]) && !f.shared[i] && f.spans[i].Flags&(FlagError|FlagPoll) == 0
}

func compareSteps(a, b StepOf) int {
	return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee))
}

// Steps lists what the spans of a flow did inside themselves, and who might have.
// The lists are the outline's, and go when it is closed.
func (o *Outline) Steps() (kind uint64, steps []StepOf, callers []uint64) {
	steps, callers = o.fold.steps()
	return o.EntryEndpoint(), steps, callers
}

// Steps lists what the spans of a flow did inside themselves, and who might have.
func (s *Story) Steps() (kind uint64, steps []StepOf, callers []uint64) {
	steps, callers = s.fold.steps()
	if s.Entry >= 0 {
		kind = s.Facts[s.Entry].EndpointID
	}
	return kind, steps, callers
}

// omitted finds a span that left out a step that its like always took, the
// deepest of several: who calls it may have stopped because of it. -1 for none.
func (f *folded) omitted(exp Expectations) (span int, step Expectation) {
	e := f.entry()
	if e < 0 {
		return none, step
	}
	kind := f.spans[e].Endpoint
	steps, callers := f.steps()
	var lacks map[uint64]Expectation
	for _, c := range callers {
		for _, x := range exp.Always(kind, c) {
			if _, ok := slices.BinarySearchFunc(steps, StepOf{c, x.NextID}, compareSteps); !ok {
				if lacks == nil {
					lacks = map[uint64]Expectation{}
				}
				lacks[c] = x
				break
			}
		}
	}
	if lacks == nil {
		return none, step
	}
	span, depth := none, -1
	for _, i := range f.byStart {
		x, ok := lacks[f.spans[i].Endpoint]
		if !ok || !f.asked(i) {
			continue
		}
		d := 0
		for p := f.parent[i]; p >= 0 && d < 1000; p = f.parent[p] {
			d++
		}
		if d > depth {
			span, depth, step = i, d, x
		}
	}
	return span, step
}

// stopped blames a side that left out what it always did.
func (s *Story) stopped(i int, step Expectation) Judgement {
	f := s.Facts[i]
	h := s.HopOf[i]
	party := Party{Role: f.Role, Endpoint: f.Endpoint, ID: f.EndpointID, Span: i}
	if h >= 0 {
		if p := s.party(&s.Hops[h], s.Hops[h].tries[len(s.Hops[h].tries)-1].to); p != nil && p.Endpoint.Service == f.Endpoint.Service {
			party = *p
		}
	}
	next := step.Next.Operation
	if next == "" {
		next = "its next step"
	}
	if to := step.Next.Service; to != "" && to != f.Endpoint.Service {
		next += " of " + to
	}
	e := &party.Endpoint
	c := &Culprit{Endpoint: party.ID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: party.Role, Host: e.Host,
		Reason: clip("never went on to " + next + ", as it always does"), Rule: "stalled.step", Confidence: Medium, Trace: s.fold.trace[i], Span: f.ID}
	c.Signature = Signature(c.Reason)
	return Judgement{Verdict: Stalled, Hop: h, FailedAt: s.fold.spans[i].End(), Culprit: c}
}
