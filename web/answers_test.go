package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

func ask[T any](t *testing.T, w *world, path string) T {
	t.Helper()
	rec := get(serve(t, w), path)
	if rec.Code != 200 {
		t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
	}
	var out T
	mustRead(t, rec.Body.Bytes(), &out)
	return out
}

func TestFlowTellsWhatFailedWhereWhyAndWhoOwnsIt(t *testing.T) {
	f := ask[FlowDetail](t, estate(t), "/api/v1/flows/"+flow1)
	want := "POST /orders at order-api failed at shipping (consumer), orders process: no such address. Shipping owns it."
	if f.Summary != want {
		t.Errorf("got  %s\nwant %s", f.Summary, want)
	}
	if f.Culprit == nil || *f.Culprit.Team != "shipping" || !slices.Equal(f.Teams, []string{"checkout", "shipping"}) {
		t.Errorf("culprit %+v, teams %v", f.Culprit, f.Teams)
	}
	if len(f.Joins) != 1 || f.Joins[0].TraceID != trace2 || f.Joins[0].Because.Message == nil {
		t.Errorf("joins %+v", f.Joins)
	}
	if !slices.Equal(f.TraceIds, []string{trace1, trace2}) || f.FailedAt == nil {
		t.Errorf("traces %v, failed at %v", f.TraceIds, f.FailedAt)
	}
	hop := f.Hops[1]
	if hop.Kind != "queue" || hop.Outcome != "failed" || hop.Error == nil || !slices.Equal(hop.Parents, []string{f.Hops[0].ID}) {
		t.Errorf("the queue hop is %+v", hop)
	}
	roles := []string{}
	for _, p := range hop.Parties {
		roles = append(roles, p.Role)
	}
	if !slices.Equal(roles, []string{"producer", "channel", "consumer"}) || *hop.Parties[2].Team != "shipping" {
		t.Errorf("parties %+v", hop.Parties)
	}
}

func TestJoinsSayWhy(t *testing.T) {
	key := flow.Key{Name: "order.id", Value: "ORD-1", Hash: 9, Trust: 4, Identifying: true}
	one := fact(1, 1, 0, 0, time.Second, orderAPI, flow.Serve, flow.KindServer)
	two := fact(2, 2, 0, time.Minute, time.Second, orderAPI, flow.Serve, flow.KindServer)
	three := fact(3, 3, 0, time.Hour, time.Second, orderAPI, flow.Serve, flow.KindServer)
	one.Keys, two.Keys = []flow.Key{key}, []flow.Key{key}
	three.Links = []flow.Link{{Trace: traceNo(2), Span: spanNo(2)}}
	// The order in which pieces are given must not matter.
	got := joinsOf([]flow.Wide{{Trace: traceNo(3), Facts: []*flow.Facts{three}}, {Trace: traceNo(1), Facts: []*flow.Facts{one}}, {Trace: traceNo(2), Facts: []*flow.Facts{two}}})
	if len(got) != 2 || got[0].TraceID != trace2 || deref(got[0].Because.Key) != "order.id" || deref(got[0].Because.Value) != "ORD-1" {
		t.Fatalf("got %+v", got)
	}
	if got[1].TraceID != traceNo(3).String() || deref(got[1].Because.Link) != trace2+"/0000000000000002" {
		t.Errorf("got %+v", got[1].Because)
	}
}

func TestSpansOfAFlowAreOneWaterfall(t *testing.T) {
	s := ask[SpanTable](t, estate(t), "/api/v1/flows/"+flow1+"/spans")
	c := s.Columns
	if c.SpanIds != "000000000000000100000000000000020000000000000003" || !slices.Equal(c.Depth, []int32{0, 1, 2}) ||
		!slices.Equal(c.Descendants, []int32{2, 1, 0}) || !slices.Equal(c.Trace, []int32{0, 0, 1}) {
		t.Fatalf("%+v", c)
	}
	if c.Flags[2]&(flagJoined|flagCulprit) != flagJoined|flagCulprit || c.Flags[1]&flagCulprit != 0 {
		t.Errorf("flags %v", c.Flags)
	}
	if c.StartNs[0] != 0 || c.StartNs[2] != int64(time.Second) || s.DurationNs != int64(1200*time.Millisecond) {
		t.Errorf("starts %v, all %d", c.StartNs, s.DurationNs)
	}
	if s.Teams[c.Team[2]].Name != "Shipping" || s.Services[c.Service[2]] != "shipping" || s.Endpoints[c.Endpoint[2]].Role != "consumer" {
		t.Errorf("dictionaries %v %v %v", s.Teams, s.Services, s.Endpoints)
	}
	if s.FlowID == nil || *s.FlowID != flow1 {
		t.Errorf("flow id %v", s.FlowID)
	}
}

