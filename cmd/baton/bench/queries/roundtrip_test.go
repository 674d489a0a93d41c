package queries

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/web"
)

// TestRoundTripIsChecked answers with what was sent, one field of which is changed.
func TestRoundTripIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*web.SpanDetail)
		wrong  string
	}{
		"right":            {func(*web.SpanDetail) {}, ""},
		"name":             {func(s *web.SpanDetail) { s.Name += "x" }, "name"},
		"kind":             {func(s *web.SpanDetail) { s.SpanKind = "unspecified" }, "kind"},
		"a nanosecond":     {func(s *web.SpanDetail) { s.DurationNs++ }, "duration"},
		"parent":           {func(s *web.SpanDetail) { s.ParentSpanID = &s.SpanID }, "parent"},
		"status":           {func(s *web.SpanDetail) { s.Status.Message += "x" }, "status"},
		"a type":           {func(s *web.SpanDetail) { s.Attributes[0].Type = "bytes" }, "attributes"},
		"a value":          {func(s *web.SpanDetail) { s.Attributes[0].Value = "x" }, "attributes"},
		"order":            {func(s *web.SpanDetail) { s.Attributes[0], s.Attributes[1] = s.Attributes[1], s.Attributes[0] }, "attributes"},
		"attribute lost":   {func(s *web.SpanDetail) { s.Attributes = s.Attributes[1:] }, "attributes"},
		"event made up":    {func(s *web.SpanDetail) { s.Events = append(s.Events, web.SpanEvent{Name: "x"}) }, "events"},
		"link made up":     {func(s *web.SpanDetail) { s.Links = append(s.Links, web.SpanLink{TraceID: "x"}) }, "links"},
		"another resource": {func(s *web.SpanDetail) { s.Resource.Attributes[0].Value = "x" }, "resource"},
		"another scope":    {func(s *web.SpanDetail) { s.Scope.Version = "" }, "scope"},
	} {
		t.Run(name, func(t *testing.T) {
			stored := map[string]web.SpanDetail{}
			s := setOf(t, 1, func(w http.ResponseWriter, r *http.Request) {
				span := stored[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
				answer(t, w, span)
			})
			sent, err := s.Corpus.Sent(0)
			require.NoError(t, err)
			for _, rs := range sent.ResourceSpans().All() {
				for _, ss := range rs.ScopeSpans().All() {
					for _, span := range ss.Spans().All() {
						parent := span.ParentSpanID().String()
						d := web.SpanDetail{TraceID: span.TraceID().String(), SpanID: span.SpanID().String(), ParentSpanID: &parent, Name: span.Name(),
							SpanKind: kindNames[span.Kind()], Start: web.Time{Time: span.StartTimestamp().AsTime()},
							DurationNs: int64(span.EndTimestamp() - span.StartTimestamp()), Attributes: attributes(t, span.Attributes()),
							Status:   web.SpanStatus{Code: statusNames[span.Status().Code()], Message: span.Status().Message()},
							Resource: web.Resource{Attributes: attributes(t, rs.Resource().Attributes())},
							Scope:    web.Scope{Name: ss.Scope().Name(), Version: ss.Scope().Version()}}
						for _, e := range span.Events().All() {
							d.Events = append(d.Events, web.SpanEvent{Name: e.Name(), Time: web.Time{Time: e.Timestamp().AsTime()}, Attributes: attributes(t, e.Attributes())})
						}
						for _, l := range span.Links().All() {
							d.Links = append(d.Links, web.SpanLink{TraceID: l.TraceID().String(), SpanID: l.SpanID().String(), Attributes: attributes(t, l.Attributes())})
						}
						tt.change(&d)
						stored[d.SpanID] = d
					}
				}
			}
			got, err := s.RoundTrip(t.Context(), 1)
			require.NoError(t, err)
			require.Equal(t, sent.SpanCount(), got.Spans)
			if tt.wrong == "" {
				require.Zero(t, got.Wrong, got.FirstWrong)
				return
			}
			require.Positive(t, got.Wrong)
			require.Contains(t, got.FirstWrong, ": "+tt.wrong+": ")
		})
	}
}

// attributes shows a map as the API does.
func attributes(t *testing.T, m pcommon.Map) (out []web.Attribute) {
	t.Helper()
	for _, a := range shown(m) {
		var made web.Attribute
		parts := a.([]any)
		b, err := json.Marshal(map[string]any{"key": parts[0], "type": parts[1], "value": parts[2]})
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &made))
		out = append(out, made)
	}
	return out
}
