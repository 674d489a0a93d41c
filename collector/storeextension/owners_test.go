package storeextension

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/storetest"
	"github.com/baton-observability/baton/web"
)

func rules(owner string) string {
	return "teams: [{id: red}, {id: blue}]\nrules:\n  - match: {service: pay}\n    owner: " + owner + "\n"
}

func setOf(t *testing.T, text string) *ownership.Set {
	t.Helper()
	f, err := ownership.Parse("a.yaml", []byte(text))
	require.NoError(t, err)
	s, err := ownership.New(f)
	require.NoError(t, err)
	return s
}

var pay = flow.Endpoint{Service: "pay", Kind: flow.API, System: "http", Operation: "POST /pay", Role: flow.Provider}

// world is a store with one failed flow, and what shows it.
type world struct {
	*testing.T
	store   *store.Store
	file    string
	watcher *ownership.Watcher
	server  *web.Server
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, store: storetest.New(t, flow.Rules{}), file: filepath.Join(t.TempDir(), "ownership.yaml")}
	w.fail(1, time.Now())
	w.write(rules("red"))
	var history *ownerHistory
	w.watcher = ownership.NewWatcher([]string{w.file}, func(*ownership.Set, ownership.Status) {
		if history != nil {
			history.changed()
		}
	}, 0)
	history = newOwnerHistory(w.store, w.watcher.Current, zaptest.NewLogger(t))
	x, err := flow.NewExtractor(flow.Rules{})
	require.NoError(t, err)
	w.server, err = web.New(web.Config{Endpoint: "localhost:8080"}, web.Deps{Flows: w.store, Sums: w.store, Spans: w.store, Endpoints: w.store, Search: w.store,
		Extractor: x, Owners: w.watcher, History: w.store, Log: zaptest.NewLogger(t)})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	go func() { history.run(ctx); done <- struct{}{} }()
	go func() { w.watcher.Run(ctx); done <- struct{}{} }()
	t.Cleanup(func() { stop(); <-done; <-done; w.server.Close() })
	return w
}

// fail stores a flow that failed at a time.
func (w *world) fail(n byte, at time.Time) {
	f := flow.Flow{ID: flow.MintFlowID(at, "", flow.SegmentID{Trace: flow.TraceID{n}}), Revision: 1, Start: at.UnixNano(), LastActivity: at.UnixNano() + 1,
		FailedAt: at.UnixNano(), Verdict: flow.Failed, Spans: 1, Hops: 1, Traces: 1, Endpoints: []uint64{pay.ID()},
		Culprit: &flow.Culprit{Endpoint: pay.ID(), Service: "pay", Kind: flow.API, Role: flow.Provider, Reason: "no", Signature: "no", Rule: "x"}}
	require.NoError(w, w.store.WriteFlows(context.Background(), store.FlowWrite{Flows: []flow.Flow{f}, Endpoints: []flow.Endpoint{pay}}))
}

func (w *world) write(text string) { require.NoError(w, os.WriteFile(w.file, []byte(text), 0o600)) }

func ask[T any](w *world, path string) T {
	r := httptest.NewRequest("GET", path, nil)
	r.Host = "localhost:8080"
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, r)
	require.Equal(w, 200, rec.Code, rec.Body)
	var out T
	require.NoError(w, json.Unmarshal(rec.Body.Bytes(), &out))
	return out
}

func (w *world) owners(when string) (teams []string) {
	for _, f := range ask[web.FlowList](w, "/api/v1/flows?owners="+when).Flows {
		teams = append(teams, f.Teams...)
	}
	return teams
}

func (w *world) caused(team, query string) int64 {
	for _, t := range ask[web.OwnershipReport](w, "/api/v1/ownership/report?"+query).Teams {
		if t.ID == team {
			return t.FailuresCaused
		}
	}
	return -1
}

func (w *world) history() []store.OwnerChange {
	h, err := w.store.OwnerHistory(context.Background(), "")
	require.NoError(w, err)
	return h
}

