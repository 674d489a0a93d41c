// Package wire is the byte format of what the store keeps of OTLP data beside
// its columns: attribute values, events, links, resources and scopes. It is
// exact: every value type, nested or not, reads back as it was sent.
//
// Numbers are varints, strings and bytes have a length before them, and the
// types of a span's own attributes are not in its bytes but in its shape, so
// that equal spans cost a few bytes. Nested values carry their types.
//
// Decoders trust nothing: every length is checked against what is left.
package wire
