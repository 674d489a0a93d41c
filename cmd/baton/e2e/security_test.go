package e2e

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// everywhere is an address of ours on every interface.
func everywhere(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("0.0.0.0", port)
}

// refused demands that Baton ends by itself and says all of it.
func refused(t *testing.T, b *baton, says ...string) {
	t.Helper()
	b.launch()
	if err := b.wait(time.Minute); err == nil || b.alive() {
		t.Fatalf("Baton ended with %v, want a refusal to start", err)
	}
	for _, text := range says {
		if !strings.Contains(b.said(), text) {
			t.Errorf("Baton does not mention %q in: %s", text, tail(b.said(), 20))
		}
	}
}

// TestListeners: what other machines could reach does not open without TLS and a token, unless that is said aloud.
func TestListeners(t *testing.T) {
	for name, set := range map[string]func(b *baton, address string){
		"page":      func(b *baton, address string) { b.web = address },
		"OTLP gRPC": func(b *baton, address string) { b.grpc = address },
		"OTLP HTTP": func(b *baton, address string) { b.http = address },
		"every interface by an empty host": func(b *baton, address string) {
			b.grpc = strings.TrimPrefix(address, "0.0.0.0")
		},
		"IPv6": func(b *baton, address string) { b.grpc = "[::]" + strings.TrimPrefix(address, "0.0.0.0") },
	} {
		t.Run(name, func(t *testing.T) {
			b := install(t)
			address := everywhere(t)
			set(b, address)
			refused(t, b, "neither TLS nor a token", "--insecure")
		})
	}
	t.Run("page with a token alone", func(t *testing.T) {
		b := install(t)
		b.web = everywhere(t)
		b.env = append(b.env, "BATON_WEB_TOKEN=secret")
		refused(t, b, "no TLS", "--insecure")
	})
	t.Run("of another configuration", func(t *testing.T) {
		b := install(t)
		b.args = []string{"--config", configFile(t, strings.NewReplacer("receivers:\n", "receivers:\n  zipkin: {endpoint: \""+everywhere(t)+"\"}\n"))}
		refused(t, b, "zipkin", "neither TLS nor a token")
	})
	t.Run("insecure", func(t *testing.T) {
		b := install(t, "--insecure")
		b.web, b.grpc, b.http = everywhere(t), everywhere(t), everywhere(t)
		b.start()
		td, spans := newTrace("insecure")
		trace := newTraceID()
		addSpan(spans, trace, "seen")
		b.mustPost(td)
		b.awaitSpans(trace, 1)
		b.stop()
	})
}

// TestPage: what the web server answers protects the people who look at it.
func TestPage(t *testing.T) {
	b := install(t)
	b.env = append(b.env, "BATON_WEB_TOKEN=secret")
	b.start()
	ask := func(path string, change func(*http.Request)) reply {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, "http://"+b.web+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer secret")
		change(req)
		r, err := do(req)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain := func(*http.Request) {}
	for _, path := range []string{"/", "/api/v1/status", "/no/such/page"} {
		r := ask(path, plain)
		policy := r.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s has the headers %v", path, r.header)
		}
	}
	if r := ask("/", plain); r.status != http.StatusOK || !strings.Contains(string(r.body), "<html") {
		t.Errorf("the page is %v", r)
	}
	for name, tt := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"foreign host":          {func(r *http.Request) { r.Host = "attacker.example" }, http.StatusMisdirectedRequest},
		"host that looks local": {func(r *http.Request) { r.Host = "localhost.attacker.example" }, http.StatusMisdirectedRequest},
		"no token":              {func(r *http.Request) { r.Header.Del("Authorization") }, http.StatusUnauthorized},
		"wrong token":           {func(r *http.Request) { r.Header.Set("Authorization", "Bearer secre") }, http.StatusUnauthorized},
		"token as password":     {func(r *http.Request) { r.Header.Del("Authorization"); r.SetBasicAuth("me", "secret") }, http.StatusOK},
		"localhost":             {func(r *http.Request) { r.Host = "localhost" }, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			if r := ask("/api/v1/flows", tt.change); r.status != tt.want {
				t.Errorf("answered %v, want %d", r, tt.want)
			}
		})
	}
	b.stop()
}
