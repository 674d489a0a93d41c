package e2e

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"
)

// account is what Baton says about a run of the demo.
type account struct {
	flows  map[string]apiFlow // by their traces
	traces map[string]int     // trace -> spans
	listed int                // rows of the list
	spans  int                // of the rows of the list
}

// window is a query for everything that happened in some flows.
func window(flows []truth) url.Values {
	from := flows[0].Start
	for _, tr := range flows {
		if tr.Start.Before(from) {
			from = tr.Start
		}
	}
	return url.Values{"from": {from.Add(-time.Minute).Format(time.RFC3339Nano)}, "to": {time.Now().Add(time.Minute).UTC().Format(time.RFC3339Nano)}}
}

// settled waits until Baton has stored, joined and judged as many traces and spans as there are, and answers its list.
// Where something is missing for good, the list is answered at the limit, for the caller to say what is wrong with it.
func (b *baton) settled(flows []truth, spans int, limit time.Duration) []apiFlow {
	b.t.Helper()
	wantTraces, running := 0, 0
	for _, tr := range flows {
		wantTraces += len(tr.TraceIDs)
		if tr.Verdict == "running" {
			running++
		}
	}
	began := time.Now()
	var list []apiFlow
	state := func() error {
		var err error
		if list, err = b.flows(window(flows)); err != nil {
			return err
		}
		haveTraces, haveSpans, open := 0, 0, 0
		for _, f := range list {
			haveTraces, haveSpans = haveTraces+f.TraceCount, haveSpans+f.SpanCount
			if f.Status == "running" {
				open++
			}
		}
		if haveTraces != wantTraces || haveSpans != spans || open > running || len(list) != len(flows) {
			return fmt.Errorf("%d flows of %d traces and %d spans, %d of them running; it was %d flows of %d traces and %d spans, %d of them running",
				len(list), haveTraces, haveSpans, open, len(flows), wantTraces, spans, running)
		}
		return nil
	}
	deadline := time.Now().Add(limit)
	for {
		err := state()
		if err == nil {
			b.t.Logf("settled %v after the last acknowledgement", time.Since(began).Round(10*time.Millisecond))
			return list
		}
		if time.Now().After(deadline) {
			b.t.Logf("not settled within %v: %v", limit, err)
			b.unsettled = true
			return list
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// sampled chooses the flows that are read: every one that is not plainly well and, to spare the machine, one in eight of
// the others (in the long form one in four). Verdict and start choose, so that the same flow is chosen however its spans
// were sent. What is left out is still counted: as many flows, traces and spans as there are must be in the list.
func sampled(verdict string, start time.Time) bool {
	of := int64(8)
	if soak() {
		of = 4
	}
	return verdict != "completed" || start.UnixNano()/100%of == 0
}

// account reads the spans of the sampled flows, and the page of every tenth of them.
func (b *baton) account(all []apiFlow) account {
	b.t.Helper()
	began := time.Now()
	a := account{flows: map[string]apiFlow{}, traces: map[string]int{}}
	var list []apiFlow
	for _, f := range all {
		a.spans += f.SpanCount
		if a.listed++; b.unsettled || sampled(f.Status, f.Start) {
			list = append(list, f)
		}
	}
	var mu sync.Mutex
	rows := make([]int, len(list))
	for i := range rows {
		rows[i] = i
	}
	err := each(rows, func(i int) error {
		f := list[i]
		if i%10 == 0 {
			if err := b.checkPage(f); err != nil {
				return err
			}
		}
		spans, err := b.flowSpans(f.ID)
		if err != nil {
			return err
		}
		if spans.SpanCount != f.SpanCount {
			return fmt.Errorf("flow %s is listed with %d spans and has %d", f.ID, f.SpanCount, spans.SpanCount)
		}
		mu.Lock()
		defer mu.Unlock()
		a.flows[key(spans.Traces)] = f
		for _, trace := range spans.Columns.Trace {
			a.traces[spans.Traces[trace]]++
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Logf("%d flows of %d read in %v", len(list), len(all), time.Since(began).Round(10*time.Millisecond))
	return a
}

// checkPage demands that a flow's page agrees with its row in the list.
func (b *baton) checkPage(row apiFlow) error {
	f, err := b.flow(row.ID)
	if err != nil {
		return err
	}
	if f.ID != row.ID || f.Status != row.Status || f.SpanCount != row.SpanCount || row.TraceCount != len(f.TraceIDs) {
		return fmt.Errorf("flow %s is listed as %+v; its page says %+v", row.ID, row, f)
	}
	if len(f.Joins) != len(f.TraceIDs)-1 {
		return fmt.Errorf("flow %s: %d reasons for joining %d traces", f.ID, len(f.Joins), len(f.TraceIDs))
	}
	return nil
}

// each calls f for every item, four at a time, and joins the first errors.
func each[T any](items []T, f func(T) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	work := make(chan T)
	for range 4 {
		wg.Go(func() {
			for item := range work {
				if err := f(item); err != nil {
					mu.Lock()
					if len(errs) < 5 {
						errs = append(errs, err)
					}
					mu.Unlock()
				}
			}
		})
	}
	for _, item := range items {
		work <- item
	}
	close(work)
	wg.Wait()
	return errors.Join(errs...)
}

// score compares with the truth and demands what Baton promises.
func (a account) score(t *testing.T, flows []truth) {
	t.Helper()
	joined, verdict, failed, team := 0, 0, 0, 0
	missed := map[string]int{}
	miss := func(what string, tr truth, said string) {
		if missed[what]++; missed[what] <= 5 {
			t.Logf("%s: flow %s (%s, %s, fault %q, culprit %s of %s): %s", what, tr.Flow, tr.Type, tr.Verdict, tr.Fault, tr.CulpritService, deref(tr.CulpritTeam), said)
		}
	}
	scored := 0
	for _, tr := range flows {
		if !sampled(tr.Verdict, tr.Start) {
			continue
		}
		scored++
		if tr.failed() {
			failed++
		}
		f, ok := a.flows[key(tr.TraceIDs)]
		if !ok {
			miss("not joined", tr, fmt.Sprintf("no flow has exactly its %d traces", len(tr.TraceIDs)))
			continue
		}
		joined++
		if f.Status == tr.Verdict {
			verdict++
		} else {
			miss("verdict", tr, fmt.Sprintf("%s is %s, culprit %+v", f.ID, f.Status, f.Culprit))
		}
		if !tr.failed() {
			continue
		}
		if f.Culprit != nil && deref(f.Culprit.Team) == deref(tr.CulpritTeam) {
			team++
		} else {
			said := "no culprit"
			if f.Culprit != nil {
				said = fmt.Sprintf("%s of %s, %s, by %s", f.Culprit.Service, deref(f.Culprit.Team), f.Culprit.Reason, f.Culprit.Rule)
			}
			miss("culprit", tr, f.ID+": "+said)
		}
	}
	t.Logf("of %d flows (%d in all) %d are joined to exactly their traces and %d have the right verdict; of %d failed ones %d have the right team",
		scored, len(flows), joined, verdict, failed, team)
	if failed == 0 {
		t.Error("the demo had no failed flows: nothing was shown about culprits")
	}
	atLeast(t, "joined to exactly their traces", joined, scored, 0.995)
	atLeast(t, "with the right verdict", verdict, scored, 0.99)
	atLeast(t, "failed flows with the right team", team, failed, 0.97)
}

func atLeast(t *testing.T, what string, n, of int, share float64) {
	t.Helper()
	// One in twenty is five per cent: a small number may always miss one.
	if float64(n) < min(share*float64(of), float64(of-1)) {
		t.Errorf("%s: %d of %d, want %.1f %%", what, n, of, 100*share)
	}
}

func deref(team *string) string {
	if team == nil {
		return "nobody"
	}
	return *team
}

// same demands that two accounts part the same traces into the same flows with the same verdicts.
func (a account) same(t *testing.T, of account) {
	t.Helper()
	if len(a.flows) != len(of.flows) || a.listed != of.listed {
		t.Errorf("%d flows (%d listed), want %d (%d listed)", len(a.flows), a.listed, len(of.flows), of.listed)
	}
	for traces, got := range a.flows {
		if _, ok := of.flows[traces]; !ok && sampled(got.Status, got.Start) {
			t.Logf("flow %s is one too many: %s, %+v, %+v, of the traces %s", got.ID, got.Status, got.Type, got.Culprit, traces)
		}
	}
	differ := 0
	for traces, want := range of.flows {
		got, ok := a.flows[traces]
		switch {
		case ok && got.Status == want.Status:
			continue
		case ok:
			t.Logf("flow %s is %s (%+v), want %s (%+v)", got.ID, got.Status, got.Culprit, want.Status, want.Culprit)
		default:
			t.Logf("no %s flow begun at %v, type %+v, culprit %+v, has exactly the traces %s", want.Status, want.Start, want.Type, want.Culprit, traces)
		}
		if differ++; differ > 5 {
			break
		}
	}
	if differ > 0 {
		t.Error("flows differ between two ways of sending the same spans")
	}
}

// whole demands that every acknowledged span is there once.
func (a account) whole(t *testing.T, b *baton, of account, spans int) {
	t.Helper()
	for trace, n := range a.traces {
		if want, ok := of.traces[trace]; ok && n != want {
			t.Errorf("trace %s has %d spans, want %d", trace, n, want)
		}
	}
	if a.spans != spans {
		t.Errorf("flows have %d spans, %d were acknowledged", a.spans, spans)
	}
	s, err := b.status()
	if err != nil {
		t.Fatal(err)
	}
	if n := int(s.figure("spans in the last hour")); n != spans {
		t.Errorf("the store counted %d spans on their way in, %d were acknowledged", n, spans)
	}
}
