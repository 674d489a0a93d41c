package flow

import "time"

// blame names the side of a failed hop that dropped the baton, with the rule
// that decided and the evidence.
func (s *Story) blame(h int) Judgement {
	if c := s.kept(h); c >= 0 {
		return s.outlasted(c)
	}
	hop := &s.Hops[h]
	last := hop.tries[len(hop.tries)-1]
	party, rule, confidence := s.side(h, last)
	reason := hop.Error
	if reason == "" {
		reason = s.reason(hop)
	}
	evidence := s.evidence(last)
	if s.rootless(evidence) || s.Facts[evidence].Flags&FlagDerived != 0 {
		confidence = max(confidence, Medium) - 1
	}
	e := &party.Endpoint
	c := &Culprit{Endpoint: party.ID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: party.Role, Host: e.Host,
		Reason: reason, Rule: rule, Confidence: confidence, Trace: s.fold.trace[evidence], Span: s.Facts[evidence].ID}
	if lost, ok := s.onTheWay(hop, last); ok {
		c.Role, c.Rule = NoRole, "network.delay"
		c.Between = [2]string{s.Facts[last.from].Endpoint.Service, e.Service}
		c.Reason = clip("network delay: " + lost.String() + " between " + c.Between[0] + " and " + c.Between[1])
	}
	c.Signature = Signature(c.Reason)
	return Judgement{Culprit: c, Hop: h, FailedAt: s.failedAt(h)}
}

// kept finds whom a side was waiting for that ran out of time by itself: a call
// that took nearly all of the time or still went on, -1 for none. The callee did
// not fail, or it would be the culprit already.
func (s *Story) kept(h int) int {
	last := s.Hops[h].tries[len(s.Hops[h].tries)-1]
	if s.Hops[h].Outcome != TimedOut || last.to < 0 || !s.ownFault(last) {
		return -1
	}
	waited := s.fold.spans[last.to]
	best := -1
	for _, c := range s.children[h] {
		t := s.Hops[c].tries[len(s.Hops[c].tries)-1]
		if s.Hops[c].async || t.to < 0 {
			continue
		}
		lead := t.from
		if lead < 0 {
			lead = t.to
		}
		call := s.fold.spans[lead]
		if took := min(max(call.End(), s.fold.spans[t.to].End()), waited.End()) - call.Start; took < waited.Duration*4/5 || s.asEver(t.to) {
			continue
		}
		if best < 0 || s.Hops[c].Duration > s.Hops[best].Duration {
			best = c
		}
	}
	return best
}

// CalleeSlow is the rule that depends on what is known of the callee: of one that
// took no longer than ever the caller is blamed instead.
const CalleeSlow = "callee.slow"

// outlasted blames a callee that did not fail and that its caller would not wait for.
func (s *Story) outlasted(h int) Judgement {
	for range 100 {
		c := -1
		last := s.Hops[h].tries[len(s.Hops[h].tries)-1]
		for _, k := range s.children[h] { // whoever it waited for itself
			t := s.Hops[k].tries[len(s.Hops[k].tries)-1]
			if !s.Hops[k].async && t.to >= 0 && s.fold.spans[t.to].Duration > s.fold.spans[last.to].Duration*4/5 && !s.asEver(t.to) {
				c = k
			}
		}
		if c < 0 {
			break
		}
		h = c
	}
	hop := &s.Hops[h]
	to := hop.tries[len(hop.tries)-1].to
	party := hop.Parties[0]
	if p := s.party(hop, to); p != nil {
		party = *p
	}
	e := &party.Endpoint
	took := s.fold.spans[to].Duration
	c := &Culprit{Endpoint: party.ID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: party.Role, Host: e.Host,
		Reason: clip("slow: took " + short(time.Duration(took)) + ", longer than its caller waits"), Rule: CalleeSlow, Confidence: Medium,
		Trace: s.fold.trace[to], Span: s.Facts[to].ID}
	c.Signature = Signature(c.Reason)
	return Judgement{Culprit: c, Hop: h, FailedAt: s.failedAt(h)}
}

// asEver reports that what span i took up took no longer than it usually does.
func (s *Story) asEver(i int) bool {
	if s.Entry < 0 || s.exp == nil {
		return false
	}
	u := usual(s.exp, Measured{Callee, s.Facts[s.Entry].EndpointID, s.Facts[i].EndpointID})
	return u.N > 0 && time.Duration(s.fold.spans[i].Duration) <= max(u.Most, u.Mid*3/2)
}

// rootless reports whether span i hangs below a parent that has not come: the
// cause may be there.
func (s *Story) rootless(i int) bool {
	for s.Parent[i] >= 0 {
		i = s.Parent[i]
	}
	return s.fold.orphan[i]
}

// onTheWay reports a call that ended in a timeout though its callee was well and
// took less than half of the time: the rest was lost between the two.
func (s *Story) onTheWay(hop *Hop, last try) (time.Duration, bool) {
	if hop.Outcome != TimedOut || last.from < 0 || last.to < 0 || s.ownFault(last) {
		return 0, false
	}
	lost := s.Facts[last.from].Duration - s.Facts[last.to].Duration
	return time.Duration(lost).Round(time.Millisecond), lost > s.Facts[last.from].Duration/2
}

// awaited finds what a run that timed out still waited for: a step that was
// asked for last and never answered, -1 for none.
func (s *Story) awaited(h int) int {
	lead := s.Facts[s.leadOf(&s.Hops[h])]
	if s.Hops[h].Outcome != TimedOut || lead.Kind != Workflow || lead.Step != Run {
		return -1
	}
	best := -1
	for _, c := range s.children[h] {
		last := s.Hops[c].tries[len(s.Hops[c].tries)-1]
		if last.to < 0 && s.Hops[c].Outcome == OK && (best < 0 || s.Hops[c].Start > s.Hops[best].Start) {
			best = c
		}
	}
	return best
}

