package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.uber.org/goleak"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
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
	flows        []flow.Flow
	wide         []flow.Wide // of the first flow
	endpoints    []EndpointRecord
	interactions []InteractionRecord
	history      []OwnerChange
	owners       *ownership.Set
	status       ownership.Status
	revision     uint64
	ready        error
	fail         error         // of every read
	block        chan struct{} // reads wait for it, or for their context
	queries      []FlowQuery   // seen
	filters      []FlowFilter  // seen by counts and failures
	panics       bool          // Flows panics
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

func (w *world) keeps(f *flow.Flow, q FlowFilter) bool {
	overlap := q.From.IsZero() || f.Start < q.To.UnixNano() && f.LastActivity >= q.From.UnixNano()
	touches := func(ids []uint64, has ...uint64) bool {
		return ids == nil || slices.ContainsFunc(has, func(id uint64) bool { return slices.Contains(ids, id) })
	}
	culprit := q.Culprits == nil || f.Culprit != nil && slices.Contains(q.Culprits, f.Culprit.Endpoint)
	return f.Tenant == q.Tenant && overlap && (q.Verdicts == nil || slices.Contains(q.Verdicts, f.Verdict)) &&
		(q.Environment == "" || q.Environment == f.Environment) && (q.Type == 0 || q.Type == f.Type.ID) &&
		touches(q.Endpoints, f.Endpoints...) && culprit
}

func (w *world) Flows(ctx context.Context, q FlowQuery) ([]flow.Flow, error) {
	w.queries = append(w.queries, q)
	if w.panics {
		panic("the secret of the store")
	}
	if err := w.wait(ctx); err != nil {
		return nil, err
	}
	var out []flow.Flow
	less := func(a, b *flow.Flow) int {
		if q.Worst && Rank(a.Verdict) != Rank(b.Verdict) {
			return int(Rank(a.Verdict)) - int(Rank(b.Verdict))
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
			if q.Worst && q.After.Rank < uint8(len(worst)) {
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

func (w *world) Flow(ctx context.Context, tenant string, id flow.FlowID) (FlowRecord, error) {
	for _, f := range w.flows {
		if f.ID == id && f.Tenant == tenant {
			return FlowRecord{Flow: f, Revisions: []FlowRevision{{Revision: f.Revision, At: f.LastActivity, Verdict: f.Verdict}}}, w.wait(ctx)
		}
	}
	return FlowRecord{}, ErrNotFound
}

func (w *world) CountFlows(ctx context.Context, q FlowFilter, step time.Duration) ([]FlowCount, error) {
	w.filters = append(w.filters, q)
	var out []FlowCount
	for i := range w.flows {
		f := &w.flows[i]
		if w.keeps(f, q) {
			out = append(out, FlowCount{Bucket: int((when(f) - q.From.UnixNano()) / int64(step)), Verdict: f.Verdict,
				Environment: f.Environment, Type: f.Type, Count: 1})
		}
	}
	return out, w.wait(ctx)
}

func (w *world) Revision(context.Context) (uint64, error) { return w.revision, w.fail }

func (w *world) Failures(ctx context.Context, q FlowFilter) ([]FailureGroup, error) {
	w.filters = append(w.filters, q)
	by := map[string]*FailureGroup{}
	for i := range w.flows {
		f := &w.flows[i]
		if f.Culprit == nil || !w.keeps(f, q) {
			continue
		}
		k := groupID(f.Culprit)
		g := by[k]
		if g == nil {
			g = &FailureGroup{Culprit: *f.Culprit, Counts: map[flow.Verdict]uint64{}, First: f.FailedAt}
			by[k] = g
		}
		g.Counts[f.Verdict]++
		g.First, g.Last = min(g.First, f.FailedAt), max(g.Last, f.FailedAt)
		g.Endpoints = append(g.Endpoints, f.Endpoints...)
		g.Types = []flow.FlowType{f.Type}
		g.Samples = append(g.Samples, f.ID)
	}
	var out []FailureGroup
	for _, g := range by {
		out = append(out, *g)
	}
	return out, w.wait(ctx)
}

func (w *world) Footprints(ctx context.Context, q FlowFilter) ([]Footprint, error) {
	var out []Footprint
	for i := range w.flows {
		f := &w.flows[i]
		if !w.keeps(f, q) {
			continue
		}
		p := Footprint{Endpoints: f.Endpoints, Verdict: f.Verdict, At: when(f), Count: 1}
		if f.Culprit != nil {
			p.Culprit = f.Culprit.Endpoint
		}
		out = append(out, p)
	}
	return out, w.wait(ctx)
}

func (w *world) Trace(ctx context.Context, _ string, id flow.TraceID, _ int) ([]flow.Wide, int, error) {
	for _, p := range w.wide {
		if p.Trace == id {
			return []flow.Wide{p}, len(p.Facts), w.wait(ctx)
		}
	}
	return nil, 0, w.wait(ctx)
}

func (w *world) FlowSpans(ctx context.Context, _ string, id flow.FlowID, _ int) ([]flow.Wide, int, error) {
	n := 0
	for _, p := range w.wide {
		n += len(p.Facts)
	}
	return w.wide, n, w.wait(ctx)
}

func (w *world) Span(ctx context.Context, _ string, trace flow.TraceID, id flow.SpanID) ([]SpanRecord, error) {
	var out []SpanRecord
	for _, p := range w.wide {
		for _, f := range p.Facts {
			if f.Trace == trace && f.ID == id {
				out = append(out, SpanRecord{Facts: f, Resource: pcommon.NewResource(), Scope: pcommon.NewInstrumentationScope(), Span: awkwardSpan()})
			}
		}
	}
	return out, w.wait(ctx)
}

func (w *world) Endpoints(ctx context.Context, _ string) ([]EndpointRecord, error) {
	return w.endpoints, w.wait(ctx)
}

func (w *world) Traffic(ctx context.Context, _ string, _, _ time.Time) (map[uint64]Traffic, error) {
	out := map[uint64]Traffic{}
	for i, e := range w.endpoints {
		out[e.ID] = Traffic{Spans: uint64(100 - i), Errors: uint64(i)}
	}
	return out, w.wait(ctx)
}

func (w *world) Interactions(ctx context.Context, _, _ string, _, _ time.Time) ([]InteractionRecord, error) {
	return w.interactions, w.wait(ctx)
}

func (w *world) OwnerHistory(context.Context, string) ([]OwnerChange, error) {
	return w.history, w.fail
}
func (w *world) Ready(context.Context) error         { return w.ready }
func (w *world) Status(context.Context) SystemStatus { return SystemStatus{} }

// ownersOf is the world in its part as the holder of rules.
type ownersOf struct{ *world }

func (o ownersOf) Current() *ownership.Set  { return o.owners }
func (o ownersOf) Status() ownership.Status { return o.status }

func (w *world) deps() Deps {
	return Deps{Flows: w, Failures: w, Spans: w, Endpoints: w, Health: w, Owners: ownersOf{w}, History: w}
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
