package ownership

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Set is teams and rules joined from files, compiled. It never changes, so it
// is safe for concurrent use; nothing in it can be broken.
type Set struct {
	teams    []Team            // by ID
	byFold   map[string]string // lower-case ID or unambiguous name -> ID
	rules    []rule
	ix       index
	attrKeys []string // that name a team, in order of authority
	keys     []string
	version  uint64
	warnings []Problem
}

// New joins files into a Set. Rules keep the order of files, so a later file
// wins over an earlier one. The error is of type Problems; no files make an
// empty Set.
func New(files ...*File) (*Set, error) {
	problems := checkTeams(files)
	s := &Set{attrKeys: defaultAttributeKeys, byFold: map[string]string{}}
	var configured *File
	hash := xxhash.New()
	for _, f := range files {
		s.teams = append(s.teams, f.teams...)
		s.rules = append(s.rules, f.rules...)
		// The name counts too: explanations show it.
		_, _ = hash.WriteString(f.Name)
		_, _ = hash.Write(binary.LittleEndian.AppendUint64([]byte{0}, f.hash))
		if f.attributes == nil {
			continue
		}
		if configured != nil {
			problems = append(problems, Problem{f.Name, f.attrLine, f.attrColumn,
				fmt.Sprintf("attributes are already set in %s:%d", configured.Name, configured.attrLine), "keep one of the two"})
			continue
		}
		configured, s.attrKeys = f, f.attributes
	}
	if len(problems) > 0 {
		return nil, Problems(problems)
	}
	slices.SortFunc(s.teams, func(a, b Team) int { return cmp.Compare(a.ID, b.ID) })
	s.foldNames()
	s.warn()
	for i := range s.rules {
		s.rules[i].prepare()
	}
	s.ix = newIndex(s.rules)
	s.collectKeys()
	s.version = hash.Sum64()
	return s, nil
}

// foldNames lets an attribute name a team by its ID or display name, in any
// case. A name that two teams share names neither.
func (s *Set) foldNames() {
	for _, t := range s.teams {
		key := strings.ToLower(t.Name)
		if _, taken := s.byFold[key]; taken {
			s.byFold[key] = ""
			continue
		}
		s.byFold[key] = t.ID
	}
	for _, t := range s.teams {
		s.byFold[strings.ToLower(t.ID)] = t.ID
	}
}

// warn notes references to teams that no file declares. They are accepted: a
// rule is no less right because its team's contacts are still missing.
func (s *Set) warn() {
	ids := make([]string, len(s.teams))
	for i, t := range s.teams {
		ids[i] = t.ID
	}
	for _, t := range s.teams {
		if _, ok := s.Team(t.Parent); t.Parent != "" && !ok {
			s.warnings = append(s.warnings, Problem{t.File, t.parentLine, t.parentColumn,
				fmt.Sprintf("team %q is part of %q, which no file declares", t.ID, t.Parent),
				nearest(t.Parent, ids, "declare it under teams")})
		}
	}
	for i := range s.rules {
		r := &s.rules[i]
		if _, ok := s.Team(r.owner); r.owner != "" && !ok {
			s.warnings = append(s.warnings, Problem{r.file, r.ownerLine, r.ownerColumn,
				fmt.Sprintf("rule %d gives its endpoints to team %q, which no file declares", r.number, r.owner),
				nearest(r.owner, ids, "declare it under teams")})
		}
	}
}

func (s *Set) collectKeys() {
	s.keys = slices.Clone(s.attrKeys)
	for i := range s.rules {
		for _, c := range s.rules[i].conds {
			if c.id == fAttr {
				s.keys = append(s.keys, c.key)
			}
		}
	}
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
}

// Resolve returns the owner of a subject: the last rule that matches, else
// the first attribute that names a team, else nobody. An outside party (a
// host without a service) is resolved only by rules on host or service.
func (s *Set) Resolve(sub Subject) Owner {
	if i := s.ix.last(s.rules, &sub); i >= 0 {
		return s.rules[i].result
	}
	if !sub.external() {
		for _, key := range s.attrKeys {
			if team := s.teamOf(attributeOf(&sub, key)); team != "" {
				return Owner{Team: team, Source: SourceAttribute, Why: "attribute " + key + " names " + team}
			}
		}
	}
	return Owner{Source: SourceNone, Why: "no rule matches and no attribute names a team"}
}

// maxOwnerValue is the longest attribute value taken for a team: longer ones
// are something else under the same name.
const maxOwnerValue = 200

// teamOf returns the team that an attribute value names: a declared one by ID
// or name in any case, else the value itself.
func (s *Set) teamOf(value string) string {
	value = strings.TrimSpace(value)
	if len(value) > maxOwnerValue {
		return ""
	}
	if id := s.byFold[strings.ToLower(value)]; id != "" {
		return id
	}
	return value
}

// keyNamespace is kept on every endpoint as a field, so it is read from there
// when it is not among the attributes.
const keyNamespace = "service.namespace"

func attributeOf(sub *Subject, key string) string {
	v := sub.attr(key)
	if v == "" && key == keyNamespace {
		return sub.Namespace
	}
	return v
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
func (s *Set) Rules() int { return len(s.rules) }

// Keys returns the attributes that can change an owner, sorted: what must be
// kept on endpoints.
func (s *Set) Keys() []string { return slices.Clone(s.keys) }

// Version is a hash of the content that the Set was made of, for caches and
// ETags. It is the same on every machine that has the same files at the same
// paths.
func (s *Set) Version() uint64 { return s.version }

// Warnings returns what is accepted but probably not meant, in the order of
// the files. The slice is the caller's.
func (s *Set) Warnings() []Problem { return slices.Clone(s.warnings) }
