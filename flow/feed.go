package flow

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The feed is how ingest tells the joiner what arrived: the narrow spans of one
// committed batch, grouped by trace, in one blob beside the commit record. Its
// first byte is a format version; a reader refuses versions it does not know.
const (
	feedVersion = 4
	feedBefore  = 3 // without channels: what an older release wrote, and this one has yet to join
)

// errFeed is wrapped by every decoding error.
var errFeed = errors.New("feed")

// AppendFeed encodes the traces behind dst.
func AppendFeed(dst []byte, traces []TraceSpans) []byte {
	e := feedEncoder{b: append(dst, feedVersion), words: map[string]uint64{}}
	e.uvarint(uint64(len(traces)))
	for i := range traces {
		t := &traces[i]
		e.word(t.Tenant)
		e.b = append(e.b, t.Trace[:]...)
		e.uvarint(uint64(len(t.Spans)))
		var prev int64
		for j := range t.Spans {
			s := &t.Spans[j]
			e.span(s, prev)
			prev = s.Start
		}
	}
	return e.b
}

type feedEncoder struct {
	b     []byte
	words map[string]uint64 // strings already written, by their number
}

func (e *feedEncoder) uvarint(v uint64) { e.b = binary.AppendUvarint(e.b, v) }
func (e *feedEncoder) varint(v int64)   { e.b = binary.AppendVarint(e.b, v) }
func (e *feedEncoder) u64(v uint64)     { e.b = binary.LittleEndian.AppendUint64(e.b, v) }

// word writes a string once and then by number: environments and key names
// repeat for every span.
func (e *feedEncoder) word(s string) {
	if n, ok := e.words[s]; ok {
		e.uvarint(n)
		return
	}
	e.words[s] = uint64(len(e.words) + 1)
	e.uvarint(0)
	e.str(s)
}

func (e *feedEncoder) str(s string) {
	e.uvarint(uint64(len(s)))
	e.b = append(e.b, s...)
}

// What a span has of what many have not.
const (
	hasMessage = 1
	hasChannel = 2
)

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (e *feedEncoder) span(s *Span, prev int64) {
	e.b = append(e.b, s.ID[:]...)
	e.b = append(e.b, s.Parent[:]...)
	e.varint(s.Start - prev)
	e.varint(s.Duration)
	e.u64(s.Endpoint)
	e.b = append(e.b, byte(s.Kind), byte(s.Role), byte(s.SpanKind), byte(s.Step))
	e.uvarint(uint64(s.Flags))
	e.word(s.Environment)
	e.word(s.Service)
	e.b = append(e.b, hasMessage*boolByte(s.MessageID != 0)|hasChannel*boolByte(s.Channel != 0))
	if s.MessageID != 0 {
		e.u64(s.MessageID)
	}
	if s.Channel != 0 {
		e.u64(s.Channel)
	}
	e.uvarint(uint64(len(s.Keys)))
	for i := range s.Keys {
		k := &s.Keys[i]
		e.word(k.Name)
		e.str(k.Value)
		e.u64(k.Hash)
		trust := k.Trust << 1
		if k.Identifying {
			trust |= 1
		}
		e.b = append(e.b, trust)
		e.varint(k.Window)
	}
	e.uvarint(uint64(len(s.Links)))
	for i := range s.Links {
		e.b = append(e.b, s.Links[i].Trace[:]...)
		e.b = append(e.b, s.Links[i].Span[:]...)
	}
	e.detail(s.Detail)
}

// DecodeFeed reads what AppendFeed wrote. It never allocates more than the
// input justifies, whatever the input claims.
func DecodeFeed(b []byte) ([]TraceSpans, error) {
	if len(b) == 0 || b[0] != feedVersion && b[0] != feedBefore {
		return nil, fmt.Errorf("%w: unknown version; a newer release wrote it", errFeed)
	}
	d := feedDecoder{b: b[1:]}
	n := d.count(17)
	out := make([]TraceSpans, 0, n)
	for range n {
		t := TraceSpans{Tenant: d.word()}
		d.copy(t.Trace[:])
		m := d.count(30)
		t.Spans = make([]Span, m)
		var prev int64
		for i := range t.Spans {
			d.span(&t.Spans[i], prev)
			prev = t.Spans[i].Start
		}
		if d.bad {
			break
		}
		out = append(out, t)
	}
	if d.bad || len(d.b) > 0 {
		return nil, fmt.Errorf("%w: truncated or damaged after %d of %d bytes", errFeed, len(b)-len(d.b), len(b))
	}
	return out, nil
}

type feedDecoder struct {
	b     []byte
	words []string
	bad   bool
}

func (d *feedDecoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *feedDecoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count reads a number of items of at least size bytes each.
func (d *feedDecoder) count(size int) int {
	v := d.uvarint()
	if v > uint64(len(d.b)/size) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(v)
}

func (d *feedDecoder) copy(dst []byte) {
	if len(d.b) < len(dst) {
		d.bad, d.b = true, nil
		return
	}
	copy(dst, d.b)
	d.b = d.b[len(dst):]
}

func (d *feedDecoder) byte() byte {
	var b [1]byte
	d.copy(b[:])
	return b[0]
}

func (d *feedDecoder) u64() uint64 {
	var b [8]byte
	d.copy(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func (d *feedDecoder) str() string {
	n := d.count(1)
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *feedDecoder) word() string {
	switch n := d.uvarint(); {
	case d.bad:
		return ""
	case n == 0:
		s := d.str()
		d.words = append(d.words, s)
		return s
	case n <= uint64(len(d.words)):
		return d.words[n-1]
	default:
		d.bad, d.b = true, nil
		return ""
	}
}

func (d *feedDecoder) span(s *Span, prev int64) {
	d.copy(s.ID[:])
	d.copy(s.Parent[:])
	s.Start = prev + d.varint()
	s.Duration = d.varint()
	s.Endpoint = d.u64()
	s.Kind, s.Role = Kind(d.byte()), Role(d.byte())
	s.SpanKind, s.Step = SpanKind(d.byte()), Step(d.byte())
	s.Flags = Flags(d.uvarint())
	s.Environment, s.Service = d.word(), d.word()
	has := d.byte()
	if has&hasMessage != 0 {
		s.MessageID = d.u64()
	}
	if has&hasChannel != 0 {
		s.Channel = d.u64()
	}
	if n := d.count(12); n > 0 {
		s.Keys = make([]Key, n)
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		k.Name, k.Value, k.Hash = d.word(), d.str(), d.u64()
		trust := d.byte()
		k.Trust, k.Identifying, k.Window = trust>>1, trust&1 != 0, d.varint()
	}
	if n := d.count(24); n > 0 {
		s.Links = make([]Link, n)
	}
	for i := range s.Links {
		d.copy(s.Links[i].Trace[:])
		d.copy(s.Links[i].Span[:])
	}
	s.Detail = d.detail()
}
