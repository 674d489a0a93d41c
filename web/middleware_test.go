package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/store"
)

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	h := serve(t, estate(t))
	want := map[string]string{
		"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	}
	for _, path := range []string{"/", "/flows", "/api/v1/flows", "/api/v1/flows?limit=0", "/api/nothing", "/healthz", "/missing.js"} {
		rec := get(h, path)
		for k, v := range want {
			if got := rec.Header().Get(k); got != v {
				t.Errorf("%s: %s is %q", path, k, got)
			}
		}
		if len(rec.Header().Get("X-Request-Id")) != 16 {
			t.Errorf("%s: no request id", path)
		}
	}
	for _, weak := range []string{"unsafe", "*", "http:"} {
		if strings.Contains(csp, weak) {
			t.Errorf("the policy allows %s", weak)
		}
	}
}

func TestHostGuard(t *testing.T) {
	tests := []struct {
		name, endpoint, host string
		allowed              []string
		status               int
	}{
		{"localhost", "localhost:8080", "localhost:8080", nil, 200},
		{"IPv4", "127.0.0.1:8080", "127.0.0.1:8080", nil, 200},
		{"IPv6", "[::1]:8080", "[::1]:8080", nil, 200},
		{"rebound name", "localhost:8080", "evil.example", nil, 421},
		{"rebound name with our port", "localhost:8080", "evil.example:8080", nil, 421},
		{"name that only begins well", "localhost:8080", "localhost.evil.example", nil, 421},
		{"allowed behind a proxy", "localhost:8080", "Baton.Example", []string{"baton.example"}, 200},
		{"open listener", "0.0.0.0:8080", "any.example", nil, 200},
		{"open listener with names", "0.0.0.0:8080", "any.example", []string{"baton.example"}, 421},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			h := serve(t, estate(t), func(c *Config) { c.Endpoint, c.AllowedHosts = tc.endpoint, tc.allowed })
			if rec := get(h, "/api/v1/status", "Host", tc.host); rec.Code != tc.status {
				t.Errorf("%d, want %d", rec.Code, tc.status)
			}
		})
	}
}

func TestToken(t *testing.T) {
	h := serve(t, estate(t), func(c *Config) { c.Token = "s3cret" })
	basic := httptest.NewRequest(http.MethodGet, "/", nil)
	basic.SetBasicAuth("anyone", "s3cret")
	tests := []struct {
		name, path, authorization string
		status                    int
	}{
		{"none", "/api/v1/flows", "", 401},
		{"the page needs it too", "/", "", 401},
		{"health does not", "/healthz", "", 200},
		{"bearer", "/api/v1/flows", "Bearer s3cret", 200},
		{"scheme in lower case", "/api/v1/flows", "bearer s3cret", 200},
		{"wrong", "/api/v1/flows", "Bearer s3cre", 401},
		{"longer", "/api/v1/flows", "Bearer s3cret2", 401},
		{"empty", "/api/v1/flows", "Bearer ", 401},
		{"password of a browser", "/api/v1/flows", basic.Header.Get("Authorization"), 200},
		{"token under another scheme", "/api/v1/flows", "Digest s3cret", 401},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rec := get(h, tc.path, "Authorization", tc.authorization)
			if rec.Code != tc.status {
				t.Errorf("%d, want %d", rec.Code, tc.status)
			}
			if rec.Code == 401 && len(rec.Header().Values("WWW-Authenticate")) != 2 {
				t.Error("the browser is not told how to ask")
			}
		})
	}
}

func TestPanicLeaksNothing(t *testing.T) {
	w := estate(t)
	w.panics = true
	rec := get(serve(t, w), "/api/v1/flows")
	if rec.Code != http.StatusInternalServerError || strings.Contains(rec.Body.String(), "secret") || strings.Contains(rec.Body.String(), ".go:") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestErrorsOfTheStore(t *testing.T) {
	tests := []struct {
		name  string
		err   error
		want  int
		retry bool
	}{
		{"away", errors.Join(errors.New("dial tcp"), store.ErrUnavailable), 503, true},
		{"too slow", context.DeadlineExceeded, 504, false},
		{"defect", errors.New("code 47: no column `x`"), 500, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			w := estate(t)
			w.fail = tc.err
			rec := get(serve(t, w), "/api/v1/flows")
			if rec.Code != tc.want || (rec.Header().Get("Retry-After") != "") != tc.retry {
				t.Errorf("%d, Retry-After %q: %s", rec.Code, rec.Header().Get("Retry-After"), rec.Body)
			}
			if strings.Contains(rec.Body.String(), tc.err.Error()) {
				t.Errorf("the cause left the process: %s", rec.Body)
			}
		})
	}
}

func TestHealthFollowsReadiness(t *testing.T) {
	w := estate(t)
	w.ready = errors.New("the engine is starting")
	h := serve(t, w)
	if rec := get(h, "/healthz"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "the engine is starting") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	var st SystemStatus
	mustRead(t, get(h, "/api/v1/status").Body.Bytes(), &st)
	if st.Ready || st.Version != "test" {
		t.Errorf("%+v", st)
	}
}

