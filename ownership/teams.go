package ownership

import (
	"fmt"
	"strings"
)

// checkTeams finds IDs declared twice, in one file or in two, and teams that
// are part of themselves.
func checkTeams(files []*File) []Problem {
	var problems []Problem
	first := map[string]*Team{} // by folded ID, because attributes name teams in any case
	for _, f := range files {
		for i := range f.teams {
			t := &f.teams[i]
			old := first[strings.ToLower(t.ID)]
			if old == nil {
				first[strings.ToLower(t.ID)] = t
				continue
			}
			what := fmt.Sprintf("team %q is already declared at %s:%d", t.ID, old.File, old.Line)
			if old.ID != t.ID {
				what = fmt.Sprintf("team %q differs only in case from %q at %s:%d", t.ID, old.ID, old.File, old.Line)
			}
			problems = append(problems, Problem{t.File, t.Line, t.column, what, "keep one of the two"})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	parent := func(t *Team) *Team {
		if p := first[strings.ToLower(t.Parent)]; p != nil && p.ID == t.Parent {
			return p
		}
		return nil
	}
	// A team has one parent, so following parents from every team, and
	// stopping at those already seen, visits each once. Meeting a team of the
	// same walk again closes a cycle.
	seen := map[*Team]int{}
	walk := 0
	for _, f := range files {
		for i := range f.teams {
			walk++
			t := &f.teams[i]
			for t != nil && seen[t] == 0 {
				seen[t] = walk
				t = parent(t)
			}
			if t != nil && seen[t] == walk {
				problems = append(problems, cycle(t, parent))
			}
		}
	}
	return problems
}

// cycle describes the cycle of parents that t is on.
func cycle(t *Team, parent func(*Team) *Team) Problem {
	ids := []string{t.ID}
	for p := parent(t); p != t; p = parent(p) {
		ids = append(ids, p.ID)
	}
	if len(ids) > 8 {
		ids = append(ids[:8], "...")
	}
	return Problem{t.File, t.parentLine, t.parentColumn,
		fmt.Sprintf("team %q is part of itself: %s -> %s", t.ID, strings.Join(ids, " -> "), t.ID),
		"take the parent away from one of them"}
}
