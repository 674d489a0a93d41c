package flow

import (
	"strconv"
	"strings"
)

// reason is one line for people: the exception or message nearest to the cause.
func (s *Story) reason(hop *Hop) string {
	last := hop.tries[len(hop.tries)-1].attempt
	if last.to >= 0 && s.calledOff(last) {
		last.to = none // the caller knows why
	}
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
