package web

import (
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

func TestServicesThatOnlyGotSlowerAreFailuresToo(t *testing.T) {
	w := estate(t)
	stock := endpoint("stock", flow.API, flow.Provider, "GET /items")
	w.endpoints = append(w.endpoints, stock)
	slower := func(e store.EndpointRecord, was, is time.Duration) store.Shift {
		return store.Shift{Endpoint: e.ID, Before: 500, Now: 400, Was: was, Is: is}
	}
	before := ask[FailureList](t, w, "/api/v1/failures").Failures
	w.shifts = []store.Shift{
		slower(orderAPI, 100*time.Millisecond, 180*time.Millisecond), // waits for the one below
		slower(stock, 20*time.Millisecond, 100*time.Millisecond),     // and changed most
		slower(orderSend, time.Millisecond, time.Second),             // waits for its broker
		slower(shipTake, 10*time.Millisecond, 30*time.Millisecond),   // is blamed already
	}
	l := ask[FailureList](t, w, "/api/v1/failures").Failures
	at := map[string]int{}
	for i, f := range l {
		at[f.Culprit.Service+" "+f.Culprit.Rule] = i + 1
		if i > 0 && f.Score > l[i-1].Score {
			t.Errorf("%s scores %f, after %f", f.Culprit.Service, f.Score, l[i-1].Score)
		}
	}
	stocked, order := at["stock shift.duration"], at["order-api shift.duration"]
	if len(l) != len(before)+2 || stocked == 0 || order == 0 || stocked > order {
		t.Fatalf("%v", at)
	}
	if f := l[stocked-1]; f.FlowCount != 400 || f.Status != "slow" || f.Culprit.Team != nil || !strings.Contains(f.Culprit.Reason, "100ms instead of 20ms") {
		t.Errorf("%+v", f)
	}
	if i := at["shipping consumer-failed"] - 1; l[i].Score <= before[0].Score {
		t.Errorf("a service that fails and got slower scores %f, it was %f", l[i].Score, before[0].Score)
	}
	for _, none := range []string{"?status=failed", "?environment=staging", "?team=shipping"} {
		for _, f := range ask[FailureList](t, w, "/api/v1/failures"+none).Failures {
			if f.Culprit.Rule == "shift.duration" {
				t.Errorf("%s: %+v", none, f.Culprit)
			}
		}
	}
}
