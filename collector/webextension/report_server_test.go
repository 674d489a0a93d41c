package webextension

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/storetest"
	"github.com/baton-observability/baton/web"
)

// newCompany has 300 flows in two windows, and a server that tells of them.
func newCompany(t *testing.T) (*company, http.Handler) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 11))
	c := &company{begin: time.Now().Add(-time.Hour).UTC().Truncate(time.Second), store: storetest.New(t, flow.Rules{})}
	for n := range 300 {
		f := rawFlow{spans: newSpans(r, r.IntN(2*windowMS))}
		for i := range f.spans {
			f.spans[i].id = flow.SpanID{byte(n), byte(n >> 8), byte(i), 1}
		}
		f.TraceIDs = []flow.TraceID{{byte(n), byte(n >> 8), 1, 9: byte(n)}}
		f.ID = flow.MintFlowID(c.begin, "", flow.SegmentID{Trace: f.TraceIDs[0]})
		c.flows = append(c.flows, f)
	}
	c.insert(t)
	c.judge(t, r)
	var changes []store.OwnerChange
	for _, id := range c.own {
		changes = append(changes, store.OwnerChange{Endpoint: id, At: 1, Team: "early"}, store.OwnerChange{Endpoint: id, At: c.ns(middleMS), Team: "late"})
	}
	last, err := c.store.LastOwners(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.store.RecordOwners(t.Context(), "", last, changes); err != nil {
		t.Fatal(err)
	}
	c.rules = filepath.Join(t.TempDir(), "ownership.yaml")
	if err := os.WriteFile(c.rules, []byte(companyYAML), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := flow.NewExtractor(flow.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	c.owns = ownership.NewWatcher([]string{c.rules}, nil, 0)
	srv, err := web.New(web.Config{Endpoint: "localhost:8080"}, web.Deps{Flows: c.store, Sums: c.store, Spans: c.store, Endpoints: c.store, Search: c.store, Extractor: x,
		Owners: c.owns, History: c.store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return c, srv.Handler()
}

// ask reads an answer on the second window.
func (c *company) ask(t *testing.T, h http.Handler, path string, into any) {
	t.Helper()
	moment := func(ms int) []string { return []string{time.Unix(0, c.ns(ms)).UTC().Format(time.RFC3339Nano)} }
	q := url.Values{"from": moment(windowMS), "to": moment(2 * windowMS), "owners": {"then"}}
	r := httptest.NewRequest("GET", path+"?"+q.Encode(), nil)
	r.Host = "localhost:8080"
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil || rec.Code != 200 {
		t.Fatalf("%v: %s", err, rec.Body)
	}
}
