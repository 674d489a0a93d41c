package joinerextension

import (
	"fmt"
	"slices"
	"testing"

	"github.com/baton-observability/baton/flow"
)

// A partner that never fails is known all the same, once it is plain that it
// sends no spans. Where one caller's name stands for several partners, none is
// said to be the one.
func TestPartiesOutsideAreLearned(t *testing.T) {
	tests := []struct {
		name  string
		hosts []string
		want  bool
	}{
		{"one partner", []string{"pay.bank.example"}, true},
		{"several by one name", []string{"a.bank.example", "b.bank.example"}, false},
		{"nobody says who", []string{""}, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			e := newEstate(t, 3)
			for n := range 600 {
				tr := e.trace(n)
				root := e.span("shop", tr, flow.SpanID{}, server, "POST /orders", n*20, 10, attr("http.request.method", "POST"), attr("http.route", "/orders"))
				call := []opt{attr("http.request.method", "POST"), attr("url.template", "/pay")}
				if host := tc.hosts[n%len(tc.hosts)]; host != "" {
					call = append(call, attr("server.address", host))
				}
				e.span("shop", tr, root, client, "POST /pay", n*20+2, 5, call...)
			}
			st := play(t, e, 1, false)
			var last *flow.Flow
			with := map[uint64]int{}
			for _, f := range st.flows {
				if last == nil || f.Start > last.Start {
					last = &f
				}
				for _, id := range f.Endpoints {
					if _, sent := st.ends[id]; !sent {
						with[id]++
					}
				}
			}
			partner := flow.Endpoint{Environment: "production", Kind: flow.API, System: "http", Operation: "POST /pay", Host: tc.hosts[0], Role: flow.Provider}
			if got := slices.Contains(last.Endpoints, partner.ID()); got != tc.want || len(with) > 1 {
				t.Errorf("the last flow has the partner: %v, want %v; %s", got, tc.want, fmt.Sprint(with))
			}
			handed := slices.ContainsFunc(last.Shares.Hands, func(h flow.Hand) bool { return h.To == partner.ID() })
			if handed != tc.want {
				t.Errorf("the last flow's hand-offs name the partner: %v, want %v", handed, tc.want)
			}
			if tc.want && (with[partner.ID()] < 50 || with[partner.ID()] == 600) {
				t.Errorf("%d flows have the partner", with[partner.ID()])
			}
		})
	}
}

// A flow in which something went wrong is put together whole: whom it called, and
// who sends no spans, is listed once it is plain that nothing more comes of them,
// also where nobody is to blame.
func TestPartiesOutsideAnUneasyFlowAreListed(t *testing.T) {
	e := newEstate(t, 3)
	tr := e.trace(0)
	root := e.span("shop", tr, flow.SpanID{}, server, "POST /orders", 0, 10, attr("http.request.method", "POST"), attr("http.route", "/orders"))
	e.span("shop", tr, root, client, "POST /points", 2, 5, attr("http.request.method", "POST"), attr("url.template", "/points"), attr("server.address", "points.partner.example"),
		failed("no points today"))
	partner := flow.Endpoint{Environment: "production", Kind: flow.API, System: "http", Operation: "POST /points", Host: "points.partner.example", Role: flow.Provider}
	st := play(t, e, 1, false)
	for _, f := range st.flows {
		if f.Verdict == flow.Failed || f.Culprit != nil {
			t.Fatalf("the flow is %s, culprit %+v", f.Verdict, f.Culprit)
		}
	}
	if len(st.flows) != 1 || !st.listed[partner.ID()] {
		t.Errorf("%d flows; the partner is listed: %v", len(st.flows), st.listed[partner.ID()])
	}
}
