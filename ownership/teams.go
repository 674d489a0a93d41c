package ownership

import (
	"fmt"
	"strings"
)

// teamsOf makes pointers of teams.
func teamsOf(lists ...[]Team) []*Team {
	var out []*Team
	for _, list := range lists {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}

// checkTeams finds IDs declared twice, in one file or in two, and teams that
// are part of themselves.
func checkTeams(teams []*Team) []Problem {
	var problems []Problem
	first := map[string]*Team{} // by folded ID, because attributes name teams in any case
	for _, t := range teams {
		old := first[strings.ToLower(t.ID)]
		if old == nil {
			first[strings.ToLower(t.ID)] = t
			continue
		}
		what := fmt.Sprintf("team %q is already declared at %s", t.ID, old.place())
		if old.ID != t.ID {
			what = fmt.Sprintf("team %q differs only in case from %q at %s", t.ID, old.ID, old.place())
		}
		problems = append(problems, Problem{File: t.File, Line: t.Line, Column: t.Column, What: what, Remedy: "keep one of the two"})
	}
	if len(problems) > 0 {
		return problems
	}
	for _, t := range inCycles(teams) {
		problems = append(problems, t.problem())
	}
	return problems
}

func (t *Team) place() string {
	if t.Line == 0 {
		return t.File
	}
	return fmt.Sprintf("%s:%d", t.File, t.Line)
}

// cycle is the teams of a circle of parents.
type cycle []*Team

// inCycles returns every circle of parents. IDs must be unique.
func inCycles(teams []*Team) []cycle {
	byID := make(map[string]*Team, len(teams))
	for _, t := range teams {
		byID[t.ID] = t
	}
	// A team has one parent, so following parents from every team, and
	// stopping at those already seen, visits each once. Meeting a team of the
	// same walk again closes a circle.
	var out []cycle
	seen := make(map[*Team]int, len(teams))
	for i, t := range teams {
		for t != nil && seen[t] == 0 {
			seen[t] = i + 1
			t = byID[t.Parent]
		}
		if t != nil && seen[t] == i+1 {
			c := cycle{t}
			for p := byID[t.Parent]; p != t; p = byID[p.Parent] {
				c = append(c, p)
			}
			out = append(out, c)
		}
	}
	return out
}

func (c cycle) problem() Problem {
	t := c[0]
	ids := make([]string, 0, len(c))
	for _, p := range c {
		ids = append(ids, p.ID)
	}
	if len(ids) > 8 {
		ids = append(ids[:8], "...")
	}
	return Problem{File: t.File, Line: t.parentLine, Column: t.parentColumn,
		What:   fmt.Sprintf("team %q is part of itself: %s -> %s", t.ID, strings.Join(ids, " -> "), t.ID),
		Remedy: "take the parent away from one of them"}
}
