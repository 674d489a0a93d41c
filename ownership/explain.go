package ownership

import (
	"fmt"
	"strings"
)

// Explanation is an owner with everything that was considered.
type Explanation struct {
	Owner Owner

	// External says that the subject is an outside party, for which only
	// rules on host or service count.
	External bool

	Matched    []MatchedRule // every rule that matches, the winner first
	Attributes []AttributeCheck
	NearMisses []NearMiss // rules that fail by one field, the last first
}

// RuleRef identifies a rule to a person.
type RuleRef struct {
	Number int // 1-based, in File
	File   string
	Line   int
	Match  string // as one line of YAML
	Owner  string
	Note   string
}

// MatchedRule is a rule that matches.
type MatchedRule struct {
	RuleRef
	Won bool
	Why string
}

// AttributeCheck is one attribute that may name a team, in order of authority.
type AttributeCheck struct {
	Key, Value string
	Team       string // that the value names, "" for none
	Won        bool
	Why        string
}

// NearMiss is a rule that would match but for one field.
type NearMiss struct {
	RuleRef
	Field, Value string // the field, and what the subject has there
	Why          string
}

// maxNearMisses keeps an explanation readable; the last rules come first,
// because they would win.
const maxNearMisses = 10

// Explain resolves a subject and tells how. It tries every rule, so it costs
// far more than Resolve.
func (s *Set) Explain(sub Subject) Explanation {
	e := Explanation{Owner: s.Resolve(sub), External: sub.external()}
	for i := len(s.rules) - 1; i >= 0; i-- {
		r := &s.rules[i]
		if r.matches(&sub) {
			m := MatchedRule{RuleRef: r.ref(), Won: len(e.Matched) == 0}
			if m.Won {
				m.Why = "the last rule that matches wins"
			} else {
				won := &e.Matched[0]
				m.Why = fmt.Sprintf("rule %d (%s:%d) comes later and wins", won.Number, won.File, won.Line)
			}
			e.Matched = append(e.Matched, m)
			continue
		}
		if len(e.NearMisses) < maxNearMisses {
			if miss, ok := r.nearMiss(&sub); ok {
				e.NearMisses = append(e.NearMisses, miss)
			}
		}
	}
	for _, key := range s.attrKeys {
		a := AttributeCheck{Key: key, Value: attributeOf(&sub, key)}
		a.Team = s.teamOf(a.Value)
		switch {
		case a.Value == "":
			a.Why = "not on the endpoint"
		case a.Team == "":
			a.Why = fmt.Sprintf("longer than %d bytes or blank, so not a team", maxOwnerValue)
		case e.External:
			a.Why = "not considered: the party is outside"
		case e.Owner.Source == SourceRule:
			a.Why = "a rule decides before any attribute"
		case e.wonAttribute():
			a.Why = "an attribute before it decides"
		default:
			a.Won, a.Why = true, "the first attribute that names a team wins"
			if _, declared := s.Team(a.Team); !declared {
				a.Why += "; no file declares that team"
			}
		}
		e.Attributes = append(e.Attributes, a)
	}
	return e
}

func (e *Explanation) wonAttribute() bool {
	for _, a := range e.Attributes {
		if a.Won {
			return true
		}
	}
	return false
}

func (r *rule) ref() RuleRef {
	return RuleRef{Number: r.number, File: r.file, Line: r.line, Match: r.match(), Owner: r.owner, Note: r.note}
}

// nearMiss reports a rule that fails by one field while a field that
// identifies the subject holds, or that fails by upper and lower case alone.
func (r *rule) nearMiss(sub *Subject) (NearMiss, bool) {
	var failed *cond
	identified := false
	for i := range r.conds {
		c := &r.conds[i]
		switch {
		case !c.holds(sub) && failed != nil:
			return NearMiss{}, false
		case !c.holds(sub):
			failed = c
		case c.identifies():
			identified = true
		}
	}
	n := NearMiss{RuleRef: r.ref()}
	would := fmt.Sprintf("rule %d (%s:%d) would match but ", r.number, r.file, r.line)
	if failed == nil {
		n.Why = would + "the party is outside and the rule is on neither host nor service"
		return n, true
	}
	n.Field, n.Value = failed.name, failed.of(sub)
	switch {
	case failed.holdsFolded(n.Value):
		n.Why = would + fmt.Sprintf("%s is %q, not %s: upper and lower case differ", n.Field, n.Value, failed.text)
	case !identified:
		return NearMiss{}, false
	case n.Value == "":
		n.Why = would + fmt.Sprintf("%s is absent, not %s", n.Field, failed.text)
	default:
		n.Why = would + fmt.Sprintf("%s is %q, not %s", n.Field, n.Value, failed.text)
	}
	return n, true
}

// identifies reports whether the field tells one endpoint from the next; a
// rule that only shares the environment or the kind is no near miss.
func (c *cond) identifies() bool {
	switch c.id {
	case fKind, fRole, fSystem, fEnvironment, fTenant:
		return false
	}
	return true
}

// holdsFolded reports whether a literal pattern differs from v in case alone.
func (c *cond) holdsFolded(v string) bool {
	for i := range c.globs {
		if c.globs[i].exact && strings.EqualFold(c.globs[i].prefix, v) {
			return true
		}
	}
	for text := range c.exact {
		if strings.EqualFold(text, v) {
			return true
		}
	}
	return false
}
