package e2e

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	jaeger "github.com/jaegertracing/jaeger-idl/model/v1"
	api "github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// TestReceivers: a configuration of one's own brings Zipkin and Jaeger in.
func TestReceivers(t *testing.T) {
	b := install(t)
	zipkin, jaegerGRPC := freeAddress(t), freeAddress(t)
	b.args = []string{"--config", configFile(t, strings.NewReplacer(
		"receivers:\n", "receivers:\n  zipkin: {endpoint: \""+zipkin+"\"}\n  jaeger: {protocols: {grpc: {endpoint: \""+jaegerGRPC+"\"}}}\n",
		"receivers: [otlp]", "receivers: [otlp, zipkin, jaeger]"))}
	b.start()
	t.Run("zipkin", func(t *testing.T) { sendZipkin(t, b, zipkin) })
	t.Run("jaeger", func(t *testing.T) { sendJaeger(t, b, jaegerGRPC) })
	b.stop()
}

// configFile is the embedded configuration, changed.
func configFile(t *testing.T, change *strings.Replacer) string {
	t.Helper()
	embedded, err := os.ReadFile("../../../collector/default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := change.Replace(string(embedded))
	if changed == string(embedded) {
		t.Fatal("the change changes nothing")
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sendZipkin sends a call as Zipkin does: both of its sides with the same id.
func sendZipkin(t *testing.T, b *baton, address string) {
	trace, span := newTraceID(), newSpanID()
	now := time.Now().Add(-time.Second).UnixMicro()
	side := func(kind, service string) string {
		return strings.NewReplacer("TRACE", trace.String(), "SPAN", span.String(), "KIND", kind, "SERVICE", service, "NOW", strconv.FormatInt(now, 10)).Replace(
			`{"traceId": "TRACE", "id": "SPAN", "kind": "KIND", "name": "get /stock", "timestamp": NOW, "duration": 2000,
			  "localEndpoint": {"serviceName": "SERVICE"}, "tags": {"http.method": "GET", "http.path": "/stock"}}`)
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/api/v2/spans", strings.NewReader("["+side("CLIENT", "shop")+","+side("SERVER", "stock")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if r, err := do(req); err != nil || r.status != http.StatusAccepted {
		t.Fatalf("zipkin: %v, %v", r, err)
	}
	b.awaitSpans(trace, 2)
	got := b.span(trace, span)
	if got.Service != "stock" || got.SpanKind != "server" || got.DurationNs != 2_000_000 {
		t.Errorf("got %+v, want the server's side", got)
	}
}

func sendJaeger(t *testing.T, b *baton, address string) {
	trace, id := newTraceID(), newSpanID()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var traceID jaeger.TraceID
	var spanID jaeger.SpanID
	if err := traceID.Unmarshal(trace[:]); err != nil {
		t.Fatal(err)
	}
	if err := spanID.Unmarshal(id[:]); err != nil {
		t.Fatal(err)
	}
	span := &jaeger.Span{TraceID: traceID, SpanID: spanID, OperationName: "reserve", StartTime: time.Now().Add(-time.Second), Duration: 3 * time.Millisecond,
		Tags: []jaeger.KeyValue{jaeger.String("span.kind", "server"), jaeger.Int64("items", 7), jaeger.Bool("error", true)}, Process: &jaeger.Process{ServiceName: "stock"}}
	_, err = api.NewCollectorServiceClient(conn).PostSpans(ctx, &api.PostSpansRequest{Batch: jaeger.Batch{Spans: []*jaeger.Span{span}, Process: span.Process}})
	if err != nil {
		t.Fatal(err)
	}
	b.awaitSpans(trace, 1)
	got := b.span(trace, id)
	if got.Service != "stock" || got.Name != "reserve" || got.Status.Code != "error" || got.DurationNs != 3_000_000 {
		t.Errorf("got %+v", got)
	}
	for _, a := range got.Attributes {
		if a.Key == "items" && (a.Type != "int" || a.Value != "7") {
			t.Errorf("attribute %+v, want the int 7", a)
		}
	}
}
