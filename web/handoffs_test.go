package web

import (
	"slices"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
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
	got.FromTeam, got.ToTeam, got.Kinds, want.FromTeam, want.ToTeam, want.Kinds = nil, nil, nil, nil, nil, nil
	if got.Count != want.Count || got.Failed != want.Failed || got.WaitP50Ns != wait || got.WaitP95Ns != wait || got.WaitMaxNs != wait || got.WaitCount != 1 {
		t.Errorf("%+v", got)
	}
	// The fake knows the spans of one flow only.
	if l.FlowCount != 8 || l.SampledFlows != 1 || l.Complete {
		t.Errorf("counted %d of %d, complete %v", l.SampledFlows, l.FlowCount, l.Complete)
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

func TestASharedHopCountsOnce(t *testing.T) {
	w := estate(t)
	d := newDirectory(w.owners, w.endpoints)
	m := handoffs{d: d, seen: map[uint64]bool{}, by: map[[2]string]*handoff{}}
	story := func(shared bool) *flow.Story {
		a, b := flow.Party{Endpoint: orderSend.Endpoint, ID: orderSend.ID}, flow.Party{Endpoint: shipTake.Endpoint, ID: shipTake.ID}
		return &flow.Story{Hops: []flow.Hop{{ID: 5, Shared: shared, Kind: flow.Queue, Parties: []flow.Party{a, b}}, {ID: 6, Parties: []flow.Party{a}}}}
	}
	m.add(story(true))
	m.add(story(true))
	if got := m.list(); len(got) != 1 || got[0].Count != 1 || got[0].WaitCount != 0 || got[0].WaitP50Ns != 0 {
		t.Errorf("%+v", got)
	}
}

func TestQuantile(t *testing.T) {
	tests := []struct {
		name    string
		sorted  []int64
		percent int
		want    int64
	}{
		{"none", nil, 50, 0}, {"one", []int64{7}, 50, 7}, {"middle", []int64{1, 2, 3}, 50, 2},
		{"lower middle of four", []int64{1, 2, 3, 4}, 50, 2}, {"most", []int64{1, 2, 3, 4}, 95, 4}, {"last", []int64{1, 2, 3, 4}, 100, 4},
	}
	for _, tc := range tests {
		if got := quantile(tc.sorted, tc.percent); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
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
