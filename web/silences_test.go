package web

import (
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/store"
)

func TestAServiceThatFellSilentIsOneFinding(t *testing.T) {
	w := estate(t)
	before := ask[FailureList](t, w, "/api/v1/failures").Failures
	w.silences = []store.Silence{{Service: shipTake.Service, Endpoint: shipTake.ID, Spans: 500, Last: time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)}}
	l := ask[FailureList](t, w, "/api/v1/failures").Failures
	if len(l) != len(before)+1 {
		t.Fatalf("%d findings, want one more than %d", len(l), len(before))
	}
	for i, f := range l {
		if i > 0 && f.Score > l[i-1].Score {
			t.Errorf("%s scores %f, after %f", f.Culprit.Service, f.Score, l[i-1].Score)
		}
		if f.Culprit.Rule != "source.silent" {
			continue
		}
		if f.Culprit.Service != shipTake.Service || f.Culprit.Team == nil || f.Status != "running" || !strings.Contains(f.Culprit.Reason, "09:30 UTC") {
			t.Errorf("%+v", f)
		}
	}
	for _, none := range []string{"?status=failed", "?environment=staging", "?team=nobody-such"} {
		for _, f := range ask[FailureList](t, w, "/api/v1/failures"+none).Failures {
			if f.Culprit.Rule == "source.silent" {
				t.Errorf("%s: %+v", none, f.Culprit)
			}
		}
	}
}
