package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/baton-observability/baton/ownership"
)

func TestMain(m *testing.M) {
	// Idle connections of the clients end by themselves within seconds.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

// Every type is read from a file by the section of ownership.yaml that the
// documentation shows.
func TestAllFromFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "ownership.yaml"), `
teams:
  - {id: mail, aliases: ["@acme/mailers"]}
sources:
  - type: csv
    path: owners.csv
  - type: otel-component-owners
    path: component_owners.yml
  - type: datadog
    path: "*.datadog.yaml"
  - type: codeowners
    path: repo/CODEOWNERS
    services: {"src/*/": "*"}
  - type: backstage
    path: catalog/**/catalog-info.yaml
rules:
  - match: {service: ruled}
    owner: mail
`)
	put(t, filepath.Join(dir, "owners.csv"), "service,team\ntable,a\ncart,a\n")
	put(t, filepath.Join(dir, "component_owners.yml"), "components: {src/demo: [jane]}")
	put(t, filepath.Join(dir, "service.datadog.yaml"), "schema-version: v2.2\ndd-service: search\nteam: b\n")
	put(t, filepath.Join(dir, "repo/CODEOWNERS"), "/src/mail/ @acme/mailers\n/src/cart/ @acme/c\n/src/ruled/ @acme/c\n")
	put(t, filepath.Join(dir, "catalog/x/catalog-info.yaml"), "kind: Component\nmetadata: {name: cart}\nspec: {owner: d}\n")
	w := ownership.NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, nil, 0, Options("")...)
	if !w.Status().OK() {
		t.Fatal(w.Status().Problems)
	}
	for service, want := range map[string]string{"table": "a", "demo": "jane", "search": "b", "mail": "mail", "cart": "d", "ruled": "mail"} {
		if got := w.Current().Resolve(ownership.Subject{Service: service}); got.Team != want {
			t.Errorf("%s: %+v, want %q", service, got, want)
		}
	}
	var says []string
	for _, s := range w.Current().Says(ownership.Subject{Service: "cart"}) {
		says = append(says, s.Origin+" "+s.Team)
	}
	if want := []string{"backstage catalog/**/catalog-info.yaml d", "codeowners repo/CODEOWNERS c", "csv owners.csv a"}; !slices.Equal(says, want) {
		t.Errorf("%q", says)
	}
	if got := Types(); !slices.Equal(got, []string{"backstage", "codeowners", "csv", "datadog", "otel-component-owners"}) {
		t.Errorf("%q", got)
	}
}

// portal answers as Backstage's catalogue API does: filters, cursors, ETags.
type portal struct {
	mu       sync.Mutex
	entities []map[string]any
	token    string
	old      bool // has no queries yet
	down     bool
	full     int // answers with a body
	same     int // answers without, because nothing has changed
}

func entity(kind, name, owner string, spec map[string]any) map[string]any {
	if spec == nil {
		spec = map[string]any{}
	}
	if owner != "" {
		spec["owner"] = owner
	}
	return map[string]any{"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": map[string]any{"name": name, "namespace": "default", "uid": name}, "spec": spec}
}