// side chooses the party. The rules are those of the culprit table in the
// documentation, by name.
func (s *Story) side(h int, last try) (Party, string, Confidence) {
	hop := &s.Hops[h]
	from, to := s.party(hop, last.from), s.party(hop, last.to)
	switch {
	case hop.Outcome == DeadLettered:
		return s.deadLetterSide(hop, last)
	case last.caller:
		return s.callerSide(h)
	case to != nil && to.Role == Gateway && s.ownFault(last):
		return *to, "gateway.error", s.grade(High, last.to)
	case to != nil && s.ownFault(last):
		return *to, "callee.error", s.grade(High, last.to)
	case to != nil && hop.async:
		return *to, "consumer.gave_up", Medium
	case to != nil && hop.Outcome == TimedOut && from != nil && s.asEver(last.to):
		return *from, "caller.timeout", Medium // it took as long as it always does
	case to != nil && hop.Outcome == TimedOut:
		return *to, CalleeSlow, Medium
	case to != nil:
		return *to, "callee.error", Medium // something inside it said so
	}
	for i := range hop.Parties { // no span from the callee: it is known by name only
		if p := &hop.Parties[i]; (p.Role == Provider || p.Role == Consumer) && p.Span < 0 {
			if p.Role == Consumer {
				return *p, "event.undelivered", Medium // its broker speaks for it
			}
			if f := s.Facts[last.from]; f.HTTPStatus >= 500 || f.GRPCStatus != "" && !isTimeout(f) {
				return *p, "callee.unseen.answered", Medium
			}
			return *p, "callee.unseen", Low
		}
	}
	if from != nil && s.Facts[last.from].Step == Call {
		return *from, "caller.error", Low // nothing says whom it called
	}
	if from != nil {
		return *from, "sender.error", Medium
	}
	return hop.Parties[0], "only.side", Low
}

// callerSide finds who asked for what was refused. A gateway that passed both
// the call and the refusal on did not; one that has no route for a call from
// inside the estate has itself to blame.
func (s *Story) callerSide(h int) (Party, string, Confidence) {
	for range 100 {
		hop := &s.Hops[h]
		last := hop.tries[len(hop.tries)-1]
		from, to := s.party(hop, last.from), s.party(hop, last.to)
		switch {
		case from != nil && to != nil && to.Role == Gateway && s.noRoute(h, last.to):
			return *to, "gateway.no_route", Medium
		case from == nil && to != nil && len(hop.Parents) > 0 && s.calleeOf(hop.Parents[0]) != nil: // it sends no spans of its calls
			p := *s.calleeOf(hop.Parents[0])
			p.Role = Caller
			return p, "caller.fault", Medium
		case from == nil && to != nil: // refused at the entry: whoever called is outside
			e := Endpoint{Tenant: to.Endpoint.Tenant, Environment: to.Endpoint.Environment, Kind: to.Endpoint.Kind, System: to.Endpoint.System, Operation: to.Endpoint.Operation, Role: Caller}
			return Party{Role: Caller, Endpoint: e, ID: e.ID(), Span: -1}, "caller.outside", Medium
		case from == nil:
			return hop.Parties[0], "only.side", Low
		case from.Role != Gateway:
			return *from, "caller.fault", Medium
		}
		up := -1
		for _, p := range hop.Parents {
			if l := s.Hops[p].tries[len(s.Hops[p].tries)-1]; l.caller && l.to >= 0 && s.Facts[l.to].Role == Gateway {
				up = p
			}
		}
		if up < 0 {
			return *from, "caller.fault", Medium // it did not pass the refusal on: what it asked was its own idea
		}
		h = up
	}
	return s.Hops[h].Parties[0], "only.side", Low
}

// calleeOf is the side that hop h ran in, nil when it sent no span.
func (s *Story) calleeOf(h int) *Party {
	return s.party(&s.Hops[h], s.Hops[h].tries[len(s.Hops[h].tries)-1].to)
}

// noRoute reports whether gateway span i answered by itself that there is nothing
// where it was asked to go.
func (s *Story) noRoute(h, i int) bool {
	f := s.Facts[i]
	if f.HTTPStatus != 404 && f.HTTPStatus != 405 && f.GRPCStatus != "UNIMPLEMENTED" {
		return false
	}
	for _, c := range s.children[h] {
		if s.Hops[c].Kind == API {
			return false // it did ask somebody
		}
	}
	return true
}

// ownFault reports whether the callee itself said that it failed.
func (s *Story) ownFault(t try) bool {
	o, _ := judgeCallee(s.Facts[t.to])
	return o != OK && !s.calledOff(t.attempt)
}

// grade lowers a confidence where no error status or exception backs it.
func (s *Story) grade(c Confidence, i int) Confidence {
	if f := s.Facts[i]; c == High && f.Status != StatusError && f.ExceptionType == "" && f.HTTPStatus < 500 && f.RunStatus == "" {
		return Medium
	}
	return c
}

func (s *Story) party(hop *Hop, span int) *Party {
	if span < 0 {
		return nil
	}
	for i := range hop.Parties {
		if hop.Parties[i].Span == span {
			return &hop.Parties[i]
		}
	}
	return nil
}

// evidence is the span that tells most about a hop's failure: the callee's if
// it has one, else the caller's.
func (s *Story) evidence(last try) int {
	if last.to >= 0 && (s.ownFault(last) || last.from < 0 || s.Facts[last.from].Status != StatusError) {
		return last.to
	}
	if last.from >= 0 {
		return last.from
	}
	return last.to
}
