package flow

import (
	"strconv"
	"strings"
)

// blame names the side of a failed hop that dropped the baton, with the rule
// that decided and the evidence.
func (s *Story) blame(h int) Judgement {
	hop := &s.Hops[h]
	last := hop.tries[len(hop.tries)-1]
	party, rule, confidence := s.side(hop, last)
	reason := hop.Error
	if reason == "" {
		reason = s.reason(hop)
	}
	evidence := s.evidence(hop, last)
	if s.fold.orphan[evidence] || s.Facts[evidence].Flags&FlagDerived != 0 {
		confidence = max(confidence, Medium) - 1
	}
	e := &party.Endpoint
	c := &Culprit{Endpoint: party.ID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: party.Role, Host: e.Host,
		Reason: reason, Signature: Signature(reason), Rule: rule, Confidence: confidence, Trace: s.fold.trace[evidence], Span: s.Facts[evidence].ID}
	return Judgement{Culprit: c, Hop: h, FailedAt: s.failedAt(h)}
}

// side chooses the party. The rules are those of the culprit table in the
// documentation, by name.
func (s *Story) side(hop *Hop, last try) (Party, string, Confidence) {
	from, to := s.party(hop, last.from), s.party(hop, last.to)
	switch {
	case hop.Outcome == DeadLettered:
		return s.deadLetterSide(hop, from, to)
	case last.caller && from != nil:
		return *from, "caller.fault", s.grade(Medium, last.from)
	case last.caller && to != nil: // refused at the entry: whoever called is outside
		e := Endpoint{Tenant: to.Endpoint.Tenant, Environment: to.Endpoint.Environment, Kind: to.Endpoint.Kind, System: to.Endpoint.System, Operation: to.Endpoint.Operation, Role: Caller}
		return Party{Role: Caller, Endpoint: e, ID: e.ID(), Span: -1}, "caller.outside", Medium
	case to != nil && s.ownFault(last):
		return *to, "callee.error", s.grade(High, last.to)
	case to != nil:
		return *to, "callee.slow", Medium
	}
	for i := range hop.Parties { // no span from the callee: it is known by name only
		if p := &hop.Parties[i]; p.Role == Provider && p.Span < 0 {
			if s.Facts[last.from].HTTPStatus >= 500 || s.Facts[last.from].GRPCStatus != "" && !isTimeout(s.Facts[last.from]) {
				return *p, "callee.unseen.answered", Medium
			}
			return *p, "callee.unseen", Low
		}
	}
	if from != nil {
		return *from, "sender.error", s.grade(High, last.from)
	}
	return hop.Parties[0], "only.side", Low
}

