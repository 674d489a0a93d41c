package flow

import "slices"

// Span is the narrow form of a span: all that the joiner and the quick judge
// need, and what the feed carries. Its wide form is Facts.
type Span struct {
	ID, Parent  SpanID
	Start       int64 // Unix ns
	Duration    int64 // ns
	Endpoint    uint64
	MessageID   uint64
	Channel     uint64
	Environment string
	Service     string
	Kind        Kind
	Role        Role
	SpanKind    SpanKind
	Step        Step
	Flags       Flags
	Keys        []Key
	Links       []Link
	Detail      *Detail // nil for a span about which there is nothing to say
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
func (f *Facts) Narrow() Span { return f.NarrowBeside(nil) }

// NarrowBeside is Narrow of a span beside another one with these keys, which most
// spans of a trace have in common: they are kept once, and nobody may change them.
func (f *Facts) NarrowBeside(keys []Key) Span {
	s := f.narrow()
	s.Keys, s.Links = nil, nil
	switch {
	case len(f.Keys) == 0:
	case slices.Equal(keys, f.Keys):
		s.Keys = keys
	default:
		s.Keys = slices.Clip(slices.Clone(f.Keys))
	}
	if len(f.Links) > 0 {
		s.Links = append([]Link(nil), f.Links...)
	}
	s.Detail = f.detail()
	return s
}

// narrow shares keys and links with the facts.
func (f *Facts) narrow() Span {
	s := Span{
		ID: f.ID, Parent: f.Parent, Start: f.Start, Duration: f.Duration,
		Endpoint: f.EndpointID, MessageID: f.MessageID, Channel: f.Channel, Kind: f.Kind, Role: f.Role,
		SpanKind: f.SpanKind, Step: f.Step, Flags: f.Flags, Keys: f.Keys, Links: f.Links,
	}
	if f.Resource != nil {
		s.Environment, s.Service = f.Resource.Environment, f.Resource.Service
	}
	return s
}
