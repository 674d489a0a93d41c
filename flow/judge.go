package flow

import (
	"slices"
	"time"
)

// Clock is what the judge knows of time. Now is event time: the wall clock for
// live data, the newest event for replayed data. Quiet is how long the flow has
// got nothing new, in wall time.
type Clock struct {
	Now   int64 // Unix ns
	Quiet time.Duration
}

// Expectation is what Baton has learned of the next step after an endpoint.
type Expectation struct {
	Next     Endpoint      // who takes it up
	NextID   uint64        // its id
	Sent     uint64        // how often the step before was seen
	Taken    uint64        // how often this one followed
	Patience time.Duration // how long it may take before it counts as missing
}

// Expectations answers what is expected after a sender's endpoint. The second
// result is false while too little has been seen to say.
type Expectations interface {
	After(endpoint uint64) (next []Expectation, known bool)
}

const (
	// OrphanPatience is how long a flow with missing parents may be quiet
	// before they count as lost: parents end after their children, and SDKs
	// export every five seconds.
	OrphanPatience = 20 * time.Second
	// ColdPatience is how long a message may wait for its first known consumer
	// before the flow counts as done: there is nothing to expect yet.
	ColdPatience = 30 * time.Second
)

// Judgement is what the judge says of a flow.
type Judgement struct {
	Verdict  Verdict
	Culprit  *Culprit
	FailedAt int64
	CheckAt  int64 // event time at which to look again though nothing arrives; 0 for never
	Hop      int   // the culprit's hop, -1 for none
}

// Judge says what became of the flow and who dropped the baton.
func (s *Story) Judge(exp Expectations, c Clock) Judgement {
	fatal := s.fatal()
	open := s.open(exp, c)
	waiting := s.Orphans > 0 && c.Quiet < OrphanPatience
	j := Judgement{Verdict: Completed, Hop: -1}
	if first, ok := s.compensated(); ok {
		j = s.blame(first)
		j.Verdict = Compensated
		return j
	}
	switch {
	case waiting:
		j.Verdict = Running
		j.CheckAt = c.Now + int64(OrphanPatience-c.Quiet)
	case len(fatal) > 0:
		j = s.failure(fatal)
	case open.overdue >= 0:
		j = s.stalled(open)
	case open.until > 0:
		j.Verdict = Running
	case s.degraded():
		j.Verdict = Degraded
	}
	if open.until > 0 && (j.CheckAt == 0 || open.until < j.CheckAt) {
		j.CheckAt = open.until
	}
	return j
}

// fatal are the hops whose failure is the flow's: nobody who waited for them
// said it was well. It marks errors that somebody lived with as handled.
func (s *Story) fatal() []int {
	var fatal []int
	for h := range s.Hops {
		hop := &s.Hops[h]
		if !hop.Outcome.bad() {
			continue
		}
		alone := hop.async || len(hop.Parents) == 0
		if !alone {
			alone = true
			for _, p := range hop.Parents {
				if !s.within(h, p) {
					continue
				}
				alone = false
				if s.Hops[p].Outcome.bad() {
					fatal = append(fatal, h)
					break
				}
			}
		}
		if alone {
			fatal = append(fatal, h)
		} else if !slices.Contains(fatal, h) {
			if hop.Outcome != RejectedHop && hop.Outcome != CancelledHop {
				hop.Outcome = Handled
			}
		}
	}
	return fatal
}

// within reports whether parent p was still there to see hop h end: its own
// span encloses it in the span tree, so it waited.
func (s *Story) within(h, p int) bool {
	for _, t := range s.Hops[h].tries {
		for _, i := range [...]int{t.from, t.to} {
			if i >= 0 && s.Parent[i] >= 0 && s.HopOf[s.Parent[i]] == p {
				return true
			}
		}
	}
	return false
}

// degraded reports errors that were recovered or handled. A refusal under a
// parent that is well is not even that: asking and getting a no is normal.
func (s *Story) degraded() bool {
	return slices.ContainsFunc(s.Hops, func(h Hop) bool {
		return h.Outcome == Recovered || h.Outcome == Handled || h.Outcome.bad() && h.Outcome != RejectedHop && h.Outcome != CancelledHop
	})
}

// compensated finds a failure that was undone on purpose: a compensating step
// that began after it, in the same flow, and succeeded. It returns the failure.
func (s *Story) compensated() (int, bool) {
	undo := int64(0)
	for h := range s.Hops {
		hop := &s.Hops[h]
		if hop.Kind == Workflow && (hop.Outcome == OK || hop.Outcome == Recovered) && s.Facts[s.leadOf(hop)].Flags&FlagCompensates != 0 {
			undo = max(undo, hop.Start)
		}
	}
	if undo == 0 {
		return -1, false
	}
	first := -1
	for h := range s.Hops {
		hop := &s.Hops[h]
		hurt := hop.Outcome.bad() && hop.Outcome != CancelledHop || hop.Outcome == Handled
		// The run around a compensation ends after it; what it undoes ended before it began.
		if !hurt || hop.Start+hop.Duration > undo {
			continue
		}
		if first < 0 || hop.Start+hop.Duration < s.Hops[first].Start+s.Hops[first].Duration {
			first = h
		}
	}
	if first < 0 {
		return -1, false
	}
	for h := range s.Hops {
		if o := s.Hops[h].Outcome; o == OK && s.Hops[h].Kind == Workflow && s.Facts[s.leadOf(&s.Hops[h])].Flags&FlagCompensates != 0 && s.Hops[h].Start >= s.Hops[first].Start {
			s.Hops[h].Outcome = CompensatedBy
		}
	}
	return s.deepest(first), true
}

