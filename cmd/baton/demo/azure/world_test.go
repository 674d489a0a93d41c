package azure

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func world(kinds []*Kind, rate float64) *World {
	return New(Options{Seed: 7, Start: start, Rate: 20, Scale: 1, Kinds: kinds, FaultRate: rate})
}

type decoded struct {
	ptrace.Span
	service, env, scope string
}

// decode reads a unit back through pdata, one request per process.
func decode(t *testing.T, f *sim.Flow) (out []decoded) {
	t.Helper()
	byProcess := map[int][]sim.Span{}
	for _, s := range f.Spans {
		byProcess[s.Process] = append(byProcess[s.Process], s)
	}
	for _, p := range slices.Sorted(maps.Keys(byProcess)) {
		req := ptraceotlp.NewExportRequest()
		if err := req.UnmarshalProto(fleet.AppendRequest(nil, p, byProcess[p])); err != nil {
			t.Fatalf("request of process %d: %v", p, err)
		}
		for _, rs := range req.Traces().ResourceSpans().All() {
			name, _ := rs.Resource().Attributes().Get("service.name")
			env, ok := rs.Resource().Attributes().Get("deployment.environment.name")
			if !ok {
				env, _ = rs.Resource().Attributes().Get("deployment.environment")
			}
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					out = append(out, decoded{s, name.Str(), env.Str(), ss.Scope().Name()})
				}
			}
		}
	}
	return out
}

func TestEverySpanIsValidAndTheTruthNamesItsTraces(t *testing.T) {
	w := world(Kinds, 0.5)
	for range 1500 {
		f := w.Next()
		traces := map[string]bool{}
		for _, s := range decode(t, f) {
			if s.TraceID().IsEmpty() || s.SpanID().IsEmpty() || s.Name() == "" || s.Kind() == ptrace.SpanKindUnspecified || s.scope == "" {
				t.Fatalf("flow %s: %q of %s lacks an id, a name, a kind or a scope", f.Truth.Flow, s.Name(), s.service)
			}
			if s.EndTimestamp() < s.StartTimestamp() {
				t.Errorf("flow %s (%s): %s of %s ends before it starts", f.Truth.Flow, f.Truth.Fault, s.Name(), s.service)
			}
			if s.Name() != "ServiceBusReceiver.Receive" { // a poll is nobody's
				traces[s.TraceID().String()] = true
			}
		}
		known := map[string]bool{}
		for _, tr := range f.Truths() {
			if len(tr.TraceIDs) == 0 || tr.End.Before(tr.Start) {
				t.Errorf("flow %s (%s) has %d traces and lasts %v", tr.Flow, tr.Fault, len(tr.TraceIDs), tr.End.Sub(tr.Start))
			}
			for _, id := range tr.TraceIDs {
				known[id] = true
			}
		}
		if !maps.Equal(traces, known) {
			t.Errorf("flow %s (%s): spans are in %d traces, truth knows %d", f.Truth.Flow, f.Truth.Fault, len(traces), len(known))
		}
		if t.Failed() {
			return
		}
	}
}

func TestEqualSeedsGiveEqualBytes(t *testing.T) {
	a, b := world(Kinds, 0.5), world(Kinds, 0.5)
	for i := range 300 {
		x, y := a.Next(), b.Next()
		if x.Truth.Flow != y.Truth.Flow || len(x.Spans) != len(y.Spans) {
			t.Fatalf("flow %d differs", i)
		}
		for j := range x.Spans {
			if x.Spans[j].Process != y.Spans[j].Process || !bytes.Equal(x.Spans[j].Body, y.Spans[j].Body) {
				t.Fatalf("flow %d span %d differs", i, j)
			}
		}
	}
	other := New(Options{Seed: 7, Start: start.Add(time.Second), Rate: 20, Scale: 1})
	if other.Next().Truth.Flow == world(nil, 0).Next().Truth.Flow {
		t.Error("the same seed at another time makes the same ids")
	}
}

func TestKindsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds {
		if seen[k.Name] || k.Name == "" || k.About == "" || k.verdict == "" || k.flow == nil {
			t.Errorf("kind %q is twice or incomplete", k.Name)
		}
		seen[k.Name] = true
		if found, missing := KindsNamed(k.Name); missing != "" || len(found) != 1 || found[0] != k {
			t.Errorf("kind %q is not found by its name", k.Name)
		}
	}
	if len(Kinds) < 40 {
		t.Errorf("%d kinds", len(Kinds))
	}
	if _, missing := KindsNamed("error-at-depth", "nonsense"); missing != "nonsense" {
		t.Errorf("an unknown kind is %q", missing)
	}
}

// one plays a flow of a kind, and the flow that it would have been.
func one(k *Kind) (with, without *sim.Flow) {
	w := world([]*Kind{k}, 1)
	for w.played[k.flow] < 4*rareEvery && k.rare { // rare kinds wait for their turn
		if f := w.Next(); f.Truth.Fault != "" {
			return f, world(nil, 0).Next()
		}
	}
	f := w.Next()
	clean := newRun(w.seed, 0, 1, start.UnixNano(), k.flow, nil)
	return f, clean.unit(k.flow, w)
}

func errors(spans []decoded) (n int) {
	for _, s := range spans {
		if s.Status().Code() == ptrace.StatusCodeError {
			n++
		}
	}
	return n
}

// Every kind must show in what is sent, or nobody could find it.
func TestEveryKindLeavesItsMark(t *testing.T) {
	for _, k := range Kinds {
		if k == silentSource {
			continue
		}
		with, without := one(k)
		if with.Truth.Fault != k.Name {
			t.Fatalf("%s: played %q", k.Name, with.Truth.Fault)
		}
		a, b := decode(t, with), decode(t, without)
		bad := errors(a)
		switch k.Class {
		case Errors:
			if bad == 0 && !strings.HasPrefix(k.Name, "dlq-") {
				t.Errorf("%s: no span has an error", k.Name)
			}
		case Rejected:
			if len(with.Truth.TraceIDs) > 2 {
				t.Errorf("%s: a refused request has %d traces", k.Name, len(with.Truth.TraceIDs))
			}
		case Stalled, Slow:
			if bad > 0 {
				t.Errorf("%s: %d errors", k.Name, bad)
			}
		}
		if k.Class == Slow && with.Truth.End.Sub(with.Truth.Start) < without.Truth.End.Sub(without.Truth.Start)+7*time.Second {
			t.Errorf("%s lasts %v, a usual flow %v", k.Name, with.Truth.End.Sub(with.Truth.Start), without.Truth.End.Sub(without.Truth.Start))
		}
		same := len(a) == len(b) && bad == errors(b)
		if k.Class != Mess && k.Class != Slow && same && k.Name != "exception-event" && k.Name != "cancelled" && k.Name != "expected-404" {
			t.Errorf("%s: as many spans and errors as without the fault", k.Name)
		}
	}
}

func TestWellFlowsHaveNoErrors(t *testing.T) {
	w := world(nil, 0)
	types := map[string]int{}
	for range 600 {
		f := w.Next()
		types[f.Truth.Type]++
		if n := errors(decode(t, f)); n > 0 || f.Truth.Verdict != "completed" {
			t.Fatalf("a %s that is well has %d errors and is %s", f.Truth.Type, n, f.Truth.Verdict)
		}
	}
	for _, s := range scenarios {
		if s.share > 0 && types[s.name] == 0 {
			t.Errorf("no %s in 600 flows: %v", s.name, types)
		}
	}
}

// What happens after an error in a flow that is the only one to fail is decided by the truth's own words.
func TestTruthOfABatch(t *testing.T) {
	k, _ := KindsNamed("batch-bad-item")
	f, _ := one(k[0])
	failed := 0
	for _, tr := range f.Truths() {
		if tr.Verdict == "failed" {
			failed++
			if tr.CulpritService != "stock-func" || *tr.CulpritTeam != "merchandising" {
				t.Errorf("culprit %s of %v", tr.CulpritService, tr.CulpritTeam)
			}
		} else if tr.CulpritService != "" || tr.Verdict != "completed" {
			t.Errorf("an item that is well is %s by %s", tr.Verdict, tr.CulpritService)
		}
		if len(tr.TraceIDs) != 2 {
			t.Errorf("an item has %d traces, want its own and that of the batch", len(tr.TraceIDs))
		}
	}
	if failed != 1 || len(f.With) < 5 {
		t.Errorf("%d of %d items failed", failed, 1+len(f.With))
	}
}