func TestFiltersReachTheStoreAsEndpoints(t *testing.T) {
	w := estate(t)
	ask[FlowList](t, w, "/api/v1/flows?team=shipping&kind=queue&status=Failed")
	q := w.queries[0]
	if !slices.Equal(q.Endpoints, []uint64{shipTake.ID}) || !slices.Equal(q.Verdicts, []flow.Verdict{flow.Failed}) {
		t.Errorf("asked for %+v", q)
	}
	ask[FlowList](t, w, "/api/v1/flows?team=shipping,%20checkout,")
	if q := w.queries[1]; !slices.Equal(q.Endpoints, []uint64{shipTake.ID}) || len(q.Also) != 1 || !slices.Equal(q.Also[0].Endpoints, []uint64{orderAPI.ID, orderSend.ID}) {
		t.Errorf("two teams asked for %+v", q)
	}
	ask[FlowList](t, w, "/api/v1/flows?team=nobody")
	if q := w.queries[2]; q.Endpoints == nil || len(q.Endpoints) != 0 {
		t.Errorf("a filter that matches nothing became no filter: %+v", q)
	}
}

func TestOwnersThen(t *testing.T) {
	w := estate(t)
	failed := w.flows[0].FailedAt
	w.history = []store.OwnerChange{{Endpoint: shipTake.ID, At: at(-24 * time.Hour), Team: "logistics"}, {Endpoint: shipTake.ID, At: failed + 1, Team: "shipping"}}
	tests := []struct{ owners, want string }{{"now", "shipping"}, {"then", "logistics"}}
	for _, tc := range tests {
		l := ask[FlowList](t, w, "/api/v1/flows?status=failed&owners="+tc.owners)
		if got := deref(l.Flows[0].Culprit.Team); got != tc.want {
			t.Errorf("owners=%s: %s, want %s", tc.owners, got, tc.want)
		}
	}
	// A moment before the first record has the first record's owner.
	w.history = w.history[1:]
	if l := ask[FlowList](t, w, "/api/v1/flows?status=failed&owners=then"); deref(l.Flows[0].Culprit.Team) != "shipping" {
		t.Errorf("before the first record: %v", l.Flows[0].Culprit.Team)
	}
}

// The list of endpoints is read once a second at most; a flow that failed at an
// endpoint that is newer has an owner all the same.
func TestAnEndpointNewerThanTheListHasItsOwner(t *testing.T) {
	w := estate(t)
	all := w.endpoints
	w.endpoints = nil
	h := serve(t, w)
	get(h, "/api/v1/endpoints")
	w.endpoints = all
	for _, path := range []string{"/api/v1/flows?status=failed", "/api/v1/failures"} {
		if body := get(h, path).Body.String(); !strings.Contains(body, `"team":"shipping"`) {
			t.Errorf("%s: nobody owns the culprit: %s", path, body)
		}
	}
}

func TestFailuresComeWorstFirst(t *testing.T) {
	l := ask[FailureList](t, estate(t), "/api/v1/failures")
	if len(l.Failures) != 2 || l.Failures[0].Culprit.Service != "shipping" || l.Failures[1].Status != "stalled" {
		t.Fatalf("%+v", l.Failures)
	}
	if l.Failures[0].Score <= l.Failures[1].Score || l.Failures[0].SampleFlowIds[0] != flow1 {
		t.Errorf("%+v", l.Failures)
	}
	if own := ask[FailureList](t, estate(t), "/api/v1/failures?team=shipping"); len(own.Failures) != 1 {
		t.Errorf("the team caused %+v", own.Failures)
	}
}

func TestScore(t *testing.T) {
	d := newDirectory(emptySet(), nil)
	base := store.FailureGroup{Culprit: flow.Culprit{Confidence: flow.High}, Counts: map[flow.Verdict]uint64{flow.Failed: 10}, Last: at(0)}
	tests := []struct {
		name   string
		change func(*store.FailureGroup)
	}{
		{"fewer flows", func(g *store.FailureGroup) { g.Counts = map[flow.Verdict]uint64{flow.Failed: 9} }},
		{"slow instead of failed", func(g *store.FailureGroup) { g.Counts = map[flow.Verdict]uint64{flow.Slow: 10} }},
		{"less sure", func(g *store.FailureGroup) { g.Culprit.Confidence = flow.Low }},
		{"over for an hour", func(g *store.FailureGroup) { g.Last = at(-time.Hour) }},
	}
	if a, b := surprise(10, 0), surprise(10, 10); b >= a {
		t.Errorf("what happens all the time surprises by %f, what is new by %f", b, a)
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			g := base
			tc.change(&g)
			if a, b := score(&base, at(0), d), score(&g, at(0), d); b >= a {
				t.Errorf("%f is not below %f", b, a)
			}
		})
	}
}

