package estate

import "google.golang.org/protobuf/encoding/protowire"

// The wire form of OTLP is written here directly, field by field. Building pdata and marshalling it costs several times
// as much, and a generator that shares two cores with what it measures must be cheap. The tests read everything back
// with ptraceotlp, so the shortcut cannot drift from the protocol.

// Field numbers of opentelemetry.proto.trace.v1.Span and its parts.
const (
	spanTraceID    protowire.Number = 1
	spanID         protowire.Number = 2
	spanParentID   protowire.Number = 4
	spanName       protowire.Number = 5
	spanKind       protowire.Number = 6
	spanStart      protowire.Number = 7
	spanEnd        protowire.Number = 8
	spanAttributes protowire.Number = 9
	spanEvents     protowire.Number = 11
	spanLinks      protowire.Number = 13
	spanStatus     protowire.Number = 15
	spanFlags      protowire.Number = 16

	eventTime       protowire.Number = 1
	eventName       protowire.Number = 2
	eventAttributes protowire.Number = 3

	linkTraceID protowire.Number = 1
	linkSpanID  protowire.Number = 2
	linkFlags   protowire.Number = 6

	statusMessage protowire.Number = 2
	statusCode    protowire.Number = 3
)

// appendText appends one KeyValue with a string value as field num.
func appendText[T string | []byte](b []byte, num protowire.Number, key string, value T) []byte {
	anyLen := 1 + protowire.SizeBytes(len(value))
	kvLen := 1 + protowire.SizeBytes(len(key)) + 1 + protowire.SizeBytes(anyLen)
	b = appendKey(b, num, key, kvLen, anyLen)
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(value)))
	return append(b, value...)
}

// appendInt appends one KeyValue with an integer value as field num.
func appendInt(b []byte, num protowire.Number, key string, value int64) []byte {
	anyLen := 1 + protowire.SizeVarint(uint64(value))
	kvLen := 1 + protowire.SizeBytes(len(key)) + 1 + protowire.SizeBytes(anyLen)
	b = appendKey(b, num, key, kvLen, anyLen)
	b = protowire.AppendTag(b, 3, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(value))
}

// appendList appends one KeyValue whose value is an array of one string, the form of a captured header.
func appendList(b []byte, num protowire.Number, key string, value []byte) []byte {
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

func appendBytes[T string | []byte](b []byte, num protowire.Number, value T) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(value)))
	return append(b, value...)
}

func appendFixed64(b []byte, num protowire.Number, value int64) []byte {
	b = protowire.AppendTag(b, num, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, uint64(value))
}

func appendFixed32(b []byte, num protowire.Number, value uint32) []byte {
	b = protowire.AppendTag(b, num, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, value)
}

func appendVarint(b []byte, num protowire.Number, value int64) []byte {
	b = protowire.AppendTag(b, num, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(value))
}
