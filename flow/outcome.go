package flow

import "strings"

// outcome judges each try at a hop and then the hop: the last try decides, and
// failed ones before it make the hop recovered.
func (s *Story) outcome(hop *Hop) {
	failedBefore := false
	for i := range hop.tries {
		t := &hop.tries[i]
		t.outcome, t.caller = s.judgeTry(t.attempt)
		if i < len(hop.tries)-1 && t.outcome != OK {
			failedBefore = true
		}
	}
	last := &hop.tries[len(hop.tries)-1]
	hop.Outcome = last.outcome
	if hop.Outcome == OK && (failedBefore || s.repeated(hop)) {
		hop.Outcome = Recovered
	}
	s.inner(hop, last)
	if hop.Outcome != OK {
		hop.Error = s.reason(hop)
	}
}

// repeated reports attempts that sent no span of their own. The number of a
// resend does not tell: redirects count as well, and failed attempts of a call
// do send spans, but for those of a proxy.
func (s *Story) repeated(hop *Hop) bool {
	if hop.Attempts <= len(hop.tries) {
		return false
	}
	if hop.Kind != API {
		return true
	}
	last := hop.tries[len(hop.tries)-1]
	return last.from >= 0 && s.Facts[last.from].Role == Gateway || last.to >= 0 && s.Facts[last.to].Role == Gateway
}

// inner looks at what the spans inside a hop say of its last try: what became of
// the message, and an error that the protocol does not show.
func (s *Story) inner(hop *Hop, last *try) {
	for k, i := range hop.Spans {
		f := s.Facts[i]
		switch {
		case !s.ofLastTry(hop, last, i):
		case f.Step == Send && last.to < 0 && f.Status == StatusError && hop.Outcome == OK:
			hop.Outcome, last.outcome = FailedHop, FailedHop // created, but not sent
		case f.Rule == RuleGraphQLInner && f.Status == StatusError && hop.Kind == API && (hop.Outcome == OK || hop.Outcome == Recovered):
			hop.Outcome, last.outcome = FailedHop, FailedHop // GraphQL says HTTP 200 and means an error
		case f.Step != Settle && f.Step != Process && f.Step != Receive:
		case f.Disposition == "dead_letter" || f.DeadLetterReason != "":
			hop.Outcome = DeadLettered
		case f.Disposition == "abandon" && (hop.Outcome == OK || hop.Outcome == Recovered) && k == len(hop.Spans)-1:
			hop.Outcome = FailedHop
		case f.Disposition == "complete" && (hop.Outcome == FailedHop || hop.Outcome == TimedOut):
			hop.Outcome = Handled // an error that was swallowed: the message counts as done
		}
	}
}

// ofLastTry reports whether span i tells of the last try at its hop.
func (s *Story) ofLastTry(hop *Hop, last *try, i int) bool {
	if len(hop.tries) == 1 {
		return true
	}
	if s.tryOf == nil {
		s.findTries()
	}
	return last.to >= 0 && s.tryOf[i] == last.to || s.tryOf[i] < 0 && s.Facts[i].Start >= s.fold.takenAt(last.attempt)
}

// judgeTry says what became of one try, and whether the caller is at fault.
func (s *Story) judgeTry(a attempt) (Outcome, bool) {
	if a.to >= 0 {
		if o, caller := judgeCallee(s.Facts[a.to]); o != OK && !s.calledOff(a) {
			return o, caller
		}
		if a.from < 0 || s.Facts[a.to].Step != Serve {
			return OK, false
		}
		// The callee says it is well, the caller that it is not: a timeout, or an answer it could not use.
		f := s.Facts[a.from]
		switch {
		case f.Status != StatusError:
			return OK, false
		case isTimeout(f):
			return TimedOut, false
		case callerFault(f):
			return RejectedHop, true
		}
		return FailedHop, true
	}
	f := s.Facts[a.from]
	switch {
	case f.Status == StatusOK:
		return OK, false
	case callerFault(f):
		return RejectedHop, true
	case isCancelled(f):
		return CancelledHop, true
	case isTimeout(f) && f.Status == StatusError:
		return TimedOut, false
	case f.Status == StatusError || f.HTTPStatus >= 500 || f.HTTPStatus >= 400 && f.Kind != API || serverFault[f.GRPCStatus] || runFailed(f):
		return FailedHop, false
	}
	return OK, false
}