func TestTeamsAndUnowned(t *testing.T) {
	l := ask[TeamList](t, estate(t), "/api/v1/teams")
	if len(l.Teams) != 2 || l.Teams[0].ID != "checkout" || l.Teams[0].EndpointCount != 2 || l.Teams[0].Contacts["slack"] != "#checkout" {
		t.Errorf("%+v", l.Teams)
	}
	if l.Teams[1].FailuresCaused != 1 || l.Unowned != (Unowned{EndpointCount: 1, FailuresCaused: 1}) {
		t.Errorf("%+v, unowned %+v", l.Teams[1], l.Unowned)
	}
	one := ask[TeamDetail](t, estate(t), "/api/v1/teams/shipping")
	if !slices.Equal(one.Services, []string{"shipping"}) || deref(one.Parent) != "checkout" ||
		!slices.Equal(one.Escalation, []EscalationStep{{AfterNs: int64(15 * time.Minute), To: "checkout"}}) {
		t.Errorf("%+v", one)
	}
	open := ask[EndpointList](t, estate(t), "/api/v1/endpoints?owned=false")
	if len(open.Endpoints) != 1 || open.Endpoints[0].Service != "mystery" || open.Endpoints[0].Owner != nil {
		t.Errorf("%+v", open)
	}
}

func TestOwnerExplainsItself(t *testing.T) {
	w := estate(t)
	legacy := endpoint("order-legacy", flow.API, flow.Provider, "GET /old")
	w.endpoints = append(w.endpoints, legacy)
	x := ask[OwnerExplanation](t, w, "/api/v1/endpoints/"+flow.FormatEndpointID(legacy.ID)+"/owner")
	if deref(x.Team) != "shipping" || len(x.Candidates) != 2 || !x.Candidates[0].Decided || x.Candidates[1].Decided || !x.Conflict {
		t.Errorf("%+v", x)
	}
	if !strings.Contains(x.Detail, "ownership.yaml:") {
		t.Errorf("the rule's place is not named: %s", x.Detail)
	}
}

func TestReport(t *testing.T) {
	w := estate(t)
	r := ask[OwnershipReport](t, w, "/api/v1/ownership/report")
	// The first flow alone has spans: 50 ms at checkout, with 5 of them sending,
	// and 200 ms at shipping.
	want := []struct {
		id, name                                                                    string
		endpoints, flows, caused, suffered, stalled, slow, handoffs, unowned, ownMS int64
	}{
		{"shipping", "Shipping", 1, 1, 1, 0, 0, 0, 1, 0, 200},
		{"checkout", "Checkout", 2, 7, 0, 2, 0, 0, 1, 1, 50},
		{"", "", 1, 2, 1, 0, 1, 0, 1, 2, 0}, // the queue has no owner
	}
	for i, x := range want {
		f := ReportFigures{Endpoints: x.endpoints, Flows: x.flows, FailuresCaused: x.caused, FailuresSuffered: x.suffered, Stalled: x.stalled,
			Slow: x.slow, FailedHandoffs: x.handoffs, UnownedHops: x.unowned, OwnTimeNs: x.ownMS * 1e6, Incidents: x.caused, IncidentsOpen: x.caused}
		part := float64(x.ownMS) / 250
		f.LatencyShare = &part
		got := r.rows()[i]
		if got.ID != x.id || got.Name != x.name || !reflect.DeepEqual(*got.figuresOf(), f) {
			t.Errorf("got  %+v\nwant %+v", got, x)
		}
	}
	if len(r.Teams) != 2 || r.Owners != "then" || r.Measured != (Measured{Flows: 1, OfFlows: 8, Failures: 1, OfFailures: 2}) {
		t.Errorf("%+v", r)
	}
	rec := get(serve(t, w), "/api/v1/ownership/report?format=csv")
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil || len(rows) != 4 || !slices.Equal(rows[1][:8], []string{"shipping", "Shipping", "1", "1", "1", "0", "0", "0"}) {
		t.Errorf("%v %v", rows, err)
	}
}

