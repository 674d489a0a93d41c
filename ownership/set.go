package ownership

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Set is teams, rules and claims joined from all sources, compiled. It never
// changes, so it is safe for concurrent use; nothing in it can be broken.
type Set struct {
	teams     []Team            // by ID
	byFold    map[string]string // lower-case ID, alias or unambiguous name -> ID
	rules     book
	claims    book
	imports   []string          // names, in the order of their authority, the last first to be asked
	links     map[string][]Link // by target
	authority []string
	attrKeys  []string // that name a team, in order of authority
	keys      []string
	version   uint64
	warnings  []Problem
}

// New is Join without imports.
func New(files ...*File) (*Set, error) { return Join(files, nil) }

// Join makes a Set. Rules keep the order of files and claims that of imports,
// so a later one wins over an earlier one. The error is of type Problems; no
// sources make an empty Set.
func Join(files []*File, imports []*Import) (*Set, error) {
	s := &Set{authority: defaultAuthority, attrKeys: defaultAttributeKeys}
	problems := checkTeams(teamsOf(fileTeams(files)...))
	problems = append(problems, checkSources(files)...)
	problems = append(problems, s.configure(files)...)
	if len(problems) > 0 {
		return nil, Problems(problems)
	}
	hash := xxhash.New()
	add := func(name string, sum uint64) { // the name counts too: explanations show it
		_, _ = hash.WriteString(name)
		_, _ = hash.Write(binary.LittleEndian.AppendUint64([]byte{0}, sum))
	}
	var rules, claims []rule
	for _, f := range files {
		rules = append(rules, f.rules...)
		add(f.Name, f.hash)
		s.warnings = append(s.warnings, f.openTokens()...)
	}
	s.joinTeams(files, imports)
	s.warn(rules)
	for i := range rules {
		rules[i].prepare()
	}
	s.links = map[string][]Link{}
	for i, im := range imports {
		s.imports = append(s.imports, im.name)
		s.warnings = append(s.warnings, im.notes...)
		claims = append(claims, s.claimsOf(im, int32(i))...)
		for _, l := range im.links {
			l.Owner = s.teamOf(l.Owner)
			s.links[l.Target] = append(s.links[l.Target], l)
		}
		add(im.name, im.hash)
	}
	s.rules, s.claims = newBook(rules), newBook(claims)
	s.collectKeys()
	s.version = hash.Sum64()
	return s, nil
}

// configure takes what one file may set for all.
func (s *Set) configure(files []*File) []Problem {
	var problems []Problem
	for _, c := range []struct {
		verb string
		of   func(*File) setting
		to   *[]string
	}{
		{"attributes are", func(f *File) setting { return f.attributes }, &s.attrKeys},
		{"authority is", func(f *File) setting { return f.authority }, &s.authority},
	} {
		var by *File
		for _, f := range files {
			v := c.of(f)
			switch {
			case v.words == nil:
			case by != nil:
				problems = append(problems, Problem{File: f.Name, Line: v.line, Column: v.column,
					What: fmt.Sprintf("%s already set in %s:%d", c.verb, by.Name, c.of(by).line), Remedy: "keep one of the two"})
			default:
				by, *c.to = f, v.words
			}
		}
	}
	return problems
}

// checkSources finds two sources of one name: pages and reports tell them
// apart by it.
func checkSources(files []*File) []Problem {
	var problems []Problem
	first := map[string]*Spec{}
	for _, f := range files {
		for i := range f.sources {
			s := &f.sources[i]
			if old := first[s.Name]; old != nil {
				problems = append(problems, Problem{File: s.File, Line: s.Line, Column: s.Column,
					What: fmt.Sprintf("source %q is already in %s:%d", s.Name, old.File, old.Line), Remedy: "take one away, or give it a name of its own"})
				continue
			}
			first[s.Name] = s
		}
	}
	return problems
}

// claimsOf gives the claims of an import to the teams of the Set.
func (s *Set) claimsOf(im *Import, origin int32) []rule {
	out := make([]rule, len(im.claims))
	for i := range im.claims {
		c := &im.claims[i]
		r := c.rule
		r.origin, r.owner = origin, s.claimant(c)
		r.prepareClaim(im.name)
		out[i] = r
	}
	return out
}

func (s *Set) claimant(c *claim) string {
	if id := s.byFold[strings.ToLower(c.owner)]; id != "" {
		return id
	}
	for _, other := range c.also {
		if id := s.byFold[strings.ToLower(other)]; id != "" {
			return id
		}
	}
	return c.owner
}

// warn notes references to teams that no source declares. They are accepted:
// a rule is no less right because its team's contacts are still missing.
func (s *Set) warn(rules []rule) {
	ids := make([]string, len(s.teams))
	for i := range s.teams {
		ids[i] = s.teams[i].ID
	}
	for i := range s.teams {
		t := &s.teams[i]
		if _, ok := s.Team(t.Parent); t.Parent != "" && !ok {
			s.warnings = append(s.warnings, undeclared(t.File, t.parentLine, t.parentColumn,
				fmt.Sprintf("team %q is part of %q, which no source declares", t.ID, t.Parent), t.Parent, ids))
		}
	}
	for i := range rules {
		r := &rules[i]
		if _, ok := s.Team(r.owner); r.owner != "" && !ok {
			s.warnings = append(s.warnings, undeclared(r.file, r.ownerLine, r.ownerColumn,
				fmt.Sprintf("rule %d gives its endpoints to team %q, which no source declares", r.number, r.owner), r.owner, ids))
		}
	}
}

func (s *Set) collectKeys() {
	s.keys = slices.Clone(s.attrKeys)
	for _, list := range [][]rule{s.rules.list, s.claims.list} {
		for i := range list {
			for _, c := range list[i].conds {
				if c.id == fAttr {
					s.keys = append(s.keys, c.key)
				}
			}
		}
	}
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
}

// Team returns a declared team.
func (s *Set) Team(id string) (Team, bool) {
	i, ok := slices.BinarySearchFunc(s.teams, id, func(t Team, id string) int { return cmp.Compare(t.ID, id) })
	if !ok {
		return Team{}, false
	}
	return s.teams[i], true
}

// Teams returns the declared teams by ID. The slice is the caller's.
func (s *Set) Teams() []Team { return slices.Clone(s.teams) }

// Rules is how many rules there are.
func (s *Set) Rules() int { return len(s.rules.list) }

// Claims is how many claims the imports make.
func (s *Set) Claims() int { return len(s.claims.list) }

// Imports returns the names of the imports, in the order of the sources. The
// slice is the caller's.
func (s *Set) Imports() []string { return slices.Clone(s.imports) }

// Authority returns the kinds of sources that are asked, the first one first.
// The slice is the caller's.
func (s *Set) Authority() []string { return slices.Clone(s.authority) }

// Keys returns the attributes that can change an owner, sorted: what must be
// kept on endpoints.
func (s *Set) Keys() []string { return slices.Clone(s.keys) }

// Links returns what catalogues know of entities that use or provide
// something by that name.
func (s *Set) Links(target string) []Link { return slices.Clone(s.links[target]) }

// Version is a hash of the content that the Set was made of, for caches and
// ETags. It is the same on every machine that has the same files at the same
// paths.
func (s *Set) Version() uint64 { return s.version }

// Warnings returns what is accepted but probably not meant, in the order of
// the files. The slice is the caller's.
func (s *Set) Warnings() []Problem { return slices.Clone(s.warnings) }
