package wire

import (
	"encoding/binary"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// AppendResource appends a resource with its schema URL: the first part of
// what one row of the table resources holds.
func AppendResource(dst []byte, rs ptrace.ResourceSpans) []byte {
	dst = appendString(dst, rs.SchemaUrl())
	dst = AppendMap(dst, rs.Resource().Attributes())
	return binary.AppendUvarint(dst, uint64(rs.Resource().DroppedAttributesCount()))
}

// AppendScope appends a scope with its schema URL: the second part.
func AppendScope(dst []byte, ss ptrace.ScopeSpans) []byte {
	sc := ss.Scope()
	dst = appendString(dst, ss.SchemaUrl())
	dst = appendString(dst, sc.Name())
	dst = appendString(dst, sc.Version())
	dst = AppendMap(dst, sc.Attributes())
	return binary.AppendUvarint(dst, uint64(sc.DroppedAttributesCount()))
}

// Resource reads both parts into rs and ss.
func (r *Reader) Resource(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans) {
	rs.SetSchemaUrl(r.str())
	r.Map(rs.Resource().Attributes())
	rs.Resource().SetDroppedAttributesCount(uint32(r.uvarint()))
	ss.SetSchemaUrl(r.str())
	ss.Scope().SetName(r.str())
	ss.Scope().SetVersion(r.str())
	r.Map(ss.Scope().Attributes())
	ss.Scope().SetDroppedAttributesCount(uint32(r.uvarint()))
}
