package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// Conflict is a disagreement between sources, about any number of endpoints.
type Conflict struct {
	Says []ownership.Says // what each says, the one that decides first

	Endpoints         uint64
	Traffic, Failures uint64
	Examples          []Endpoint // some of them, the worst first
}

const maxExamples = 5

// Conflicts are the disagreements of the estate, those about most failures
// first. Endpoints that the same statements are about make one.
func (e *Estate) Conflicts() []Conflict {
	byKey := map[string]*Conflict{}
	for i := range e.endpoints {
		p := &e.endpoints[i]
		says := e.set.Says(p.Subject)
		if !ownership.Disagree(says) {
			continue
		}
		var key strings.Builder
		for _, s := range says {
			fmt.Fprintf(&key, "%q %q %q %q %d %q\n", s.Source, s.Origin, s.Team, s.File, s.Line, s.Entity)
		}
		c := byKey[key.String()]
		if c == nil {
			c = &Conflict{Says: says}
			byKey[key.String()] = c
		}
		c.Endpoints, c.Traffic, c.Failures = c.Endpoints+1, c.Traffic+p.Traffic, c.Failures+p.Failures
		c.Examples = append(c.Examples, *p)
		if len(c.Examples) > 4*maxExamples {
			c.cut()
		}
	}
	out := make([]Conflict, 0, len(byKey))
	for _, c := range byKey {
		c.cut()
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(b.Failures, a.Failures), cmp.Compare(b.Traffic, a.Traffic), cmp.Compare(b.Endpoints, a.Endpoints), worse(&a.Examples[0], &b.Examples[0]))
	})
	return out
}

func (c *Conflict) cut() {
	slices.SortFunc(c.Examples, func(a, b Endpoint) int { return worse(&a, &b) })
	c.Examples = c.Examples[:min(len(c.Examples), maxExamples)]
}

// DeadRule is a rule that decides about nothing that was seen.
type DeadRule struct {
	Rule    ownership.RuleRef
	Matches uint64 // endpoints that it matches, and others decide about
	Why     string
}

// DeadRules are the rules that match no endpoint of the estate, and those
// whose every endpoint another rule or source decides about, in the order of
// the files.
func (e *Estate) DeadRules() []DeadRule {
	refs := e.set.RuleRefs()
	type count struct {
		matches uint64
		won     bool
		by      int    // the rule that beat it first, or -1
		other   string // what else did
	}
	counts := make([]count, len(refs))
	var found []int32
	for i := range e.endpoints {
		o := &e.owners[i]
		found = e.set.MatchingRules(e.endpoints[i].Subject, found[:0])
		for n, r := range found {
			c := &counts[r]
			c.matches++
			switch {
			case o.Source != ownership.SourceRule:
				c.by, c.other = -1, o.Why
			case n == 0:
				c.won = true
			default:
				c.by, c.other = int(found[0]), ""
			}
		}
	}
	var out []DeadRule
	for i, c := range counts {
		d := DeadRule{Rule: refs[i], Matches: c.matches}
		switch {
		case c.won:
			continue
		case c.matches == 0:
			d.Why = "matches nothing that was seen"
		case c.other != "":
			d.Why = "something else decides about all that it matches: " + c.other
		default:
			by := &refs[c.by]
			d.Why = fmt.Sprintf("later rules decide about all that it matches, such as rule %d (%s:%d), %s", by.Number, by.File, by.Line, by.Match)
		}
		out = append(out, d)
	}
	return out
}
