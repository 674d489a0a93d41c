package owners

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// baton answers as the API does, in pages.
func baton(t *testing.T) string {
	t.Helper()
	rows := []endpoint{
		{ID: "0000000000000001", Service: "payment-api", Namespace: "shop", Environment: "prod", Kind: "api", Operation: "POST /payments/{id}", Route: "/payments/{id}", Role: "provider", Owner: ptr("payments"), OwnerSource: "rule", SpanCount: 100},
		{ID: "0000000000000002", Service: "payment-worker", Namespace: "shop", Environment: "prod", Kind: "queue", Operation: "process", Destination: "orders.new", Role: "consumer", Owner: ptr("payments"), OwnerSource: "rule", SpanCount: 50},
		{ID: "0000000000000003", Kind: "queue", Environment: "prod", Destination: "orders.new", Role: "channel", Owner: ptr("platform"), OwnerSource: "rule", SpanCount: 50},
		{ID: "0000000000000004", Service: "loyalty", Namespace: "shop", Environment: "prod", Kind: "event", Operation: "process", Role: "consumer", OwnerSource: "none", SpanCount: 30},
		{ID: "0000000000000005", Kind: "api", Environment: "prod", Host: "api.fastship.example", Role: "provider", OwnerSource: "none", SpanCount: 5},
		{ID: "0000000000000006", Service: "nomad", Environment: "test", Kind: "workflow", Workflow: "fulfil", Role: "activity", Attributes: map[string]string{"team": "nomads"}, Owner: ptr("nomads"), OwnerSource: "attribute", SpanCount: 5},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/endpoints", func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		var found []endpoint
		for _, e := range rows {
			if env := r.URL.Query().Get("environment"); env == "" || env == e.Environment {
				found = append(found, e)
			}
		}
		to := min(from+2, len(found))
		page := map[string]any{"endpoints": found[from:to], "next_cursor": nil}
		if to < len(found) {
			page["next_cursor"] = strconv.Itoa(to)
		}
		_ = json.NewEncoder(w).Encode(page)
	})
	mux.HandleFunc("/api/v1/map", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("by") != "service" || r.URL.Query().Get("from") == "" {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprint(w, `{"edges":[{"from":"service:payment-worker","to":"service:api.fastship.example","kind":"api"},
			{"from":"service:payment-api","to":"service:orders.new","kind":"queue"},{"from":"service:orders.new","to":"service:loyalty","kind":"queue"}]}`)
	})
	mux.HandleFunc("/api/v1/failures", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"failures":[{"culprit":{"endpoint_id":"0000000000000004"},"flow_count":7},{"culprit":{"endpoint_id":"0000000000000001"},"flow_count":3},{"culprit":null,"flow_count":1}],"next_cursor":null}`)
	})
	mux.HandleFunc("/api/v1/endpoints/0000000000000001/owner", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Scope-OrgID") != "acme" || r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"endpoint": rows[0], "team": "payments", "team_name": "Payments Squad", "source": "rule", "detail": "rule 2 (o.yaml:8) matches",
			"candidates": []map[string]any{{"team": "payments", "source": "rule", "detail": "the last rule that matches wins", "decided": true}}, "near_misses": []string{"rule 3 nearly"}})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"title":"Not found","detail":"There is no endpoint here.","errors":[{"field":"id","remedy":"/api/v1/endpoints lists those that were seen."}]}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func ptr(s string) *string { return &s }

func TestExplainAnEndpointOfARunningBaton(t *testing.T) {
	url := baton(t)
	t.Setenv("BATON_WEB_TOKEN", "t0ken")
	out, _, err := run(t, "explain", "0000000000000001", "--url", url, "--tenant", "acme")
	want := "payment-api POST /payments/{id} (api provider) is owned by payments\n  rule 2 (o.yaml:8) matches\n\nconsidered:\n  * payments by rule: the last rule that matches wins\n\nnearly:\n    rule 3 nearly\n"
	if err != nil || out != want {
		t.Errorf("%v\n%s", err, out)
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no such endpoint": {[]string{"00000000000000ff", "--url", url}, "There is no endpoint here. /api/v1/endpoints lists those that were seen."},
		"no token":         {[]string{"0000000000000001", "--url", url, "--token", "wrong"}, "answers with status 401"},
		"nobody there":     {[]string{"0000000000000001", "--url", "http://127.0.0.1:1"}, "does not answer: dial tcp 127.0.0.1:1: connect: connection refused; is Baton running there?"},
		"no address":       {[]string{"0000000000000001", "--url", "localhost"}, `--url "localhost" is not a web address`},
	} {
		if _, _, err := run(t, append([]string{"explain"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoverage(t *testing.T) {
	url := baton(t)
	out, _, err := run(t, "coverage", "--url", url)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage", out)

	dir := write(t, map[string]string{"o.yaml": estate + "  - match: {service: nowhere}\n    owner: platform\n  - match: {service: loyalty}\n    owner: \"\"\n"})
	out, _, err = run(t, "coverage", "--url", url, "-f", filepath.Join(dir, "o.yaml"), "--environment", "prod")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage-file", strings.ReplaceAll(out, dir, "DIR"))

	_, _, err = run(t, "coverage", "--url", url, "--min", "90")
	if err == nil || err.Error() != "66.7 % of the endpoints are owned or unowned on purpose, less than 90 %" {
		t.Error(err)
	}
	out, _, err = run(t, "coverage", "--url", url, "--min", "60", "--format", "json")
	var got covered
	if e := json.Unmarshal([]byte(out), &got); e != nil || err != nil {
		t.Fatal(e, err)
	}
	if got.Endpoints.Owned != 4 || got.Failures != (share{3, 3, 10, 30}) || got.Unowned[0].Failures != 7 || got.Unowned[0].Proposals[0].Team != "payments" {
		t.Errorf("%+v", got)
	}
}

func TestDiff(t *testing.T) {
	url := baton(t)
	dir := write(t, map[string]string{
		"old/o.yaml": estate,
		"new/o.yaml": strings.Replace(estate, `destination: "orders.*", role: channel}`+"\n    owner: platform", `destination: "orders.*", role: channel}`+"\n    owner: payments", 1) + "  - match: {service: loyalty}\n    owner: platform\n  - match: {host: \"*.fastship.example\"}\n    owner: platform\n",
		"list.json":  `{"endpoints":[{"id":"1","service":"loyalty","kind":"event","role":"consumer"}]}`,
		"bare.json":  `[{"id":"1","service":"other","kind":"workflow","workflow":"fulfil","attributes":{"team":"red"}}]`,
		"odd.json":   `{"a": 1}`,
	})
	out, _, err := run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new", "*.yaml"), "--url", url)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "diff", strings.ReplaceAll(out, dir, "DIR"))

	_, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--endpoints", filepath.Join(dir, "list.json"), "--exit-code")
	if err == nil || err.Error() != "1 endpoint of 1 would change hands" {
		t.Error(err)
	}
	out, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--endpoints", filepath.Join(dir, "bare.json"), "--format", "json")
	var got changes
	if e := json.Unmarshal([]byte(out), &got); e != nil || err != nil || got.Endpoints != 1 || len(got.Changed) != 0 {
		t.Error(e, err, out)
	}
	if out, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--url", url, "--team", "payments"); err != nil || !strings.HasSuffix(out, "1 of 6 endpoints would change hands\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, _, err = run(t, "diff", filepath.Join(dir, "old"), filepath.Join(dir, "new"), "--endpoints", filepath.Join(dir, "odd.json")); err == nil || !strings.Contains(err.Error(), "is no list of endpoints") {
		t.Error(err)
	}
	if _, _, err = run(t, "diff", filepath.Join(dir, "none.yaml"), filepath.Join(dir, "new")); err == nil || !strings.Contains(err.Error(), "none.yaml: does not exist") {
		t.Error(err)
	}
}
