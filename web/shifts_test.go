package web

import (
	"strings"
	"testing"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

func TestServicesThatOnlyGotSlowerAreFailuresToo(t *testing.T) {
	w := estate(t)
	stock := endpoint("stock", flow.API, flow.Provider, "GET /items")
	w.endpoints = append(w.endpoints, stock)
	tally := func(n, bucket uint64) flow.Tally {
		return flow.Tally{N: n, Sum: n * bucket, Squares: n*bucket*bucket + n}
	}
	slower := func(e store.EndpointRecord, was, is uint64) flow.Change {
		return flow.Change{What: flow.OwnTime, A: e.ID, Before: tally(500, was), Now: tally(400, is)}
	}
	before := ask[FailureList](t, w, "/api/v1/failures").Failures
	w.changes = []flow.Change{
		slower(orderAPI, 60, 62),
		slower(stock, 53, 62),    // changed most
		slower(shipTake, 50, 56), // is blamed already
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
	if f := l[stocked-1]; f.FlowCount != 400 || f.Status != "slow" || f.Culprit.Team != nil || !strings.Contains(f.Culprit.Reason, "110ms instead of 23ms") {
		t.Errorf("%+v", f)
	}
	if i := at["shipping consumer-failed"] - 1; l[i].Score <= before[0].Score {
		t.Errorf("a service that fails and got slower scores %f, it was %f", l[i].Score, before[0].Score)
	}
	w.changes = []flow.Change{
		{What: flow.Acted, A: stock.ID, Before: flow.Tally{N: 50}, Now: flow.Tally{N: 60}},
		{What: flow.Stepped, A: stock.ID, B: orderAPI.ID, Before: flow.Tally{N: 50}, Now: flow.Tally{N: 3}},
		{What: flow.Underway, A: orderSend.ID, B: orderAPI.ID, Before: tally(50, 40), Now: tally(60, 70)},
	}
	rules := map[string]Failure{}
	for _, f := range ask[FailureList](t, w, "/api/v1/failures").Failures {
		rules[f.Culprit.Rule] = f
	}
	if f := rules["shift.steps"]; f.Status != "stalled" || f.Culprit.Service != "stock" || f.Culprit.Reason != "no longer goes on to POST /orders: in 5 % of flows, before in 100 %" {
		t.Errorf("%+v", f)
	}
	if f := rules["shift.network"]; f.Status != "slow" || f.Culprit.Role != "hand-off" || f.Culprit.Between == nil {
		t.Errorf("%+v", f)
	}
	for _, none := range []string{"?status=failed", "?environment=staging", "?team=shipping"} {
		for _, f := range ask[FailureList](t, w, "/api/v1/failures"+none).Failures {
			if strings.HasPrefix(f.Culprit.Rule, "shift.") {
				t.Errorf("%s: %+v", none, f.Culprit)
			}
		}
	}
}
