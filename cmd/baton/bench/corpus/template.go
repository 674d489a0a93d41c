package corpus

import (
	"google.golang.org/protobuf/encoding/protowire"

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

// template is one span of a shape, ready to be sent but for its slots.
type template struct {
	service, scope int
	trace          int
	parent         int // span of the shape, or -1
	leaf           bool

	after, lasts int64  // ns from the start of the flow, and for how long
	bytes        []byte // a whole field "spans" of ScopeSpans
	slots        []slot
}

// spec is what a template is compiled from.
type spec struct {
	service  int
	scope    string
	name     string
	kind     int64
	trace    int
	parent   int
	attrs    []attr
	message  int // of its hop, for {message}
	link     int // span that is linked, or -1
	linkTo   int // trace of that span
	failure  string
	own, lag int64 // ns of work of its own; ns between the end of its cause and its start
	cause    int   // span of another trace that brought it about, or -1
}

// compile encodes the span.
func (s *spec) compile(attributes, number int) template {
	t := template{service: s.service, trace: s.trace, parent: s.parent, scope: scopeNumber(s.scope)}
	var b []byte
	mark := func(size int, kind slotKind, n int) {
		t.slots = append(t.slots, slot{at: len(b) - size, kind: kind, n: n})
	}
	b = wire.Bytes(b, wire.SpanTraceID, make([]byte, 16))
	mark(16, slotTrace, s.trace)
	b = wire.Bytes(b, wire.SpanID, make([]byte, 8))
	mark(8, slotSpan, number)
	if s.parent >= 0 {
		b = wire.Bytes(b, wire.SpanParentID, make([]byte, 8))
		mark(8, slotSpan, s.parent)
	}
	b = wire.Bytes(b, wire.SpanName, s.name)
	b = wire.Varint(b, wire.SpanKind, s.kind)
	b = wire.Fixed64(b, wire.SpanStart, 0)
	mark(8, slotStart, 0)
	b = wire.Fixed64(b, wire.SpanEnd, 0)
	mark(8, slotEnd, 0)
	for _, a := range fill(s.attrs, attributes) {
		var slots []slot
		b, slots = a.append(b, wire.SpanAttributes)
		for _, at := range slots {
			at.n = s.message
			t.slots = append(t.slots, at)
		}
	}
	if s.failure != "" {
		before := len(b)
		b = wire.Exception(b, 0, "com.example.shop.Refused", s.failure, stack)
		_, size := protowire.ConsumeVarint(b[before+1:])
		mark(len(b)-before-1-size-1, slotEnd, 0) // its time is its first field
	}
	if s.link >= 0 {
		b = wire.Link(b, [16]byte{}, [8]byte{})
		mark(5+8, slotSpan, s.link) // the flags come after the ids
		mark(5+8+2+16, slotTrace, s.linkTo)
	}
	if s.failure != "" {
		b = wire.Status(b, s.failure)
	}
	b = wire.Fixed32(b, wire.SpanFlags, 0x101)
	t.bytes = wire.Bytes(nil, 2, b)
	t.slots = shift(t.slots, len(t.bytes)-len(b))
	return t
}

const stack = `
	at com.example.shop.Handler.handle(Handler.java:184)
	at com.example.shop.Dispatcher.dispatch(Dispatcher.java:77)
	at java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)
	at java.base/java.lang.Thread.run(Thread.java:1583)`

// scopes are the libraries that make spans.
var scopes = []string{"opentelemetry.http", "opentelemetry.db", "opentelemetry.messaging", "temporal-sdk-go", "com.example.shop"}

func scopeNumber(name string) int {
	for i, s := range scopes {
		if s == name {
			return i
		}
	}
	panic("corpus: no scope " + name)
}
