package e2e

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// TestShifts plays towns of services, each a tenant of its own: two minutes that are well and two with a fault that no span
// says a word of, and asks of the last two what is broken. The first answer must be the service that has the fault, and of a
// town that is well there must be none.
func TestShifts(t *testing.T) {
	const (
		towns      = 24 // with a fault; every sixth more is well
		wantFirst  = 0.9
		perMinute  = 90
		before, on = 2 * time.Minute, 2 * time.Minute
	)
	b := serve(t)
	began := time.Date(2026, 1, 29, 8, 50, 0, 0, time.UTC)
	var all []*servicesTown
	for i := range towns + towns/6 {
		w := newTown(uint64(i))
		if i < towns {
			w.fault = []string{"exception", "return", "cpu", "network"}[i%4]
			w.pickFaulty()
		}
		all = append(all, w)
		for at := time.Duration(0); at < before+on; at += time.Duration(w.rnd.ExpFloat64() * float64(time.Minute) / perMinute) {
			w.ill = at >= before && w.fault != ""
			w.flow(began.Add(at))
			if w.spans > 2000 {
				w.send(t, b, i)
			}
		}
		w.send(t, b, i)
	}
	from, to := strconv.FormatInt(began.Add(before+5*time.Second).UnixNano(), 10), strconv.FormatInt(began.Add(before+on-5*time.Second).UnixNano(), 10)
	right, wrong := 0, []string(nil)
	eventually(t, 2*time.Minute, fmt.Sprintf("%.0f %% of %d faults are found", 100*wantFirst, towns), func() error {
		right, wrong = 0, nil
		for i, w := range all {
			got, err := firstFailure(b, fmt.Sprint("town", i), from, to)
			switch {
			case err != nil:
				return err
			case got == w.faulty:
				right++
			default:
				wrong = append(wrong, fmt.Sprintf("town %d, %s: %q, want %q", i, w.fault, got, w.faulty))
			}
		}
		if float64(right) < wantFirst*float64(len(all)) {
			return fmt.Errorf("%d of %d: %q", right, len(all), wrong)
		}
		return nil
	})
	t.Logf("%d of %d; %q", right, len(all), wrong)
}

// servicesTown is an estate of services in layers: the operations of one call some of the layers below.
type servicesTown struct {
	rnd    *rand.Rand
	ops    []*townOp // the entries first
	fault  string
	faulty string
	ill    bool

	td    map[string]ptrace.SpanSlice
	all   ptrace.Traces
	trace pcommon.TraceID
	spans int
}

type townOp struct {
	service, name string
	calls         []*townOp
	rows          int // statements
	own           float64
}

func newTown(seed uint64) *servicesTown {
	w := &servicesTown{rnd: rand.New(rand.NewPCG(seed, 7))}
	w.begin()
	var layers [4][]*townOp
	for l := len(layers) - 1; l >= 0; l-- {
		for s := range []int{4, 6, 7, 5}[l] {
			for k := range 1 + w.rnd.IntN(3) {
				op := &townOp{service: fmt.Sprintf("svc-%d%c", l, 'a'+s), name: fmt.Sprintf("/api/%d%c/things%d/{id}", l, 'a'+s, k), rows: 1 + w.rnd.IntN(2), own: 500 + 4000*w.rnd.Float64()}
				if l < len(layers)-1 {
					for range 1 + w.rnd.IntN(3) {
						below := layers[min(l+1+w.rnd.IntN(2), len(layers)-1)]
						op.calls = append(op.calls, below[w.rnd.IntN(len(below))])
					}
				}
				layers[l] = append(layers[l], op)
			}
		}
	}
	w.ops = layers[0]
	return w
}

func (w *servicesTown) begin() {
	w.all, w.td, w.spans = ptrace.NewTraces(), map[string]ptrace.SpanSlice{}, 0
}

// pickFaulty takes a service below the first layer that is used often enough to tell.
func (w *servicesTown) pickFaulty() {
	used := map[string]float64{}
	var names []string
	var visit func(op *townOp, n float64)
	visit = func(op *townOp, n float64) {
		if used[op.service] == 0 {
			names = append(names, op.service)
		}
		used[op.service] += n
		for _, c := range op.calls {
			visit(c, n)
		}
	}
	for _, op := range w.ops {
		visit(op, 90/float64(len(w.ops)))
	}
	for w.faulty == "" || used[w.faulty] < 8 || w.faulty[4] == '0' {
		w.faulty = names[w.rnd.IntN(len(names))]
	}
}

