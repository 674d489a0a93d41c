package queries

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/cmd/baton/bench/harness"
	"github.com/baton-observability/baton/web"
)

// setOf is a corpus of some flows that is asked about at an address.
func setOf(t *testing.T, flows int64, serve http.HandlerFunc) *Set {
	t.Helper()
	o := corpus.Defaults()
	o.Start, o.Failures = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), 0.2
	c, err := corpus.New(o)
	require.NoError(t, err)
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	return &Set{API: harness.NewAPI(s.URL), Corpus: c, Flows: flows, Now: c.StartOf(flows).Add(10 * time.Second), Calls: 5, Seed: 1}
}

func answer(t *testing.T, w http.ResponseWriter, v any) {
	t.Helper()
	if err := json.NewEncoder(w).Encode(v); err != nil {
		t.Error(err)
	}
}

// shownFlow is how a right answer shows a flow.
func shownFlow(c *corpus.Corpus, f *corpus.Flow) web.Flow {
	out := web.Flow{ID: f.Correlation, Status: "completed", SpanCount: int64(f.SpanCount()), TraceCount: int64(len(f.Traces)), Teams: f.Teams,
		LastActivity: web.Time{Time: f.End}, Correlations: []web.Correlation{{Key: "correlation.id", Value: strings.ReplaceAll(f.Correlation, "-", "")}}}
	if f.Failed {
		team := c.Team(f.Culprit)
		out.Status, out.Culprit = "failed", &web.Culprit{Service: f.Culprit, Team: &team}
	}
	return out
}

func TestTraceIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		change func([]pcommon.SpanID) []pcommon.SpanID
		right  bool
	}{
		"right":             {func(ids []pcommon.SpanID) []pcommon.SpanID { return ids }, true},
		"a span is missing": {func(ids []pcommon.SpanID) []pcommon.SpanID { return ids[1:] }, false},
		"another span":      {func(ids []pcommon.SpanID) []pcommon.SpanID { return append(ids[1:], pcommon.SpanID{1}) }, false},
		"a span twice":      {func(ids []pcommon.SpanID) []pcommon.SpanID { return append(ids, ids[0]) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			var f corpus.Flow
			s := setOf(t, 10, func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, "/api/v1/traces/"+f.Traces[0].String(), r.URL.Path)
				var ids strings.Builder
				for _, id := range tt.change(f.Spans[f.Traces[0]]) {
					ids.WriteString(id.String())
				}
				answer(t, w, web.SpanTable{Columns: web.SpanColumns{SpanIds: ids.String()}})
			})
			f = s.Corpus.Flow(3)
			took, err := s.trace(t.Context(), &f, 0)
			require.Equal(t, tt.right, err == nil, err)
			require.Positive(t, took)
		})
	}
}

func TestFlowIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*web.FlowList)
		wrong  string
	}{
		"right":           {func(*web.FlowList) {}, ""},
		"none":            {func(l *web.FlowList) { l.Flows = nil }, "0 flows instead of one"},
		"in two parts":    {func(l *web.FlowList) { l.Flows = append(l.Flows, l.Flows[0]) }, "2 flows instead of one"},
		"not judged":      {func(l *web.FlowList) { l.Flows[0].Status = "running" }, "is running, not failed"},
		"a span is lost":  {func(l *web.FlowList) { l.Flows[0].SpanCount-- }, "spans in"},
		"a trace is lost": {func(l *web.FlowList) { l.Flows[0].TraceCount-- }, "spans in"},
		"another culprit": {func(l *web.FlowList) { l.Flows[0].Culprit.Service = "somebody" }, "failed by"},
		"no owner":        {func(l *web.FlowList) { l.Flows[0].Culprit.Team = nil }, "not owned"},
		"a team is lost":  {func(l *web.FlowList) { l.Flows[0].Teams = nil }, "does not touch team"},
	} {
		t.Run(name, func(t *testing.T) {
			var list web.FlowList
			s := setOf(t, 100, func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, "/api/v1/flows/by-correlation", r.URL.Path)
				answer(t, w, list)
			})
			f := failedFlow(s)
			list.Flows = []web.Flow{shownFlow(s.Corpus, &f)}
			tt.change(&list)
			_, _, err := s.correlation(t.Context(), &f)
			if tt.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wrong)
		})
	}
}

func failedFlow(s *Set) corpus.Flow {
	i := int64(0)
	for !s.Corpus.Failed(i) {
		i++
	}
	return s.Corpus.Flow(i)
}

