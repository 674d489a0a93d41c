package score

import (
	"fmt"
	"strings"
)

// Totals sums rows up: over everything, and over each class that class names.
func Totals(rows []Row, classes []string, class func(kind string) string) []Row {
	out := []Row{Sum("**all**", rows)}
	for _, c := range classes {
		var some []Row
		for _, r := range rows {
			if class(r.Kind) == c {
				some = append(some, r)
			}
		}
		out = append(out, Sum("**"+c+"**", some))
	}
	return out
}

// Goal is what a whole run is to reach.
type Goal struct {
	What string
	Have float64
	Want float64
	Most bool // Want is the most, not the least
}

// Met reports whether it was reached.
func (g *Goal) Met() bool {
	if g.Most {
		return g.Have < g.Want
	}
	return g.Have >= g.Want
}

// Goals are those that a run is held against. Slow kinds are judged by themselves: whose fault slowness is leaves more room.
func Goals(rows []Row, slow func(kind string) bool) []Goal {
	all := Sum("", rows)
	var late, others []Row
	worst, least := 100.0, ""
	for _, r := range rows {
		if slow(r.Kind) {
			late = append(late, r)
			continue
		}
		others = append(others, r)
		if p := r.Team.Percent(); p < worst {
			worst, least = p, r.Kind
		}
	}
	e, s := Sum("", others), Sum("", late)
	return []Goal{
		{What: "joins: precision", Have: all.Precision.Percent(), Want: 99.9},
		{What: "joins: recall", Have: all.Recall.Percent(), Want: 99.5},
		{What: "verdict right", Have: all.Verdict.Percent(), Want: 99},
		{What: "culprit's team, of all that is not slow", Have: e.Team.Percent(), Want: 97},
		{What: strings.TrimSpace("culprit's team, the worst kind " + parenthesis(least)), Have: worst, Want: 90},
		{What: "slow: culprit's service first", Have: s.Service.Percent(), Want: 85},
		{What: "slow: culprit's service among three", Have: s.TopThree.Percent(), Want: 95},
		{What: "falsely stalled", Have: all.Stalls.Percent(), Want: 0.1, Most: true},
	}
}

func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// GoalTable writes goals in Markdown.
func GoalTable(goals []Goal) string {
	var b strings.Builder
	b.WriteString("| goal | wanted | reached | |\n|---|--:|--:|---|\n")
	for _, g := range goals {
		sign, met := "≥", "met"
		if g.Most {
			sign = "<"
		}
		if !g.Met() {
			met = "not met"
		}
		fmt.Fprintf(&b, "| %s | %s %g %% | %.2f %% | %s |\n", g.What, sign, g.Want, g.Have, met)
	}
	return b.String()
}
