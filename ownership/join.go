package ownership

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

func fileTeams(files []*File) [][]Team {
	out := make([][]Team, len(files))
	for i, f := range files {
		out[i] = f.teams
	}
	return out
}

// joinTeams declares the teams of all sources. A team that several declare is
// one: what the ownership files say of it stands, and the imports, the last
// one first, add what is still missing.
func (s *Set) joinTeams(files []*File, imports []*Import) {
	teams := slices.Concat(fileTeams(files)...)
	at := map[string]int{} // lower-case ID -> position
	for i := range teams {
		at[strings.ToLower(teams[i].ID)] = i
	}
	s.byFold = foldNames(teams)
	for _, im := range slices.Backward(imports) {
		for i := range im.teams {
			t := im.teams[i]
			known := s.byFold[strings.ToLower(t.ID)]
			j, ok := at[strings.ToLower(cmp.Or(known, t.ID))]
			if !ok {
				at[strings.ToLower(t.ID)] = len(teams)
				teams = append(teams, t)
				continue
			}
			teams[j].fill(&t)
		}
	}
	s.byFold = foldNames(teams)
	for i := range teams {
		if id := s.byFold[strings.ToLower(teams[i].Parent)]; id != "" && teams[i].parentFrom() != "" {
			teams[i].Parent = id // as imports spell it
		}
	}
	s.openCycles(teams)
	slices.SortFunc(teams, func(a, b Team) int { return cmp.Compare(a.ID, b.ID) })
	s.teams = teams
}

// fill adds what another source knows of the team.
func (t *Team) fill(other *Team) {
	if t.Name == t.ID {
		t.Name = other.Name
	}
	if t.Parent == "" && !strings.EqualFold(other.Parent, t.ID) {
		t.Parent, t.parentOrigin = other.Parent, other.Origin
	}
	t.Runbook = cmp.Or(t.Runbook, other.Runbook)
	for _, name := range append([]string{other.ID}, other.Aliases...) {
		if name != t.ID && !slices.Contains(t.Aliases, name) {
			t.Aliases = append(slices.Clip(t.Aliases), name)
		}
	}
	if len(other.Contacts) > 0 {
		all := maps.Clone(other.Contacts)
		maps.Copy(all, t.Contacts)
		t.Contacts = all
	}
}

// parentFrom is the import that says whose part the team is, "" for a file.
func (t *Team) parentFrom() string { return cmp.Or(t.parentOrigin, t.Origin) }

// openCycles takes away what closes a circle of parents over several sources.
// Each source is whole by itself and none can be refused for the others, so
// what an import says of the circle gives way.
func (s *Set) openCycles(teams []Team) {
	for _, c := range inCycles(teamsOf(teams)) {
		i := slices.IndexFunc(c, func(t *Team) bool { return t.parentFrom() != "" })
		t := c[i]
		p := c.problem()
		s.warnings = append(s.warnings, Problem{File: t.File, Line: t.parentLine, Column: t.parentColumn,
			What: p.What + fmt.Sprintf(", as %s has it; that parent is left out", t.parentFrom()), Remedy: "take the parent away from one of them"})
		t.Parent = ""
	}
}

// foldNames lets attributes and claims name a team by its ID, an alias or its
// display name, in any case. A name that two teams share names neither.
func foldNames(teams []Team) map[string]string {
	byFold := map[string]string{}
	level := func(names func(*Team) []string) {
		here := map[string]string{}
		for i := range teams {
			for _, name := range names(&teams[i]) {
				key := strings.ToLower(name)
				if id, taken := here[key]; taken && id != teams[i].ID {
					here[key] = ""
					continue
				}
				here[key] = teams[i].ID
			}
		}
		maps.Copy(byFold, here) // of what is better than the level before
	}
	level(func(t *Team) []string { return []string{t.Name} })
	level(func(t *Team) []string { return t.Aliases })
	level(func(t *Team) []string { return []string{t.ID} })
	return byFold
}

func undeclared(file string, line, column int, what, name string, ids []string) Problem {
	return Problem{File: file, Line: line, Column: column, What: what, Remedy: doc.Nearest(name, ids, "declare it under teams")}
}
