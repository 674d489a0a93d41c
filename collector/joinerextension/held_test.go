package joinerextension

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// heldStore hands out batches once and keeps nothing, so that what is on the heap
// is the joiner's.
type heldStore struct {
	*fakeStore
	queue []store.BatchFeed
}

func (s *heldStore) Batches(context.Context, time.Time, func(string) bool) ([]store.BatchFeed, error) {
	out := s.queue
	s.queue = nil
	return out, nil
}

func (s *heldStore) WriteFlows(context.Context, store.FlowWrite) error { return nil }

// mostHeld is how many bytes the joiner may hold for a span, with all that it
// knows of its flow: what a machine needs at full rate is this.
const mostHeld = 230

func TestAHeldSpanIsSmall(t *testing.T) {
	j, spans, each := hold(t, defaultConfig().(*Config))
	if held := j.stats.held.Load(); held != int64(spans) || len(j.dirty) > 0 {
		t.Fatalf("%d of %d spans are held, %d flows are not judged", held, spans, len(j.dirty))
	}
	if each > mostHeld {
		t.Errorf("a span takes %d bytes, at most %d are meant", each, mostHeld)
	}
}

// mostLeft is what is left of a span whose flow was let go: its share of the flow's
// lesson, of the hashes that are known and of the values that were seen.
const mostLeft = 60

// Spans of flows that were let go are garbage, though what their flows teach waits.
func TestWhatIsLetGoIsFreed(t *testing.T) {
	cfg := defaultConfig().(*Config)
	cfg.MaxSpans = 1000
	j, spans, each := hold(t, cfg)
	if held := j.stats.held.Load(); held > 1000 || len(j.lessons) < 4000 {
		t.Fatalf("%d of %d spans are held, %d lessons wait", held, spans, len(j.lessons))
	}
	if each > mostLeft {
		t.Errorf("%d bytes a span are still there, at most %d are meant", each, mostLeft)
	}
}

// hold has a joiner take in some thousand flows and judge them, and tells what of
// the heap is its own by then, for each span that came.
func hold(t *testing.T, cfg *Config) (j *joiner, spans int, each uint64) {
	t.Helper()
	const orders = 5000
	e := newEstate(t, 3)
	keyed := 0
	for n := range orders {
		e.order(n, n)
		for _, f := range e.facts[keyed:] {
			for i := 0; i < 3 && f.Parent.IsZero(); i++ { // what makes up most of real traces
				call := e.span("shop", f.Trace, f.ID, client, "GET", n, 3, attr("http.request.method", "GET"), attr("url.full", "http://stock/items/7"), attr("server.address", "stock"))
				e.span("stock", f.Trace, call, server, "GET /items/{id}", n+1, 2, attr("http.request.method", "GET"), attr("http.route", "/items/{id}"))
				e.span("stock", f.Trace, call, client, "SELECT", n+1, 1, attr("db.system", "postgresql"), attr("db.query.text", "SELECT 1"))
			}
		}
		key := flow.Key{Name: "order.id", Value: fmt.Sprint("order-", n), Trust: 4, Identifying: true}
		key.Hash = flow.HashKey("production", key.Name, key.Value)
		for ; keyed < len(e.facts); keyed++ { // most spans of a real flow say whose it is
			e.facts[keyed].Keys = append(e.facts[keyed].Keys, key)
		}
	}
	st := &heldStore{fakeStore: newFakeStore()}
	for i := range e.facts {
		st.ends[e.facts[i].EndpointID] = e.facts[i].Endpoint
	}
	now := e.start.Add(time.Hour)
	j = newJoiner(cfg, st, st, st, st, zap.NewNop(), func() time.Time { return now })
	if err := j.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	step := func() {
		if _, err := j.step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	heap := func() (m runtime.MemStats) {
		runtime.GC()
		runtime.GC() // what pools keep lasts for one more
		runtime.ReadMemStats(&m)
		return m
	}
	before := heap()
	spans = len(e.facts)
	for from := 0; from < spans; from += 1000 {
		st.queue = []store.BatchFeed{{ID: fmt.Sprint(from), IngestedAt: now, Traces: traces(e.facts[from:min(from+1000, spans)])}}
		step()
		now = now.Add(20 * time.Millisecond)
	}
	for range 8 {
		now = now.Add(500 * time.Millisecond)
		step()
	}
	after := heap()
	each = (max(after.HeapAlloc, before.HeapAlloc) - before.HeapAlloc) / uint64(spans)
	t.Logf("%d flows of %d spans: %d bytes a span, %.2f objects", len(j.tenant("").flows), spans, each,
		float64(after.HeapObjects-before.HeapObjects)/float64(spans))
	runtime.KeepAlive(e)
	runtime.KeepAlive(j)
	return j, spans, each
}

// traces are the narrow spans of a batch as ingest makes them.
func traces(facts []flow.Facts) (out []flow.TraceSpans) {
	at, beside := map[flow.TraceID]int{}, map[flow.TraceID]*flow.Narrower{}
	for i := range facts {
		f := &facts[i]
		n, ok := at[f.Trace]
		if !ok {
			n = len(out)
			at[f.Trace] = n
			out = append(out, flow.TraceSpans{Trace: f.Trace})
			beside[f.Trace] = &flow.Narrower{}
		}
		out[n].Spans = append(out[n].Spans, beside[f.Trace].Narrow(f))
	}
	for i := range out {
		out[i].Spans = append(make([]flow.Span, 0, len(out[i].Spans)), out[i].Spans...)
	}
	return out
}