func TestStagingHasTheIDsOfProduction(t *testing.T) {
	k, _ := KindsNamed("staging-production")
	f, _ := one(k[0])
	ids := map[string]map[string]bool{staging: {}, production: {}}
	traces := map[string]map[pcommon.TraceID]bool{staging: {}, production: {}}
	for _, s := range decode(t, f) {
		traces[s.env][s.TraceID()] = true
		for key, v := range s.Attributes().All() {
			if key == "order.id" || key == "messaging.message.id" || strings.HasPrefix(key, "http.request.header.x") && v.Type() == pcommon.ValueTypeSlice {
				ids[s.env][key+"="+v.AsString()] = true
			}
		}
	}
	if len(ids[staging]) < 2 {
		t.Errorf("staging has the ids %v", ids[staging])
	}
	for id := range ids[staging] {
		if !ids[production][id] {
			t.Errorf("%s is in staging only", id)
		}
	}
	for id := range traces[staging] {
		if traces[production][id] {
			t.Error("staging and production share a trace")
		}
	}
	if f.Truth.Environment != staging || f.Truth.Verdict != "failed" || f.With[0].Verdict != "completed" {
		t.Errorf("truths %+v", f.Truths())
	}
}

func TestRareKindsStayRare(t *testing.T) {
	k, _ := KindsNamed("missing-consumer")
	w := world(k, 1)
	missing, orders := 0, 0
	for range 6000 {
		f := w.Next()
		if f.Truth.Type == "order" {
			orders++
		}
		if f.Truth.Fault != "" {
			missing++
		}
	}
	if missing == 0 || missing*100 > orders {
		t.Errorf("%d of %d orders miss a consumer, want some, and fewer than one in a hundred", missing, orders)
	}
}

func TestSilenceIsTotal(t *testing.T) {
	w := New(Options{Seed: 1, Start: start, Rate: 20, Scale: 1, Kinds: Kinds, FaultRate: 0.5, Silent: 200})
	waiting := 0
	for i := range 600 {
		f := w.Next()
		spoke := false
		for _, s := range decode(t, f) {
			spoke = spoke || s.service == "loyalty-func"
		}
		if w.silentAt != 0 && i > 260 && spoke {
			t.Fatalf("flow %d: the silent service sent a span", i)
		}
		if f.Truth.Fault == silentSource.Name {
			waiting++
			if f.Truth.Verdict != "running" {
				t.Fatalf("a flow that waits for it is %s", f.Truth.Verdict)
			}
		}
	}
	if waiting < 50 {
		t.Errorf("%d flows wait for the silent service", waiting)
	}
}

func TestTeams(t *testing.T) {
	if n := len(Owners.Teams()); n != 8 {
		t.Errorf("%d teams, want eight", n)
	}
	for party, want := range map[string]string{"inventory-api": "merchandising", "payments-func": "payments", "la-approval": "integration", "adf-shop": "data",
		"apim-shop": "api-platform", "shipping-svc": "fulfilment", "loyalty-func": "customers", "orders-api": "ordering", "api.northpay.example": "payments",
		"api.fastship.example": "", "orders-prod.azurewebsites.net": "ordering", "payments": "integration", "": ""} {
		got := ""
		if team := TeamOf(party); team != nil {
			got = *team
		}
		if got != want {
			t.Errorf("team of %q: %q, want %q", party, got, want)
		}
	}
	for _, k := range Kinds {
		for _, b := range append(k.between, k.culprit) {
			if b != "" && b != "api.fastship.example" && TeamOf(b) == nil {
				t.Errorf("%s: nobody owns %s", k.Name, b)
			}
		}
	}
}
