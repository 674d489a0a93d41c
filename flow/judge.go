package flow

import "time"

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
	// Usual is how long something usually takes; false while it was never seen.
	Usual(m Measured) (Usual, bool)
	// Quiet reports whether a service that sends spans all the time has sent none since a moment, in Unix ns: what it should do
	// may have been done, and nobody would know.
	Quiet(service string, since int64) bool
	// Always lists the steps that spans of an endpoint took in every flow of a type.
	Always(kind, endpoint uint64) []Expectation
}

const (
	// OrphanPatience is how long a flow with missing parents may be quiet
	// before they count as lost: parents end after their children, and SDKs
	// export every five seconds.
	OrphanPatience = 20 * time.Second
	// MissPatience is how long a flow must be quiet before what nobody took up
	// counts as that for what is learned.
	MissPatience = 6 * time.Second
	// StallPatience is how long before it is called stalled for it. The time between
	// lets others of its kind be counted first: when many are without, none is stalled.
	StallPatience = 8 * time.Second
	// StallAgain is after how long a stalled flow is looked at once more: by then
	// it is known whether others go without that step as well. A flow that was let
	// go and comes back counts as quiet for longer than this.
	StallAgain = OrphanPatience - time.Second
	// ColdPatience is how long a message may wait for its first known consumer
	// before the flow counts as done: there is nothing to expect yet.
	ColdPatience = 30 * time.Second
)

// Judgement is what the judge says of a flow.
type Judgement struct {
	Verdict   Verdict
	Culprit   *Culprit
	FailedAt  int64
	CheckAt   int64 // event time at which to look again though nothing arrives; 0 for never
	Hop       int   // the culprit's hop, -1 for none
	LooksSlow bool  // it took far longer than usual; the flow has not been quiet for long enough to say so
	Overdue   bool  // a next step is late; the flow has not been quiet for long enough to say that it never came
}

// Judge says what became of the flow and who dropped the baton.
func (s *Story) Judge(exp Expectations, c Clock) Judgement {
	// A flow with missing parents waits for them, unless it fails whatever they say.
	waiting := s.Orphans > 0 && c.Quiet < OrphanPatience
	s.exp = exp
	fatal, sure := s.fatal()
	open := s.fold.open(exp, c)
	j := Judgement{Verdict: Completed, Hop: -1}
	first, compensated := s.compensated(fatal)
	switch {
	case compensated:
		j = s.blame(first)
		j.Verdict = Compensated
		return j
	case sure || len(fatal) > 0 && !waiting:
		j = s.failure(fatal)
	case waiting:
		j.Verdict = Running
	case open.overdue >= 0:
		j = s.stalled(open)
	case open.until > 0:
		j.Verdict = Running
	case c.Quiet >= StallPatience && s.fold.slow(exp):
		j = s.slow(exp)
	case s.degraded():
		j.Verdict = Degraded
		open.until = s.fold.slowAgain(exp, c)
		j.LooksSlow = open.until > 0
	default:
		open.until = s.fold.slowAgain(exp, c)
		j.LooksSlow = open.until > 0
		if i, step := s.fold.omitted(exp); i >= 0 && s.Orphans == 0 && s.Facts[i].HTTPStatus < 400 {
			if c.Quiet >= OrphanPatience {
				return s.stopped(i, step)
			}
			j.Verdict, open.until = Running, c.Now+int64(OrphanPatience-c.Quiet) // its span may be on its way
		}
	}
	j.CheckAt, j.Overdue = open.until, open.early
	if j.Verdict == Stalled {
		j.again(StallAgain, c)
	}
	if waiting {
		j.again(OrphanPatience, c)
	}
	return j
}

// again has the flow looked at when it has been quiet for that long.
func (j *Judgement) again(quiet time.Duration, c Clock) {
	if at := c.Now + int64(quiet-c.Quiet); c.Quiet < quiet && (j.CheckAt == 0 || at < j.CheckAt) {
		j.CheckAt = at
	}
}

// fate is what a hop's failure means for the flow.
type fate uint8

