package flow

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
)

// TraceID is an OTLP trace id; all zero is not a trace.
type TraceID [16]byte

// SpanID is an OTLP span id; all zero means "no span" (a root's parent).
type SpanID [8]byte

// FlowID names a flow for ever. Its first 48 bits are the minting time in Unix
// milliseconds, so that ids sort by age and a look-up touches one partition.
type FlowID [16]byte

func (t TraceID) String() string { return hex.EncodeToString(t[:]) }
func (s SpanID) String() string  { return hex.EncodeToString(s[:]) }
func (f FlowID) String() string  { return hex.EncodeToString(f[:]) }

// IsZero reports whether the id is absent.
func (t TraceID) IsZero() bool { return t == TraceID{} }

// IsZero reports whether the id is absent.
func (s SpanID) IsZero() bool { return s == SpanID{} }

// IsZero reports whether the id is absent.
func (f FlowID) IsZero() bool { return f == FlowID{} }

// Minted is when the id was made, to the millisecond.
func (f FlowID) Minted() time.Time {
	var b [8]byte
	copy(b[2:], f[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[:]))).UTC()
}

// MintFlowID makes the id of a flow whose first known segment arrived at the
// given time. It is a function of its arguments, so that a joiner that died
// between minting and writing mints the same id again.
func MintFlowID(arrived time.Time, tenant string, s SegmentID) FlowID {
	var f FlowID
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(arrived.UnixMilli(), 0)))
	copy(f[:6], b[2:])
	h := xxhash.New()
	_, _ = h.WriteString(tenant)
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(s.Trace[:])
	_, _ = h.Write(s.Root[:])
	binary.BigEndian.PutUint64(f[6:14], h.Sum64())
	_, _ = h.Write([]byte{1})
	binary.BigEndian.PutUint16(f[14:], uint16(h.Sum64()))
	return f
}

// SegmentID names a segment: a trace, or the part of it under one cut.
type SegmentID struct {
	Trace TraceID
	Root  SpanID // zero for the trunk, which almost always is the whole trace
}

// ParseTraceID reads 32 hex digits; shorter ids (64 bit, as Zipkin and Jaeger
// may write them) are padded with zeros on the left.
func ParseTraceID(s string) (TraceID, error) {
	var t TraceID
	if len(s) == 16 {
		s = "0000000000000000" + s
	}
	if err := parseHex(t[:], s); err != nil {
		return t, fmt.Errorf("trace id %q: %w", s, err)
	}
	return t, nil
}

// ParseSpanID reads 16 hex digits.
func ParseSpanID(s string) (SpanID, error) {
	var id SpanID
	if err := parseHex(id[:], s); err != nil {
		return id, fmt.Errorf("span id %q: %w", s, err)
	}
	return id, nil
}

// ParseFlowID reads 32 hex digits.
func ParseFlowID(s string) (FlowID, error) {
	var f FlowID
	if err := parseHex(f[:], s); err != nil {
		return f, fmt.Errorf("flow id %q: %w", s, err)
	}
	return f, nil
}

func parseHex(dst []byte, s string) error {
	if len(s) != 2*len(dst) {
		return fmt.Errorf("want %d hex digits, got %d characters", 2*len(dst), len(s))
	}
	if _, err := hex.Decode(dst, []byte(s)); err != nil {
		return fmt.Errorf("want %d hex digits: %w", 2*len(dst), err)
	}
	return nil
}
