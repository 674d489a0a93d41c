package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
)

func TestOwnershipShowsWhatIsOwned(t *testing.T) {
	w := estate(t)
	w.owners = parseOwnership(t, ownershipYAML+`
  - match: {service: order-api, kind: queue}
    owner: checkout
  - match: {service: nothing-has-this}
    owner: checkout
  - match: {service: "ship*"}
    owner: shipping
`)
	got := ask[Ownership](t, w, "/api/v1/ownership")
	// The fake's traffic is 100 spans for the first endpoint and one less for each next one.
	want := Coverage{Endpoints: Share{3, 3, 4}, Spans: Share{100 + 99 + 98, 100 + 99 + 98, 100 + 99 + 98 + 97}, Failures: Share{1, 1, 2}}
	if got.Coverage != want {
		t.Errorf("coverage %+v, want %+v", got.Coverage, want)
	}
	if len(got.Unowned) != 1 || got.Unowned[0].Endpoint.Service != "mystery" || got.Unowned[0].FailuresCaused != 1 || got.Unowned[0].OnPurpose {
		t.Errorf("unowned %+v", got.Unowned)
	}
	var reasons []string
	for _, r := range got.IdleRules {
		reasons = append(reasons, r.Match+" "+r.Reason)
	}
	if !slices.Equal(reasons, []string{`{service: "shipping"} shadowed`, `{service: "order-legacy"} unmatched`, `{service: "nothing-has-this"} unmatched`}) {
		t.Errorf("idle rules %q", reasons)
	}
	if !strings.Contains(got.IdleRules[0].Detail, "rule 6 (ownership.yaml:") {
		t.Errorf("the rule that wins is not named: %s", got.IdleRules[0].Detail)
	}
	if other := ask[Ownership](t, w, "/api/v1/ownership?environment=test"); other.Coverage.Endpoints.Total != 0 || len(other.Unowned) != 0 {
		t.Errorf("another environment has %+v", other.Coverage)
	}
}

func TestUnownedAreRankedByFailuresThenTraffic(t *testing.T) {
	w := estate(t)
	w.owners = emptySet()
	var order []string
	for _, u := range ask[Ownership](t, w, "/api/v1/ownership").Unowned {
		order = append(order, u.Endpoint.ID)
	}
	// Both of these caused a failure; the consumer has more spans. Then by spans.
	if want := []string{idOf(shipTake), idOf(unownedEnd), idOf(orderAPI), idOf(orderSend)}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

func TestOwnershipShowsConflictsAndIdleTeams(t *testing.T) {
	w := estate(t)
	w.endpoints[2].Attrs = []flow.Attr{{Key: "team", Value: "checkout"}}
	w.owners = parseOwnership(t, strings.Replace(ownershipYAML, "rules:", "  - id: sleepers\nrules:", 1))
	got := ask[Ownership](t, w, "/api/v1/ownership")
	if len(got.Conflicts) != 1 || got.ConflictCount != 1 {
		t.Fatalf("conflicts %+v", got.Conflicts)
	}
	says := got.Conflicts[0].Says
	if len(says) != 2 || !says[0].Decides || deref(says[0].Team) != "shipping" || says[0].Line == 0 || says[1].Origin != "team" || deref(says[1].Team) != "checkout" {
		t.Errorf("says %+v", says)
	}
	if len(got.IdleTeams) != 1 || got.IdleTeams[0].ID != "sleepers" || got.IdleTeams[0].Line == 0 {
		t.Errorf("idle teams %+v", got.IdleTeams)
	}
}

func TestOwnershipShowsBrokenSourcesFirst(t *testing.T) {
	w := estate(t)
	w.status = ownership.Status{Sources: []ownership.Source{
		{Name: "a.yaml", Type: ownership.TypeFile, Health: ownership.Well, Good: now},
		{Name: "catalogue", Type: "backstage", Health: ownership.Waiting},
		{Name: "b.csv", Type: "csv", Health: ownership.Broken, Since: now.Add(-time.Minute),
			Problems: ownership.Problems{{File: "b.csv", Line: 3, Column: 7, What: "has no owner", Remedy: "name one"}}},
	}}
	got := ask[Ownership](t, w, "/api/v1/ownership").Sources
	if len(got) != 3 || got[0].Name != "b.csv" || got[1].Name != "catalogue" || got[2].Name != "a.yaml" {
		t.Fatalf("%+v", got)
	}
	if got[0].Since == nil || got[0].Good != nil || got[0].Problems[0] != (OwnerProblem{File: "b.csv", Line: 3, Column: 7, What: "has no owner", Remedy: "name one"}) {
		t.Errorf("%+v", got[0])
	}
}

func TestNeighboursSpeakForAnOwner(t *testing.T) {
	w := estate(t)
	w.owners = parseOwnership(t, "teams: [{id: checkout}, {id: shipping}]\nrules:\n  - {match: {service: \"order*\"}, owner: checkout}")
	got := ask[Ownership](t, w, "/api/v1/ownership").Unowned
	if len(got) != 2 || got[0].Endpoint.Service != "shipping" || got[0].Proposal == nil {
		t.Fatalf("%+v", got)
	}
	p := got[0].Proposal
	if p.Team != "checkout" || len(p.Evidence) == 0 || !strings.Contains(p.Evidence[0], "order-api sends to it") || p.CatalogInfo == "" {
		t.Errorf("%+v", p)
	}
	if set := parseOwnership(t, "teams: [{id: checkout}]\nrules:\n"+got[0].Rule); set.Resolve(subject(&shipTake.Endpoint)).Team != "checkout" {
		t.Errorf("the rule does not do what it says:\n%s", got[0].Rule)
	}
	if got[1].Proposal != nil || got[1].Rule != "  - match: {service: mystery}\n    owner: TEAM" {
		t.Errorf("%+v", got[1])
	}
}

func TestTurns(t *testing.T) {
	flows := map[uint64][]flow.FlowID{1: {flowNo(1), flowNo(2), flowNo(3)}, 2: {flowNo(1), flowNo(4)}}
	if got := turns([]uint64{1, 2, 3}, flows, 3); !slices.Equal(got, []flow.FlowID{flowNo(1), flowNo(2), flowNo(4)}) {
		t.Errorf("%v", got)
	}
}
