package send

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc/codes"
)

func request(t *testing.T, spans int) []byte {
	t.Helper()
	traces := ptrace.NewTraces()
	ss := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	for range spans {
		ss.Spans().AppendEmpty().SetName("step")
	}
	b, err := ptraceotlp.NewExportRequestFromTraces(traces).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sender(t *testing.T, c Config) *Sender {
	t.Helper()
	c.FirstPause, c.LongestPause = time.Millisecond, 4*time.Millisecond
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSend(t *testing.T) {
	for _, tt := range []struct {
		name     string
		protocol string
		gzip     bool
		ctype    string
	}{
		{"grpc", GRPC, false, ""},
		{"grpc gzip", GRPC, true, ""},
		{"http protobuf", HTTPProtobuf, false, "application/x-protobuf"},
		{"http protobuf gzip", HTTPProtobuf, true, "application/x-protobuf"},
		{"http json", HTTPJSON, false, "application/json"},
		{"http json gzip", HTTPJSON, true, "application/json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &receiver{
				answers:  []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded},
				statuses: []int{429, 503, 502, 504},
			}
			want := 4
			if tt.protocol != GRPC {
				want = 5
			}
			s := sender(t, Config{Endpoint: r.serve(t, tt.protocol), Protocol: tt.protocol, Gzip: tt.gzip, Headers: map[string]string{"x-scope-orgid": "shop-a"}})
			if err := s.Send(t.Context(), request(t, 3)); err != nil {
				t.Fatal(err)
			}
			if r.spans != 3 || r.calls != want || r.tenant != "shop-a" || r.ctype != tt.ctype {
				t.Errorf("received %d spans in %d calls from %q as %q, want 3 in %d", r.spans, r.calls, r.tenant, r.ctype, want)
			}
			if tt.protocol != GRPC && tt.gzip != (r.encoding == "gzip") {
				t.Errorf("content encoding %q", r.encoding)
			}
			if s.Retries() != int64(want-1) {
				t.Errorf("%d retries, want %d", s.Retries(), want-1)
			}
		})
	}
}

func TestRefusedForGood(t *testing.T) {
	for _, tt := range []struct {
		name     string
		protocol string
		r        *receiver
	}{
		{"grpc invalid", GRPC, &receiver{answers: []codes.Code{codes.InvalidArgument}}},
		{"grpc unauthenticated", GRPC, &receiver{answers: []codes.Code{codes.Unauthenticated}}},
		{"http bad request", HTTPProtobuf, &receiver{statuses: []int{400}}},
		{"http internal error", HTTPProtobuf, &receiver{statuses: []int{500}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := sender(t, Config{Endpoint: tt.r.serve(t, tt.protocol), Protocol: tt.protocol})
			if err := s.Send(t.Context(), request(t, 1)); err == nil || errors.Is(err, ErrRejected) {
				t.Errorf("error %v, want the receiver's refusal", err)
			}
			if tt.r.calls != 1 {
				t.Errorf("%d calls, want one", tt.r.calls)
			}
		})
	}
}

func TestPartialSuccess(t *testing.T) {
	for _, protocol := range []string{GRPC, HTTPProtobuf, HTTPJSON} {
		r := &receiver{reject: 2}
		s := sender(t, Config{Endpoint: r.serve(t, protocol), Protocol: protocol})
		if err := s.Send(t.Context(), request(t, 5)); !errors.Is(err, ErrRejected) {
			t.Errorf("%s: error %v, want %v", protocol, err, ErrRejected)
		}
	}
}

func TestStopWhileRetrying(t *testing.T) {
	for _, protocol := range []string{GRPC, HTTPProtobuf} {
		s := sender(t, Config{Endpoint: "127.0.0.1:1", Protocol: protocol}) // nobody listens on port 1
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Send(ctx, request(t, 1)) }()
		for s.Retries() < 2 {
			time.Sleep(time.Millisecond)
		}
		cancel()
		if err := <-done; err == nil {
			t.Errorf("%s: sent to nobody", protocol)
		}
	}
}

func TestUnknownProtocol(t *testing.T) {
	if _, err := New(Config{Protocol: "udp"}); err == nil {
		t.Error("accepted")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "-1": 0, "soon": 0,
		now.Add(7 * time.Second).Format(http.TimeFormat): 7 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):      0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
