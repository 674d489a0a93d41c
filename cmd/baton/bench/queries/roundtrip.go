package queries

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/web"
)

// RoundTrip is how many stored spans were compared with what was sent.
type RoundTrip struct {
	Spans      int    `json:"spans"`
	Wrong      int    `json:"wrong"`
	FirstWrong string `json:"first_wrong,omitempty"`
}

// RoundTrip reads so many spans back, of whole flows, failed ones among them, and compares every field.
func (s *Set) RoundTrip(ctx context.Context, spans int) (out RoundTrip, err error) {
	r := rand.New(rand.NewPCG(s.Seed, 11))
	for turn := 0; out.Spans < spans; turn++ {
		n := r.Int64N(s.Flows)
		for k := 0; turn%3 == 0 && k < 1000 && !s.Corpus.Failed(n); k++ { // every third is one with events and a status
			n = r.Int64N(s.Flows)
		}
		sent, err := s.Corpus.Sent(n)
		if err != nil {
			return out, fmt.Errorf("flow %d: %w", n, err)
		}
		for _, rs := range sent.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					out.Spans++
					var got web.SpanDetail
					err := s.API.Get(ctx, "/api/v1/traces/"+span.TraceID().String()+"/spans/"+span.SpanID().String(), &got)
					if ctx.Err() != nil {
						return out, context.Cause(ctx)
					}
					if err == nil {
						err = different(&got, rs, ss, span)
					}
					if err != nil {
						if out.Wrong++; out.Wrong == 1 {
							out.FirstWrong = fmt.Sprintf("span %s of flow %d: %v", span.SpanID(), n, err)
						}
					}
				}
			}
		}
	}
	return out, nil
}

var kindNames = []string{"unspecified", "internal", "server", "client", "producer", "consumer"}

var statusNames = []string{"unset", "ok", "error"}

// different is the first field of the answer that is not as sent.
func different(got *web.SpanDetail, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, sent ptrace.Span) error {
	parent := ""
	if got.ParentSpanID != nil {
		parent = *got.ParentSpanID
	}
	var events, links []any
	for _, e := range got.Events {
		events = append(events, []any{e.Name, e.Time.UnixNano(), plain(e.Attributes)})
	}
	for _, l := range got.Links {
		links = append(links, []any{l.TraceID, l.SpanID, plain(l.Attributes)})
	}
	var sentEvents, sentLinks []any
	for _, e := range sent.Events().All() {
		sentEvents = append(sentEvents, []any{e.Name(), int64(e.Timestamp()), shown(e.Attributes())})
	}
	for _, l := range sent.Links().All() {
		sentLinks = append(sentLinks, []any{l.TraceID().String(), l.SpanID().String(), shown(l.Attributes())})
	}
	for _, f := range []struct {
		name      string
		got, sent any
	}{
		{"trace id", got.TraceID, sent.TraceID().String()},
		{"span id", got.SpanID, sent.SpanID().String()},
		{"parent", parent, sent.ParentSpanID().String()},
		{"name", got.Name, sent.Name()},
		{"kind", got.SpanKind, kindNames[sent.Kind()]},
		{"start", got.Start.UnixNano(), int64(sent.StartTimestamp())},
		{"duration", got.DurationNs, int64(sent.EndTimestamp() - sent.StartTimestamp())},
		{"status", got.Status.Code + " " + got.Status.Message, statusNames[sent.Status().Code()] + " " + sent.Status().Message()},
		{"trace state", got.TraceState, sent.TraceState().AsRaw()},
		{"attributes", plain(got.Attributes), shown(sent.Attributes())},
		{"events", events, sentEvents},
		{"links", links, sentLinks},
		{"resource", plain(got.Resource.Attributes), shown(rs.Resource().Attributes())},
		{"scope", got.Scope.Name + " " + got.Scope.Version, ss.Scope().Name() + " " + ss.Scope().Version()},
	} {
		if !reflect.DeepEqual(f.got, f.sent) {
			return fmt.Errorf("%s: got %v, sent %v", f.name, f.got, f.sent)
		}
	}
	return nil
}

// plain is the attributes of an answer in order, key, type and value.
func plain(attributes []web.Attribute) []any {
	out := []any{}
	for _, a := range attributes {
		out = append(out, []any{a.Key, a.Type, a.Value})
	}
	return out
}

// shown is how the API's contract shows attributes, once through JSON.
func shown(m pcommon.Map) []any {
	out := []any{}
	for k, v := range m.All() {
		typ, value := show(v)
		out = append(out, []any{k, typ, value})
	}
	return out
}

func show(v pcommon.Value) (typ string, value any) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return "string", v.Str()
	case pcommon.ValueTypeInt:
		return "int", strconv.FormatInt(v.Int(), 10)
	case pcommon.ValueTypeDouble:
		return "double", v.Double() // the corpus has none that JSON cannot hold
	case pcommon.ValueTypeBool:
		return "bool", v.Bool()
	case pcommon.ValueTypeBytes:
		return "bytes", base64.StdEncoding.EncodeToString(v.Bytes().AsRaw())
	case pcommon.ValueTypeSlice:
		items := []any{}
		for _, item := range v.Slice().All() {
			t, value := show(item)
			items = append(items, map[string]any{"type": t, "value": value})
		}
		return "array", items
	case pcommon.ValueTypeMap:
		items := []any{}
		for k, item := range v.Map().All() {
			t, value := show(item)
			items = append(items, map[string]any{"key": k, "type": t, "value": value})
		}
		return "map", items
	}
	return "empty", nil
}
