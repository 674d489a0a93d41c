package ownership

import (
	"fmt"
	"strings"
)

// Shadowed returns the rules that can never decide, because a later rule
// matches whatever they match, as problems for a linter. It compares every
// rule with all after it, so it is not for the running Baton. It errs on the
// side of silence: not every rule that is covered is found.
func (s *Set) Shadowed() []Problem {
	var out []Problem
	list := s.rules.list
	for i := range list {
		for j := len(list) - 1; j > i; j-- {
			if !list[j].covers(&list[i]) {
				continue
			}
			what := fmt.Sprintf("rule %d never decides: rule %d (%s) matches whatever it matches, %s", list[i].number, list[j].number, list[j].place(), list[j].match())
			if list[i].owner == list[j].owner {
				what += ", and has the same owner"
			}
			out = append(out, Problem{File: list[i].file, Line: list[i].line, Column: list[i].column, What: what, Remedy: "take it away, or put it after that rule"})
			break
		}
	}
	return out
}

// covers reports whether every subject of the other rule is one of this, too.
func (r *rule) covers(other *rule) bool {
	for i := range r.conds {
		found := false
		for j := range other.conds {
			if other.conds[j].id == r.conds[i].id && other.conds[j].key == r.conds[i].key && r.conds[i].covers(&other.conds[j]) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return r.party || !other.party || other.needsService()
}

// needsService reports whether the rule is never about an outside party.
func (r *rule) needsService() bool {
	for i := range r.conds {
		if r.conds[i].id == fService && r.conds[i].needs() {
			return true
		}
	}
	return false
}

func (c *cond) covers(other *cond) bool {
	for text := range other.exact {
		if !c.matches(text) {
			return false
		}
	}
	for i := range other.globs {
		if !c.coversGlob(&other.globs[i]) {
			return false
		}
	}
	return true
}

func (c *cond) coversGlob(other *glob) bool {
	if other.exact {
		return c.matches(other.prefix)
	}
	for i := range c.globs {
		g := &c.globs[i]
		switch {
		case g.text == other.text, g.text == "*",
			g.affix() && g.prefix != "" && strings.HasPrefix(other.prefix, g.prefix),
			g.affix() && g.prefix == "" && strings.HasSuffix(other.suffix(), g.suffix()):
			return true
		}
	}
	return false
}
