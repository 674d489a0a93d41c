// Package wire writes the wire form of OTLP spans, field by field. Building pdata and marshalling it costs several times as
// much, and a generator that shares a machine with what it measures must be cheap. Its users read everything back with
// ptraceotlp in their tests, so that the shortcut cannot drift from the protocol.
package wire

import "google.golang.org/protobuf/encoding/protowire"

// Field numbers of opentelemetry.proto.trace.v1.Span and its parts.
const (
	SpanTraceID    protowire.Number = 1
	SpanID         protowire.Number = 2
	SpanParentID   protowire.Number = 4
	SpanName       protowire.Number = 5
	SpanKind       protowire.Number = 6
	SpanStart      protowire.Number = 7
	SpanEnd        protowire.Number = 8
	SpanAttributes protowire.Number = 9
	SpanEvents     protowire.Number = 11
	SpanLinks      protowire.Number = 13
	SpanStatus     protowire.Number = 15
	SpanFlags      protowire.Number = 16

	EventTime       protowire.Number = 1
	EventName       protowire.Number = 2
	EventAttributes protowire.Number = 3

	LinkTraceID protowire.Number = 1
	LinkSpanID  protowire.Number = 2
	LinkFlags   protowire.Number = 6

	StatusMessage protowire.Number = 2
	StatusCode    protowire.Number = 3
)

// Text appends one KeyValue with a string value as field num.
func Text[T string | []byte](b []byte, num protowire.Number, key string, value T) []byte {
	anyLen := 1 + protowire.SizeBytes(len(value))
	kvLen := 1 + protowire.SizeBytes(len(key)) + 1 + protowire.SizeBytes(anyLen)
	b = appendKey(b, num, key, kvLen, anyLen)
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(value)))
	return append(b, value...)
}

// Int appends one KeyValue with an integer value as field num.
func Int(b []byte, num protowire.Number, key string, value int64) []byte {
	anyLen := 1 + protowire.SizeVarint(uint64(value))
	kvLen := 1 + protowire.SizeBytes(len(key)) + 1 + protowire.SizeBytes(anyLen)
	b = appendKey(b, num, key, kvLen, anyLen)
	b = protowire.AppendTag(b, 3, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(value))
}

// List appends one KeyValue whose value is an array of one string, the form of a captured header.
func List(b []byte, num protowire.Number, key string, value []byte) []byte {
	itemLen := 1 + protowire.SizeBytes(len(value))
	arrayLen := 1 + protowire.SizeBytes(itemLen)
	anyLen := 1 + protowire.SizeBytes(arrayLen)
	kvLen := 1 + protowire.SizeBytes(len(key)) + 1 + protowire.SizeBytes(anyLen)
	b = appendKey(b, num, key, kvLen, anyLen)
	b = protowire.AppendTag(b, 5, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(arrayLen))
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(itemLen))
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	return protowire.AppendBytes(b, value)
}

func appendKey(b []byte, num protowire.Number, key string, kvLen, anyLen int) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(kvLen))
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendString(b, key)
	b = protowire.AppendTag(b, 2, protowire.BytesType)
	return protowire.AppendVarint(b, uint64(anyLen))
}

// Bytes appends a field of bytes or text.
func Bytes[T string | []byte](b []byte, num protowire.Number, value T) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(value)))
	return append(b, value...)
}

// Fixed64 appends a field of eight bytes.
func Fixed64(b []byte, num protowire.Number, value int64) []byte {
	b = protowire.AppendTag(b, num, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, uint64(value))
}

// Fixed32 appends a field of four bytes.
func Fixed32(b []byte, num protowire.Number, value uint32) []byte {
	b = protowire.AppendTag(b, num, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, value)
}

// Varint appends a field of a varint.
func Varint(b []byte, num protowire.Number, value int64) []byte {
	b = protowire.AppendTag(b, num, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(value))
}

// Link appends a span link to a span in another process.
func Link(b []byte, trace [16]byte, span [8]byte) []byte {
	const size = 2 + 16 + 2 + 8 + 5
	b = protowire.AppendTag(b, SpanLinks, protowire.BytesType)
	b = protowire.AppendVarint(b, size)
	b = Bytes(b, LinkTraceID, trace[:])
	b = Bytes(b, LinkSpanID, span[:])
	return Fixed32(b, LinkFlags, 0x301)
}

// Status appends the status Error with a message, which may be empty.
func Status(b []byte, message string) []byte {
	size := 2
	if message != "" {
		size += 1 + protowire.SizeBytes(len(message))
	}
	b = protowire.AppendTag(b, SpanStatus, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	if message != "" {
		b = Bytes(b, StatusMessage, message)
	}
	return Varint(b, StatusCode, 2)
}

// Exception records an exception as the SDKs do: an event named "exception" with type, message and stack.
func Exception(b []byte, at int64, kind, message, stack string) []byte {
	var e []byte
	e = Fixed64(e, EventTime, at)
	e = Bytes(e, EventName, "exception")
	e = Text(e, EventAttributes, "exception.type", kind)
	e = Text(e, EventAttributes, "exception.message", message)
	e = Text(e, EventAttributes, "exception.stacktrace", kind+": "+message+stack)
	return Bytes(b, SpanEvents, e)
}
