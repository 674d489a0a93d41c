package sim

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// Fleet is everything that sends spans: processes with their resources, and the instrumentation libraries in them.
type Fleet struct {
	resources [][]byte // encoded opentelemetry.proto.resource.v1.Resource
	scopes    [][]byte // encoded opentelemetry.proto.common.v1.InstrumentationScope
	known     map[[2]string]Scope
}

// Scope is the number of an instrumentation library.
type Scope uint16

// AddProcess takes in a process by its encoded resource and answers its number.
func (f *Fleet) AddProcess(resource []byte) int {
	f.resources = append(f.resources, resource)
	return len(f.resources) - 1
}

// Processes answers how many processes there are.
func (f *Fleet) Processes() int { return len(f.resources) }

// ScopeOf answers the number of a library, the same for every call.
func (f *Fleet) ScopeOf(name, version string) Scope {
	key := [2]string{name, version}
	if s, ok := f.known[key]; ok {
		return s
	}
	if f.known == nil {
		f.known = map[[2]string]Scope{}
	}
	s := Scope(len(f.scopes))
	f.known[key] = s
	b := wire.Bytes(nil, 1, name)
	if version != "" {
		b = wire.Bytes(b, 2, version)
	}
	f.scopes = append(f.scopes, b)
	return s
}

// AppendRequest appends the encoded ExportTraceServiceRequest that one process sends for these spans. Spans keep their
// order within a scope, and scopes appear in the order of their first span, so that equal input is equal bytes.
func (f *Fleet) AppendRequest(b []byte, process int, spans []Span) []byte {
	var order [16]Scope
	var room [16]int
	found, sizes := order[:0], room[:0]
	for _, s := range spans {
		at := -1
		for i, have := range found {
			if have == s.Scope {
				at = i
				break
			}
		}
		if at < 0 {
			at = len(found)
			found, sizes = append(found, s.Scope), append(sizes, 0)
		}
		sizes[at] += 1 + protowire.SizeBytes(len(s.Body))
	}
	res := f.resources[process]
	total := 1 + protowire.SizeBytes(len(res))
	for i, sc := range found {
		sizes[i] += 1 + protowire.SizeBytes(len(f.scopes[sc]))
		total += 1 + protowire.SizeBytes(sizes[i])
	}
	b = protowire.AppendTag(b, 1, protowire.BytesType) // resource_spans
	b = protowire.AppendVarint(b, uint64(total))
	b = wire.Bytes(b, 1, res)
	for i, sc := range found {
		b = protowire.AppendTag(b, 2, protowire.BytesType) // scope_spans
		b = protowire.AppendVarint(b, uint64(sizes[i]))
		b = wire.Bytes(b, 1, f.scopes[sc])
		for _, s := range spans {
			if s.Scope == sc {
				b = wire.Bytes(b, 2, s.Body)
			}
		}
	}
	return b
}
