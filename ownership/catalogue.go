package ownership

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cespare/xxhash/v2"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Catalogue is what an [Importer] made of a source.
type Catalogue struct {
	Teams  []Team
	Claims []Claim // the last that matches wins, so the broad ones come first
	Links  []Link

	// Notes are what was accepted but is probably not meant.
	Notes []Problem
}

// Claim says that a team owns what matches.
type Claim struct {
	Match []Condition // all must hold

	// Owner is a team's ID, name or alias in any case; when no source declares
	// such a team it counts as an ID all the same. Empty means that nobody
	// owns it, on purpose.
	Owner string

	// Also are other spellings of Owner that a declared team may have. They
	// are tried in order after Owner itself.
	Also []string

	Entity string // what makes the claim, as the source names it: "component:default/cart"
	Note   string // for people; may be empty

	File         string
	Line, Column int // 0 where the source has no lines
}

// Condition holds when the field matches any of the patterns, which are those
// of rules; Literal makes one of a plain text.
type Condition struct {
	Field    string
	Patterns []string
}

// Link is a relation that a catalogue knows between an entity with an owner
// and something else, by which an owner can be proposed for that.
type Link struct {
	Entity string // "component:default/shipping"
	Owner  string // of the entity, as in Claim.Owner
	Verb   string // "depends on", "provides"
	Target string // bare name, such as that of a topic
	File   string
	Line   int
}

// Literal returns the pattern that matches text and nothing else.
func Literal(text string) string { return literal.Replace(text) }

var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// Import is a catalogue under the name of its source, compiled. It never
// changes; nothing in it can be broken.
type Import struct {
	name   string
	teams  []Team
	claims []claim
	links  []Link
	notes  []Problem
	hash   uint64
}

type claim struct {
	rule
	also []string
}

const (
	// Above the largest companies: the bounds keep a source that is not what
	// it should be from filling the memory.
	maxTeams  = 50_000
	maxClaims = 200_000
	maxLinks  = 500_000
)

// NewImport compiles a catalogue. The error is of type Problems.
func NewImport(name string, c *Catalogue) (*Import, error) {
	im := &Import{name: name, teams: make([]Team, len(c.Teams)), claims: make([]claim, 0, len(c.Claims)), links: c.Links, notes: c.Notes}
	for _, over := range []struct {
		what     string
		has, max int
	}{{"teams", len(c.Teams), maxTeams}, {"claims", len(c.Claims), maxClaims}, {"relations", len(c.Links), maxLinks}} {
		if over.has > over.max {
			return nil, Problems{{File: name, What: fmt.Sprintf("holds %d %s, more than %d", over.has, over.what, over.max), Remedy: "import less of it"}}
		}
	}
	var problems Problems
	for i, t := range c.Teams {
		if p := checkName(t.ID, "team"); p != "" {
			problems = append(problems, Problem{File: t.File, Line: t.Line, Column: t.Column, What: p, Remedy: "correct it in the source"})
		}
		if t.Name == "" {
			t.Name = t.ID
		}
		t.Origin, t.parentLine, t.parentColumn = name, t.Line, t.Column
		im.teams[i] = t
	}
	problems = append(problems, checkTeams(teamsOf(im.teams))...)
	for i := range c.Claims {
		r, p := compileClaim(&c.Claims[i])
		if p != nil {
			problems = append(problems, *p)
			continue
		}
		im.claims = append(im.claims, r)
	}
	if len(problems) > doc.MaxProblems {
		problems = problems[:doc.MaxProblems]
	}
	if len(problems) > 0 {
		return nil, problems
	}
	im.sum(c)
	return im, nil
}

func compileClaim(c *Claim) (claim, *Problem) {
	fail := func(what string) (claim, *Problem) {
		return claim{}, &Problem{File: c.File, Line: c.Line, Column: c.Column, What: what, Remedy: "correct it in the source"}
	}
	r := claim{rule: rule{owner: c.Owner, note: c.Note, entity: c.Entity, file: c.File, line: c.Line, ownerLine: c.Line, ownerColumn: c.Column}, also: c.Also}
	if c.Owner != "" {
		if p := checkName(c.Owner, "owner"); p != "" {
			return fail(p)
		}
	}
	if len(c.Match) == 0 {
		return fail(fmt.Sprintf("%s claims everything", c.Entity))
	}
	for _, m := range c.Match {
		f, ok := fieldOf(m.Field)
		if !ok {
			return fail(fmt.Sprintf("%s claims by the unknown field %q", c.Entity, m.Field))
		}
		globs := make([]glob, 0, len(m.Patterns))
		for _, text := range m.Patterns {
			if f.id == fKind || f.id == fRole {
				text = strings.ToLower(text)
			}
			if len(text) > doc.MaxText {
				return fail(fmt.Sprintf("%s of %s is longer than %d bytes", f.name, c.Entity, doc.MaxText))
			}
			g, err := compileGlob(text)
			if err != nil {
				return fail(fmt.Sprintf("%s %q of %s %s", f.name, text, c.Entity, err))
			}
			globs = append(globs, g)
		}
		if len(globs) == 0 {
			return fail(fmt.Sprintf("%s claims by no pattern of %s", c.Entity, f.name))
		}
		r.conds = append(r.conds, newCond(f, globs))
	}
	return r, nil
}

// checkName says what is wrong with the name of a team that a source gives.
func checkName(name, what string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "a " + what + " has no name"
	case len(name) > maxOwnerValue:
		return fmt.Sprintf("%s %q is longer than %d bytes", what, doc.Clip(name), maxOwnerValue)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Sprintf("%s %q holds a control character", what, doc.Clip(name))
	}
	return ""
}

// sum hashes everything that answers show.
func (im *Import) sum(c *Catalogue) {
	h := xxhash.New()
	fmt.Fprintf(h, "%q\n", im.name)
	for i := range c.Teams {
		t := &c.Teams[i]
		fmt.Fprintf(h, "%q %q %q %q %q %q %d\n", t.ID, t.Name, t.Parent, t.Aliases, t.Runbook, t.File, t.Line)
		fmt.Fprintf(h, "%q\n", t.Contacts) // fmt sorts maps
	}
	for i := range c.Claims {
		cl := &c.Claims[i]
		fmt.Fprintf(h, "%q %q %q %q %q %q %d\n", cl.Match, cl.Owner, cl.Also, cl.Entity, cl.Note, cl.File, cl.Line)
	}
	fmt.Fprintf(h, "%+v\n", c.Links)
	im.hash = h.Sum64()
}

// Name is the name of the source.
func (im *Import) Name() string { return im.name }