// ownFault reports whether the callee itself said that it failed.
func (s *Story) ownFault(t try) bool {
	o, _ := judgeCallee(s.Facts[t.to])
	return o != OK
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

// deadLetterSide reads the broker's reason: what the sender got wrong is the
// sender's, everything else the consumer's.
func (s *Story) deadLetterSide(hop *Hop, from, to *Party) (Party, string, Confidence) {
	reason := strings.ToLower(s.deadLetterReason(hop))
	producer := false
	for _, w := range [...]string{"headersize", "sessionid", "session id", "maxtransferhop", "schema", "deserial", "contract", "validation"} {
		producer = producer || strings.Contains(reason, w)
	}
	switch {
	case producer && from != nil:
		return *from, "dead_letter.producer", Medium
	case to != nil:
		return *to, "dead_letter.consumer", High
	case from != nil:
		return *from, "dead_letter.sender", Low
	}
	return hop.Parties[0], "dead_letter", Low
}

func (s *Story) deadLetterReason(hop *Hop) string {
	for _, i := range hop.Spans {
		if r := s.Facts[i].DeadLetterReason; r != "" {
			return r
		}
	}
	return hop.putAway
}

// evidence is the span that tells most about a hop's failure: the callee's if
// it has one, else the caller's.
func (s *Story) evidence(hop *Hop, last try) int {
	if last.to >= 0 && (s.ownFault(last) || last.from < 0 || s.Facts[last.from].Status != StatusError) {
		return last.to
	}
	if last.from >= 0 {
		return last.from
	}
	return last.to
}

// reason is one line for people: the exception or message nearest to the cause.
func (s *Story) reason(hop *Hop) string {
	last := hop.tries[len(hop.tries)-1].attempt
	if r := s.deadLetterReason(hop); r != "" && hop.Outcome == DeadLettered {
		if text := s.errorText(hop, last); text != "" {
			return clip(r + " after: " + text)
		}
		return clip("dead-lettered: " + r)
	}
	if text := s.errorText(hop, last); text != "" {
		return clip(text)
	}
	f := s.lead(last)
	switch hop.Outcome {
	case TimedOut:
		return "timed out"
	case DeadLettered:
		return "dead-lettered"
	case CancelledHop:
		return "cancelled"
	case Recovered:
		return strconv.Itoa(hop.Attempts) + " attempts"
	}
	return clip("error in " + f.Name)
}

// errorText looks at the last try's own spans first, then at what ran inside
// the hop (a database call, say), the latest error first.
func (s *Story) errorText(hop *Hop, last attempt) string {
	for _, i := range [...]int{last.to, last.from} {
		if i >= 0 {
			if t := explain(s.Facts[i]); t != "" && (s.Facts[i].ExceptionType != "" || s.Facts[i].Message != "") {
				return t
			}
		}
	}
	for k := len(hop.Spans) - 1; k >= 0; k-- {
		f := s.Facts[hop.Spans[k]]
		if f.Status == StatusError && (f.ExceptionType != "" || f.Message != "" || f.ErrorType != "") {
			if f.Kind == DB && f.System != "" {
				return f.System + ": " + explain(f)
			}
			return explain(f)
		}
	}
	for _, i := range [...]int{last.to, last.from} {
		if i >= 0 {
			if t := explain(s.Facts[i]); t != "" {
				return t
			}
		}
	}
	return ""
}

// explain says what a span says of its own failure.
func explain(f *Facts) string {
	switch {
	case f.ExceptionType != "" && f.ExceptionMessage != "":
		return f.ExceptionType + ": " + f.ExceptionMessage
	case f.ExceptionType != "":
		return f.ExceptionType
	case f.Message != "":
		return f.Message
	case f.HTTPStatus >= 400:
		t := "HTTP " + strconv.Itoa(f.HTTPStatus)
		if f.ErrorType != "" && f.ErrorType != strconv.Itoa(f.HTTPStatus) {
			t += " " + f.ErrorType
		}
		return t
	case f.GRPCStatus != "" && f.GRPCStatus != "OK":
		return "gRPC " + f.GRPCStatus
	case f.ErrorType != "":
		return f.ErrorType
	case f.RunStatus != "" && runFailed(f):
		return "run " + f.RunStatus
	}
	return ""
}

const maxReason = 300

func clip(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "�")
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// Signature is a reason with what changes from case to case removed: numbers,
// ids, quoted values. Failures are grouped by it.
func Signature(reason string) string {
	var b strings.Builder
	for _, w := range strings.Fields(reason) {
		core := strings.Trim(w, `"'()[]{},.;:<>`)
		if volatile(core) {
			w = strings.Replace(w, core, "{}", 1)
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		if b.Len() > 160 {
			break
		}
	}
	return b.String()
}

// volatile reports words that hold a digit, but for well-known short codes
// such as "HTTP 503" and "23505", whose number is the point.
func volatile(w string) bool {
	digits, letters := 0, 0
	for _, r := range w {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
		}
	}
	if digits == 0 {
		return false
	}
	if letters == 0 && digits == len(w) && digits <= 3 {
		return false
	}
	return digits >= 2 || letters == 0 || strings.ContainsAny(w, "-_/#=")
}