const (
	unjudged fate = iota
	judging       // on the way: hops that cause each other prove nothing
	harmless      // well, or an error that somebody lived with
	doubtful      // the flow's, unless a parent that has not come lived with it
	deadly        // the flow's: nobody who waited for it said that it was well
)

// fates judges each hop's failure and marks errors that somebody lived with as
// handled. A failure is the flow's if nobody waited for it, or if a hop that did
// failed too and that failure is the flow's.
func (s *Story) fates() {
	s.fate = make([]fate, len(s.Hops))
	var path []int
	for h := range s.Hops {
		for path = append(path[:0], h); len(path) > 0; {
			h := path[len(path)-1]
			if s.fate[h] > judging {
				path = path[:len(path)-1]
				continue
			}
			asked := s.fate[h] == judging
			s.fate[h] = judging
			before := len(path)
			if f := s.fateOf(h, func(p int) fate {
				if s.fate[p] == unjudged && !asked {
					path = append(path, p)
				}
				return s.fate[p]
			}); len(path) == before {
				s.fate[h] = f
			}
		}
	}
	for h := range s.Hops {
		if o := &s.Hops[h].Outcome; s.fate[h] == harmless && o.bad() && *o != RejectedHop && *o != CancelledHop {
			*o = Handled
		}
	}
}

func (s *Story) fateOf(h int, of func(parent int) fate) fate {
	hop := &s.Hops[h]
	switch {
	case !hop.Outcome.bad():
		return harmless
	case hop.async:
		return deadly
	case len(hop.Parents) == 0 && !s.orphaned(hop):
		return deadly
	case len(hop.Parents) == 0 && hop.Outcome == RejectedHop && hop.tries[0].from >= 0:
		return harmless // a refused call whose caller is not known yet: most callers live with it
	case len(hop.Parents) == 0:
		return doubtful
	}
	worst := harmless
	for _, p := range hop.Parents {
		worst = max(worst, of(p))
	}
	return worst
}

// orphaned reports whether the parent of a hop's first span has not come.
func (s *Story) orphaned(hop *Hop) bool {
	for _, t := range hop.tries {
		for _, i := range [...]int{t.from, t.to} {
			if i >= 0 && s.fold.orphan[i] {
				return true
			}
		}
	}
	return false
}

// fatal lists the hops whose failure is the flow's. It is sure if one of them is
// whatever the parents say that have not come.
func (s *Story) fatal() (fatal []int, sure bool) {
	for h, f := range s.fate {
		if f >= doubtful {
			fatal = append(fatal, h)
			sure = sure || f == deadly
		}
	}
	return fatal, sure
}

// degraded reports errors that were recovered or handled. A refusal under a
// parent that is well is not even that: asking and getting a no is normal.
func (s *Story) degraded() bool {
	for h := range s.Hops {
		if o := s.Hops[h].Outcome; o == Recovered || o == Handled {
			return true
		}
	}
	return false
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
	ends := map[int]int{}
	for _, h := range fatal {
		o := s.Hops[h].Outcome
		allRejected = allRejected && o == RejectedHop
		allCancelled = allCancelled && o == CancelledHop
		if !s.heads(h) {
			continue // the chain above leads here, or it ends in a later try
		}
		if d := s.deepest(h, ends); best < 0 || s.worse(d, best) {
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
	if a := s.awaited(best); a >= 0 {
		failedAt := j.FailedAt
		j = s.blame(a)
		j.Culprit.Rule, j.Culprit.Confidence, j.FailedAt = "workflow.waiting", Medium, failedAt
		j.Culprit.Reason = clip("timed out waiting for " + s.Facts[s.leadOf(&s.Hops[a])].Operation)
		j.Culprit.Signature = Signature(j.Culprit.Reason)
	}
	j.Verdict = verdict
	return j
}

// heads reports whether a chain of failures begins at hop h: nobody above it
// waited for it and failed as well.
func (s *Story) heads(h int) bool {
	if s.Hops[h].async {
		return true
	}
	for _, p := range s.Hops[h].Parents {
		if s.fate[p] >= doubtful {
			return false
		}
	}
	return true
}