func TestRequestsEndByTheClock(t *testing.T) {
	w := estate(t)
	w.block = make(chan struct{})
	h := serve(t, w, func(c *Config) { c.RequestTimeout = time.Millisecond })
	if rec := get(h, "/api/v1/flows"); rec.Code != http.StatusGatewayTimeout {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	w := estate(t)
	w.block = make(chan struct{})
	h := serve(t, w, func(c *Config) { c.MaxConcurrent = 1 })
	codes := make(chan int, 2)
	for range 2 {
		go func() { codes <- get(h, "/api/v1/flows").Code }()
	}
	if first := <-codes; first != http.StatusServiceUnavailable {
		t.Errorf("the second request got %d while the first was at work", first)
	}
	// Health and the page do not wait behind queries.
	if rec := get(h, "/healthz"); rec.Code != 200 {
		t.Errorf("health: %d", rec.Code)
	}
	close(w.block)
	if second := <-codes; second != http.StatusOK {
		t.Errorf("the first request ended with %d", second)
	}
}

func TestLargeBodyIsRefused(t *testing.T) {
	h := serve(t, estate(t))
	r := httptest.NewRequest(http.MethodGet, "/api/v1/flows", bytes.NewReader(make([]byte, maxBody+1)))
	r.Host = "localhost"
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", rec.Code)
	}
}

func TestMethods(t *testing.T) {
	h := serve(t, estate(t))
	for _, tc := range []struct {
		method, path string
		status       int
	}{
		{http.MethodHead, "/api/v1/flows", 200},
		{http.MethodHead, "/api/v1/flows/live", 200},
		{http.MethodHead, "/healthz", 200},
		{http.MethodHead, "/", 200},
		{http.MethodPost, "/api/v1/flows", 405},
		{http.MethodDelete, "/api/v1/flows/" + flow1, 405},
		{http.MethodGet, "/api/v2/flows", 404},
		{http.MethodPost, "/", 405},
	} {
		r := httptest.NewRequest(tc.method, tc.path, nil)
		r.Host = "localhost"
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != tc.status {
			t.Errorf("%s %s: %d, want %d", tc.method, tc.path, rec.Code, tc.status)
		}
		if tc.status >= 400 && rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: not a problem: %s", tc.method, tc.path, rec.Body)
		}
	}
}

func TestCompression(t *testing.T) {
	w := estate(t)
	h := serve(t, w)
	tests := []struct {
		name, path, accept string
		zipped             bool
	}{
		{"large", "/api/v1/flows", "gzip, br", true},
		{"not wanted", "/api/v1/flows", "", false},
		{"refused", "/api/v1/flows", "gzip;q=0", false},
		{"small", "/healthz", "gzip", false},
		{"small problem", "/api/v1/flows?limit=0", "gzip", false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rec := get(h, tc.path, "Accept-Encoding", tc.accept)
			if got := rec.Header().Get("Content-Encoding") == "gzip"; got != tc.zipped {
				t.Fatalf("zipped %v, want %v (%d bytes)", got, tc.zipped, rec.Body.Len())
			}
			body := io.Reader(rec.Body)
			if tc.zipped {
				z, err := gzip.NewReader(rec.Body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if b, err := io.ReadAll(body); err != nil || !json.Valid(b) {
				t.Errorf("%v: %.200s", err, b)
			}
		})
	}
}

// TestGoldenProblem keeps the shape of an error from changing unseen: clients
// match on type and read errors[].field. Set UPDATE=1 to write it anew.
func TestGoldenProblem(t *testing.T) {
	h := serve(t, estate(t))
	for name, path := range map[string]string{
		"bad_parameters": "/api/v1/flows?limit=0&from=yesterday&cursor=x",
		"not_found":      "/api/v1/flows/ffffffffffffffffffffffffffffffff",
		"no_such_path":   "/api/v1/nothing",
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			b := regexp.MustCompile(`"request_id":"[0-9a-f]{16}"`).ReplaceAll(get(h, path).Body.Bytes(), []byte(`"request_id":"0"`))
			if err := json.Indent(&got, b, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+".json"), append(got.Bytes(), '\n'))
		})
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs, got:\n%s", file, got)
	}
}

func TestTenantsAreRefusedAsAtIngest(t *testing.T) {
	h := serve(t, estate(t))
	tests := []struct {
		name, tenant string
		status       int
	}{
		{"letters and signs", "Shop-A_1.eu", 200},
		{"the longest", strings.Repeat("x", 64), 200},
		{"too long", strings.Repeat("x", 65), 400},
		{"a space", "shop a", 400},
		{"a path", "../shop", 400},
		{"two in one", "a|b", 400},
		{"not ASCII", "läden", 400},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rec := get(h, "/api/v1/flows", "X-Scope-OrgID", tc.tenant)
			if rec.Code != tc.status || tc.status == 400 && !strings.Contains(rec.Body.String(), `"field":"X-Scope-OrgID"`) {
				t.Errorf("status %d: %s", rec.Code, rec.Body)
			}
		})
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/flows", nil)
	r.Host = "localhost:8080"
	r.Header["X-Scope-Orgid"] = []string{"a", "b"}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 400 {
		t.Errorf("two tenants: %d", rec.Code)
	}
}
