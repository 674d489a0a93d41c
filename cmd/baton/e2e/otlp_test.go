package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func newTraceID() (id pcommon.TraceID) { _, _ = rand.Read(id[:]); return id }

func newSpanID() (id pcommon.SpanID) { _, _ = rand.Read(id[:]); return id }

// newTrace is a request of one service with no spans yet.
func newTrace(service string) (ptrace.Traces, ptrace.SpanSlice) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	return td, rs.ScopeSpans().AppendEmpty().Spans()
}

// addSpan appends a plain server span of now.
func addSpan(spans ptrace.SpanSlice, trace pcommon.TraceID, name string) ptrace.Span {
	s := spans.AppendEmpty()
	s.SetTraceID(trace)
	s.SetSpanID(newSpanID())
	s.SetName(name)
	s.SetKind(ptrace.SpanKindServer)
	now := time.Now()
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-20 * time.Millisecond)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
	return s
}

// exportGRPC sends a request over gRPC. Headers are pairs of names and values.
func (b *baton) exportGRPC(td ptrace.Traces, gzipped bool, headers ...string) error {
	b.t.Helper()
	conn, err := grpc.NewClient(b.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, headers...)
	var options []grpc.CallOption
	if gzipped {
		options = append(options, grpc.UseCompressor("gzip"))
	}
	res, err := ptraceotlp.NewGRPCClient(conn).Export(ctx, ptraceotlp.NewExportRequestFromTraces(td), options...)
	if err == nil && res.PartialSuccess().RejectedSpans() != 0 {
		return fmt.Errorf("%d spans rejected: %s", res.PartialSuccess().RejectedSpans(), res.PartialSuccess().ErrorMessage())
	}
	return err
}

// reply is an answer of an HTTP listener.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) String() string { return fmt.Sprintf("%d %.300q", r.status, r.body) }

// post sends a body to the OTLP listener for HTTP.
func (b *baton) post(body []byte, contentType string, headers ...string) (reply, error) {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+b.http+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return do(req)
}

func do(req *http.Request) (reply, error) {
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return reply{res.StatusCode, res.Header, body}, err
}

// mustPost sends a request as protobuf and demands a plain success.
func (b *baton) mustPost(td ptrace.Traces, headers ...string) {
	b.t.Helper()
	r, err := b.post(proto(b.t, td), "application/x-protobuf", headers...)
	if err != nil || r.status != http.StatusOK {
		b.t.Fatalf("export: %v, %v", r, err)
	}
}

func proto(t *testing.T, td ptrace.Traces) []byte {
	t.Helper()
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func zip(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// refusal is a gRPC error's code, and the time to retry that it names.
func refusal(err error) (codes.Code, time.Duration) {
	s := status.Convert(err)
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.RetryInfo); ok {
			return s.Code(), info.GetRetryDelay().AsDuration()
		}
	}
	return s.Code(), 0
}

// awaitSpans waits until a trace has so many spans.
func (b *baton) awaitSpans(trace pcommon.TraceID, n int) apiSpans {
	b.t.Helper()
	var got apiSpans
	eventually(b.t, 30*time.Second, fmt.Sprintf("trace %s has %d spans", trace, n), func() error {
		var err error
		if got, err = b.trace(trace.String()); err != nil {
			return err
		}
		if got.SpanCount != n {
			return fmt.Errorf("it has %d", got.SpanCount)
		}
		return nil
	})
	return got
}
