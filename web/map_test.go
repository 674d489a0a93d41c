package web

import (
	"fmt"
	"strings"
	"testing"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

func TestMapIsDrawnFromHandOffs(t *testing.T) {
	w := estate(t)
	m := ask[Map](t, w, "/api/v1/map?by=team")
	if m.SampledFlows != 1 || m.FlowCount != 8 || len(m.Edges) != 2 || m.Truncated {
		t.Fatalf("%+v", m)
	}
	for _, e := range m.Edges {
		if e.Count != 1 || e.Errors != 1 || e.Interactions != 1 || !e.Handoff || e.Kind != "queue" {
			t.Errorf("%+v", e)
		}
	}
	s := ask[Map](t, w, "/api/v1/map?team=shipping")
	if len(s.Nodes) != 2 || s.Nodes[1].ID != "service:shipping" || deref(s.Nodes[1].Team) != "shipping" {
		t.Errorf("%+v", s.Nodes)
	}
	if q := w.filters[len(w.filters)-1]; len(q.Endpoints) != 1 || q.Endpoints[0] != shipTake.ID {
		t.Errorf("asked for flows of %v", q.Endpoints)
	}
	if other := ask[Map](t, w, "/api/v1/map?environment=test"); len(other.Edges) != 0 || other.FlowCount != 1 || other.SampledFlows != 0 {
		t.Errorf("of another environment: %+v", other)
	}
}

// What a map shows of owners is of today or of the time of the flows.
func TestMapOfOwnersThen(t *testing.T) {
	w := estate(t)
	w.history = []store.OwnerChange{{Endpoint: shipTake.ID, At: at(-48 * 3600e9), Team: "checkout"}, {Endpoint: shipTake.ID, At: at(-60e9), Team: "shipping"}}
	for when, want := range map[string]string{"now": "shipping", "then": "checkout"} {
		m := ask[Map](t, w, "/api/v1/map?owners="+when)
		for _, n := range m.Nodes {
			if n.ID == "service:shipping" && deref(n.Team) != want {
				t.Errorf("%s it is %s", when, deref(n.Team))
			}
		}
		if len(m.Nodes) != 3 {
			t.Errorf("%s: %+v", when, m.Nodes)
		}
	}
}

func TestMapEdges(t *testing.T) {
	w := estate(t)
	outside := func(host, operation string) store.EndpointRecord {
		e := endpoint("", flow.API, flow.Provider, operation)
		e.Host = host
		e.ID = e.Endpoint.ID()
		return e
	}
	bank, slow, quick, third := outside("pay.bank.example", "POST /pay"), outside("slow.example", "GET"), outside("quick.example", "GET"), outside("third.example", "GET")
	payer := endpoint("order-api", flow.API, flow.Caller, "POST /pay")
	getter, other := endpoint("order-api", flow.API, flow.Caller, "GET"), endpoint("shipping", flow.API, flow.Caller, "GET")
	send, take := orderSend, shipTake
	send.Destination, take.Destination = "orders", "orders"
	send.ID, take.ID = send.Endpoint.ID(), take.Endpoint.ID()
	w.endpoints = append(w.endpoints, bank, slow, quick, third, payer, getter, other, send, take)
	w.owners = parseOwnership(t, "teams: [{id: one}, {id: two}, {id: bank}, {id: broker}]\nrules:\n  - {match: {service: \"order*\"}, owner: one}\n"+
		"  - {match: {service: shipping}, owner: two}\n  - {match: {host: \"*.bank.example\"}, owner: bank}\n  - {match: {role: channel}, owner: broker}")
	tests := []struct {
		name     string
		by, team string
		pairs    []store.HandedPair
		want     []string
	}{
		{"a call", "service", "", []store.HandedPair{{From: payer.ID, To: orderAPI.ID, Count: 5, Failed: 2}}, []string{"order-api > order-api api 5 2 1 false"}},
		{"calls between the same services by several ways are one edge", "service", "",
			[]store.HandedPair{{From: payer.ID, To: orderAPI.ID, Count: 5, Failed: 2}, {From: getter.ID, To: orderAPI.ID, Count: 1, Failed: 1}},
			[]string{"order-api > order-api api 6 3 2 false"}},
		{"a message nobody took up", "service", "", []store.HandedPair{{From: send.ID, Count: 2}}, []string{"order-api > orders queue 2 0 1 true"}},
		{"a message from an unknown sender", "service", "", []store.HandedPair{{To: take.ID, Count: 2}}, []string{"orders > shipping queue 2 0 1 true"}},
		{"a message, by team", "team", "", []store.HandedPair{{From: send.ID, To: take.ID, Count: 3, Failed: 1}},
			[]string{"broker > two queue 3 1 1 true", "one > broker queue 3 1 1 true"}},
		{"only the sides of a team", "team", "two", []store.HandedPair{{From: send.ID, To: take.ID, Count: 3, Failed: 1}}, []string{"broker > two queue 3 1 1 true"}},
		{"a party outside", "service", "", []store.HandedPair{{From: payer.ID, To: bank.ID, Count: 4}}, []string{"order-api > pay.bank.example api 4 0 1 true"}},
		{"a party outside that a row does not name", "team", "", []store.HandedPair{{From: payer.ID, Count: 4}}, []string{"one > bank api 4 0 1 true"}},
		{"a party outside that is too new", "service", "", []store.HandedPair{{From: payer.ID, To: 98, Count: 4}}, []string{"order-api > pay.bank.example api 4 0 1 true"}},
		{"one of several, of which the caller calls one at least", "service", "", []store.HandedPair{{From: getter.ID, To: slow.ID, Count: 4}, {From: getter.ID, Count: 3, Failed: 1}},
			[]string{"order-api > quick.example or slow.example or third.example api 3 1 1 true", "order-api > slow.example api 4 0 1 true"}},
		{"several that others call", "service", "", []store.HandedPair{{From: getter.ID, To: slow.ID, Count: 4}, {From: other.ID, Count: 3}},
			[]string{"order-api > slow.example api 4 0 1 true"}},
		{"endpoints of which nothing is known", "service", "", []store.HandedPair{{From: 99, To: take.ID, Count: 4}, {From: 99, Count: 4}, {To: 99, Count: 1}, {}}, nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			m := newMapper(newDirectory(w.owners, w.endpoints), tc.by, tc.team).draw(tc.pairs)
			var got []string
			for _, e := range m.Edges {
				got = append(got, fmt.Sprintf("%s > %s %s %d %d %d %v", e.From, e.To, e.Kind, e.Count, e.Errors, e.Interactions, e.Handoff))
			}
			if s := strings.NewReplacer("service:", "", "team:", "").Replace(strings.Join(got, "\n")); !sameLines(s, tc.want) {
				t.Errorf("%s\nwant\n%s", s, strings.Join(tc.want, "\n"))
			}
		})
	}
}

