package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
)

// idleRules are rules that decide nothing. All environments count, because a
// rule may be for one that the reader does not look at.
func idleRules(d *directory) []IdleRule {
	refs := d.set.RuleRefs()
	matched, won := make([]int64, len(refs)), make([]bool, len(refs))
	winner := make([]int32, len(refs)) // a rule that won where this one matched
	var hits []int32
	for i := range d.all {
		hits = d.set.MatchingRules(subject(&d.all[i].Endpoint), hits[:0])
		for k, r := range hits {
			matched[r]++
			won[r] = won[r] || k == 0
			winner[r] = hits[0]
		}
	}
	var out []IdleRule
	for i, r := range refs {
		if won[i] {
			continue
		}
		idle := IdleRule{File: r.File, Line: int64(r.Line), Number: int64(r.Number), Match: r.Match, Owner: r.Owner, Reason: "unmatched",
			EndpointCount: matched[i], Detail: "No endpoint that was ever seen matches it."}
		if matched[i] > 0 {
			w := refs[winner[i]]
			idle.Reason = "shadowed"
			idle.Detail = fmt.Sprintf("It matches, but later rules win, such as rule %d (%s:%d).", w.Number, w.File, w.Line)
		}
		out = append(out, idle)
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

// ruleFor is the rule that would give an endpoint an owner. A service is owned
// as a whole, because its parts seldom have different owners; a channel is named
// by itself, because its producer and its consumer often do.
func ruleFor(e *flow.Endpoint, owner string) string {
	match := "service: " + quoted(e.Service)
	switch {
	case e.Destination != "" && (e.Role == flow.Channel || e.Role == flow.Gateway):
		match = fmt.Sprintf("kind: %s, destination: %s, role: %s", e.Kind, quoted(e.Destination), e.Role)
	case e.Service == "" && e.Host != "":
		match = "host: " + quoted(e.Host)
	case e.Service == "":
		match = fmt.Sprintf("kind: %s, operation: %s", e.Kind, quoted(e.Operation))
	}
	return fmt.Sprintf("  - match: {%s}\n    owner: %s", match, owner)
}

// quoted writes a pattern that matches text and nothing else. YAML takes JSON
// strings, and a quoted value cannot be misread as a number, a list or a comment.
func quoted(text string) string {
	text = ownership.Literal(text)
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' && r != '/'
	}) && (text[0] >= 'A' && text[0] <= 'Z' || text[0] >= 'a' && text[0] <= 'z') && !slices.Contains(yamlWords, strings.ToLower(text)) {
		return text
	}
	return fmt.Sprintf("%q", text)
}

// yamlWords are plain words that YAML does not take as text.
var yamlWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
