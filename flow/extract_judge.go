package flow

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// maxEvents bounds the search for the last exception.
const maxEvents = 1000

// exception keeps the last exception event: the one that was not dealt with.
func (f *Facts) exception(events ptrace.SpanEventSlice) {
	n := events.Len()
	for i := n - 1; i >= max(0, n-maxEvents); i-- {
		e := events.At(i)
		if e.Name() != "exception" {
			continue
		}
		left := maxAttrs
		e.Attributes().Range(func(k string, v value) bool {
			switch k {
			case "exception.type":
				f.ExceptionType = cut(text(v), maxException)
			case "exception.message":
				f.ExceptionMessage = cut(text(v), maxException)
			}
			left--
			return left > 0
		})
		f.ExceptionTime = int64(min(uint64(e.Timestamp()), math.MaxInt64))
		return
	}
}

// judgeFacts reads what a judge needs of the attributes.
func (f *Facts) judgeFacts(b *bag) {
	if n := b.number(sStatus); n >= 100 && n < 600 {
		f.HTTPStatus = n
	}
	if b.has(sRPCStatus) {
		f.GRPCStatus = grpcStatus(f.block, b.v[sRPCStatus])
	}
	f.ErrorType = cut(b.text(sErrorType), maxName)
	if b.has(sResponseFlags) {
		// Envoy's own reason; DC means that the caller hung up, which is no failure of the gateway.
		if s := b.text(sResponseFlags); s != "" && s != "-" && s != "DC" && f.ErrorType == "" {
			f.ErrorType = cut(s, maxName)
		}
	}
	f.Attempt = max(b.number(sResend), b.number(sHopAttempt), b.number(sDelayedRetries), b.number(sDAGTry)-1, 0)
	f.Deliveries = max(b.number(sDeliveries), 0)
	if b.has(sDisposition) {
		f.Disposition = disposition(b.text(sDisposition))
	} else if b.has(sRecoverability) {
		f.Disposition = disposition(b.text(sRecoverability))
	}
	for _, s := range [...]slot{sTaskStatus, sDAGState, sPipelineResult, sWorkflowStatus, sHopOutcome} {
		if b.has(s) {
			if f.RunStatus = f.block.lower(strings.TrimSpace(b.text(s))); f.RunStatus != "" {
				break
			}
		}
	}
	if f.Status == StatusUnset && (b.truth(sError) || b.failed() || b.has(sOtelStatus) && strings.EqualFold(b.text(sOtelStatus), "ERROR")) {
		f.Status = StatusError
	}
}

// failed reports Success=false, which Application Insights sends.
func (b *bag) failed() bool {
	if !b.has(sSuccess) {
		return false
	}
	t, ok := truth(b.v[sSuccess])
	return ok && !t
}

var grpcCodes = [...]string{"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"}

// grpcStatus is the code's name, sent as a number, as a number in a string, or
// in any spelling of the name.
func grpcStatus(k *block, v value) string {
	s := ""
	if v.Type() != pcommon.ValueTypeInt {
		if s = strings.TrimSpace(text(v)); s == "" {
			return ""
		}
	}
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		if n := number(v); n >= 0 && n < len(grpcCodes) {
			return grpcCodes[n]
		}
		return "UNKNOWN"
	}
	var want, have [24]byte
	w := squash(want[:0], s)
	for _, c := range grpcCodes {
		if string(w) == string(squash(have[:0], c)) {
			return c
		}
	}
	if string(w) == "canceled" {
		return "CANCELLED"
	}
	return k.upper(cut(s, 64))
}

// counts finds how many items the span stands for.
func (f *Facts) counts(b *bag, links int) {
	if b.has(sBatch) {
		f.Batch = max(b.number(sBatch), 0)
	}
	if links > 1 && links > f.Batch && (f.Step == Receive || f.Step == Process) {
		f.Batch = links
	}
	if f.Batch > 1 {
		f.Flags |= FlagShared
	}
}

// flag sets what follows from all other facts.
func (f *Facts) flag(b *bag) {
	poll := f.Step == Receive && b.has(sBatch) && f.Batch == 0
	switch f.Step {
	case Send:
		// A client span that sends and has links sends messages that spans of
		// their own created: those carry the context and await the consumer.
		if (f.Kind == Event || f.Kind == Queue) && f.Batch <= 1 && !(f.SpanKind == KindClient && len(f.Links) > 0) {
			f.Flags |= FlagAwaits
		}
	case Receive:
		if poll {
			f.Flags |= FlagPoll
		} else if !peeks(f.Name) {
			f.Flags |= FlagTakes
		}
	case Process, Run:
		f.Flags |= FlagTakes
	case Schedule:
		if f.Batch > 1 {
			f.Flags &^= FlagAwaits
		}
	default:
		f.Flags &^= FlagAwaits
	}
	if f.Kind == Workflow && compensates(b.name) {
		f.Flags |= FlagCompensates
	}
	if b.truth(sHopDerived) {
		f.Flags |= FlagDerived
	}
	if f.Status == StatusError {
		f.Flags |= FlagError
	}
	if f.suspect(b) {
		f.Flags |= FlagSuspect
		if f.Step == Call && f.AttemptOf == "" && b.has(sURL) {
			url, _, _ := strings.Cut(b.text(sURL), "?")
			f.AttemptOf = f.block.join(cut(b.text(sMethod), 16), " ", cut(url, 2*maxName))
		}
	}
}

// suspect reports whether a judge must look at the flow.
func (f *Facts) suspect(b *bag) bool {
	return f.Status == StatusError || f.HTTPStatus >= 400 || f.GRPCStatus != "" && f.GRPCStatus != "OK" || f.Deliveries > 1 || f.Attempt > 0 ||
		f.Disposition != "" && f.Disposition != "complete" || f.DeadLetterReason != "" || f.Flags&FlagDLQ != 0 ||
		f.RunStatus != "" && !succeeded(f.RunStatus) || f.ErrorType != "" || b.truth(sError) || b.failed()
}

func succeeded(status string) bool {
	switch status {
	case "completed", "succeeded", "success", "successful", "ok":
		return true
	}
	return false
}

// peeks reports whether a receive only looked at the messages.
func peeks(name string) bool {
	return strings.HasSuffix(name, ".Peek") || strings.HasSuffix(name, ".PeekMessages") || strings.HasPrefix(name, "peek ")
}

// compensates reports whether a step is named after undoing something.
func compensates(step string) bool {
	for _, w := range [...]string{"compensat", "rollback", "refund", "undo", "cancel", "reverse"} {
		if containsFold(step, w) {
			return true
		}
	}
	return false
}