func TestListIsChecked(t *testing.T) {
	const team = "ordering"
	for name, tt := range map[string]struct {
		change func(all []web.Flow) []web.Flow
		wrong  string
	}{
		"right":              {func(all []web.Flow) []web.Flow { return all[:pageSize] }, ""},
		"short":              {func(all []web.Flow) []web.Flow { return all[:pageSize-1] }, "49 failed flows, of at least 50"},
		"the newest is lost": {func(all []web.Flow) []web.Flow { return all[1 : pageSize+1] }, "is newer than the last"},
		"one twice":          {func(all []web.Flow) []web.Flow { return append(all[:pageSize-1:pageSize-1], all[0]) }, "twice"},
		"out of order": {func(all []web.Flow) []web.Flow {
			all[0], all[1] = all[1], all[0]
			return all[:pageSize]
		}, "not in order"},
		"one that did not fail": {func(all []web.Flow) []web.Flow {
			all[7].Correlations = nil
			return all[:pageSize]
		}, "none of them"},
	} {
		t.Run(name, func(t *testing.T) {
			var list web.FlowList
			s := setOf(t, 1000, func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, team, r.URL.Query().Get("team"))
				answer(t, w, list)
			})
			truth := s.truth()
			var all []web.Flow
			for i := range truth.flows {
				if f := shownFlow(s.Corpus, &truth.flows[i]); contains(f.Teams, team) {
					all = append(all, f)
				}
			}
			require.Greater(t, len(all), pageSize)
			list.Flows = tt.change(all)
			_, err := s.teamFailed(t.Context(), truth, team, s.Now.Add(-time.Hour), s.Now)
			if tt.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wrong)
		})
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestFailuresAreChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		change func([]web.Failure) []web.Failure
		wrong  string
	}{
		"right":        {func(f []web.Failure) []web.Failure { return f }, ""},
		"one too few":  {func(f []web.Failure) []web.Failure { f[0].FlowCount--; return f }, "flows failed by"},
		"one too many": {func(f []web.Failure) []web.Failure { f[0].FlowCount++; return f }, "flows failed by"},
		"a group lost": {func(f []web.Failure) []web.Failure { return f[1:] }, "0 flows failed by"},
		"not owned":    {func(f []web.Failure) []web.Failure { f[0].Culprit.Team = nil; return f }, "not owned"},
		"slander":      {func(f []web.Failure) []web.Failure { return append(f, blame("edge-gateway", "platform", 1)) }, "to blame for nothing"},
		"in two groups": {func(f []web.Failure) []web.Failure {
			f[0].FlowCount--
			return append(f, blame(f[0].Culprit.Service, *f[0].Culprit.Team, 1))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var list web.FailureList
			s := setOf(t, 500, func(w http.ResponseWriter, _ *http.Request) { answer(t, w, list) })
			truth := s.truth()
			counts := map[string]int64{}
			for i := range truth.flows {
				counts[truth.flows[i].Culprit]++
			}
			for service, n := range counts {
				list.Failures = append(list.Failures, blame(service, s.Corpus.Team(service), n))
			}
			list.Failures = tt.change(list.Failures)
			_, err := s.failures(t.Context(), truth, s.Now.Add(-24*time.Hour), s.Now)
			if tt.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wrong)
		})
	}
}

func blame(service, team string, n int64) web.Failure {
	return web.Failure{Culprit: web.Culprit{Service: service, Team: &team}, FlowCount: n}
}

func TestMapIsChecked(t *testing.T) {
	whole := func(s *Set) (m web.Map) {
		m.SampledFlows, m.FlowCount = mapSample, 2*mapSample
		for _, name := range []string{"edge-gateway", "order-api", "order-events"} {
			team := s.Corpus.Team(name)
			m.Nodes = append(m.Nodes, web.MapNode{ID: "service:" + name, Team: &team})
		}
		m.Edges = make([]web.MapEdge, 2)
		return m
	}
	for name, tt := range map[string]struct {
		change func(*web.Map)
		wrong  string
	}{
		"right":       {func(*web.Map) {}, ""},
		"few flows":   {func(m *web.Map) { m.SampledFlows = 10 }, "drawn from 10 of 30000 flows"},
		"wrong count": {func(m *web.Map) { m.FlowCount = 10 }, "drawn from 15000 of 10 flows"},
		"wrong owner": {func(m *web.Map) { m.Nodes[1].Team = nil }, "order-api is not owned"},
		"no edges":    {func(m *web.Map) { m.Edges = nil }, "not connected"},
	} {
		t.Run(name, func(t *testing.T) {
			var m web.Map
			s := setOf(t, 1000, func(w http.ResponseWriter, _ *http.Request) { answer(t, w, m) })
			m = whole(s)
			tt.change(&m)
			_, err := s.serviceMap(t.Context(), s.Now.Add(-time.Hour), s.Now)
			if tt.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wrong)
		})
	}
}

func TestWrongAnswersAreCounted(t *testing.T) {
	s := setOf(t, 10, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the store is away", http.StatusServiceUnavailable)
	})
	timings, err := s.Run(t.Context(), func(Kind) {})
	require.NoError(t, err)
	require.Len(t, timings, 7)
	for _, q := range timings {
		if q.NotOffered == "" {
			require.Equal(t, s.Calls, q.Wrong, q.Kind)
			require.Contains(t, q.FirstWrong, "the store is away")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Run(ctx, func(Kind) {})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPercentiles(t *testing.T) {
	var of []time.Duration
	for i := range 200 {
		of = append(of, time.Duration(200-i)*time.Millisecond)
	}
	p50, p95 := Percentiles(of)
	require.Equal(t, []float64{100, 190}, []float64{p50, p95})
	p50, p95 = Percentiles(of[:1])
	require.Equal(t, []float64{200, 200}, []float64{p50, p95})
	p50, p95 = Percentiles(nil)
	require.Zero(t, p50+p95)
}
