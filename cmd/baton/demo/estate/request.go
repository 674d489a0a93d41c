package estate

import "google.golang.org/protobuf/encoding/protowire"

// AppendRequest appends the encoded ExportTraceServiceRequest that one process sends for these spans. Spans keep their
// order within a scope, and scopes appear in the order of their first span, so that equal input is equal bytes.
func AppendRequest(b []byte, process int, spans []Span) []byte {
	var order [16]Scope
	var sizes [16]int
	found := order[:0]
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
			found = append(found, s.Scope)
		}
		sizes[at] += 1 + protowire.SizeBytes(len(s.Body))
	}
	res := Processes[process].resource
	total := 1 + protowire.SizeBytes(len(res))
	for i, sc := range found {
		sizes[i] += 1 + protowire.SizeBytes(len(scopes[sc].encoded))
		total += 1 + protowire.SizeBytes(sizes[i])
	}
	b = protowire.AppendTag(b, 1, protowire.BytesType) // resource_spans
	b = protowire.AppendVarint(b, uint64(total))
	b = appendBytes(b, 1, res)
	for i, sc := range found {
		b = protowire.AppendTag(b, 2, protowire.BytesType) // scope_spans
		b = protowire.AppendVarint(b, uint64(sizes[i]))
		b = appendBytes(b, 1, scopes[sc].encoded)
		for _, s := range spans {
			if s.Scope == sc {
				b = appendBytes(b, 2, s.Body)
			}
		}
	}
	return b
}
