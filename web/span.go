package web

import (
	"slices"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/collector/pdata/pcommon"
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
	td, err := s.deps.Spans.ReadSpan(c.Request().Context(), tenant(c), trace, span)
	if err != nil {
		return err
	}
	r := choose(s.deps.Extractor, tenant(c), td, span, kind)
	if r == nil {
		return notFound("span_id", "There is no such span in trace "+trace.String()+".", "It may not have arrived yet, or its retention is over.")
	}
	return answer(c, spanDetail(r, newDirectory(s.deps.Owners.Current(), nil)))
}

// spanRecord is a span as it was sent, and what Baton reads from it.
type spanRecord struct {
	facts    flow.Facts
	resource pcommon.Resource
	scope    pcommon.InstrumentationScope
	span     ptrace.Span
}

// choose picks the span of the kind that was asked for, else the side that
// took something up, which is the one that did the work.
func choose(x *flow.Extractor, tenant string, td ptrace.Traces, id flow.SpanID, kind string) *spanRecord {
	var best *spanRecord
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				k := flow.SpanKind(sp.Kind())
				if flow.SpanID(sp.SpanID()) != id || kind != "" && k.String() != kind {
					continue
				}
				if best == nil || k == flow.KindServer || k == flow.KindConsumer {
					best = &spanRecord{resource: rs.Resource(), scope: ss.Scope(), span: sp}
				}
			}
		}
	}
	if best != nil {
		x.Span(x.Resource(tenant, best.resource), best.scope.Name(), best.span, &best.facts)
	}
	return best
}

func spanDetail(r *spanRecord, d *directory) SpanDetail {
	f := &r.facts
	out := SpanDetail{
		TraceID: f.Trace.String(), SpanID: f.ID.String(), Name: f.Name, SpanKind: f.SpanKind.String(), Start: unixTime(f.Start),
		DurationNs: f.Duration, Status: SpanStatus{Code: f.Status.String(), Message: f.Message}, TraceState: r.span.TraceState().AsRaw(),
		Attributes: attributesOf(r.span.Attributes()), Events: eventsOf(r.span.Events(), f.Start), Links: linksOf(r.span.Links()),
		Resource:     Resource{Attributes: attributesOf(r.resource.Attributes())},
		Scope:        Scope{Name: r.scope.Name(), Version: r.scope.Version(), Attributes: attributesOf(r.scope.Attributes())},
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
