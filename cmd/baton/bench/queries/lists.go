package queries

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/web"
)

// pageSize is what a page of the list asks for.
const pageSize = 50

// teamFailed lists the failed flows that touch a team: the newest of them, in order, and no others.
func (s *Set) teamFailed(ctx context.Context, t *truth, team string, from, to time.Time) (time.Duration, error) {
	var list web.FlowList
	took, err := s.fetch(ctx, "/api/v1/flows"+between(from, to, url.Values{"status": {"failed"}, "team": {team}, "limit": {fmt.Sprint(pageSize)}}), &list)
	if err != nil {
		return took, err
	}
	possible, certain := map[string]*corpus.Flow{}, 0
	for i := range t.flows {
		if f := &t.flows[i]; slices.Contains(f.Teams, team) && may(f, from) {
			possible[plainGUID(f.Correlation)] = f
			if sure(f, from) {
				certain++
			}
		}
	}
	if n := len(list.Flows); n < min(certain, pageSize) || n > len(possible) {
		return took, fmt.Errorf("team %s: %d failed flows, of at least %d", team, n, min(certain, pageSize))
	}
	for i := range list.Flows {
		got := &list.Flows[i]
		f := possible[valueOf(got)]
		if f == nil {
			return took, fmt.Errorf("team %s: flow %s is listed as failed, and is none of them or listed twice", team, got.ID)
		}
		delete(possible, valueOf(got))
		if err := s.matches(got, f); err != nil {
			return took, err
		}
		if i > 0 && got.LastActivity.After(list.Flows[i-1].LastActivity.Time) {
			return took, fmt.Errorf("team %s: the list is not in order of time", team)
		}
	}
	if len(list.Flows) < pageSize {
		return took, nil
	}
	for _, f := range possible { // those that are not listed
		if f.End.After(list.Flows[pageSize-1].LastActivity.Time) {
			return took, fmt.Errorf("team %s: flow number %d is newer than the last of the list and is missing", team, f.Number)
		}
	}
	return took, nil
}

// plainGUID is how GUIDs are compared and listed.
func plainGUID(s string) string { return strings.ReplaceAll(s, "-", "") }

// valueOf is the correlation id of a flow.
func valueOf(f *web.Flow) string {
	for _, c := range f.Correlations {
		if c.Key == "correlation.id" {
			return plainGUID(c.Value)
		}
	}
	return ""
}

// failures groups the failed flows of a day: as many for each culprit as failed by it, each owned.
func (s *Set) failures(ctx context.Context, t *truth, from, to time.Time) (time.Duration, error) {
	var list web.FailureList
	took, err := s.fetch(ctx, "/api/v1/failures"+between(from, to, url.Values{"limit": {"500"}}), &list)
	if err != nil {
		return took, err
	}
	least, most, got := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for i := range t.flows {
		if f := &t.flows[i]; may(f, from) {
			most[f.Culprit]++
			if sure(f, from) {
				least[f.Culprit]++
			}
		}
	}
	for i := range list.Failures {
		g := &list.Failures[i]
		got[g.Culprit.Service] += g.FlowCount
		if team := s.Corpus.Team(g.Culprit.Service); g.Culprit.Team == nil || *g.Culprit.Team != team {
			return took, fmt.Errorf("failures by %s are not owned by %s", g.Culprit.Service, team)
		}
	}
	for service := range most {
		if got[service] < least[service] || got[service] > most[service] {
			return took, fmt.Errorf("%d flows failed by %s, not %d to %d", got[service], service, least[service], most[service])
		}
		delete(got, service)
	}
	if len(got) > 0 {
		return took, fmt.Errorf("services are blamed that are to blame for nothing: %v", got)
	}
	return took, nil
}

// mapSample is how many flows a map is drawn from at least when there are more.
const mapSample = 15_000

// serviceMap draws who calls whom: from as many flows as there are, services with their owners.
func (s *Set) serviceMap(ctx context.Context, from, to time.Time) (time.Duration, error) {
	var m web.Map
	took, err := s.fetch(ctx, "/api/v1/map"+between(from, to, nil), &m)
	if err != nil {
		return took, err
	}
	inside := int64(0)
	for i := s.Flows - 1; i >= 0 && s.Corpus.StartOf(i).After(from.Add(edge)); i-- {
		inside++
	}
	if m.SampledFlows < min(inside, mapSample) || m.FlowCount < inside || m.SampledFlows > m.FlowCount {
		return took, fmt.Errorf("the map is drawn from %d of %d flows, where %d are in the window", m.SampledFlows, m.FlowCount, inside)
	}
	services := 0
	for i := range m.Nodes {
		name, _ := strings.CutPrefix(m.Nodes[i].ID, "service:")
		team := s.Corpus.Team(name)
		if team == "" {
			continue // a channel
		}
		services++
		if m.Nodes[i].Team == nil || *m.Nodes[i].Team != team {
			return took, fmt.Errorf("%s is not owned by %s on the map", name, team)
		}
	}
	if inside > 0 && (services < 3 || len(m.Edges) < services-1) {
		return took, errors.New("the map is not connected")
	}
	return took, nil
}
