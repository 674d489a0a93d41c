package webextension

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/baton-observability/baton/web"
)

// The report's figures are those of the raw spans, on the real engine, with a
// service that changes hands in the middle of the window.
func TestReportIsWhatTheSpansSay(t *testing.T) {
	c, h := newCompany(t)
	var got web.OwnershipReport
	c.ask(t, h, "/api/v1/ownership/report", &got)
	for _, m := range []web.Measured{got.Measured, got.Before.Measured} {
		if m.Flows != m.OfFlows || m.Failures != m.OfFailures || m.Failures < 20 {
			t.Errorf("measured %+v", m)
		}
	}
	now, before := c.expect(windowMS, 2*windowMS), c.expect(0, windowMS)
	if now["early"].FailuresCaused == 0 || now["late"].FailuresCaused == 0 || now["late"].RecoveryMeanNs == nil {
		t.Fatalf("the company shows too little: %+v", now)
	}
	for _, row := range append(got.Teams, got.Unowned) {
		var figures web.ReportFigures
		text, _ := json.Marshal(row)
		if err := json.Unmarshal(text, &figures); err != nil {
			t.Fatal(err)
		}
		for when, p := range map[string]struct{ got, want *web.ReportFigures }{"now": {&figures, now[row.ID]}, "before": {&row.Before, before[row.ID]}} {
			if p.want == nil {
				zero := 0.0
				p.want = &web.ReportFigures{LatencyShare: &zero}
			}
			if !reflect.DeepEqual(p.got, p.want) {
				a, _ := json.MarshalIndent(p.got, "", " ")
				b, _ := json.MarshalIndent(p.want, "", " ")
				t.Errorf("%q %s:\ngot  %s\nwant %s", row.ID, when, a, b)
			}
		}
	}
}

// The hand-offs between teams are those of the raw spans: counts and failures to
// the last digit, waits within 1.1 %.
func TestHandoffsAreWhatTheSpansSay(t *testing.T) {
	c, h := newCompany(t)
	var got web.HandoffList
	c.ask(t, h, "/api/v1/handoffs", &got)
	if !got.Complete || got.MeasuredFlows < 100 {
		t.Errorf("%d of %d flows", got.MeasuredFlows, got.FlowCount)
	}
	want := c.expectHands(windowMS, 2*windowMS)
	if len(want) < 6 || len(want) != len(got.Handoffs) {
		t.Errorf("%d pairs of teams, want %d", len(got.Handoffs), len(want))
	}
	failed := int64(0)
	for _, x := range got.Handoffs {
		failed += x.Failed
		var teams [2]string
		for i, team := range []*string{x.FromTeam, x.ToTeam} {
			if team != nil {
				teams[i] = *team
			}
		}
		w := want[teams]
		if w == nil || x.Count != w.count || x.Failed != w.failed || x.WaitCount != int64(len(w.waits)) {
			t.Errorf("%v: %+v, want %+v", teams, x, w)
			continue
		}
		n := len(w.waits)
		p50, p95 := w.waits[(n*50+99)/100-1], w.waits[(n*95+99)/100-1]
		near := func(a, b int64) bool { return max(a-b, b-a) <= b*11/1000 }
		if !near(x.WaitMaxNs, w.waits[n-1]) || !near(x.WaitP50Ns, p50) || !near(x.WaitP95Ns, p95) {
			t.Errorf("%v: waits %d %d %d, want %d %d %d", teams, x.WaitP50Ns, x.WaitP95Ns, x.WaitMaxNs, p50, p95, w.waits[n-1])
		}
	}
	if failed < 20 {
		t.Errorf("the company shows too few failures: %d", failed)
	}
}
