package ownership

import "strings"

// Resolve returns the owner of a subject: what the first kind of source in
// the order of authority says that says anything. Of rules the last that
// matches wins, so of claims; of attributes the first that names a team. An
// outside party (a host without a service) is resolved only by rules and
// claims on host or service.
func (s *Set) Resolve(sub Subject) Owner {
	sub.fold()
	for _, kind := range s.authority {
		switch kind {
		case SourceRule:
			if i := s.rules.last(&sub); i >= 0 {
				return s.rules.list[i].result
			}
		case SourceCatalogue:
			if i := s.claims.last(&sub); i >= 0 {
				return s.claims.list[i].result
			}
		case SourceAttribute:
			if o, ok := s.byAttribute(&sub); ok {
				return o
			}
		}
	}
	return Owner{Source: SourceNone, Why: "no rule matches, no catalogue knows it and no attribute names a team"}
}

func (s *Set) byAttribute(sub *Subject) (Owner, bool) {
	if sub.external() {
		return Owner{}, false
	}
	for _, key := range s.attrKeys {
		if team := s.teamOf(attributeOf(sub, key)); team != "" {
			return Owner{Team: team, Source: SourceAttribute, Why: "attribute " + key + " names " + team}, true
		}
	}
	return Owner{}, false
}

// maxOwnerValue is the longest attribute value taken for a team: longer ones
// are something else under the same name.
const maxOwnerValue = 200

// teamOf returns the team that an attribute value names: a declared one by
// ID, alias or name in any case, else the value itself.
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

// Says is what one source says of a subject, whatever the others say.
type Says struct {
	Source string // SourceRule, SourceCatalogue or SourceAttribute
	Origin string // the import, or the attribute
	Team   string // "" when it declares the subject unowned on purpose
	Rule   int    // 1-based, in File
	File   string
	Line   int
	Entity string // of a claim
	Match  string // of a rule or claim, as one line of YAML
	Why    string

	Decides bool
}

// Says returns what each source that says anything says of a subject by
// itself: all rules are one source, each import and each attribute is one.
// The one that decides is the first.
func (s *Set) Says(sub Subject) []Says {
	sub.fold()
	var out []Says
	for _, kind := range s.authority {
		switch kind {
		case SourceRule:
			if i := s.rules.last(&sub); i >= 0 {
				out = append(out, s.rules.list[i].says())
			}
		case SourceCatalogue:
			seen := map[int32]bool{}
			for _, i := range s.claims.matching(&sub, nil) {
				if r := &s.claims.list[i]; !seen[r.origin] {
					seen[r.origin] = true
					out = append(out, r.says())
				}
			}
		case SourceAttribute:
			for _, key := range s.attrKeys {
				if team := s.teamOf(attributeOf(&sub, key)); team != "" && !sub.external() {
					out = append(out, Says{Source: SourceAttribute, Origin: key, Team: team, Why: "attribute " + key + " names " + team})
				}
			}
		}
	}
	if len(out) > 0 {
		out[0].Decides = true
	}
	return out
}

func (r *rule) says() Says {
	o := &r.result
	return Says{Source: o.Source, Origin: o.Origin, Team: o.Team, Rule: o.Rule, File: o.File, Line: o.Line, Entity: r.entity, Match: r.match(), Why: o.Why}
}

// Disagree reports whether sources name different teams.
func Disagree(says []Says) bool {
	for i := range says {
		if says[i].Team != says[0].Team {
			return true
		}
	}
	return false
}

// RuleRefs returns every rule, in the order in which the last wins. The
// slice is the caller's.
func (s *Set) RuleRefs() []RuleRef {
	out := make([]RuleRef, len(s.rules.list))
	for i := range s.rules.list {
		out[i] = s.rules.list[i].ref()
	}
	return out
}

// MatchingRules appends the positions, in RuleRefs, of the rules that match a
// subject to dst, the winner first.
func (s *Set) MatchingRules(sub Subject, dst []int32) []int32 {
	sub.fold()
	return s.rules.matching(&sub, dst)
}

// ClaimRef is a claim of an import, given to a team of the Set.
type ClaimRef struct {
	Origin string // name of the import
	Entity string
	File   string
	Line   int // 0 where the source has no lines
	Match  []Condition
	Owner  string
	Note   string
}

// ClaimRefs returns every claim, in the order in which the last wins. The
// slice is the caller's.
func (s *Set) ClaimRefs() []ClaimRef {
	out := make([]ClaimRef, len(s.claims.list))
	for i := range s.claims.list {
		r := &s.claims.list[i]
		c := ClaimRef{Origin: r.result.Origin, Entity: r.entity, File: r.file, Line: r.line, Owner: r.owner, Note: r.note}
		for j := range r.conds {
			c.Match = append(c.Match, Condition{r.conds[j].name, r.conds[j].patterns()})
		}
		out[i] = c
	}
	return out
}
