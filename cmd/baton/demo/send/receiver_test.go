package send

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// receiver is a real OTLP receiver that first gives the planned answers, then takes everything.
type receiver struct {
	ptraceotlp.UnimplementedGRPCServer

	mu       sync.Mutex
	answers  []codes.Code // for gRPC
	statuses []int        // for HTTP
	reject   int64        // spans to reject in a partial success
	calls    int
	spans    int
	tenant   string
	encoding string
	ctype    string
}

func (r *receiver) Export(ctx context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if len(r.answers) > 0 {
		code := r.answers[0]
		r.answers = r.answers[1:]
		s := status.New(code, "not now")
		if code == codes.ResourceExhausted {
			s, _ = s.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(time.Millisecond)})
		}
		return ptraceotlp.NewExportResponse(), s.Err()
	}
	md, _ := metadata.FromIncomingContext(ctx)
	r.tenant = strings.Join(md.Get("x-scope-orgid"), "")
	return r.accept(req), nil
}

func (r *receiver) accept(req ptraceotlp.ExportRequest) ptraceotlp.ExportResponse {
	r.spans += req.Traces().SpanCount()
	res := ptraceotlp.NewExportResponse()
	res.PartialSuccess().SetRejectedSpans(r.reject)
	return res
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if len(r.statuses) > 0 {
		code := r.statuses[0]
		r.statuses = r.statuses[1:]
		w.WriteHeader(code)
		return
	}
	r.tenant, r.encoding, r.ctype = req.Header.Get("X-Scope-OrgID"), req.Header.Get("Content-Encoding"), req.Header.Get("Content-Type")
	var body io.Reader = req.Body
	if r.encoding == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = z
	}
	raw, err := io.ReadAll(body)
	decoded := ptraceotlp.NewExportRequest()
	decode := decoded.UnmarshalProto
	if r.ctype == "application/json" {
		decode = decoded.UnmarshalJSON
	}
	if err == nil {
		err = decode(raw)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := r.accept(decoded)
	encode := answer.MarshalProto
	if r.ctype == "application/json" {
		encode = answer.MarshalJSON
	}
	out, err := encode()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", r.ctype)
	if _, err := w.Write(out); err != nil {
		return
	}
}

// serve starts the receiver for a protocol and answers its endpoint.
func (r *receiver) serve(t *testing.T, protocol string) string {
	t.Helper()
	if protocol != GRPC {
		s := httptest.NewServer(r)
		t.Cleanup(s.Close)
		return s.URL
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(s, r)
	var done sync.WaitGroup
	done.Go(func() {
		if err := s.Serve(l); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { s.Stop(); done.Wait() })
	return l.Addr().String()
}
