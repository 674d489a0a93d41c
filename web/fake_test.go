package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/goleak"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the time at which all tests play.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const ownershipYAML = `
teams:
  - id: checkout
    name: Checkout
    contacts: {slack: "#checkout"}
    runbook: https://runbooks.example/checkout
  - id: shipping
    name: Shipping
    parent: checkout
    escalation: [{after: 15m, to: checkout}]
rules:
  - match: {service: "order*"}
    owner: checkout
  - match: {service: shipping}
    owner: shipping
  - match: {service: order-legacy}
    owner: shipping
`

// world is a small estate in memory. It answers as the store does, for data
// that fits into a page of code.
type world struct {
	mu        sync.Mutex
	changes   []flow.Change
	silences  []store.Silence
	flows     []flow.Flow
	wide      []flow.Wide // of the first flow
	endpoints []store.EndpointRecord
	extractor *flow.Extractor
	history   []store.OwnerChange
	owners    *ownership.Set
	status    ownership.Status
	revision  uint64
	recovered int64 // the end of every incident
	ready     error
	fail      error              // of every read
	block     chan struct{}      // reads wait for it, or for their context
	queries   []store.FlowQuery  // seen
	filters   []store.FlowFilter // seen by counts and failures
	searches  []store.SpanSearch // seen
	panics    bool               // Flows panics
}

func (w *world) saw(q store.FlowFilter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.filters = append(w.filters, q)
}

func (w *world) wait(ctx context.Context) error {
	if w.block != nil {
		select {
		case <-w.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return w.fail
}

func (w *world) keeps(f *flow.Flow, q store.FlowFilter) bool {
	overlap := q.From.IsZero() || f.Start < q.To.UnixNano() && f.LastActivity >= q.From.UnixNano()
	touches := func(ids []uint64, whiles []store.Tenure, has ...uint64) bool {
		one := func(ids []uint64) bool {
			return slices.ContainsFunc(has, func(id uint64) bool { return slices.Contains(ids, id) })
		}
		return ids == nil || one(ids) ||
			slices.ContainsFunc(whiles, func(t store.Tenure) bool { return t.From <= when(f) && when(f) < t.Until && one(t.Endpoints) })
	}
	culprit := q.Culprits == nil || f.Culprit != nil && touches(q.Culprits, q.BlamedWhile, f.Culprit.Endpoint)
	return f.Tenant == q.Tenant && overlap && (q.Verdicts == nil || slices.Contains(q.Verdicts, f.Verdict)) &&
		(q.Environment == "" || q.Environment == f.Environment) && (q.Type == 0 || q.Type == f.Type.ID) &&
		touches(q.Endpoints, q.TouchedWhile, f.Endpoints...) && culprit
}

func (w *world) ListFlows(ctx context.Context, q store.FlowQuery) ([]flow.Flow, error) {
	w.queries = append(w.queries, q)
	if w.panics {
		panic("the secret of the store")
	}
	if err := w.wait(ctx); err != nil {
		return nil, err
	}
	var out []flow.Flow
	less := func(a, b *flow.Flow) int {
		if q.Worst && store.Rank(a.Verdict) != store.Rank(b.Verdict) {
			return int(store.Rank(a.Verdict)) - int(store.Rank(b.Verdict))
		}
		if a.LastActivity != b.LastActivity {
			return int(b.LastActivity - a.LastActivity)
		}
		return strings.Compare(b.ID.String(), a.ID.String())
	}
	for i := range w.flows {
		f := &w.flows[i]
		if q.After != nil {
			after := flow.Flow{ID: q.After.ID, LastActivity: q.After.LastActivity}
			if worst := []flow.Verdict{flow.Failed, flow.Stalled, flow.Slow, flow.Compensated, flow.Degraded}; q.Worst && int(q.After.Rank) < len(worst) {
				after.Verdict = worst[q.After.Rank]
			}
			if less(&after, f) >= 0 {
				continue
			}
		}
		byTrace := q.Trace.IsZero() || slices.Contains(f.TraceIDs, q.Trace)
		byKey := q.Key == nil || slices.Contains(f.Correlations, *q.Key)
		byText := q.Text == "" || strings.Contains(strings.Join(f.Services, " "), q.Text)
		if w.keeps(f, q.FlowFilter) && byTrace && byKey && byText {
			out = append(out, *f)
		}
	}
	slices.SortFunc(out, func(a, b flow.Flow) int { return less(&a, &b) })
	return out[:min(len(out), q.Limit)], nil
}

func (w *world) GetFlow(ctx context.Context, tenant string, id flow.FlowID) (flow.Flow, error) {
	for _, f := range w.flows {
		if f.ID == id && f.Tenant == tenant {
			return f, w.wait(ctx)
		}
	}
	return flow.Flow{}, fmt.Errorf("flow %s: %w", id, store.ErrNotFound)
}

func (w *world) FlowHistory(context.Context, string, flow.FlowID) ([]store.FlowRevision, error) {
	return []store.FlowRevision{{Revision: 1, At: at(-time.Hour), Verdict: flow.Running}, {Revision: 3, At: at(0), Verdict: flow.Failed}}, w.fail
}

func (w *world) FlowsRevision(context.Context) (uint64, error) { return w.revision, w.fail }

func (w *world) EndpointsByID(_ context.Context, _ string, ids []uint64) (map[uint64]flow.Endpoint, error) {
	out := map[uint64]flow.Endpoint{}
	for i := range w.endpoints {
		if e := &w.endpoints[i]; slices.Contains(ids, e.ID) {
			out[e.ID] = e.Endpoint
		}
	}
	return out, w.fail
}

// SegmentsOfFlows knows the spans of the first flow only.
func (w *world) SegmentsOfFlows(ctx context.Context, _ string, ids []flow.FlowID) ([]store.Segment, error) {
	var out []store.Segment
	if slices.Contains(ids, w.flows[0].ID) {
		for _, p := range w.wide {
			out = append(out, store.Segment{SegmentID: flow.SegmentID{Trace: p.Trace}, Flow: w.flows[0].ID, Shared: p.Shared})
		}
	}
	return out, w.wait(ctx)
}

func (w *world) ReadFactsUpTo(ctx context.Context, _ string, ids []flow.TraceID, limit int) (out []flow.Facts, more bool, err error) {
	for _, p := range w.wide {
		for _, f := range p.Facts {
			if slices.Contains(ids, p.Trace) {
				out = append(out, *f)
			}
		}
	}
	return out[:min(len(out), limit)], len(out) > limit, w.wait(ctx)
}

func (w *world) CountSpans(ctx context.Context, _ string, ids []flow.TraceID) (int, error) {
	return len(ids) * 1000, w.wait(ctx)
}

// ReadSpan answers an awkward span for those that the estate has.
func (w *world) ReadSpan(ctx context.Context, _ string, trace flow.TraceID, id flow.SpanID) (ptrace.Traces, error) {
	td := ptrace.NewTraces()
	for _, p := range w.wide {
		for _, f := range p.Facts {
			if f.Trace == trace && f.ID == id {
				rs := td.ResourceSpans().AppendEmpty()
				rs.Resource().Attributes().PutStr("service.name", f.Resource.Service)
				awkward(rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty(), f)
			}
		}
	}
	return td, w.wait(ctx)
}

func (w *world) Endpoints(ctx context.Context, _ string) ([]store.EndpointRecord, error) {
	return w.endpoints, w.wait(ctx)
}

func (w *world) OwnerHistory(context.Context, string) ([]store.OwnerChange, error) {
	return w.history, w.fail
}

func (w *world) EndpointOwners(_ context.Context, _ string, id uint64) ([]store.OwnerChange, error) {
	return slices.DeleteFunc(slices.Clone(w.history), func(c store.OwnerChange) bool { return c.Endpoint != id }), w.fail
}
func (w *world) Ready(context.Context) error { return w.ready }

func (w *world) Report(context.Context) Report {
	return Report{Parts: []StatusPart{{Name: "store", State: "ok"}}, Figures: []StatusFigure{{Name: "rows", Value: 1, Unit: "rows"}}}
}

// ownersOf is the world in its part as the holder of rules.
type ownersOf struct{ *world }

func (o ownersOf) Current() *ownership.Set  { return o.owners }
func (o ownersOf) Status() ownership.Status { return o.status }

func (w *world) deps() Deps {
	return Deps{Flows: w, Sums: w, Spans: w, Endpoints: w, Search: w, Extractor: w.extractor, Owners: ownersOf{w}, Parts: []Part{w}, History: w}
}

func serve(t *testing.T, w *world, change ...func(*Config)) http.Handler {
	t.Helper()
	cfg := Config{Endpoint: "localhost:8080", Version: "test", Now: func() time.Time { return now }}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg, w.deps())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s.Handler()
}

// get asks for a path as a browser on this machine does.
func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "localhost:8080"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}
