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
	want := Coverage{Endpoints: Share{3, 4}, Spans: Share{100 + 99 + 98, 100 + 99 + 98 + 97}, Failures: Share{1, 2}}
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

func TestRuleForMatchesItsEndpoint(t *testing.T) {
	tests := []struct {
		name string
		e    flow.Endpoint
		want string
	}{
		{"service", flow.Endpoint{Service: "billing", Kind: flow.API, Operation: "GET /x", Role: flow.Provider}, "{service: billing}"},
		{"channel", flow.Endpoint{Service: "billing", Kind: flow.Queue, Destination: "orders", Role: flow.Channel}, "{kind: queue, destination: orders, role: channel}"},
		{"outside party", flow.Endpoint{Kind: flow.API, Host: "api.bank.example", Role: flow.Provider}, "{host: api.bank.example}"},
		{"pattern characters", flow.Endpoint{Service: "a*[b]", Role: flow.Provider}, `{service: "a\\*\\[b]"}`},
		{"quotes", flow.Endpoint{Service: `it's "x": {y}`, Role: flow.Provider}, `{service: "it's \"x\": {y}"}`},
		{"number", flow.Endpoint{Service: "007", Role: flow.Provider}, `{service: "007"}`},
		{"word", flow.Endpoint{Service: "null", Role: flow.Provider}, `{service: "null"}`},
		{"no name at all", flow.Endpoint{Kind: flow.Workflow, Operation: "sleep", Role: flow.Activity}, "{kind: workflow, operation: sleep}"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			text := ruleFor(&tc.e, "crew")
			if want := "  - match: " + tc.want + "\n    owner: crew"; text != want {
				t.Errorf("got  %s\nwant %s", text, want)
			}
			set := parseOwnership(t, "teams: [{id: crew}]\nrules:\n"+text)
			if o := set.Resolve(subject(&tc.e)); o.Team != "crew" {
				t.Errorf("the rule gives %+v", o)
			}
		})
	}
}