func (p *portal) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	switch {
	case p.down:
		w.WriteHeader(http.StatusBadGateway)
		return
	case r.Header.Get("Authorization") != "Bearer "+p.token:
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	const pageSize = 3 // whatever is asked for: Backstage has a limit of its own
	filters, offset := q["filter"], 0
	if c := q.Get("cursor"); c != "" {
		var parts []string
		_ = json.Unmarshal([]byte(c), &parts)
		offset, _ = strconv.Atoi(parts[0])
		filters = parts[1:]
	}
	var found []map[string]any
	for _, e := range p.entities {
		if matches(e, filters) {
			found = append(found, e)
		}
	}
	var body any
	switch {
	case r.URL.Path == "/api/catalog/entities/by-query" && !p.old:
		page := map[string]any{"items": found[min(offset, len(found)):min(offset+pageSize, len(found))], "totalItems": len(found), "pageInfo": map[string]any{}}
		if offset+pageSize < len(found) {
			c, _ := json.Marshal(append([]string{strconv.Itoa(offset + pageSize)}, filters...))
			page["pageInfo"] = map[string]any{"nextCursor": string(c)}
		}
		body = page
	case r.URL.Path == "/api/catalog/entities":
		offset, _ = strconv.Atoi(q.Get("offset"))
		limit, _ := strconv.Atoi(q.Get("limit"))
		body = found[min(offset, len(found)):min(offset+limit, len(found))]
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	b, _ := json.Marshal(body)
	etag := fmt.Sprintf(`W/"%x-%d"`, len(b), hash(b))
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if r.Header.Get("If-None-Match") == etag {
		p.same++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	p.full++
	_, _ = w.Write(b)
}

func hash(b []byte) (h uint32) {
	for _, c := range b {
		h = h*31 + uint32(c)
	}
	return h
}

// matches reads filters as Backstage does: any of them, and all parts of one.
func matches(e map[string]any, filters []string) bool {
	return slices.ContainsFunc(filters, func(f string) bool {
		for part := range strings.SplitSeq(f, ",") {
			key, want, _ := strings.Cut(part, "=")
			var v any = e
			for field := range strings.SplitSeq(key, ".") {
				m, _ := v.(map[string]any)
				v = m[field]
			}
			if s, _ := v.(string); !strings.EqualFold(s, want) {
				return false
			}
		}
		return true
	})
}

func TestBackstageAPI(t *testing.T) {
	const secret = "s3cret-t0ken"
	p := &portal{token: secret, entities: []map[string]any{
		entity("Group", "payments", "", map[string]any{"profile": map[string]any{"displayName": "Payments 💸", "email": "pay@shop.example"}, "children": []string{}}),
		entity("Component", "cart", "group:default/payments", nil),
		entity("Component", "mail", "mailers", nil),
		entity("Template", "new-service", "payments", nil),
		entity("API", "order-events", "payments", map[string]any{"type": "asyncapi", "definition": "asyncapi: 2.6.0\nchannels: {orders.placed: {}}"}),
		entity("Component", "odd", "a/b/c", nil),
		entity("Component", "search", "search", nil),
	}}
	server := httptest.NewServer(p)
	defer server.Close()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "ownership.yaml"), fmt.Sprintf(`
sources:
  - type: backstage
    name: portal
    url: %s
    token: ${BATON_TEST_BACKSTAGE_TOKEN}
    every: 1s
`, server.URL))
	t.Setenv("BATON_TEST_BACKSTAGE_TOKEN", secret)
	var mu sync.Mutex
	var said strings.Builder
	w := ownership.NewWatcher([]string{filepath.Join(dir, "ownership.yaml")}, func(_ *ownership.Set, s ownership.Status) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&said, "%+v\n", s)
	}, 20*time.Millisecond, Options(filepath.Join(dir, "cache"))...)
	if s := w.Status().Sources[1]; s.Health != ownership.Waiting || !w.Status().OK() {
		t.Errorf("the start waits for the web: %+v", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx) }()
	defer func() { cancel(); <-done }()
	health := func(h ownership.Health) func() bool {
		return func() bool { return w.Status().Sources[1].Health == h }
	}
	owner := func(s ownership.Subject) string { return w.Current().Resolve(s).Team }

	until(t, "read", health(ownership.Well))
	tests := []struct {
		sub  ownership.Subject
		team string
	}{
		{ownership.Subject{Service: "cart"}, "payments"}, {ownership.Subject{Service: "mail"}, "mailers"}, {ownership.Subject{Service: "search"}, "search"},
		{ownership.Subject{Destination: "orders.placed", Role: "channel"}, "payments"}, {ownership.Subject{Service: "new-service"}, ""}, {ownership.Subject{Service: "odd"}, ""},
	}
	for _, tt := range tests {
		if got := owner(tt.sub); got != tt.team {
			t.Errorf("%+v: %q, want %q", tt.sub, got, tt.team)
		}
	}
	if team, _ := w.Current().Team("payments"); team.Name != "Payments 💸" || team.Contacts["email"] != "pay@shop.example" || team.Origin != "portal" {
		t.Errorf("%+v", team)
	}
	if o := w.Current().Resolve(ownership.Subject{Service: "cart"}); o.Origin != "portal" || !strings.HasPrefix(o.File, server.URL+"/api/catalog") || o.Line != 0 {
		t.Errorf("%+v", o)
	}
	if got := ownership.Problems(w.Status().Warnings).Error(); !strings.Contains(got, `spec.owner "a/b/c" is no reference`) {
		t.Errorf("the odd entity is not noted: %s", got)
	}

	// What has not changed is not sent again.
	var full int
	p.change(func() { full, p.same = p.full, 0 })
	until(t, "polled", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.same >= 2 })
	p.change(func() {
		if p.full != full {
			t.Errorf("%d answers more, although nothing has changed", p.full-full)
		}
		p.entities[2] = entity("Component", "mail", "payments", nil)
	})
	until(t, "a change", func() bool { return owner(ownership.Subject{Service: "mail"}) == "payments" })

	p.change(func() { p.down = true })
	until(t, "down", health(ownership.Broken))
	if s := w.Status().Sources[1]; s.Problems[0].What != "answers with status 502" || owner(ownership.Subject{Service: "cart"}) != "payments" {
		t.Errorf("%+v", s)
	}
	p.change(func() { p.down, p.token = false, "another" })
	until(t, "refused", func() bool {
		return strings.Contains(w.Status().Problems.Error(), "status 401; give the source a token")
	})
	p.change(func() { p.token, p.old = secret, true })
	until(t, "an older Backstage", health(ownership.Well))
	if owner(ownership.Subject{Service: "search"}) != "search" {
		t.Error("an older Backstage says something else")
	}
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(said.String(), secret) {
		t.Error("the token is in a status")
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "cache", "*.json"))
	if len(kept) != 1 {
		t.Fatalf("kept %q", kept)
	}
	if b, err := os.ReadFile(kept[0]); err != nil || strings.Contains(string(b), secret) || !strings.Contains(string(b), "portal") {
		t.Errorf("%v: %.200s", err, b)
	}
}