func (w *servicesTown) about(us float64) float64 { return us * math.Exp(0.35*w.rnd.NormFloat64()) }

func (w *servicesTown) has(service, fault string) bool {
	return w.ill && w.fault == fault && w.faulty == service
}

// work is what a service takes by itself, and packet what it takes until something that it sends is there.
func (w *servicesTown) work(service string, us float64) float64 {
	if w.rnd.IntN(300) == 0 {
		us += 20_000 // a collection of garbage
	}
	if w.has(service, "cpu") {
		us *= 2 + 2*w.rnd.Float64()
	}
	return w.about(us)
}

func (w *servicesTown) packet(service string) float64 {
	if w.has(service, "network") {
		return w.about(80_000)
	}
	return w.about(250)
}

// span begins a span at us after the flow; what it answers ends it.
func (w *servicesTown) span(service, name string, kind ptrace.SpanKind, parent pcommon.SpanID, begin time.Time, at float64) (pcommon.SpanID, ptrace.Span) {
	ss, ok := w.td[service]
	if !ok {
		r := w.all.ResourceSpans().AppendEmpty()
		r.Resource().Attributes().PutStr("service.name", service)
		ss = r.ScopeSpans().AppendEmpty().Spans()
		w.td[service] = ss
	}
	s := ss.AppendEmpty()
	var id pcommon.SpanID
	for i := range id {
		id[i] = byte(w.rnd.Uint32())
	}
	s.SetTraceID(w.trace)
	s.SetSpanID(id)
	s.SetParentSpanID(parent)
	s.SetName(name)
	s.SetKind(kind)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(at * 1000))))
	w.spans++
	return id, s
}

var errTown = errors.New("the answer is 500")

func (w *servicesTown) flow(begin time.Time) {
	for i := range w.trace {
		w.trace[i] = byte(w.rnd.Uint32())
	}
	_, _ = w.serve(w.ops[w.rnd.IntN(len(w.ops))], pcommon.SpanID{}, begin, 0)
}

// serve plays an operation and answers when it ends. Nothing says that it failed but a step that handles errors.
func (w *servicesTown) serve(op *townOp, parent pcommon.SpanID, begin time.Time, at float64) (end float64, err error) {
	of := op.service
	id, server := w.span(of, op.name, ptrace.SpanKindServer, parent, begin, at)
	at += w.work(of, op.own/2)
	inner, handler := w.span(of, "Controller.handle", ptrace.SpanKindInternal, id, begin, at)
	at += w.work(of, op.own)
	switch {
	case w.has(of, "exception"):
		err = errTown
	case w.has(of, "return"):
	default:
		for range op.rows {
			_, row := w.span(of, "SELECT "+of, ptrace.SpanKindClient, inner, begin, at)
			row.Attributes().PutStr("db.system", "mysql")
			at += w.packet(of) + w.about(400)
			endAt(row, begin, at)
		}
		for _, c := range op.calls {
			called, client := w.span(of, "HTTP POST", ptrace.SpanKindClient, inner, begin, at)
			at, err = w.serve(c, called, begin, at+w.work(of, 200)+w.packet(of))
			at += w.packet(c.service) + w.work(of, 100)
			endAt(client, begin, at)
			if err != nil {
				break
			}
		}
	}
	at += w.work(of, op.own/4)
	endAt(handler, begin, at)
	if err != nil {
		_, failing := w.span(of, "ErrorController.error", ptrace.SpanKindInternal, id, begin, at)
		at += w.work(of, 300)
		endAt(failing, begin, at)
	}
	endAt(server, begin, at)
	return at, err
}

func endAt(s ptrace.Span, begin time.Time, at float64) {
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(at * 1000))))
}

func (w *servicesTown) send(t *testing.T, b *baton, town int) {
	t.Helper()
	body, err := ptraceotlp.NewExportRequestFromTraces(w.all).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // it may be asked to wait
		r, err := b.post(body, "application/x-protobuf", "X-Scope-OrgID", fmt.Sprint("town", town))
		if err == nil && r.status == http.StatusOK {
			w.begin()
			return
		}
		if err != nil || r.status != http.StatusServiceUnavailable && r.status != http.StatusTooManyRequests {
			t.Fatal(r, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatal("it is never taken")
}
