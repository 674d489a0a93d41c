package flow

import "slices"

// Span is the narrow form of a span: all that the joiner and the quick judge
// need, and what the feed carries. Its wide form is Facts. The joiner holds them by
// the hundred thousand, so that a span shares with others what it has in common
// with them, and nobody can change that.
type Span struct {
	ID, Parent SpanID
	Start      int64 // Unix ns
	Duration   int64 // ns
	Endpoint   uint64
	resource   *Resource // of which the feed knows environment and service; nil when nothing is known of it
	aside      *aside    // nil for a span that has nothing of it
	Kind       Kind
	Role       Role
	SpanKind   SpanKind
	Step       Step
	Flags      Flags
}

// aside is what few spans have, or many of one trace have in common.
type aside struct {
	keys      []Key
	links     []Link
	messageID uint64
	channel   uint64
	detail    *Detail // nil for a span about which there is nothing to say
}

var nothingAside aside

// more is what the span has aside, to be read only.
func (s *Span) more() *aside {
	if s.aside == nil {
		return &nothingAside
	}
	return s.aside
}

// Keys are the correlation values that the span carries.
func (s *Span) Keys() []Key { return s.more().keys }

// Links are the span's links to others.
func (s *Span) Links() []Link { return s.more().links }

// MessageID is the hash of the message that the span is about, 0 for none.
func (s *Span) MessageID() uint64 { return s.more().messageID }

// Channel is the hash of what the span's message passes through, 0 for none.
func (s *Span) Channel() uint64 { return s.more().channel }

// Detail is what judging needs of the span, nil when nothing looks wrong in it.
func (s *Span) Detail() *Detail { return s.more().detail }

// Environment is where the span's sender runs.
func (s *Span) Environment() string {
	if s.resource == nil {
		return ""
	}
	return s.resource.Environment
}

// Service is who sent the span.
func (s *Span) Service() string {
	if s.resource == nil {
		return ""
	}
	return s.resource.Service
}

// End is when the span ended, in Unix ns.
func (s *Span) End() int64 { return s.Start + s.Duration }

// TraceSpans are the spans of one trace that one committed batch holds.
type TraceSpans struct {
	Tenant string
	Trace  TraceID
	Spans  []Span
}

// Narrow keeps of the facts what joining needs. Keys and links are copied,
// because Facts are reused.
func (f *Facts) Narrow() Span {
	var alone Narrower
	return alone.Narrow(f)
}

// Narrower narrows the spans of a trace. Most of them carry the same keys, which
// are kept once.
type Narrower struct{ last *aside }

// Narrow is Facts.Narrow beside the spans before.
func (n *Narrower) Narrow(f *Facts) Span {
	return f.narrow(n.share(&aside{f.Keys, f.Links, f.MessageID, f.Channel, f.detail()}))
}

// share returns what is kept of what a span has aside, which stays the caller's.
func (n *Narrower) share(a *aside) *aside {
	if a.empty() {
		return nil
	}
	same := n.last != nil && slices.Equal(n.last.keys, a.keys)
	if same && a.onlyKeys() && n.last.onlyKeys() {
		return n.last
	}
	own := &aside{messageID: a.messageID, channel: a.channel, detail: a.detail}
	if len(a.links) > 0 {
		own.links = slices.Clip(slices.Clone(a.links))
	}
	switch {
	case len(a.keys) == 0:
		return own
	case same:
		own.keys = n.last.keys
	default:
		own.keys = slices.Clip(slices.Clone(a.keys))
	}
	if !same || own.onlyKeys() {
		n.last = own
	}
	return own
}

// value is that of the key which a span probably has at this place.
func (n *Narrower) value(i int) string {
	if n.last == nil || i >= len(n.last.keys) {
		return ""
	}
	return n.last.keys[i].Value
}

func (a *aside) empty() bool { return len(a.keys) == 0 && a.onlyKeys() }

func (a *aside) onlyKeys() bool {
	return len(a.links) == 0 && a.messageID == 0 && a.channel == 0 && a.detail == nil
}

func (f *Facts) narrow(a *aside) Span {
	return Span{
		ID: f.ID, Parent: f.Parent, Start: f.Start, Duration: f.Duration, Endpoint: f.EndpointID, resource: f.Resource, aside: a,
		Kind: f.Kind, Role: f.Role, SpanKind: f.SpanKind, Step: f.Step, Flags: f.Flags,
	}
}

// aside shares keys and links with the facts, and all of it with a span before
// that has the same keys and nothing else.
func (f *Facts) aside(before *aside) *aside {
	a := aside{keys: f.Keys, links: f.Links, messageID: f.MessageID, channel: f.Channel}
	switch {
	case a.empty():
		return nil
	case before != nil && before.onlyKeys() && a.onlyKeys() && sameKeys(before.keys, a.keys):
		return before
	}
	own := a
	return &own
}
