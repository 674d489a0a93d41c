package web

import (
	"slices"
	"time"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/audit"
)

// idleRules are rules that decide nothing.
func idleRules(dead []audit.DeadRule) []IdleRule {
	var out []IdleRule
	for _, x := range dead {
		reason := "unmatched"
		if x.Matches > 0 {
			reason = "shadowed"
		}
		out = append(out, IdleRule{File: x.Rule.File, Line: int64(x.Rule.Line), Number: int64(x.Rule.Number), Match: x.Rule.Match,
			Owner: x.Rule.Owner, Reason: reason, EndpointCount: int64(x.Matches), Detail: x.Why})
	}
	return out
}

func idleTeams(teams []ownership.Team) []IdleTeam {
	var out []IdleTeam
	for _, t := range teams {
		out = append(out, IdleTeam{ID: t.ID, Name: t.Name, File: t.File, Line: int64(t.Line)})
	}
	return out
}

// sourcesOf are the sources of owners, the broken ones first.
func sourcesOf(st ownership.Status) []OwnerSource {
	out := []OwnerSource{}
	for _, s := range st.Sources {
		out = append(out, OwnerSource{Name: s.Name, Type: s.Type, Place: s.Place, File: s.File, Line: int64(s.Line), Health: string(s.Health),
			Problems: problemsOf(s.Problems), Good: timeOrNil(s.Good), Since: timeOrNil(s.Since),
			Files: int64(s.Files), Teams: int64(s.Teams), Claims: int64(s.Claims)})
	}
	// Unknown states come first: they are news too.
	rank := func(s OwnerSource) int { return slices.Index([]string{"broken", "waiting", "ok"}, s.Health) }
	slices.SortStableFunc(out, func(a, b OwnerSource) int { return rank(a) - rank(b) })
	return out
}

func problemsOf(problems []ownership.Problem) []OwnerProblem {
	out := []OwnerProblem{}
	for _, p := range problems {
		out = append(out, OwnerProblem{File: p.File, Line: int64(p.Line), Column: int64(p.Column), What: p.What, Remedy: p.Remedy})
	}
	return out
}

func timeOrNil(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t.UTC()}
}
