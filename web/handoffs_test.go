package web

import (
	"slices"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

func TestHandoffsCountHopsBetweenTeams(t *testing.T) {
	w := estate(t)
	l := ask[HandoffList](t, w, "/api/v1/handoffs")
	// The send ends 15 ms after the flow began, the consumer starts after a second.
	checkout, shipping, wait := "checkout", "shipping", int64(985*time.Millisecond)
	want := Handoff{FromTeam: &checkout, FromName: "Checkout", ToTeam: &shipping, ToName: "Shipping", Count: 1, Failed: 1,
		Kinds: []string{"queue"}, WaitCount: 1, WaitP50Ns: wait, WaitP95Ns: wait, WaitMaxNs: wait}
	if len(l.Handoffs) != 1 {
		t.Fatalf("%+v", l.Handoffs)
	}
	got := l.Handoffs[0]
	if deref(got.FromTeam) != "checkout" || deref(got.ToTeam) != "shipping" || !slices.Equal(got.Kinds, want.Kinds) {
		t.Errorf("%+v", got)
	}
	near := func(ns int64) bool { return max(ns-wait, wait-ns) <= wait*11/1000 }
	if got.Count != want.Count || got.Failed != want.Failed || !near(got.WaitP50Ns) || !near(got.WaitP95Ns) || !near(got.WaitMaxNs) || got.WaitCount != 1 {
		t.Errorf("%+v", got)
	}
	// One flow of the estate was measured.
	if l.FlowCount != 8 || l.MeasuredFlows != 1 || l.Complete {
		t.Errorf("counted %d of %d, complete %v", l.MeasuredFlows, l.FlowCount, l.Complete)
	}
	if l := ask[HandoffList](t, w, "/api/v1/handoffs?team=nobody"); len(l.Handoffs) != 0 || !l.Complete {
		t.Errorf("of another team: %+v", l)
	}
}

func TestHandoffsOfOneTeamAreNone(t *testing.T) {
	w := estate(t)
	w.owners = parseOwnership(t, "teams: [{id: all}]\nrules:\n  - {match: {service: \"*\"}, owner: all}")
	if l := ask[HandoffList](t, w, "/api/v1/handoffs"); len(l.Handoffs) != 0 {
		t.Errorf("%+v", l.Handoffs)
	}
}

func TestHandoffSides(t *testing.T) {
	w := estate(t)
	partner := endpoint("", flow.API, flow.Provider, "POST /pay")
	partner.Host = "pay.bank.example"
	caller := endpoint("order-api", flow.API, flow.Caller, "POST /pay")
	stranger := endpoint("order-api", flow.API, flow.Caller, "GET /")
	w.endpoints = append(w.endpoints, partner, caller, stranger)
	w.owners = parseOwnership(t, "teams: [{id: one}, {id: two}, {id: bank}, {id: broker}]\nrules:\n  - {match: {service: \"order*\"}, owner: one}\n"+
		"  - {match: {service: shipping}, owner: two}\n  - {match: {host: \"*.bank.example\"}, owner: bank}\n  - {match: {role: channel}, owner: broker}")
	tests := []struct {
		name          string
		handed        []store.Handed
		from, to      string
		count, failed int64
		kind          string
	}{
		{"a message", []store.Handed{{From: orderSend.ID, To: shipTake.ID, Flows: 3, Failed: 1}}, "one", "two", 3, 1, "queue"},
		{"a hop that flows share counts once", []store.Handed{{From: orderSend.ID, To: shipTake.ID, Shared: 5, Flows: 3, Failed: 3},
			{From: orderSend.ID, To: shipTake.ID, Shared: 5, Flows: 2, Failed: 2}}, "one", "two", 1, 1, "queue"},
		{"a message nobody took up", []store.Handed{{From: orderSend.ID, Flows: 2}}, "one", "broker", 2, 0, "queue"},
		{"a message from an unknown sender", []store.Handed{{To: shipTake.ID, Flows: 2}}, "broker", "two", 2, 0, "queue"},
		{"a party outside", []store.Handed{{From: caller.ID, Flows: 4}}, "one", "bank", 4, 0, "api"},
		{"a party of which nothing is known", []store.Handed{{From: stranger.ID, Flows: 4}}, "", "", 0, 0, ""},
		{"an endpoint of which nothing is known", []store.Handed{{From: 99, To: shipTake.ID, Flows: 4}}, "", "", 0, 0, ""},
		{"within one team", []store.Handed{{From: caller.ID, To: orderAPI.ID, Flows: 4}}, "", "", 0, 0, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			m := handoffs{d: newDirectory(w.owners, w.endpoints), seen: map[uint64]bool{}, by: map[[2]string]*handoff{}}
			for i := range tc.handed {
				m.add(&tc.handed[i])
			}
			got := m.list()
			if tc.count == 0 {
				if len(got) != 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			if len(got) != 1 || deref(got[0].FromTeam) != tc.from || deref(got[0].ToTeam) != tc.to || got[0].Count != tc.count || got[0].Failed != tc.failed ||
				!slices.Equal(got[0].Kinds, []string{tc.kind}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestWaitQuantiles(t *testing.T) {
	us := func(n int64) flow.WaitClass { return flow.WaitOf(n * 1000) }
	tests := []struct {
		name                 string
		waits                map[flow.WaitClass]int64
		n, p50, p95, longest int64
	}{
		{"none", nil, 0, 0, 0, 0},
		{"one", map[flow.WaitClass]int64{us(2): 1}, 1, 2000, 2000, 2000},
		{"lower middle of four", map[flow.WaitClass]int64{us(1): 2, us(2): 1, us(4): 1}, 4, 1000, 4000, 4000},
		{"a twentieth is longer", map[flow.WaitClass]int64{us(1): 95, us(4): 5}, 100, 1000, 1000, 4000},
	}
	for _, tc := range tests {
		n, p50, p95, longest := (&handoff{waits: tc.waits}).quantiles()
		if n != tc.n || p50 != tc.p50 || p95 != tc.p95 || longest != tc.longest {
			t.Errorf("%s: %d, %d, %d, %d", tc.name, n, p50, p95, longest)
		}
	}
}

func TestTeamFigures(t *testing.T) {
	w := estate(t)
	shipping := ask[TeamFigures](t, w, "/api/v1/teams/shipping/figures?buckets=6")
	if shipping.Flows != 1 || shipping.FailuresCaused != 1 || shipping.FailuresSuffered != 0 || len(shipping.Suffered) != 0 {
		t.Errorf("shipping %+v", shipping)
	}
	// Ten minutes a bucket; the failure is a bit less than ten minutes old.
	if !slices.Equal(shipping.Trend.Caused, []int64{0, 0, 0, 0, 0, 1}) || shipping.StepNs != int64(10*time.Minute) {
		t.Errorf("trend %+v", shipping.Trend)
	}
	checkout := ask[TeamFigures](t, w, "/api/v1/teams/checkout/figures")
	if checkout.Flows != 7 || checkout.FailuresCaused != 0 || checkout.FailuresSuffered != 2 || len(checkout.Suffered) != 2 {
		t.Errorf("checkout %+v", checkout)
	}
	if deref(checkout.Suffered[0].Culprit.Team) != "shipping" {
		t.Errorf("suffered from %+v", checkout.Suffered[0].Culprit)
	}
}

func TestWhatATeamCausedItDidNotSuffer(t *testing.T) {
	w := estate(t)
	// The failed flow's culprit now belongs to a team that the flow touched before it.
	w.owners = parseOwnership(t, "teams: [{id: one}]\nrules:\n  - {match: {service: [\"order*\", shipping]}, owner: one}")
	one := ask[TeamFigures](t, w, "/api/v1/teams/one/figures")
	if one.FailuresCaused != 1 || one.FailuresSuffered != 1 || len(one.Suffered) != 1 || one.Suffered[0].Culprit.Team != nil {
		t.Errorf("%+v", one)
	}
}
