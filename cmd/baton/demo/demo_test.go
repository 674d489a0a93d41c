package demo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/azure"
	"github.com/baton-observability/baton/cmd/baton/demo/estate"
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// receiver is a real OTLP receiver on gRPC that is unavailable at first and keeps what it takes.
type receiver struct {
	ptraceotlp.UnimplementedGRPCServer
	mu          sync.Mutex
	unavailable int
	refuse      bool
	requests    [][]byte
	spans       map[string]string // span id -> trace id
	received    int
	future      int
}

func (r *receiver) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unavailable > 0 {
		r.unavailable--
		return ptraceotlp.NewExportResponse(), status.Error(codes.Unavailable, "starting")
	}
	if r.refuse {
		return ptraceotlp.NewExportResponse(), status.Error(codes.InvalidArgument, "no")
	}
	now := time.Now()
	for _, rs := range req.Traces().ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				r.received++
				r.spans[s.SpanID().String()] = s.TraceID().String()
				if s.EndTimestamp().AsTime().After(now) {
					r.future++
				}
			}
		}
	}
	raw, err := req.MarshalProto()
	r.requests = append(r.requests, raw)
	return ptraceotlp.NewExportResponse(), err
}

func newReceiver(t *testing.T, unavailable int) (*receiver, string) {
	t.Helper()
	r := &receiver{spans: map[string]string{}, unavailable: unavailable}
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
	return r, l.Addr().String()
}

// demo runs the command and answers the truth it wrote.
func demo(t *testing.T, ctx context.Context, args ...string) []sim.Truth {
	t.Helper()
	file := filepath.Join(t.TempDir(), "truth.jsonl")
	cmd := Command()
	cmd.SetArgs(append(args, "--truth", file))
	cmd.SetErr(io.Discard)
	if err := cmd.ExecuteContext(ctx); err != nil {
		t.Fatal(err)
	}
	return read(t, file)
}

