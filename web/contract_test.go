package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/baton-observability/baton/store"
)

// contract checks answers against openapi.yaml.
type contract struct {
	doc    *openapi3.T
	router routers.Router
}

func loadContract(t testing.TB) *contract {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	r, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{doc, r}
}

func init() {
	openapi3filter.RegisterBodyDecoder("text/markdown", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)
}

func (c *contract) check(t testing.TB, path string, rec *httptest.ResponseRecorder) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		t.Fatalf("%s is not in the contract: %v", path, err)
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 rec.Code, Header: rec.Header(),
		Options: &openapi3filter.Options{MultiError: true},
	}
	in.SetBodyBytes(rec.Body.Bytes())
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		t.Errorf("%s -> %d does not keep the contract: %v\n%.2000s", path, rec.Code, err, rec.Body)
	}
}

const (
	flow1  = "00000000000000000000000000000001"
	trace1 = "00000000000000000000000000000001"
	trace2 = "00000000000000000000000000000002"
)

// goodPaths has at least one request for every operation that answers JSON.
func goodPaths() []string {
	return []string{
		"/api/v1/flows",
		"/api/v1/flows?status=failed,stalled&team=shipping&kind=queue&environment=prod&q=shipping&sort=worst&owners=then&limit=1",
		"/api/v1/flows?from=now-2h&to=2026-11-22T12:00:00.000000001Z&type=" + idOf(orderAPI),
		"/api/v1/flows?team=shipping,checkout",
		"/api/v1/flows/histogram?team=shipping,checkout",
		"/api/v1/flows/histogram?from=now-1h&buckets=12&owners=then&team=shipping",
		"/api/v1/flows/facets",
		"/api/v1/flows/by-trace/" + trace2,
		"/api/v1/flows/by-correlation?key=order.id&value=ORD-1",
		"/api/v1/flows/" + flow1,
		"/api/v1/flows/" + flow1 + "?limit=1&owners=then",
		"/api/v1/flows/" + flow1 + "/spans",
		"/api/v1/traces/" + trace2,
		"/api/v1/traces/" + trace2 + "/spans/0000000000000003",
		"/api/v1/spans?where=service%3Dorder-api",
		"/api/v1/spans?where=order.id=ORD-1&where=name=x&from=now-2h&to=now&environment=prod&limit=200",
		"/api/v1/failures",
		"/api/v1/failures?team=shipping&status=failed&limit=1",
		"/api/v1/teams",
		"/api/v1/teams?limit=1",
		"/api/v1/teams/shipping",
		"/api/v1/teams/shipping/figures?buckets=6",
		"/api/v1/handoffs",
		"/api/v1/handoffs?team=shipping&owners=then&environment=prod",
		"/api/v1/endpoints",
		"/api/v1/endpoints?owned=false",
		"/api/v1/endpoints/" + idOf(shipTake) + "/owner",
		"/api/v1/ownership",
		"/api/v1/ownership?environment=prod&from=now-2h",
		"/api/v1/ownership/report",
		"/api/v1/ownership/report?format=csv",
		"/api/v1/ownership/report?format=md",
		"/api/v1/ownership/report?format=html",
		"/api/v1/endpoints/" + idOf(shipTake) + "/owners",
		"/api/v1/map",
		"/api/v1/map?by=team&team=shipping",
		"/api/v1/status",
		"/api/openapi.json",
		"/healthz",
	}
}

func idOf(e store.EndpointRecord) string {
	return endpointOf(&e, store.Traffic{}, newDirectory(emptySet(), nil)).ID
}

func TestEveryAnswerKeepsTheContract(t *testing.T) {
	c := loadContract(t)
	h := serve(t, estate(t))
	asked := map[string]bool{}
	for _, path := range goodPaths() {
		t.Run(path, func(t *testing.T) {
			rec := get(h, path)
			if rec.Code != http.StatusOK {
				t.Fatalf("status %d: %s", rec.Code, rec.Body)
			}
			c.check(t, path, rec)
		})
		if route, _, err := c.router.FindRoute(httptest.NewRequest(http.MethodGet, path, nil)); err == nil {
			asked[route.Operation.OperationID] = true
		}
	}
	for path, item := range c.doc.Paths.Map() {
		// The stream of live events has no JSON to check.
		if id := item.Get.OperationID; !asked[id] && id != "liveFlows" {
			t.Errorf("no request of this test asks for %s (%s)", path, id)
		}
	}
}

