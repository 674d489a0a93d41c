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
	e.word(s.Environment())
	e.word(s.Service())
	a := s.more()
	e.b = append(e.b, hasMessage*boolByte(a.messageID != 0)|hasChannel*boolByte(a.channel != 0))
	if a.messageID != 0 {
		e.u64(a.messageID)
	}
	if a.channel != 0 {
		e.u64(a.channel)
	}
	e.uvarint(uint64(len(a.keys)))
	for i := range a.keys {
		k := &a.keys[i]
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
	e.uvarint(uint64(len(a.links)))
	for i := range a.links {
		e.b = append(e.b, a.links[i].Trace[:]...)
		e.b = append(e.b, a.links[i].Span[:]...)
	}
	e.detail(a.detail)
}

// DecodeFeed reads what AppendFeed wrote. It never allocates more than the
// input justifies, whatever the input claims.
func DecodeFeed(b []byte) ([]TraceSpans, error) {
	if len(b) == 0 || b[0] != feedVersion && b[0] != feedBefore {
		return nil, fmt.Errorf("%w: unknown version; a newer release wrote it", errFeed)
	}
	d := feedDecoder{b: b[1:], resources: map[[2]string]*Resource{}}
	n := d.count(17)
	out := make([]TraceSpans, 0, n)
	for range n {
		t := TraceSpans{Tenant: d.word()}
		d.copy(t.Trace[:])
		m := d.count(30)
		t.Spans = make([]Span, m)
		d.beside = Narrower{}
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

	resources map[[2]string]*Resource // by environment and service
	beside    Narrower                // of the trace
	aside     aside                   // scratch of span
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

// strAs is str, and makes no second copy of a string that it is likely to be.
func (d *feedDecoder) strAs(likely string) string {
	n := d.count(1)
	s := likely
	if string(d.b[:n]) != likely {
		s = string(d.b[:n])
	}
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
	s.resource = d.resource()
	has := d.byte()
	a := &d.aside
	*a = aside{keys: a.keys[:0], links: a.links[:0]}
	if has&hasMessage != 0 {
		a.messageID = d.u64()
	}
	if has&hasChannel != 0 {
		a.channel = d.u64()
	}
	for i := range d.count(12) {
		k := Key{Name: d.word(), Value: d.strAs(d.beside.value(i)), Hash: d.u64()}
		trust := d.byte()
		k.Trust, k.Identifying, k.Window = trust>>1, trust&1 != 0, d.varint()
		a.keys = append(a.keys, k)
	}
	for range d.count(24) {
		var l Link
		d.copy(l.Trace[:])
		d.copy(l.Span[:])
		a.links = append(a.links, l)
	}
	a.detail = d.detail()
	s.aside = d.beside.share(a)
}

// resource is one for all spans of an environment and a service.
func (d *feedDecoder) resource() *Resource {
	of := [2]string{d.word(), d.word()}
	r := d.resources[of]
	if r == nil && of != [2]string{} {
		r = &Resource{Environment: of[0], Service: of[1]}
		d.resources[of] = r
	}
	return r
}