func read(t *testing.T, file string) []sim.Truth {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []sim.Truth
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var one sim.Truth
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

// traces are all trace ids a receiver has, and all that a truth names.
func (r *receiver) traces() []string {
	seen := map[string]bool{}
	for _, trace := range r.spans {
		seen[trace] = true
	}
	return sorted(seen)
}

func tracesOf(truths []sim.Truth) []string {
	seen := map[string]bool{}
	for _, one := range truths {
		for _, id := range one.TraceIDs {
			seen[id] = true
		}
	}
	return sorted(seen)
}

func sorted(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestLiveDeliversEverythingToAReceiverThatStartsLate(t *testing.T) {
	r, endpoint := newReceiver(t, 5)
	truths := demo(t, t.Context(), "--endpoint", endpoint, "--rate", "100", "--flows", "150", "--history", "1s",
		"--time-scale", "20", "--failures", "0.2", "--gzip", "--seed", "4")
	if len(truths) != 150 {
		t.Fatalf("truth about %d flows, want 150", len(truths))
	}
	for _, one := range truths {
		if one.Unfinished {
			t.Errorf("flow %s is unfinished", one.Flow)
		}
	}
	if !slices.Equal(r.traces(), tracesOf(truths)) {
		t.Errorf("the receiver has %d traces, the truth names %d", len(r.traces()), len(tracesOf(truths)))
	}
	if r.future > 0 {
		t.Errorf("%d spans end in the future", r.future)
	}
	if len(r.requests) < 50 {
		t.Errorf("%d requests: processes do not send their own batches", len(r.requests))
	}
}

func fingerprint(r *receiver) [32]byte {
	requests := slices.Clone(r.requests)
	slices.SortFunc(requests, bytes.Compare)
	return sha256.Sum256(bytes.Join(requests, nil))
}

var fixed = []string{"--full-speed", "--flows", "200", "--seed", "1", "--start", "2026-03-01T09:00:00Z", "--failures", "0.1"}

func TestFullSpeedIsTheSameEveryTime(t *testing.T) {
	var sums [2][32]byte
	for i := range sums {
		r, endpoint := newReceiver(t, i)
		truths := demo(t, t.Context(), append(fixed, "--endpoint", endpoint)...)
		if len(truths) != 200 || !slices.Equal(r.traces(), tracesOf(truths)) {
			t.Fatalf("truth about %d flows", len(truths))
		}
		sums[i] = fingerprint(r)
	}
	if sums[0] != sums[1] {
		t.Error("two runs differ")
	}
}

func TestDisorderKeepsTheSpans(t *testing.T) {
	plain, endpoint := newReceiver(t, 0)
	demo(t, t.Context(), append(fixed, "--endpoint", endpoint)...)
	r, endpoint := newReceiver(t, 0)
	truths := demo(t, t.Context(), append(fixed, "--endpoint", endpoint, "--shuffle", "--split", "--duplicate", "0.2")...)
	if len(truths) != 200 || len(r.spans) != len(plain.spans) {
		t.Errorf("%d truths, %d spans; want 200 and %d", len(truths), len(r.spans), len(plain.spans))
	}
	for id, trace := range plain.spans {
		if r.spans[id] != trace {
			t.Fatalf("span %s is missing or moved", id)
		}
	}
	if r.received <= len(r.spans) || len(r.requests) <= len(plain.requests) {
		t.Errorf("%d spans received of %d, %d requests of %d: nothing was repeated or cut", r.received, len(r.spans), len(r.requests), len(plain.requests))
	}
}

func TestStopFinishesFlowsInFlight(t *testing.T) {
	r, endpoint := newReceiver(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for {
			r.mu.Lock()
			enough := r.received > 300
			r.mu.Unlock()
			if enough || ctx.Err() != nil {
				cancel()
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	truths := demo(t, ctx, "--endpoint", endpoint, "--rate", "100", "--time-scale", "20", "--history", "0s")
	if len(truths) == 0 || !slices.Equal(r.traces(), tracesOf(truths)) {
		t.Errorf("the receiver has %d traces, the truth names %d", len(r.traces()), len(tracesOf(truths)))
	}
	for _, one := range truths {
		if one.Unfinished {
			t.Errorf("flow %s is unfinished", one.Flow)
		}
	}
}

func TestRefusedFlowsAreUnfinished(t *testing.T) {
	r, endpoint := newReceiver(t, 0)
	r.refuse = true
	file := filepath.Join(t.TempDir(), "truth.jsonl")
	cmd := Command()
	cmd.SetArgs([]string{"--full-speed", "--flows", "20", "--endpoint", endpoint, "--truth", file})
	cmd.SetErr(io.Discard)
	if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v, want one about refused spans", err)
	}
	truths := read(t, file)
	if len(truths) != 20 {
		t.Errorf("truth about %d flows, want 20", len(truths))
	}
	for _, one := range truths {
		if !one.Unfinished {
			t.Errorf("flow %s is told as finished", one.Flow)
		}
	}
}

func TestWriteOwnership(t *testing.T) {
	for name, want := range map[string][]byte{"shop": estate.OwnershipYAML, "azure": azure.OwnershipYAML} {
		file := filepath.Join(t.TempDir(), "ownership.yaml")
		cmd := Command()
		cmd.SetArgs([]string{"--write-ownership", file, "--estate", name})
		if err := cmd.Execute(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: wrote %d bytes, error %v", name, len(got), err)
		}
	}
}

func TestTheAzureEstateIsSentWhole(t *testing.T) {
	r, endpoint := newReceiver(t, 0)
	truths := demo(t, t.Context(), "--endpoint", endpoint, "--estate", "azure", "--full-speed", "--flows", "300", "--seed", "3", "--fault-rate", "0.4",
		"--learn", "20", "--shuffle", "--split", "--duplicate", "0.1")
	kinds := map[string]bool{}
	for _, one := range truths {
		kinds[one.Fault] = true
	}
	if len(truths) < 300 || len(kinds) < 30 {
		t.Errorf("truth about %d flows with %d kinds of faults", len(truths), len(kinds))
	}
	known := map[string]bool{}
	for _, id := range r.traces() {
		known[id] = true
	}
	for _, id := range tracesOf(truths) {
		if !known[id] {
			t.Errorf("trace %s is in the truth and was not received", id)
		}
	}
}

func TestListFaults(t *testing.T) {
	var out bytes.Buffer
	cmd := Command()
	cmd.SetArgs([]string{"--list-faults"})
	cmd.SetOut(&out)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != len(azure.Kinds) || !strings.Contains(out.String(), "dlq-ttl") {
		t.Errorf("%d lines for %d kinds:\n%s", n, len(azure.Kinds), out.String())
	}
}

func TestBadOptions(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--rate 0", "--rate"},
		{"--time-scale -1", "--time-scale"},
		{"--failures 2", "--failures"},
		{"--duplicate 2", "--duplicate"},
		{"--connections 0", "--connections"},
		{"--full-speed", "--flows"},
		{"--start yesterday", "--start"},
		{"--start 2126-03-01T09:00:00Z", "future"},
		{"--protocol udp --flows 1", "protocol"},
		{"--estate moon", "--estate"},
		{"--estate azure --faults dlq-ttl,nonsense", "nonsense"},
		{"--estate azure --fault-rate 2", "--fault-rate"},
		{"--estate azure --learn -1", "--learn"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			cmd := Command()
			cmd.SetArgs(strings.Fields(tt.args))
			cmd.SetErr(io.Discard)
			cmd.SetOut(io.Discard)
			if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one about %s", err, tt.want)
			}
		})
	}
}
