package flow

import (
	"slices"
	"time"
)

// pending is what a flow still waits for.
type pending struct {
	overdue int // the sending span whose taker is overdue, -1 for none
	next    Expectation
	due     int64 // event time at which it became overdue
	until   int64 // event time of the next deadline, 0 when nothing is waited for
	early   bool  // something is overdue, and its spans may be on their way
}

// quietAgain is how often a flow that waits for a source that went quiet looks again.
const quietAgain = 30 * time.Second

// open looks for messages and started runs that nobody has taken up.
func (f *folded) open(exp Expectations, c Clock) pending {
	p := pending{overdue: -1}
	var took map[int][]uint64 // endpoints that took up what each sender sent
	for _, i := range f.byStart {
		if !f.awaits(i) {
			continue
		}
		if took == nil {
			took = f.room.took
			clear(took)
			for h := range f.hops {
				for _, a := range f.hops[h].attempts {
					if a.from >= 0 && a.to >= 0 {
						took[a.from] = append(took[a.from], f.spans[a.to].Endpoint)
					}
				}
			}
		}
		s := &f.spans[i]
		next, known := exp.After(s.Endpoint)
		if !known {
			if due := s.End() + int64(ColdPatience); len(took[i]) == 0 && c.Now < due {
				p.wait(due)
			}
			continue
		}
		for _, e := range next {
			if slices.Contains(took[i], e.NextID) {
				continue
			}
			due := s.End() + int64(e.Patience)
			switch {
			case c.Now < due:
				p.wait(due)
			case c.Quiet < StallPatience:
				p.early = true
				wait := StallPatience
				if c.Quiet < MissPatience {
					wait = MissPatience
				}
				p.wait(c.Now + int64(wait-c.Quiet))
			case e.Next.Service != "" && exp.Quiet(e.Next.Service, s.End()):
				p.wait(c.Now + int64(quietAgain))
			case p.overdue < 0 || due < p.due || due == p.due && p.overdue == i && e.NextID < p.next.NextID:
				p.overdue, p.next, p.due = i, e, due
			}
		}
	}
	return p
}

func (p *pending) wait(until int64) {
	if p.until == 0 || until < p.until {
		p.until = until
	}
}

// stalled blames the side that should have acted.
func (s *Story) stalled(p pending) Judgement {
	sent := s.Facts[p.overdue]
	h := s.HopOf[p.overdue]
	e := p.next.Next
	reason := "no " + e.Role.String() + " took up the message"
	if sent.Kind == Workflow {
		reason = "the workflow was started and never ran"
	} else if sent.Destination != "" {
		reason = e.Service + " never took up the message from " + sent.Destination
	}
	if h >= 0 && s.leadOf(&s.Hops[h]) == p.overdue { // another consumer may have taken it up
		s.Hops[h].Outcome, s.Hops[h].Error = Stuck, reason
	}
	return Judgement{Verdict: Stalled, Hop: h, FailedAt: p.due, Culprit: &Culprit{
		Endpoint: p.next.NextID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: e.Role, Host: e.Host,
		Reason: reason, Signature: Signature(reason), Rule: "stalled.learned", Confidence: Medium, Trace: sent.Trace, Span: sent.ID}}
}