func TestProblemsKeepTheContractAndNameTheField(t *testing.T) {
	c := loadContract(t)
	h := serve(t, estate(t))
	tests := []struct {
		name, path string
		status     int
		fields     []string
	}{
		{"limit zero", "/api/v1/flows?limit=0", 400, []string{"limit"}},
		{"limit huge", "/api/v1/flows?limit=1001", 400, []string{"limit"}},
		{"limit words", "/api/v1/flows?limit=many", 400, []string{"limit"}},
		{"several at once", "/api/v1/flows?limit=x&from=yesterday&sort=up&type=zz", 400, []string{"limit", "from", "sort", "type"}},
		{"swapped window", "/api/v1/flows?from=now&to=now-1h", 400, []string{"from"}},
		{"long window", "/api/v1/flows?from=now-900d", 400, []string{"from"}},
		{"before 1970", "/api/v1/flows?from=now-999999d", 400, []string{"from"}},
		{"year 10000", "/api/v1/flows?to=9999-12-31T23:59:59Z", 400, []string{"to"}},
		{"plus not escaped", "/api/v1/flows?from=2026-11-22T10:00:00+01:00", 400, []string{"from"}},
		{"long text", "/api/v1/flows?q=" + strings.Repeat("x", 300), 400, []string{"q"}},
		{"text that is not UTF-8", "/api/v1/flows?q=%ff%fe", 400, []string{"q"}},
		{"zero byte", "/api/v1/flows?environment=a%00b", 400, []string{"environment"}},
		{"broken cursor", "/api/v1/flows?cursor=abc", 400, []string{"cursor"}},
		{"owners", "/api/v1/flows?owners=tomorrow", 400, []string{"owners"}},
		{"status", "/api/v1/flows?status=failed,unknown", 400, []string{"status"}},
		{"status of failures", "/api/v1/failures?status=open", 400, []string{"status"}},
		{"status of a histogram", "/api/v1/flows/histogram?status=5", 400, []string{"status"}},
		{"given twice", "/api/v1/flows?limit=1&limit=2", 400, []string{"limit"}},
		{"missing value", "/api/v1/flows/by-correlation?key=order.id", 400, []string{"value"}},
		{"empty value", "/api/v1/flows/by-correlation?key=order.id&value=", 400, []string{"value"}},
		{"short flow id", "/api/v1/flows/12", 400, []string{"id"}},
		{"bad flow id", "/api/v1/flows/" + strings.Repeat("z", 32) + "/spans", 400, []string{"id"}},
		{"unknown flow", "/api/v1/flows/" + strings.Repeat("f", 32), 404, []string{"id"}},
		{"unknown trace", "/api/v1/traces/" + strings.Repeat("f", 32), 404, []string{"trace_id"}},
		{"bad trace id", "/api/v1/traces/xyz", 400, []string{"trace_id"}},
		{"unknown span", "/api/v1/traces/" + trace2 + "/spans/00000000000000ff", 404, []string{"span_id"}},
		{"bad span id", "/api/v1/traces/" + trace2 + "/spans/3", 400, []string{"span_id"}},
		{"search for nothing", "/api/v1/spans", 400, []string{"where"}},
		{"search without =", "/api/v1/spans?where=order.id", 400, []string{"where"}},
		{"search without a key", "/api/v1/spans?where==x", 400, []string{"where"}},
		{"search for six", "/api/v1/spans?where=a=1&where=b=1&where=c=1&where=d=1&where=e=1&where=f=1", 400, []string{"where"}},
		{"search for a long value", "/api/v1/spans?where=a=" + strings.Repeat("x", 1025), 400, []string{"where"}},
		{"search for no text", "/api/v1/spans?where=a=%ff", 400, []string{"where"}},
		{"search of two days", "/api/v1/spans?where=a=b&from=now-2d", 400, []string{"from"}},
		{"many found spans", "/api/v1/spans?where=a=b&limit=201", 400, []string{"limit"}},
		{"cursor of another list", "/api/v1/spans?where=a=b&cursor=eyJ2IjoxLCJxIjowfQ", 400, []string{"cursor"}},
		{"unknown team", "/api/v1/teams/nobody", 404, []string{"id"}},
		{"figures of an unknown team", "/api/v1/teams/nobody/figures", 404, []string{"id"}},
		{"unknown endpoint", "/api/v1/endpoints/00000000000000ff/owner", 404, []string{"id"}},
		{"owned", "/api/v1/endpoints?owned=maybe", 400, []string{"owned"}},
		{"kind", "/api/v1/endpoints?kind=smoke", 400, []string{"kind"}},
		{"format", "/api/v1/ownership/report?format=pdf", 400, []string{"format"}},
		{"by", "/api/v1/map?by=colour", 400, []string{"by"}},
		{"buckets", "/api/v1/flows/histogram?buckets=1000", 400, []string{"buckets"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rec := get(h, tc.path)
			if rec.Code != tc.status || rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatalf("got %d %s: %s", rec.Code, rec.Header().Get("Content-Type"), rec.Body)
			}
			c.check(t, tc.path, rec)
			var p Problem
			if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			named := map[string]bool{}
			for _, e := range p.Errors {
				named[e.Field] = true
				if e.Remedy == "" || e.Detail == "" {
					t.Errorf("%s says neither what nor how: %+v", e.Field, e)
				}
			}
			for _, f := range tc.fields {
				if !named[f] || len(named) != len(tc.fields) {
					t.Errorf("want fields %v, got %+v", tc.fields, p.Errors)
				}
			}
			if p.RequestID == "" || p.RequestID != rec.Header().Get("X-Request-Id") {
				t.Errorf("request id %q, header %q", p.RequestID, rec.Header().Get("X-Request-Id"))
			}
		})
	}
}

func TestGeneratedFileIsFresh(t *testing.T) {
	dir := t.TempDir()
	config, err := os.ReadFile("oapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "api.gen.go")
	config = bytes.Replace(config, []byte("output: api.gen.go"), []byte("output: "+out), 1)
	if err := os.WriteFile(filepath.Join(dir, "oapi.yaml"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("go", "tool", "-modfile=../tools/go.mod", "oapi-codegen", "-config", filepath.Join(dir, "oapi.yaml"), "openapi.yaml")
	if b, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("api.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Error("api.gen.go is stale: run go generate ./web")
	}
}