func sameLines(got string, want []string) bool {
	lines := map[string]int{}
	for _, l := range strings.Split(got, "\n") {
		lines[l]++
	}
	for _, l := range want {
		lines[l]--
	}
	if len(want) == 0 {
		lines[""]--
	}
	for _, n := range lines {
		if n != 0 {
			return false
		}
	}
	return true
}

// Where there are too many edges, one on which something failed stays.
func TestMapKeepsFailures(t *testing.T) {
	w := estate(t)
	var pairs []store.HandedPair
	for n := range maxEdges + 10 {
		e := endpoint(fmt.Sprint("service", n), flow.API, flow.Provider, "GET /")
		w.endpoints = append(w.endpoints, e)
		pairs = append(pairs, store.HandedPair{From: orderAPI.ID, To: e.ID, Count: uint64(n + 1)})
	}
	pairs[0].Failed = 1
	m := newMapper(newDirectory(w.owners, w.endpoints), "service", "").draw(pairs)
	if !m.Truncated || len(m.Edges) != maxEdges || len(m.Nodes) != maxEdges+1 {
		t.Fatalf("%d edges, %d nodes", len(m.Edges), len(m.Nodes))
	}
	if first, last := m.Edges[0], m.Edges[maxEdges-1]; first.Count != maxEdges+10 || last.Count != 1 || last.Errors != 1 {
		t.Errorf("from %+v to %+v", first, last)
	}
}
