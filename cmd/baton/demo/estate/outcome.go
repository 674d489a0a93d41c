package estate

import (
	"strconv"

	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// failure is what a caller sees of something that went wrong.
type failure struct {
	status   int64  // HTTP status, 0 = no answer at all
	grpc     int64  // gRPC code
	sqlState string // database code
	kind     string // exception or error type
	message  string
	rejected bool // the caller's own fault: servers leave their status unset
}

// grpcServerErrors are the codes that a gRPC server counts as its own failure; the others are the caller's.
var grpcServerErrors = map[int64]bool{2: true, 4: true, 12: true, 13: true, 14: true, 15: true}

// outcome writes the attributes that depend on how it ended, and reports whether the span's status is Error.
func (t *template) outcome(b []byte, r *run, s span) ([]byte, bool) {
	f := s.failed
	client := t.kind == kindClient || t.kind == kindProducer
	switch t.result {
	case resultHTTP:
		code := t.okCode
		if f != nil {
			code = f.status
		}
		if code != 0 {
			b = wire.Int(b, wire.SpanAttributes, "http.response.status_code", code)
		}
		bad := f != nil && (code == 0 || code >= 500 || client && code >= 400)
		if bad {
			b = wire.Text(b, wire.SpanAttributes, "error.type", errorType(f, code, s.origin))
		}
		return b, bad
	case resultProxy:
		code, flags := t.okCode, "-"
		if f != nil {
			code, flags = f.status, "-"
		}
		r.scratch = strconv.AppendInt(r.scratch[:0], code, 10)
		b = wire.Text(b, wire.SpanAttributes, "http.status_code", r.scratch)
		b = wire.Text(b, wire.SpanAttributes, "response_flags", flags)
		if code >= 500 {
			b = wire.Text(b, wire.SpanAttributes, "error", "true")
		}
		return b, code >= 500
	case resultRPC:
		var code int64
		if f != nil {
			code = f.grpc
		}
		b = wire.Int(b, wire.SpanAttributes, "rpc.grpc.status_code", code)
		return b, code != 0 && (client || grpcServerErrors[code])
	case resultDB:
		if f != nil {
			b = wire.Text(b, wire.SpanAttributes, "db.response.status_code", f.sqlState)
			b = wire.Text(b, wire.SpanAttributes, "error.type", f.sqlState)
		}
	case resultMessage:
		if f != nil {
			b = wire.Text(b, wire.SpanAttributes, "error.type", f.kind)
		}
	case resultTask:
		state := "COMPLETED"
		if f != nil {
			state = "FAILED"
		}
		b = wire.Text(b, wire.SpanAttributes, "durabletask.task.status", state)
	case resultSettle:
		b = wire.Text(b, wire.SpanAttributes, "messaging.servicebus.disposition_status", s.settled)
		if s.settled == "dead_letter" {
			b = wire.Text(b, wire.SpanAttributes, "messaging.servicebus.dead_letter_reason", "MaxDeliveryCountExceeded")
		}
	}
	return b, f != nil
}

// errorType follows the HTTP conventions: the exception where it was thrown or nobody answered, else the status code.
func errorType(f *failure, code int64, origin bool) string {
	if code == 0 || origin && f.kind != "" {
		return f.kind
	}
	return strconv.FormatInt(code, 10)
}

// stack is the trace that every exception of the estate carries.
const stack = "\n\tat shop.domain.Handler.handle(Handler:118)\n\tat shop.runtime.Pipeline.invoke(Pipeline:64)\n\tat shop.runtime.Server.serve(Server:31)"
