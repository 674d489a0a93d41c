package replay

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/cmd/baton/demo/send"
)

// receiver is a real OTLP receiver that is busy for the first requests.
type receiver struct {
	ptraceotlp.UnimplementedGRPCServer
	mu          sync.Mutex
	busy, spans int
	code        codes.Code
	wait        time.Duration
	first, done time.Time
}

func (r *receiver) take(spans int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first.IsZero() {
		r.first = time.Now()
	}
	if r.busy > 0 {
		r.busy--
		s := status.New(r.code, "the log is full")
		if r.wait > 0 {
			s, _ = s.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(r.wait)})
		}
		return s.Err()
	}
	r.spans += spans
	r.done = time.Now()
	return nil
}

func (r *receiver) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	return ptraceotlp.NewExportResponse(), r.take(req.Traces().SpanCount())
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	b, _ := io.ReadAll(req.Body)
	in := ptraceotlp.NewExportRequest()
	if err := in.UnmarshalProto(b); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := r.take(in.Traces().SpanCount()); err != nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, err.Error(), http.StatusTooManyRequests)
	}
}

func (r *receiver) serve(t *testing.T, protocol string) string {
	if protocol == send.HTTPProtobuf {
		s := httptest.NewServer(r)
		t.Cleanup(s.Close)
		return s.URL
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(s, r)
	var done sync.WaitGroup
	done.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() { s.Stop(); done.Wait() })
	return l.Addr().String()
}

func source(t *testing.T) *corpus.Corpus {
	o := corpus.Defaults()
	o.Start = time.Now()
	c, err := corpus.New(o)
	require.NoError(t, err)
	return c
}

func TestEverySpanArrives(t *testing.T) {
	for name, tt := range map[string]struct {
		protocol string
		receiver *receiver
		least    time.Duration // that the receiver asked to wait
	}{
		"grpc":                    {send.GRPC, &receiver{}, 0},
		"grpc, busy, says when":   {send.GRPC, &receiver{busy: 3, code: codes.ResourceExhausted, wait: 200 * time.Millisecond}, 200 * time.Millisecond},
		"grpc, away for a moment": {send.GRPC, &receiver{busy: 2, code: codes.Unavailable}, 0},
		"http":                    {send.HTTPProtobuf, &receiver{}, 0},
		"http, busy, says when":   {send.HTTPProtobuf, &receiver{busy: 1, code: codes.ResourceExhausted}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := tt.receiver
			busy := r.busy
			got, err := Run(t.Context(), Options{Endpoint: r.serve(t, tt.protocol), Protocol: tt.protocol, Connections: 3}, source(t).Stream(0, 10_000))
			require.NoError(t, err)
			require.GreaterOrEqual(t, got.Spans, int64(10_000))
			require.Equal(t, int(got.Spans), r.spans)
			require.Equal(t, int64(busy), got.Retries)
			require.GreaterOrEqual(t, r.done.Sub(r.first), tt.least)
		})
	}
}

func TestRefusedForGood(t *testing.T) {
	for name, code := range map[string]codes.Code{
		"invalid": codes.InvalidArgument,
		// Without a time to retry this is final, as the specification says.
		"exhausted, does not say when": codes.ResourceExhausted,
	} {
		t.Run(name, func(t *testing.T) {
			r := &receiver{busy: 1, code: code}
			_, err := Run(t.Context(), Options{Endpoint: r.serve(t, send.GRPC), Protocol: send.GRPC, Connections: 2}, source(t).Stream(0, 20_000))
			require.ErrorContains(t, err, "the log is full")
		})
	}
}

func TestRate(t *testing.T) {
	r := &receiver{}
	got, err := Run(t.Context(), Options{Endpoint: r.serve(t, send.GRPC), Protocol: send.GRPC, Connections: 2, Rate: 20_000}, source(t).Stream(0, 10_000))
	require.NoError(t, err)
	// The last request may leave as soon as those before it are due.
	require.GreaterOrEqual(t, got.Took, 400*time.Millisecond)
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Run(ctx, Options{Endpoint: "127.0.0.1:1", Protocol: send.GRPC, Connections: 2}, source(t).Stream(0, 10_000))
	require.ErrorIs(t, err, context.Canceled)
}
