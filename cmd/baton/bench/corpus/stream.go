package corpus

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// process is what every request of a service begins with.
type process struct {
	resource []byte   // field "resource" of ResourceSpans
	scopes   [][]byte // field "scope" of ScopeSpans, by number
}

func newProcess(s *service) process {
	var r []byte
	for _, a := range []attr{
		{"service.name", s.name}, {"service.namespace", "shop"}, {"service.version", "2026.11.3"}, {"service.instance.id", s.name + "-7d9f8b6c5-x2x9z"},
		{"deployment.environment.name", "prod"}, {"k8s.pod.name", s.name + "-7d9f8b6c5-x2x9z"}, {"k8s.namespace.name", "shop"},
		{"host.name", s.host}, {"telemetry.sdk.name", "opentelemetry"}, {"telemetry.sdk.language", s.language}, {"telemetry.sdk.version", "1.58.0"},
	} {
		r, _ = a.append(r, 1)
	}
	p := process{resource: wire.Bytes(nil, 1, r)}
	for _, name := range scopes {
		scope := wire.Bytes(wire.Bytes(nil, 1, name), 2, "1.30.0")
		p.scopes = append(p.scopes, wire.Bytes(nil, 1, scope))
	}
	return p
}

// pending are the spans of a process that wait until they are enough for a request, by scope.
type pending struct {
	spans int
	bytes [][]byte
}

// Stream is the flows from one on as requests, each of the spans of one process, in the order in which processes have a
// request full. Memory is bounded by one request a process. It is not safe for concurrent use.
type Stream struct {
	c       *Corpus
	flow    draw
	next    int64 // flow
	span    int   // of the current flow
	until   int64 // flow at which it ends
	least   int64 // spans after which it ends with the flow that is begun
	began   int64 // spans
	pending []pending
	flush   int // processes that are already emptied at the end
}

// Stream begins at a flow and ends with the first that makes it at least so many spans.
func (c *Corpus) Stream(from, spans int64) *Stream {
	s := c.stream(from)
	s.until, s.least = 1<<62, spans
	return s
}

// One is the stream of flow i alone.
func (c *Corpus) One(i int64) *Stream {
	s := c.stream(i)
	s.until = i + 1
	return s
}

func (c *Corpus) stream(from int64) *Stream {
	s := &Stream{c: c, next: from, least: 1 << 62, pending: make([]pending, len(c.processes))}
	for i := range s.pending {
		s.pending[i].bytes = make([][]byte, len(scopes))
	}
	return s
}

// Flows is the number of the flow after the last one that has begun.
func (s *Stream) Flows() int64 { return s.next }

// Next appends a request to b and says how many spans it holds; none at the end.
func (s *Stream) Next(b []byte) ([]byte, int) {
	for {
		if s.flow.shape == nil || s.span == len(s.flow.shape.spans) {
			if s.next >= s.until || s.began >= s.least {
				return s.rest(b)
			}
			s.c.draw(s.next, &s.flow)
			s.next, s.span = s.next+1, 0
			s.began += int64(len(s.flow.shape.spans))
		}
		t := &s.flow.shape.spans[s.span]
		start, end := s.flow.times(s.span)
		s.span++
		p := &s.pending[t.service]
		at := len(p.bytes[t.scope])
		p.bytes[t.scope] = append(p.bytes[t.scope], t.bytes...)
		s.flow.patch(p.bytes[t.scope][at:], t.slots, start, end, &s.flow.random)
		if p.spans++; p.spans == PerRequest {
			return s.request(b, t.service), PerRequest
		}
	}
}

// rest empties the processes one after the other.
func (s *Stream) rest(b []byte) ([]byte, int) {
	for s.flush < len(s.pending) {
		at := s.flush
		s.flush++
		if n := s.pending[at].spans; n > 0 {
			return s.request(b, at), n
		}
	}
	return b, 0
}

// request encodes what waits of a process.
func (s *Stream) request(b []byte, process int) []byte {
	p, of := &s.pending[process], &s.c.processes[process]
	size := len(of.resource)
	for i, spans := range p.bytes {
		if len(spans) > 0 {
			size += protowire.SizeTag(2) + protowire.SizeBytes(len(of.scopes[i])+len(spans))
		}
	}
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	b = append(b, of.resource...)
	for i, spans := range p.bytes {
		if len(spans) > 0 {
			b = protowire.AppendTag(b, 2, protowire.BytesType)
			b = protowire.AppendVarint(b, uint64(len(of.scopes[i])+len(spans)))
			b = append(append(b, of.scopes[i]...), spans...)
			p.bytes[i] = spans[:0]
		}
	}
	p.spans = 0
	return b
}