func (s *Story) leadOf(h *Hop) int {
	last := h.tries[len(h.tries)-1]
	if last.to >= 0 {
		return last.to
	}
	return last.from
}

// failure turns fatal hops into a verdict: the first cause is the deepest hop
// of each chain, and of several chains the one that failed first.
func (s *Story) failure(fatal []int) Judgement {
	best := -1
	verdict := Failed
	allRejected, allCancelled := true, true
	for _, h := range fatal {
		o := s.Hops[h].Outcome
		allRejected = allRejected && o == RejectedHop
		allCancelled = allCancelled && o == CancelledHop
		d := s.deepest(h)
		if best < 0 || s.worse(d, best) {
			best = d
		}
	}
	switch {
	case allRejected:
		verdict = Rejected
	case allCancelled:
		verdict = Cancelled
	}
	j := s.blame(best)
	j.Verdict = verdict
	return j
}

// worse orders candidates for the culprit: a failure before a refusal or a
// cancellation, then the one that ended first.
func (s *Story) worse(a, b int) bool {
	soft := func(h int) bool {
		return s.Hops[h].Outcome == RejectedHop || s.Hops[h].Outcome == CancelledHop
	}
	if soft(a) != soft(b) {
		return soft(b)
	}
	ea, eb := s.failedAt(a), s.failedAt(b)
	if ea != eb {
		return ea < eb
	}
	return s.Hops[a].ID < s.Hops[b].ID
}

// failedAt is when the last try of a hop ended.
func (s *Story) failedAt(h int) int64 {
	return s.fold.spans[s.leadOf(&s.Hops[h])].End()
}

// deepest follows a failure to the hop whose own failing children set is empty.
func (s *Story) deepest(h int) int {
	seen := map[int]bool{}
	for !seen[h] {
		seen[h] = true
		next := -1
		for c := range s.Hops {
			if c == h || !s.Hops[c].Outcome.bad() || s.Hops[c].async || !slices.Contains(s.Hops[c].Parents, h) || !s.inLastTry(c, h) {
				continue
			}
			if next < 0 || s.worse(c, next) {
				next = c
			}
		}
		if next < 0 {
			return h
		}
		h = next
	}
	return h
}

// inLastTry reports whether hop c ran inside the last try of hop h: what went
// wrong in an earlier try is not why the last one failed, unless the last one
// has no children at all.
func (s *Story) inLastTry(c, h int) bool {
	last := s.Hops[h].tries[len(s.Hops[h].tries)-1]
	if len(s.Hops[h].tries) == 1 || last.to < 0 {
		return true
	}
	for _, t := range s.Hops[c].tries {
		for _, i := range [...]int{t.from, t.to} {
			for p, n := i, 0; p >= 0 && n < 1000; p, n = s.Parent[p], n+1 {
				if p == last.to {
					return true
				}
			}
		}
	}
	return false
}

// pending is what a flow still waits for.
type pending struct {
	overdue int // the sending fact whose taker is overdue, -1 for none
	next    Expectation
	due     int64 // event time at which it became overdue
	until   int64 // event time of the next deadline, 0 when nothing is waited for
}

// open looks for messages and started runs that nobody has taken up.
func (s *Story) open(exp Expectations, c Clock) pending {
	return s.fold.open(exp, c, s.Facts)
}

func (f *folded) open(exp Expectations, c Clock, facts []*Facts) pending {
	p := pending{overdue: -1}
	var takers map[int][]uint64 // by sender
	for i := range f.spans {
		s := &f.spans[i]
		if s.Flags&FlagAwaits == 0 || s.Flags&(FlagError|FlagDLQ) != 0 || f.shared[i] {
			continue
		}
		if takers == nil {
			takers = f.takers()
		}
		next, known := exp.After(s.Endpoint)
		if !known {
			if len(takers[i]) == 0 && c.Now < s.End()+int64(ColdPatience) {
				p.wait(s.End() + int64(ColdPatience))
			}
			continue
		}
		for _, e := range next {
			if slices.Contains(takers[i], e.NextID) {
				continue
			}
			due := s.End() + int64(e.Patience)
			if c.Now < due {
				p.wait(due)
			} else if facts == nil || p.overdue < 0 || due < p.due {
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

// takers lists the endpoints that took up what each sender sent.
func (f *folded) takers() map[int][]uint64 {
	t := map[int][]uint64{}
	for h := range f.hops {
		from := -1
		for _, a := range f.hops[h].attempts {
			if a.from >= 0 {
				from = a.from
			}
			if a.to >= 0 && from >= 0 {
				t[from] = append(t[from], f.spans[a.to].Endpoint)
			}
		}
	}
	return t
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
	if h >= 0 {
		s.Hops[h].Outcome, s.Hops[h].Error = Stuck, reason
	}
	return Judgement{Verdict: Stalled, Hop: h, FailedAt: p.due, Culprit: &Culprit{
		Endpoint: p.next.NextID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: e.Role, Host: e.Host,
		Reason: reason, Signature: Signature(reason), Rule: "stalled.learned", Confidence: Medium, Trace: sent.Trace, Span: sent.ID}}
}