// A changed rule changes what pages show, with no restart; what was reported of
// the time before stays, and what fails later is the new owner's.
func TestPagesShowTheOwnerNowAndReportsTheOwnerThen(t *testing.T) {
	w := newWorld(t)
	require.Eventually(t, func() bool { return len(w.history()) == 1 }, time.Minute, 10*time.Millisecond)
	require.Equal(t, []string{"red"}, w.owners("now"))
	past := "/api/v1/ownership/report?from=now-1h&to=" + time.Now().UTC().Format(time.RFC3339Nano)
	teams := func() []web.TeamReport { return ask[web.OwnershipReport](w, past).Teams }
	before := teams()

	changed := time.Now()
	w.write(rules("blue"))
	require.Eventually(t, func() bool { return w.owners("now")[0] == "blue" }, time.Minute, 10*time.Millisecond)
	t.Logf("the page shows the new owner after %v", time.Since(changed)) // two seconds are promised; no test depends on it
	require.Eventually(t, func() bool { return len(w.history()) == 2 }, time.Minute, 10*time.Millisecond)
	w.fail(2, time.Now())
	require.Equal(t, []string{"blue", "red"}, w.owners("then"), "the newest first")
	require.Equal(t, []string{"blue", "blue"}, w.owners("now"))
	require.EqualValues(t, 1, w.caused("red", ""))
	require.EqualValues(t, 1, w.caused("blue", ""))
	require.EqualValues(t, 2, w.caused("blue", "owners=now"))
	require.Equal(t, before, teams(), "the report on the time before")
	for _, team := range ask[web.TeamList](w, "/api/v1/teams?owners=then").Teams {
		require.EqualValues(t, 1, team.FailuresCaused, team.ID)
	}
	for team, n := range map[string]int{"red": 1, "blue": 1} {
		require.Len(t, ask[web.FlowList](w, "/api/v1/flows?owners=then&team="+team).Flows, n, team)
		require.Len(t, ask[web.FailureList](w, "/api/v1/failures?owners=then&team="+team).Failures, n, team)
	}
	got := w.history()[1]
	require.Equal(t, "blue", got.Team)
	require.Equal(t, ownership.SourceRule, got.Source)
	require.Contains(t, got.Why, "ownership.yaml:3")
}

func TestOwnersAreRecordedByWhatWasInForce(t *testing.T) {
	ctx := context.Background()
	w := &world{T: t, store: storetest.New(t, flow.Rules{})}
	set := setOf(t, rules("red"))
	now := time.Now()
	instance := func() *ownerHistory {
		h := newOwnerHistory(w.store, func() *ownership.Set { return set }, zaptest.NewLogger(t))
		h.clock = func() time.Time { return now }
		return h
	}
	a, b := instance(), instance()
	require.NoError(t, a.look(ctx))
	require.NoError(t, b.look(ctx))
	require.Empty(t, w.history())

	// It comes and changes hands before anybody looked.
	w.fail(1, now)
	set, now = setOf(t, rules("blue")), now.Add(2*time.Hour)
	for range 2 {
		require.NoError(t, a.look(ctx))
		require.NoError(t, b.look(ctx))
	}
	teams := func() (out []string) {
		for _, c := range w.history() {
			out = append(out, c.Team)
		}
		return out
	}
	require.Equal(t, []string{"red", "blue"}, teams())
	require.Equal(t, now.UnixNano(), w.history()[1].At)

	// Rules that changed while nobody ran, by a clock that was set back.
	set, now = setOf(t, rules("red")), now.Add(-3*time.Hour)
	c := instance()
	require.NoError(t, c.look(ctx))
	require.Equal(t, []string{"red", "blue", "red"}, teams())

	// Another rule file that says the same is no change.
	set = setOf(t, "# moved\n"+rules("red"))
	require.NoError(t, c.look(ctx))
	require.Len(t, w.history(), 3)
}
