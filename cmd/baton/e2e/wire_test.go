package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

type (
	apiAttribute struct {
		Key, Type string
		Value     any
	}
	apiSpan struct {
		TraceID    string `json:"trace_id"`
		Name       string
		SpanKind   string `json:"span_kind"`
		DurationNs int64  `json:"duration_ns"`
		Service    string
		Status     struct{ Code, Message string }
		Attributes []apiAttribute
		Events     []struct {
			Name       string
			Attributes []apiAttribute
		}
		Links []struct {
			TraceID string `json:"trace_id"`
			SpanID  string `json:"span_id"`
		}
	}
)

func (b *baton) span(trace pcommon.TraceID, span pcommon.SpanID) apiSpan {
	b.t.Helper()
	var s apiSpan
	eventually(b.t, 0, "the span's page", func() error {
		return b.get("/api/v1/traces/"+trace.String()+"/spans/"+span.String(), &s)
	})
	return s
}

// everyType puts an attribute of every type of OTLP, at the edges of what they hold.
func everyType(m pcommon.Map) {
	m.PutStr("text", "Überweisung an \"Müller & Söhne\"\n\t\x00 € 😀")
	m.PutStr("text.empty", "")
	m.PutStr("text.like.a.number", "0012")
	m.PutInt("int.most", math.MaxInt64)
	m.PutInt("int.least", math.MinInt64)
	m.PutDouble("double", -0.1)
	m.PutDouble("double.whole", 3)
	m.PutBool("yes", true)
	m.PutBool("no", false)
	m.PutEmptyBytes("bytes").FromRaw([]byte{0, 1, 254, 255})
	m.PutEmpty("empty")
	list := m.PutEmptySlice("list")
	list.AppendEmpty().SetStr("a")
	list.AppendEmpty().SetInt(1)
	list.AppendEmpty().SetEmptySlice().AppendEmpty().SetBool(true)
	inner := m.PutEmptyMap("map")
	inner.PutInt("one", 1)
	inner.PutEmptyMap("deeper").PutStr("key", "value")
}

// everyTypeShown is how the API's contract shows them.
const everyTypeShown = `[
	{"key": "text", "type": "string", "value": "Überweisung an \"Müller & Söhne\"\n\t\u0000 € 😀"},
	{"key": "text.empty", "type": "string", "value": ""},
	{"key": "text.like.a.number", "type": "string", "value": "0012"},
	{"key": "int.most", "type": "int", "value": "9223372036854775807"},
	{"key": "int.least", "type": "int", "value": "-9223372036854775808"},
	{"key": "double", "type": "double", "value": -0.1},
	{"key": "double.whole", "type": "double", "value": 3},
	{"key": "yes", "type": "bool", "value": true},
	{"key": "no", "type": "bool", "value": false},
	{"key": "bytes", "type": "bytes", "value": "AAH+/w=="},
	{"key": "empty", "type": "empty", "value": null},
	{"key": "list", "type": "array", "value": [{"type": "string", "value": "a"}, {"type": "int", "value": "1"},
		{"type": "array", "value": [{"type": "bool", "value": true}]}]},
	{"key": "map", "type": "map", "value": [{"key": "one", "type": "int", "value": "1"},
		{"key": "deeper", "type": "map", "value": [{"key": "key", "type": "string", "value": "value"}]}]}]`

// TestWire: whatever the protocol, a span is found by its trace id with everything that was sent, types included.
func TestWire(t *testing.T) {
	b := serve(t)
	post := func(contentType string, encode func(ptraceotlp.ExportRequest) ([]byte, error), gzipped bool) func(*testing.T, ptrace.Traces) error {
		return func(t *testing.T, td ptrace.Traces) error {
			body, err := encode(ptraceotlp.NewExportRequestFromTraces(td))
			if err != nil {
				return err
			}
			var headers []string
			if gzipped {
				body, headers = zip(t, body), []string{"Content-Encoding", "gzip"}
			}
			r, err := b.post(body, contentType, headers...)
			if err == nil && (r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), contentType)) {
				err = fmt.Errorf("%v as %s", r, r.header.Get("Content-Type"))
			}
			return err
		}
	}
	ways := map[string]func(*testing.T, ptrace.Traces) error{
		"gRPC":               func(_ *testing.T, td ptrace.Traces) error { return b.exportGRPC(td, false) },
		"gRPC gzip":          func(_ *testing.T, td ptrace.Traces) error { return b.exportGRPC(td, true) },
		"HTTP protobuf":      post("application/x-protobuf", ptraceotlp.ExportRequest.MarshalProto, false),
		"HTTP protobuf gzip": post("application/x-protobuf", ptraceotlp.ExportRequest.MarshalProto, true),
		"HTTP JSON":          post("application/json", ptraceotlp.ExportRequest.MarshalJSON, false),
		"HTTP JSON gzip":     post("application/json", ptraceotlp.ExportRequest.MarshalJSON, true),
	}
	var want []apiAttribute
	if err := json.Unmarshal([]byte(everyTypeShown), &want); err != nil {
		t.Fatal(err)
	}
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			trace, linked := newTraceID(), newTraceID()
			td, spans := newTrace("wire")
			s := addSpan(spans, trace, "GET /wire")
			s.Status().SetCode(ptrace.StatusCodeError)
			s.Status().SetMessage("it broke")
			everyType(s.Attributes())
			event := s.Events().AppendEmpty()
			event.SetName("exception")
			everyType(event.Attributes())
			link := s.Links().AppendEmpty()
			link.SetTraceID(linked)
			link.SetSpanID(s.SpanID())
			if err := send(t, td); err != nil {
				t.Fatal(err)
			}
			b.awaitSpans(trace, 1)
			got := b.span(trace, s.SpanID())
			if got.Name != "GET /wire" || got.SpanKind != "server" || got.Service != "wire" || got.Status.Code != "error" || got.Status.Message != "it broke" ||
				got.DurationNs != int64(s.EndTimestamp()-s.StartTimestamp()) {
				t.Errorf("got %+v", got)
			}
			sameAttributes(t, got.Attributes, want)
			if len(got.Events) != 1 || got.Events[0].Name != "exception" {
				t.Fatalf("events %+v", got.Events)
			}
			sameAttributes(t, got.Events[0].Attributes, want)
			if len(got.Links) != 1 || got.Links[0].TraceID != linked.String() || got.Links[0].SpanID != s.SpanID().String() {
				t.Errorf("links %+v", got.Links)
			}
		})
	}
	b.stop()
}

func sameAttributes(t *testing.T, got, want []apiAttribute) {
	t.Helper()
	for _, w := range want {
		i := slices.IndexFunc(got, func(g apiAttribute) bool { return g.Key == w.Key })
		if i < 0 {
			t.Errorf("attribute %s is missing", w.Key)
		} else if !reflect.DeepEqual(got[i], w) {
			t.Errorf("attribute %#v, want %#v", got[i], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d attributes, want %d", len(got), len(want))
	}
}