func TestReportCannotRunInASpreadsheet(t *testing.T) {
	got := string(reportCSV(OwnershipReport{Teams: []TeamReport{{ID: "=cmd", Name: "+1"}, {ID: "-x", Name: "@y"}}}))
	if !strings.Contains(got, "'=cmd,'+1,") || !strings.Contains(got, "'-x,'@y,") {
		t.Error(got)
	}
}

func TestHistogramCountsEachFlowOnce(t *testing.T) {
	h := ask[FlowHistogram](t, estate(t), "/api/v1/flows/histogram?buckets=6")
	if h.StepNs != int64(10*time.Minute) {
		t.Errorf("step %d", h.StepNs)
	}
	total := map[string]int64{}
	for _, s := range h.Series {
		if len(s.Counts) != 6 {
			t.Errorf("%s has %d buckets", s.Status, len(s.Counts))
		}
		for _, n := range s.Counts {
			total[s.Status] += n
		}
	}
	if total["failed"] != 1 || total["completed"] != 5 || total["stalled"] != 1 || total["running"] != 1 {
		t.Errorf("%v", total)
	}
}

func TestFacetsKeepAlternativesInSight(t *testing.T) {
	f := ask[FlowFacets](t, estate(t), "/api/v1/flows/facets?environment=test")
	if !slices.Equal(f.Environments, []FacetValue{{Value: "prod", FlowCount: 7}, {Value: "test", FlowCount: 1}}) {
		t.Errorf("%+v", f.Environments)
	}
	if len(f.Statuses) != 1 || f.Statuses[0].Value != "running" || len(f.Teams) != 2 || f.Types[0].Operation != "POST /orders" {
		t.Errorf("%+v", f)
	}
}

func TestSpanOfTheRightSide(t *testing.T) {
	w := estate(t)
	client := fact(2, 3, 0, 0, time.Second, orderAPI, flow.Call, flow.KindClient)
	w.wide[1].Facts = append([]*flow.Facts{client}, w.wide[1].Facts...)
	path := "/api/v1/traces/" + trace2 + "/spans/0000000000000003"
	for query, want := range map[string]string{"": "consumer", "?span_kind=client": "client", "?span_kind=consumer": "consumer"} {
		if s := ask[SpanDetail](t, w, path+query); s.SpanKind != want {
			t.Errorf("%s: %s", query, s.SpanKind)
		}
	}
	if s := ask[SpanDetail](t, w, path); deref(s.Owner.Team) != "shipping" || s.Classification.Rule == "" || s.Status.Message != "no such address" {
		t.Errorf("%+v", s)
	}
}

func TestReportFormats(t *testing.T) {
	w := estate(t)
	w.recovered = at(0)
	w.flows[0].Type.Operation = "<b>|POST"
	h := serve(t, w)
	for format, want := range map[string][]string{
		"csv": {"latency_share", "recovery_mean_s_before", "shipping,Shipping,1,1,1,0,0,0,1,0,0.800000,1,0,598.800,598.800,"},
		"md":  {"| Shipping | 1 (+1) | 1 (+1) | 1 (+1) |", "| 80.0 % |", "| 9m 58s | 9m 58s |", `&lt;b>\|POST at order-api`, "of 1 of 8 flows"},
		"html": {"<style>body{", "&lt;b&gt;|POST at order-api", "<td>80.0 %</td>", "<small>&#43;1</small>", "Teams",
			`<a href="http://localhost:8080/teams/shipping?from=2026-11-22T11%3A00%3A00Z&amp;to=2026-11-22T12%3A00%3A00Z">Shipping</a>`,
			`<a href="http://localhost:8080/ownership?from=`},
	} {
		rec := get(h, "/api/v1/ownership/report?format="+format)
		for _, text := range want {
			if !strings.Contains(rec.Body.String(), text) {
				t.Errorf("%s has no %q:\n%s", format, text, rec.Body)
			}
		}
	}
}

// The page must show in a mail and with no network: it asks for nothing, and its
// style is the one that its policy allows.
func TestReportPageIsSelfContained(t *testing.T) {
	rec := get(serve(t, estate(t)), "/api/v1/ownership/report?format=html")
	body := rec.Body.String()
	for _, outside := range []string{"<link", "<script", "src=", "<a href=\"/", "url(", "@import", " style="} {
		if strings.Contains(body, outside) {
			t.Errorf("the page has %q", outside)
		}
	}
	_, style, _ := strings.Cut(body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if policy := rec.Header().Get("Content-Security-Policy"); !strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) {
		t.Errorf("policy %s", policy)
	}
}

