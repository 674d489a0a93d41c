package flow

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func at(d time.Duration) int64 { return taleStart.Add(d).UnixNano() }

func spanID(label string) (id SpanID)   { copy(id[:], label); return id }
func traceID(label string) (id TraceID) { copy(id[:], label); return id }
func label(id SpanID) string            { return string(bytes.TrimRight(id[:], "\x00")) }
func number64(t testing.TB, s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatalf("%q is not a number", s)
	}
	return n
}

// tell reads a line into facts.
func tell(t testing.TB, x *Extractor, line string) *Facts {
	t.Helper()
	head, options, _ := strings.Cut(line, ";")
	w := strings.Fields(head)
	if len(w) < 4 {
		t.Fatalf("%q: too short", line)
	}
	res := pcommon.NewResource()
	res.Attributes().PutStr("service.name", w[1])
	res.Attributes().PutStr("deployment.environment.name", "prod")
	s := ptrace.NewSpan()
	trace, rest, _ := strings.Cut(w[0], "/")
	id, parent, _ := strings.Cut(rest, "<")
	s.SetTraceID(pcommon.TraceID(traceID(trace)))
	s.SetSpanID(pcommon.SpanID(spanID(id)))
	s.SetParentSpanID(pcommon.SpanID(spanID(parent)))
	start, took, _ := strings.Cut(w[2], "+")
	begin := taleStart.Add(time.Duration(number64(t, start)) * time.Millisecond)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(begin))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(number64(t, took)) * time.Millisecond)))
	scope := verbOf(t, s, w[3], w[4:])
	for o := range strings.SplitSeq(options, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(o), "=")
		switch k {
		case "":
		case "scope":
			scope = v
		case "env":
			res.Attributes().PutStr("deployment.environment.name", v)
		default:
			option(s, k, v)
		}
	}
	f := &Facts{}
	x.Span(x.Resource("", res), scope, s, f)
	return f
}

// verbOf writes what a library writes for one act.
func verbOf(t testing.TB, s ptrace.Span, verb string, w []string) (scope string) {
	a := s.Attributes()
	s.SetName(strings.Join(append([]string{verb}, w...), " "))
	switch verb {
	case "serve": // METHOD ROUTE
		s.SetKind(ptrace.SpanKindServer)
		s.SetName(strings.Join(w, " "))
		a.PutStr("http.request.method", w[0])
		a.PutStr("http.route", w[1])
	case "call": // HOST METHOD PATH
		s.SetKind(ptrace.SpanKindClient)
		s.SetName(w[1])
		a.PutStr("http.request.method", w[1])
		a.PutStr("url.full", "http://"+w[0]+w[2])
		if w[0] != "-" {
			a.PutStr("server.address", w[0])
		} else {
			a.PutStr("url.full", w[2])
		}
	case "grpc.serve": // SERVICE/METHOD
		s.SetKind(ptrace.SpanKindServer)
		s.SetName(w[0])
		a.PutStr("rpc.system", "grpc")
		a.PutStr("rpc.method", w[0])
	case "grpc.call": // HOST SERVICE/METHOD
		s.SetKind(ptrace.SpanKindClient)
		s.SetName(w[1])
		a.PutStr("rpc.system", "grpc")
		a.PutStr("rpc.method", w[1])
		a.PutStr("server.address", w[0])
	case "send", "receive", "process", "settle": // DESTINATION
		s.SetKind(map[string]ptrace.SpanKind{"send": ptrace.SpanKindProducer, "process": ptrace.SpanKindConsumer}[verb])
		if s.Kind() == ptrace.SpanKindUnspecified {
			s.SetKind(ptrace.SpanKindClient)
		}
		s.SetName(w[0] + " " + verb)
		a.PutStr("messaging.system", "servicebus")
		a.PutStr("messaging.operation.type", verb)
		a.PutStr("messaging.destination.name", w[0])
	case "db": // OPERATION TABLE
		s.SetKind(ptrace.SpanKindClient)
		a.PutStr("db.system.name", "postgresql")
		a.PutStr("db.operation.name", w[0])
		a.PutStr("db.collection.name", w[1])
	case "do":
		s.SetKind(ptrace.SpanKindInternal)
		s.SetName(strings.Join(w, " "))
	default:
		op, _, ok := strings.Cut(verb, ":")
		if !ok {
			t.Fatalf("no verb %q", verb)
		}
		s.SetKind(ptrace.SpanKindServer)
		switch op {
		case "StartWorkflow", "StartActivity", "StartChildWorkflow", "SignalWorkflow":
			s.SetKind(ptrace.SpanKindClient)
		case "create_orchestration":
			s.SetKind(ptrace.SpanKindProducer)
		}
		if op[0] >= 'a' {
			return "Microsoft.DurableTask"
		}
		return "temporal-sdk-go"
	}
	return ""
}

// option writes one attribute, or what is no attribute on a span.
func option(s ptrace.Span, k, v string) {
	switch k {
	case "error":
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage(v)
		return
	case "ok":
		s.Status().SetCode(ptrace.StatusCodeOk)
		return
	case "exception":
		e := s.Events().AppendEmpty()
		e.SetName("exception")
		typ, msg, _ := strings.Cut(v, ": ")
		e.Attributes().PutStr("exception.type", typ)
		e.Attributes().PutStr("exception.message", msg)
		return
	case "link":
		trace, span, _ := strings.Cut(v, "/")
		l := s.Links().AppendEmpty()
		l.SetTraceID(pcommon.TraceID(traceID(trace)))
		l.SetSpanID(pcommon.SpanID(spanID(span)))
		return
	case "kind":
		s.SetKind(ptrace.SpanKind(slices.Index(spanKinds, v)))
		return
	case "name":
		s.SetName(v)
		return
	}
	if long, ok := map[string]string{"status": "http.response.status_code", "grpc": "rpc.grpc.status_code", "corr": "correlation.id", "msg": "messaging.message.id",
		"n": "messaging.batch.message_count", "run": "temporalRunID", "state": "durabletask.task.status", "system": "messaging.system", "type": "error.type",
		"deliveries": "messaging.servicebus.message.delivery_count", "disposition": "messaging.servicebus.disposition_status", "resend": "http.request.resend_count",
		"group": "messaging.consumer.group.name", "subscription": "messaging.destination.subscription.name", "reason": "DeadLetterReason", "task": "durabletask.task.task_id",
		"instance": "durabletask.task.instance_id"}[k]; ok {
		k = long
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		s.Attributes().PutInt(k, n)
	} else {
		s.Attributes().PutStr(k, v)
	}
}
