// Package codeowners imports CODEOWNERS files of GitHub and GitLab: who owns
// the folder of a service owns the service.
package codeowners

import (
	"fmt"
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports/internal/paths"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Importer is the importer of type codeowners.
type Importer struct{}

// Options names the fields of a source.
func (Importer) Options() []string { return []string{"provider", "services", "approvers"} }

// Import reads CODEOWNERS files.
func (Importer) Import(docs []ownership.Document, o ownership.Options) (*ownership.Catalogue, error) {
	d := &github
	switch p := o["provider"]; p.Text {
	case "", "github":
	case "gitlab":
		d = &gitlab
	default:
		return nil, p.Wrong(fmt.Sprintf("unknown provider %q", doc.Clip(p.Text)), doc.Nearest(p.Text, []string{"github", "gitlab"}, "use github or gitlab"))
	}
	folders, err := paths.Parse(o["services"])
	if err != nil {
		return nil, err
	}
	if len(folders) == 0 {
		return nil, ownership.Problem{File: first(docs), What: "nothing says which folder holds which service", Remedy: `add services to the source: "services: {\"src/*/\": \"*\"}"`}
	}
	out := &ownership.Catalogue{}
	var problems ownership.Problems
	for _, document := range docs {
		f, err := parse(document.Name, document.Body, d)
		if err != nil {
			problems = append(problems, doc.Of(document.Name, err)...)
			continue
		}
		out.Notes = append(out.Notes, f.notes...)
		c := claimer{file: f, name: document.Name, approvers: o["approvers"].List}
		for i := range folders {
			c.claim(&folders[i])
		}
		if len(c.claims) > maxClaims {
			problems = append(problems, ownership.Problem{File: document.Name, What: fmt.Sprintf("makes more than %d claims", maxClaims), Remedy: "name fewer folders under services"})
			continue
		}
		out.Claims = append(out.Claims, c.claims...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

func first(docs []ownership.Document) string {
	if len(docs) == 0 {
		return ""
	}
	return docs[0].Name
}

// claimer makes claims of one file.
type claimer struct {
	*file
	name      string
	approvers []string
	claims    []ownership.Claim
}

// Names that are in no pattern: a file in a folder stands for all of them, so
// that "*.md" does not speak for the folder, and a folder for all folders.
const (
	anyFile   = "\ue000file"
	anyFolder = "\ue000folder"
)

func (c *claimer) claim(f *paths.Folder) {
	switch {
	case !f.Star:
		s, l, ok := c.owners(f.Before + "/" + anyFile)
		if !ok { // not a folder, perhaps
			s, l, ok = c.owners(f.Before)
		}
		if ok {
			c.add(f.Pattern(""), s, l)
		} else if s, p := c.exclusion(f.Before + "/" + anyFile); p != nil {
			c.add(f.Pattern(""), s, &line{pattern: p})
		}
	case slices.ContainsFunc(c.sections, func(s *section) bool { return len(s.excluded) > 0 }):
		c.claimByName(f)
	default:
		c.claimByLine(f)
	}
}

// claimByLine makes one claim of each line that is about folders of the form,
// in the order in which they count: of claims, too, the last one wins.
func (c *claimer) claimByLine(f *paths.Folder) {
	for _, s := range c.sections {
		for i := range s.lines {
			l := &s.lines[i]
			for _, st := range stars(f, l.pattern) {
				if !l.match(f.Path(st.example) + "/" + anyFile) {
					continue
				}
				c.add(f.Pattern(st.pattern), s, l)
				if st.pattern == "*" {
					break
				}
			}
		}
	}
}

// claimByName asks the file about each name that it has. Exclusions make it
// fall back to other sections, which the order of claims cannot say.
func (c *claimer) claimByName(f *paths.Folder) {
	var names []star
	for _, s := range c.sections {
		patterns := slices.Clone(s.excluded)
		for i := range s.lines {
			patterns = append(patterns, s.lines[i].pattern)
		}
		for _, p := range patterns {
			names = append(names, stars(f, p)...)
		}
	}
	// The broad ones come first, so that the exact ones win.
	slices.SortStableFunc(names, func(a, b star) int { return a.rank() - b.rank() })
	seen := map[string]bool{}
	for _, st := range names {
		if seen[st.pattern] {
			continue
		}
		seen[st.pattern] = true
		path := f.Path(st.example) + "/" + anyFile
		if s, l, ok := c.owners(path); ok {
			c.add(f.Pattern(st.pattern), s, l)
		} else if s, p := c.exclusion(path); p != nil {
			c.add(f.Pattern(st.pattern), s, &line{pattern: p})
		}
	}
}

func (f *file) exclusion(path string) (*section, *pattern) {
	for _, s := range f.sections {
		for _, p := range s.excluded {
			if p.match(path) {
				return &section{name: s.name}, p
			}
		}
	}
	return nil, nil
}

// star is what the star of a folder may stand for: a pattern of names, and a
// name that it matches.
type star struct{ pattern, example string }

func (s star) rank() int {
	switch {
	case s.pattern == "*":
		return 0
	case s.example != unescape(s.pattern):
		return 1
	}
	return 2
}

func unescape(p string) string { return strings.ReplaceAll(p, `\`, "") }

// stars returns all names, and those that a segment of the pattern gives.
func stars(f *paths.Folder, p *pattern) []star {
	out := []star{{"*", anyFolder}}
	before := f.Before[strings.LastIndexByte(f.Before, '/')+1:]
	after, _, _ := strings.Cut(f.After, "/")
	segments, _ := split(strings.TrimPrefix(p.text, "/"))
	for _, seg := range segments {
		name, ok := strings.CutPrefix(seg, before)
		if !ok {
			continue
		}
		if name, ok = strings.CutSuffix(name, after); !ok || name == "" || name == "*" || name == "**" {
			continue
		}
		out = append(out, starOf(name))
	}
	return out
}

// starOf turns a segment into a pattern of rules and an example.
func starOf(segment string) star {
	var pattern, example strings.Builder
	escaped := false
	for _, r := range segment {
		switch {
		case escaped:
			pattern.WriteString(ownership.Literal(string(r)))
			example.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			pattern.WriteByte('*')
			example.WriteString(anyFolder)
		case r == '?':
			pattern.WriteByte('?')
			example.WriteRune('\ue000')
		default:
			pattern.WriteString(ownership.Literal(string(r)))
			example.WriteRune(r)
		}
	}
	return star{pattern.String(), example.String()}
}

// maxClaims is what one file may claim; a set of claims holds no more.
const maxClaims = 200_000

func (c *claimer) add(services string, s *section, l *line) {
	if len(c.claims) > maxClaims || len(services) > doc.MaxText {
		return // no service has such a name
	}
	owners := s.of(l)
	claim := ownership.Claim{Match: []ownership.Condition{{Field: "service", Patterns: []string{services}}},
		Entity: entity(s, l), File: c.name, Line: l.number, Column: 1}
	switch team := c.team(owners); {
	case team != "":
		claim.Owner, claim.Also = names(team)
	case len(owners) > 0:
		return // roles alone, which are nobody's name
	}
	if len(owners) > 1 {
		claim.Note = "all its owners: " + strings.Join(owners[:min(len(owners), 10)], " ")
	}
	c.claims = append(c.claims, claim)
}

func entity(s *section, l *line) string {
	text := "the line " + doc.Clip(l.text)
	if s.name != "" {
		text += " in [" + doc.Clip(s.name) + "]"
	}
	return text
}

// team picks the one owner that is most likely a team: those that approve
// everything last, roles not at all, a team before a person, a person before
// an e-mail address.
func (c *claimer) team(owners []string) string {
	best, least := "", 100
	for _, o := range owners {
		rank := 0
		switch {
		case strings.HasPrefix(o, "@@"):
			continue
		case strings.HasPrefix(o, "@") && !strings.Contains(o, "/"):
			rank = 1
		case !strings.HasPrefix(o, "@"):
			rank = 2
		}
		if slices.Contains(c.approvers, o) {
			rank += 10
		}
		if rank < least {
			best, least = o, rank
		}
	}
	return best
}

// names returns the ID of a team that no source declares, and the other
// spellings that a declared one may have. The team of @acme/payments is
// payments, as in other catalogues; @jane stays a person.
func names(owner string) (string, []string) {
	name, handle := strings.CutPrefix(owner, "@")
	if !handle {
		return owner, nil
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 && i+1 < len(name) {
		return name[i+1:], []string{owner, name}
	}
	return owner, []string{name}
}
