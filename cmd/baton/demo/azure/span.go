package azure

import (
	"crypto/sha256"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// Span kinds of OTLP.
const (
	internal = 1
	server   = 2
	client   = 3
	producer = 4
	consumer = 5
)

type (
	traceID [16]byte
	spanID  [8]byte
)

// site is a span as others refer to it.
type site struct {
	trace traceID
	span  spanID
}

// attr is one attribute.
type attr struct {
	key, text string
	num       int64
	form      form
}

type form uint8

const (
	text form = iota
	number
	list // of one string, the form of a captured header
)

func str(key, value string) attr       { return attr{key: key, text: value} }
func num(key string, value int64) attr { return attr{key: key, num: value, form: number} }
func header(name, value string) attr {
	return attr{key: "http.request.header." + name, text: value, form: list}
}

// span is one span before it is encoded, so that a whole flow can be played first and then be damaged: spans get lost,
// traces are not sampled, clocks are wrong.
type span struct {
	svc        *service
	env        string
	scope      [2]string
	trace      traceID
	id, parent spanID
	kind       int64
	name       string
	start, end int64
	attrs      []attr
	links      []site
	failed     bool   // the status is Error
	message    string // of the status
	thrown     *failure
	arrives    int64 // when a log record of it is read; 0 for when it ends
	owner      int   // number of the flow it belongs to, everybody for shared ones
}

// everybody owns the spans that all flows of a unit share.
const everybody = -1

const stackTrace = "\n   at Shop.Handlers.Handle(Handler.cs:118)\n   at Shop.Pipeline.Invoke(Pipeline.cs:64)"

// encode writes the span as its process sees it: with a clock that may be wrong.
func (s *span) encode(instance int, skew time.Duration) sim.Span {
	b := wire.Bytes(make([]byte, 0, 512), wire.SpanTraceID, s.trace[:])
	b = wire.Bytes(b, wire.SpanID, s.id[:])
	if s.parent != (spanID{}) {
		b = wire.Bytes(b, wire.SpanParentID, s.parent[:])
	}
	b = wire.Bytes(b, wire.SpanName, s.name)
	b = wire.Varint(b, wire.SpanKind, s.kind)
	b = wire.Fixed64(b, wire.SpanStart, s.start+int64(skew))
	b = wire.Fixed64(b, wire.SpanEnd, s.end+int64(skew))
	for _, a := range s.attrs {
		switch {
		case a.form == number:
			b = wire.Int(b, wire.SpanAttributes, a.key, a.num)
		case a.text == "": // what a library does not know it leaves out
		case a.form == list:
			b = wire.List(b, wire.SpanAttributes, a.key, []byte(a.text))
		default:
			b = wire.Text(b, wire.SpanAttributes, a.key, a.text)
		}
	}
	if s.thrown != nil {
		b = wire.Exception(b, s.end+int64(skew), s.thrown.kind, s.thrown.message, stackTrace)
	}
	for _, l := range s.links {
		b = wire.Link(b, l.trace, l.span)
	}
	if s.failed {
		b = wire.Status(b, s.message)
	}
	out := sim.Span{Process: s.svc.first[s.env] + instance%s.svc.instances, Scope: fleet.ScopeOf(s.scope[0], s.scope[1]), End: s.end, Body: b}
	if s.arrives > s.end {
		out.End = s.arrives
	}
	return out
}

// The ids of what is only logged are hashes of the log's own ids, so that a record that is delivered twice makes the
// same span.
func derivedTrace(kind, key string) (id traceID) {
	sum := sha256.Sum256([]byte("flowhop-trace-v1|" + kind + "|" + key))
	copy(id[:], sum[:])
	return id
}

func derivedSpan(kind, key string) (id spanID) {
	sum := sha256.Sum256([]byte("flowhop-span-v1|" + kind + "|" + key))
	copy(id[:], sum[:])
	return id
}