func TestTenuresOfThen(t *testing.T) {
	w := estate(t)
	d := newDirectory(w.owners, w.endpoints)
	w.history = []store.OwnerChange{{Endpoint: shipTake.ID, At: 10, Team: "x"}, {Endpoint: shipTake.ID, At: 20, Team: "x"}, {Endpoint: shipTake.ID, At: 30, Team: "y"},
		{Endpoint: shipTake.ID, At: 40, Team: "x"}, {Endpoint: orderAPI.ID, At: 5, Team: "x"}}
	if err := d.readHistory(t.Context(), w, ""); err != nil {
		t.Fatal(err)
	}
	always, spells := d.tenures("x", "")
	want := []store.Tenure{{From: math.MinInt64, Until: 30, Endpoints: []uint64{shipTake.ID}}, {From: 40, Until: math.MaxInt64, Endpoints: []uint64{shipTake.ID}}}
	if !slices.Equal(always, []uint64{orderAPI.ID}) || !reflect.DeepEqual(spells, want) {
		t.Errorf("always %v, spells %+v", always, spells)
	}
	if m := d.moments(time.Unix(0, 30)); !slices.Equal(m, []int64{40}) {
		t.Errorf("moments %v", m)
	}
	if always, spells = d.tenures("nobody", ""); always == nil || len(always)+len(spells) > 0 {
		t.Errorf("a team that never owned: %v %v", always, spells)
	}
}

// With two teams, each counts by what it owned then.
func TestOwnersThenOfTwoTeams(t *testing.T) {
	w := estate(t)
	w.history = []store.OwnerChange{{Endpoint: shipTake.ID, At: 10, Team: "logistics"}, {Endpoint: shipTake.ID, At: 20, Team: "shipping"}}
	ask[FlowList](t, w, "/api/v1/flows?team=checkout,logistics&owners=then")
	while := []store.Tenure{{From: math.MinInt64, Until: 20, Endpoints: []uint64{shipTake.ID}}}
	if q := w.queries[0]; len(q.Also) != 1 || len(q.Also[0].Endpoints) != 0 || !reflect.DeepEqual(q.Also[0].While, while) {
		t.Errorf("asked for %+v", q.Also)
	}
	ask[FlowList](t, w, "/api/v1/flows?team=checkout,logistics&owners=now")
	if q := w.queries[1]; len(q.Also) != 1 || len(q.Also[0].Endpoints)+len(q.Also[0].While) != 0 {
		t.Errorf("asked for %+v", q.Also)
	}
}

// What the list says of an endpoint is all that rules look at.
func TestAnEndpointSaysAllThatRulesLookAt(t *testing.T) {
	e := flow.Endpoint{Tenant: "a", Environment: "b", Namespace: "c", Service: "d", Kind: flow.API, System: "http", Operation: "GET /x/{id}", Destination: "e",
		Workflow: "f", Host: "g", Role: flow.Caller, Attrs: []flow.Attr{{Key: "team", Value: "t"}}}
	x := endpointOf(&store.EndpointRecord{Endpoint: e}, store.Traffic{}, newDirectory(emptySet(), nil))
	got := ownership.Subject{Tenant: x.Tenant, Environment: x.Environment, Namespace: x.Namespace, Service: x.Service, Kind: x.Kind, System: x.System,
		Operation: x.Operation, Route: x.Route, Destination: x.Destination, Workflow: x.Workflow, Host: x.Host, Role: x.Role,
		Attrs: []ownership.Attr{{Key: "team", Value: x.Attributes["team"]}}}
	if want := subject(&e); !reflect.DeepEqual(got, want) || want.Route != "/x/{id}" {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOwnerHistoryOfAnEndpoint(t *testing.T) {
	w := estate(t)
	w.history = []store.OwnerChange{{Endpoint: shipTake.ID, At: at(-time.Hour), Team: "shipping", Source: "rule", Why: "because"},
		{Endpoint: orderAPI.ID, At: at(0), Team: "checkout"}, {Endpoint: shipTake.ID, At: at(0), Source: "none"}}
	got := ask[OwnerHistoryList](t, w, "/api/v1/endpoints/"+idOf(shipTake)+"/owners").Changes
	if len(got) != 2 || got[0].Team != nil || deref(got[1].Team) != "shipping" || got[1].TeamName != "Shipping" || got[1].Detail != "because" {
		t.Errorf("%+v", got)
	}
}
