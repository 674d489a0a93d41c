package estate

import (
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// Span kinds of OTLP.
const (
	kindInternal = 1
	kindServer   = 2
	kindClient   = 3
	kindProducer = 4
	kindConsumer = 5
)

// result says how a template's instrumentation writes down how things ended.
type result uint8

const (
	resultPlain   result = iota // status only: internal work, Temporal
	resultHTTP                  // http.response.status_code, stable conventions
	resultProxy                 // http.status_code as a string, as Envoy writes it
	resultRPC                   // rpc.grpc.status_code
	resultDB                    // db.response.status_code and error.type
	resultMessage               // error.type
	resultTask                  // durabletask.task.status
	resultSettle                // messaging.servicebus.disposition_status
)

// template is everything about a span that is known before any flow runs.
type template struct {
	service *Service
	scope   sim.Scope
	kind    int64
	result  result
	okCode  int64
	head    []byte // encoded name and kind
	fixed   []byte // encoded attributes that never change
	slots   []slot
}

func newTemplate(s *Service, technology, name string, kind int64, res result, attrs ...attr) *template {
	t := &template{service: s, scope: scopeOf(s.language, technology), kind: kind, result: res, okCode: 200}
	t.head = wire.Bytes(nil, wire.SpanName, name)
	t.head = wire.Varint(t.head, wire.SpanKind, kind)
	t.fixed, t.slots = compile(append(attrs, runtimeAttributes(s, kind)...))
	return t
}

// runtimeAttributes are what the language's agent adds to every span.
func runtimeAttributes(s *Service, kind int64) []attr {
	entry := kind == kindServer || kind == kindConsumer
	switch s.language {
	case "java":
		out := []attr{str("thread.id", "#thread"), str("thread.name", "http-nio-8080-exec-{thread}")}
		if entry {
			out = append(out, str("enduser.id", "{customer}"))
		}
		return out
	case "dotnet":
		return []attr{str("thread.id", "#thread"), str("code.function.name", "Shop."+s.Name+".Handler.HandleAsync")}
	case "python":
		return []attr{str("thread.id", "#thread"), str("code.lineno", "#threshold"), str("thread.name", "asyncio_{thread}")}
	case "go":
		return []attr{str("code.function.name", "shop/"+s.Name+"/internal/app.(*Handler).Handle"), str("code.line.number", "#threshold")}
	}
	return nil
}

// correlationKey is how a service spells the one idea of a correlation id. Real estates never agree on it.
func correlationKey(s *Service) string {
	switch s.language {
	case "python":
		return "correlation_id"
	case "dotnet":
		return "correlationId"
	}
	return "correlation.id"
}

// span is one finished span on its way into the wire form.
type span struct {
	id, parent [8]byte
	start, end int64
	failed     *failure
	origin     bool // the failure began here: an exception event is recorded
	linked     *site
	remote     bool
	settled    string // disposition
}

// emit encodes a span and adds it to the flow.
func (r *run) emit(t *template, c *site, s span) {
	at := len(r.buf)
	b := wire.Bytes(r.buf, wire.SpanTraceID, c.trace[:])
	b = wire.Bytes(b, wire.SpanID, s.id[:])
	if s.parent != [8]byte{} {
		b = wire.Bytes(b, wire.SpanParentID, s.parent[:])
	}
	b = append(b, t.head...)
	b = wire.Fixed64(b, wire.SpanStart, s.start)
	b = wire.Fixed64(b, wire.SpanEnd, s.end)
	b = append(b, t.fixed...)
	for i := range t.slots {
		b = t.slots[i].append(b, r, c)
	}
	b, status := t.outcome(b, r, s)
	if s.origin && status {
		b = wire.Exception(b, s.end, s.failed.kind, s.failed.message, stack)
	}
	if s.linked != nil {
		b = wire.Link(b, s.linked.trace, s.linked.parent)
	}
	if status {
		b = wire.Status(b, s.failed.message)
	}
	flags := uint32(0x101) // sampled, and the parent's remoteness is known
	if s.remote {
		flags |= 0x200
	}
	b = wire.Fixed32(b, wire.SpanFlags, flags)
	r.buf = b
	process := t.service.first + r.pod%t.service.pods
	r.flow.Spans = append(r.flow.Spans, sim.Span{Process: process, Scope: t.scope, End: s.end, Body: b[at:len(b):len(b)]})
	r.end = max(r.end, s.end)
	r.sawTrace(c.trace)
}
