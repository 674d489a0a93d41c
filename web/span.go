package web

import (
	"errors"
	"slices"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// GetSpan answers everything known about one span.
func (s *Server) GetSpan(c echo.Context, traceID TraceIDParam, spanID string, in GetSpanParams) error {
	p := s.params()
	trace, span := p.traceID(traceID), p.spanID(spanID)
	kind := p.oneOf("span_kind", in.SpanKind, "", "internal", "server", "client", "producer", "consumer")
	if err := p.err(); err != nil {
		return err
	}
	found, err := s.deps.Spans.Span(c.Request().Context(), tenant(c), trace, span)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	r := choose(found, kind)
	if r == nil {
		return notFound("span_id", "There is no such span in trace "+trace.String()+".", "It may not have arrived yet, or its retention is over.")
	}
	return answer(c, spanDetail(r, newDirectory(s.deps.Owners.Current(), nil)))
}

// choose picks the span of the kind that was asked for, else the side that
// took something up, which is the one that did the work.
func choose(found []SpanRecord, kind string) *SpanRecord {
	var best *SpanRecord
	for i := range found {
		r := &found[i]
		k := r.Facts.SpanKind
		if kind != "" {
			if k.String() == kind {
				return r
			}
			continue
		}
		if best == nil || k == flow.KindServer || k == flow.KindConsumer {
			best = r
		}
	}
	return best
}

func spanDetail(r *SpanRecord, d *directory) SpanDetail {
	f := r.Facts
	out := SpanDetail{
		TraceID: f.Trace.String(), SpanID: f.ID.String(), Name: f.Name, SpanKind: f.SpanKind.String(), Start: unixTime(f.Start),
		DurationNs: f.Duration, Status: SpanStatus{Code: f.Status.String(), Message: f.Message}, TraceState: r.Span.TraceState().AsRaw(),
		Attributes: attributesOf(r.Span.Attributes()), Events: eventsOf(r.Span.Events(), f.Start), Links: linksOf(r.Span.Links()),
		Resource:     Resource{Attributes: attributesOf(r.Resource.Attributes())},
		Scope:        Scope{Name: r.Scope.Name(), Version: r.Scope.Version(), Attributes: attributesOf(r.Scope.Attributes())},
		Correlations: keysOf(f.Keys),
		Classification: Classification{Kind: f.Kind.String(), System: f.System, Operation: f.Operation, Destination: f.Destination,
			Role: f.Role.String(), Rule: f.Rule},
		Owner: Owner{Source: "none", Detail: "the span touches no endpoint"},
	}
	if !f.Parent.IsZero() {
		parent := f.Parent.String()
		out.ParentSpanID = &parent
	}
	if f.Resource != nil {
		out.Service, out.Namespace, out.Environment = f.Resource.Service, f.Resource.Namespace, f.Resource.Environment
	}
	if f.EndpointID != 0 {
		out.Classification.EndpointID = flow.FormatEndpointID(f.EndpointID)
		d.know(f.EndpointID, &f.Endpoint)
		o := d.owner(f.EndpointID)
		out.Owner = Owner{Team: orNil(o.Team), TeamName: d.name(o.Team), Source: o.Source, Detail: o.Why}
	}
	return out
}

func eventsOf(events ptrace.SpanEventSlice, start int64) []SpanEvent {
	out := make([]SpanEvent, 0, events.Len())
	for _, e := range events.All() {
		at := int64(e.Timestamp())
		out = append(out, SpanEvent{Name: e.Name(), Time: unixTime(at), OffsetNs: at - start, Attributes: attributesOf(e.Attributes())})
	}
	slices.SortStableFunc(out, func(a, b SpanEvent) int { return a.Time.Compare(b.Time.Time) })
	return out
}

func linksOf(links ptrace.SpanLinkSlice) []SpanLink {
	out := make([]SpanLink, 0, links.Len())
	for _, l := range links.All() {
		out = append(out, SpanLink{TraceID: l.TraceID().String(), SpanID: l.SpanID().String(), Attributes: attributesOf(l.Attributes())})
	}
	return out
}

func keysOf(keys []flow.Key) []Correlation {
	out := make([]Correlation, len(keys))
	for i, k := range keys {
		out[i] = Correlation{Key: k.Name, Value: k.Value}
	}
	return out
}