// calledOff reports a callee that ended because its caller would not wait any
// longer: the time ran out, and nobody cancelled anything.
func (s *Story) calledOff(a attempt) bool {
	return a.from >= 0 && isCancelled(s.Facts[a.to]) && isTimeout(s.Facts[a.from]) && s.Facts[a.from].Status == StatusError
}

func judgeCallee(f *Facts) (Outcome, bool) {
	switch {
	case isCancelled(f):
		return CancelledHop, false
	case runTimedOut(f):
		return TimedOut, false
	case runFailed(f):
		return FailedHop, false
	case f.Status == StatusOK:
		return OK, false // set by the application: it overrides what the protocol says
	case callerFault(f):
		return RejectedHop, true
	case f.Status == StatusError && isTimeout(f):
		return TimedOut, false
	case f.HTTPStatus >= 400 && f.Kind != API:
		return FailedHop, false // a push that was refused was not taken up
	case f.Status == StatusError || f.HTTPStatus >= 500 || f.ErrorType != "" && f.Step == Serve || serverFault[f.GRPCStatus]:
		return FailedHop, false
	}
	return OK, false
}

// serverFault are the gRPC codes that mean the server failed; callerCodes those
// that mean the caller asked for what it may not or cannot have.
var (
	serverFault = map[string]bool{"UNKNOWN": true, "DEADLINE_EXCEEDED": true, "UNIMPLEMENTED": true, "INTERNAL": true, "UNAVAILABLE": true, "DATA_LOSS": true}
	callerCodes = map[string]bool{"INVALID_ARGUMENT": true, "NOT_FOUND": true, "ALREADY_EXISTS": true, "PERMISSION_DENIED": true, "RESOURCE_EXHAUSTED": true,
		"FAILED_PRECONDITION": true, "ABORTED": true, "OUT_OF_RANGE": true, "UNAUTHENTICATED": true}
)

// callerFault reports a refusal: 4xx but for 408 and 499, which tell of time.
func callerFault(f *Facts) bool {
	if f.Kind != API {
		return false
	}
	if f.HTTPStatus >= 400 && f.HTTPStatus < 500 {
		return f.HTTPStatus != 408 && f.HTTPStatus != 499
	}
	return callerCodes[f.GRPCStatus]
}

func isTimeout(f *Facts) bool {
	if f.HTTPStatus == 408 || f.HTTPStatus == 504 || f.GRPCStatus == "DEADLINE_EXCEEDED" {
		return true
	}
	for _, t := range [...]string{f.ErrorType, f.ExceptionType} {
		t = strings.ToLower(t)
		if strings.Contains(t, "timeout") || strings.Contains(t, "timedout") || strings.Contains(t, "timed_out") || strings.Contains(t, "deadline") {
			return true
		}
	}
	if f.HTTPStatus != 0 || f.Status != StatusError {
		return false
	}
	m := strings.ToLower(f.Message) // where nothing else says what went wrong
	if t := strings.ToLower(f.ErrorType + f.ExceptionType); t != "" {
		return strings.Contains(t, "cancel") && strings.Contains(m, "timeout") // .NET cancels what takes too long
	}
	return strings.Contains(m, "deadline exceeded") || strings.Contains(m, "timed out") || strings.Contains(m, "deadlineexceeded")
}

func isCancelled(f *Facts) bool {
	switch f.RunStatus {
	case "cancelled", "canceled", "terminated": // somebody asked for the end of the run
		return true
	}
	return f.GRPCStatus == "CANCELLED" && f.Status == StatusError || f.HTTPStatus == 499
}

func runFailed(f *Facts) bool {
	switch f.RunStatus {
	case "failed", "faulted", "aborted", "error", "upstream_failed":
		return true
	}
	return false
}

func runTimedOut(f *Facts) bool {
	switch f.RunStatus {
	case "timedout", "timed_out", "timeout":
		return true
	}
	return false
}

// bad reports outcomes that hurt whoever waits for the hop.
func (o Outcome) bad() bool {
	switch o {
	case FailedHop, TimedOut, DeadLettered, RejectedHop, CancelledHop:
		return true
	}
	return false
}
