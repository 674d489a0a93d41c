package ownership

import (
	"fmt"
	"slices"
	"strings"
)

// Explanation is an owner with everything that was considered.
type Explanation struct {
	Owner Owner

	// External says that the subject is an outside party, for which only
	// rules on host or service count.
	External bool

	Authority  []string      // the kinds of sources, the first one asked first
	Matched    []MatchedRule // every rule that matches, the last first
	Claims     []MatchedClaim
	Attributes []AttributeCheck
	NearMisses []NearMiss // rules that fail by one field, the last first

	// Says is what each source by itself says, the one that decides first.
	// They disagree when they name different teams.
	Says []Says
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

// MatchedClaim is a claim that matches, the last of the last import first.
type MatchedClaim struct {
	Origin string // name of the import
	Entity string // what in it makes the claim
	File   string
	Line   int // 0 where the source has no lines
	Match  string
	Owner  string
	Note   string
	Won    bool
	Why    string
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
// because they would win. maxMatched does so for rules and claims.
const (
	maxNearMisses = 10
	maxMatched    = 100
)

// Explain resolves a subject and tells how. It tries every rule, so it costs
// far more than Resolve.
func (s *Set) Explain(sub Subject) Explanation {
	sub.fold()
	e := Explanation{Owner: s.Resolve(sub), External: sub.external(), Authority: s.Authority(), Says: s.Says(sub)}
	e.Matched = s.explainRules(&sub, e.Owner.Source)
	e.Claims = s.explainClaims(&sub, e.Owner.Source)
	e.Attributes = s.explainAttributes(&sub, &e)
	for i := len(s.rules.list) - 1; i >= 0 && len(e.NearMisses) < maxNearMisses; i-- {
		if r := &s.rules.list[i]; !r.matches(&sub) {
			if miss, ok := r.nearMiss(&sub); ok {
				e.NearMisses = append(e.NearMisses, miss)
			}
		}
	}
	return e
}

func (s *Set) explainRules(sub *Subject, decided string) []MatchedRule {
	var out []MatchedRule
	for _, i := range s.rules.matching(sub, nil) {
		m := MatchedRule{RuleRef: s.rules.list[i].ref(), Won: len(out) == 0 && decided == SourceRule}
		switch {
		case m.Won:
			m.Why = "the last rule that matches wins"
		case len(out) == 0:
			m.Why = s.beaten(SourceRule, decided)
		default:
			m.Why = fmt.Sprintf("rule %d (%s:%d) comes later and wins", out[0].Number, out[0].File, out[0].Line)
		}
		if out = append(out, m); len(out) == maxMatched {
			break
		}
	}
	return out
}

func (s *Set) explainClaims(sub *Subject, decided string) []MatchedClaim {
	var out []MatchedClaim
	for _, i := range s.claims.matching(sub, nil) {
		r := &s.claims.list[i]
		m := MatchedClaim{Origin: r.result.Origin, Entity: r.entity, File: r.file, Line: r.line, Match: r.match(), Owner: r.owner, Note: r.note,
			Won: len(out) == 0 && decided == SourceCatalogue}
		switch {
		case m.Won:
			m.Why = "the last claim that matches wins"
		case len(out) == 0:
			m.Why = s.beaten(SourceCatalogue, decided)
		case out[0].Origin != m.Origin:
			m.Why = fmt.Sprintf("%s is a later source and wins", out[0].Origin)
		default:
			m.Why = fmt.Sprintf("%s is claimed later and wins", out[0].Entity)
		}
		if out = append(out, m); len(out) == maxMatched {
			break
		}
	}
	return out
}

func (s *Set) explainAttributes(sub *Subject, e *Explanation) []AttributeCheck {
	var out []AttributeCheck
	won := false
	for _, key := range s.attrKeys {
		a := AttributeCheck{Key: key, Value: attributeOf(sub, key)}
		a.Team = s.teamOf(a.Value)
		switch {
		case a.Value == "":
			a.Why = "not on the endpoint"
		case a.Team == "":
			a.Why = fmt.Sprintf("longer than %d bytes or blank, so not a team", maxOwnerValue)
		case e.External:
			a.Why = "not considered: the party is outside"
		case e.Owner.Source != SourceAttribute:
			a.Why = s.beaten(SourceAttribute, e.Owner.Source)
		case won:
			a.Why = "an attribute before it decides"
		default:
			a.Won, a.Why, won = true, "the first attribute that names a team wins", true
			if _, declared := s.Team(a.Team); !declared {
				a.Why += "; no source declares that team"
			}
		}
		out = append(out, a)
	}
	return out
}

// beaten says why a kind of source that has an answer does not decide.
func (s *Set) beaten(kind, decided string) string {
	words := map[string][2]string{
		SourceRule: {"a rule", "any rule"}, SourceCatalogue: {"a catalogue", "any catalogue"}, SourceAttribute: {"an attribute", "any attribute"},
	}
	if !slices.Contains(s.authority, kind) {
		return fmt.Sprintf("not asked: %q is not in the authority", kind)
	}
	return words[decided][0] + " decides before " + words[kind][1]
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
