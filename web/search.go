package web

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// maxKey and maxValue are how long the sides of a condition may be.
const maxKey, maxValue = 256, 1024

// SearchSpans answers spans by the values of their attributes, as far as one
// call searches.
func (s *Server) SearchSpans(c echo.Context, in SearchSpansParams) error {
	p := s.params()
	q := store.SpanSearch{Tenant: tenant(c), Where: p.conditions(in.Where), Environment: p.text("environment", in.Environment, 256)}
	parts := append([]string{"spans", q.Tenant, q.Environment, deref(in.From), deref(in.To)}, in.Where...)
	hash := queryHash(parts...)
	pos := p.position(in.Cursor, hash)
	q.From, q.To = p.window(in.From, in.To)
	if q.To.Sub(q.From) > store.MaxSearchWindow {
		p.fail("from", "makes the window longer than 24 hours", "Search a day at a time, or look for a correlation value in the list of flows.")
	}
	q.After = p.found(pos)
	q.Limit = p.number("limit", in.Limit, defaultLimit, store.MaxFound)
	if err := p.err(); err != nil {
		return err
	}
	page, err := s.deps.Search.SearchSpans(c.Request().Context(), q)
	if err != nil {
		return err
	}
	flows, err := s.flowsOf(c, page.Spans)
	if err != nil {
		return err
	}
	out := FoundSpans{Spans: make([]FoundSpan, 0, len(page.Spans)), From: Time{q.From}, To: Time{q.To}, SearchedFrom: unixTime(page.From),
		Complete: page.Next == nil}
	for i := range page.Spans {
		f := &page.Spans[i]
		out.Spans = append(out.Spans, foundSpan(f, flows[f.Trace]))
	}
	if n := page.Next; n != nil {
		out.NextCursor = cursor{Query: hash, From: q.From.UnixNano(), To: q.To.UnixNano(), Time: n.Start, Rank: uint8(n.Kind),
			ID: hex.EncodeToString(append(n.Trace[:], n.IDs[:]...))}.encode()
	}
	return answer(c, out)
}

// conditions reads key=value.
func (p *params) conditions(raw []string) []store.Condition {
	const remedy = "Give key=value, as in where=order.id=ORD-1001."
	if len(raw) == 0 || len(raw) > store.MaxConditions {
		p.fail("where", fmt.Sprintf("is given %d times", len(raw)), fmt.Sprintf("Give it once to %d times; all conditions must be met.", store.MaxConditions))
		return nil
	}
	out := make([]store.Condition, 0, len(raw))
	for _, text := range raw {
		key, value, ok := strings.Cut(text, "=")
		key = p.text("where", &key, maxKey)
		switch {
		case !ok:
			p.fail("where", fmt.Sprintf("%.64q has no =", text), remedy)
		case key == "":
			p.fail("where", fmt.Sprintf("%.64q has no key", text), remedy)
		case len(value) > maxValue:
			p.fail("where", fmt.Sprintf("has a value of %d bytes, more than %d", len(value), maxValue), "Search for a shorter value.")
		case strings.ContainsRune(value, 0) || strings.ToValidUTF8(value, "") != value:
			p.fail("where", "has a value that is not valid text", "Send UTF-8 without zero bytes.")
		}
		out = append(out, store.Condition{Key: key, Value: value})
	}
	return out
}

// found is where the page before ended; nil on the first one.
func (p *params) found(c cursor) *store.SpanPosition {
	if p.cursor == nil {
		return nil
	}
	n := &store.SpanPosition{Start: c.Time, Kind: flow.SpanKind(c.Rank)}
	ids, err := hex.DecodeString(c.ID)
	if err != nil || len(ids) != len(n.Trace)+len(n.IDs) || c.Time < c.From || c.Time > c.To {
		p.fail("cursor", "is damaged", "Pass next_cursor as it came, or leave cursor out to start again.")
		return nil
	}
	copy(n.IDs[:], ids[copy(n.Trace[:], ids):])
	return n
}

// flowsOf is the flow of each trace that is in one flow only.
func (s *Server) flowsOf(c echo.Context, spans []store.FoundSpan) (map[flow.TraceID]*flow.FlowID, error) {
	flows := map[flow.TraceID]*flow.FlowID{}
	var ids []flow.TraceID
	for i := range spans {
		if _, seen := flows[spans[i].Trace]; !seen {
			flows[spans[i].Trace] = nil
			ids = append(ids, spans[i].Trace)
		}
	}
	if len(ids) == 0 {
		return flows, nil
	}
	segments, err := s.deps.Search.FlowsOfTraces(c.Request().Context(), tenant(c), ids)
	if err != nil {
		return nil, err
	}
	several := map[flow.TraceID]bool{}
	for i := range segments {
		g := &segments[i]
		if have := flows[g.Trace]; have != nil && *have != g.Flow {
			several[g.Trace] = true
		}
		flows[g.Trace] = &g.Flow
	}
	for id := range several {
		flows[id] = nil
	}
	return flows, nil
}

var places = []string{store.InSpan: "span", store.InResource: "resource", store.InField: "field"}

func foundSpan(f *store.FoundSpan, id *flow.FlowID) FoundSpan {
	out := FoundSpan{TraceID: f.Trace.String(), SpanID: f.Span.String(), Service: f.Service, Environment: f.Environment, Name: f.Name,
		SpanKind: f.Kind.String(), Start: unixTime(f.Start), DurationNs: f.Duration, Error: f.Status == flow.StatusError,
		Matched: make([]MatchedAttribute, len(f.Matched))}
	if id != nil {
		text := id.String()
		out.FlowID = &text
	}
	for i, m := range f.Matched {
		kind, value := valueOf(m.Value)
		out.Matched[i] = MatchedAttribute{Key: m.Key, Type: kind, Value: value, Place: places[m.Place]}
	}
	return out
}
