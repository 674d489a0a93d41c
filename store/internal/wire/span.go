package wire

import (
	"encoding/binary"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The parts of a span that few spans have. One byte says which are there, and
// most spans have none and store nothing.
const (
	hasTraceState = 1 << iota
	hasEvents
	hasLinks
	hasDroppedAttributes
	hasDroppedEvents
	hasDroppedLinks
)

// AppendExtra appends the trace state, events, links and dropped counts of a
// span, or nothing at all for a span that has none. Event times are written as
// distances from start, which is what the reader must give to Extra.
func AppendExtra(dst []byte, start int64, s ptrace.Span) []byte {
	events, links, state := s.Events(), s.Links(), s.TraceState().AsRaw()
	var has byte
	set := func(bit byte, there bool) {
		if there {
			has |= bit
		}
	}
	set(hasTraceState, state != "")
	set(hasEvents, events.Len() > 0)
	set(hasLinks, links.Len() > 0)
	set(hasDroppedAttributes, s.DroppedAttributesCount() > 0)
	set(hasDroppedEvents, s.DroppedEventsCount() > 0)
	set(hasDroppedLinks, s.DroppedLinksCount() > 0)
	if has == 0 {
		return dst
	}
	dst = append(dst, has)
	if has&hasTraceState != 0 {
		dst = appendString(dst, state)
	}
	if has&hasEvents != 0 {
		dst = appendEvents(dst, uint64(start), events)
	}
	if has&hasLinks != 0 {
		dst = appendLinks(dst, links)
	}
	if has&hasDroppedAttributes != 0 {
		dst = binary.AppendUvarint(dst, uint64(s.DroppedAttributesCount()))
	}
	if has&hasDroppedEvents != 0 {
		dst = binary.AppendUvarint(dst, uint64(s.DroppedEventsCount()))
	}
	if has&hasDroppedLinks != 0 {
		dst = binary.AppendUvarint(dst, uint64(s.DroppedLinksCount()))
	}
	return dst
}

func appendEvents(dst []byte, start uint64, events ptrace.SpanEventSlice) []byte {
	dst = binary.AppendUvarint(dst, uint64(events.Len()))
	for _, e := range events.All() {
		dst = binary.AppendVarint(dst, int64(uint64(e.Timestamp())-start))
		dst = appendString(dst, e.Name())
		dst = AppendMap(dst, e.Attributes())
		dst = binary.AppendUvarint(dst, uint64(e.DroppedAttributesCount()))
	}
	return dst
}

func appendLinks(dst []byte, links ptrace.SpanLinkSlice) []byte {
	dst = binary.AppendUvarint(dst, uint64(links.Len()))
	for _, l := range links.All() {
		t, s := l.TraceID(), l.SpanID()
		dst = append(dst, t[:]...)
		dst = append(dst, s[:]...)
		dst = appendString(dst, l.TraceState().AsRaw())
		dst = AppendMap(dst, l.Attributes())
		dst = binary.AppendUvarint(dst, uint64(l.Flags()))
		dst = binary.AppendUvarint(dst, uint64(l.DroppedAttributesCount()))
	}
	return dst
}

// Extra reads into s what AppendExtra wrote.
func (r *Reader) Extra(start int64, s ptrace.Span) {
	if len(r.b) == 0 {
		return
	}
	has := r.take(1)[0]
	if has&hasTraceState != 0 {
		s.TraceState().FromRaw(r.str())
	}
	if has&hasEvents != 0 {
		r.events(uint64(start), s.Events())
	}
	if has&hasLinks != 0 {
		r.links(s.Links())
	}
	if has&hasDroppedAttributes != 0 {
		s.SetDroppedAttributesCount(uint32(r.uvarint()))
	}
	if has&hasDroppedEvents != 0 {
		s.SetDroppedEventsCount(uint32(r.uvarint()))
	}
	if has&hasDroppedLinks != 0 {
		s.SetDroppedLinksCount(uint32(r.uvarint()))
	}
}

func (r *Reader) events(start uint64, events ptrace.SpanEventSlice) {
	n := r.count(4)
	events.EnsureCapacity(n)
	for range n {
		e := events.AppendEmpty()
		e.SetTimestamp(pcommon.Timestamp(start + uint64(r.varint())))
		e.SetName(r.str())
		r.Map(e.Attributes())
		e.SetDroppedAttributesCount(uint32(r.uvarint()))
	}
}

func (r *Reader) links(links ptrace.SpanLinkSlice) {
	n := r.count(28)
	links.EnsureCapacity(n)
	for range n {
		l := links.AppendEmpty()
		var t pcommon.TraceID
		var s pcommon.SpanID
		copy(t[:], r.take(16))
		copy(s[:], r.take(8))
		l.SetTraceID(t)
		l.SetSpanID(s)
		l.TraceState().FromRaw(r.str())
		r.Map(l.Attributes())
		l.SetFlags(uint32(r.uvarint()))
		l.SetDroppedAttributesCount(uint32(r.uvarint()))
	}
}
