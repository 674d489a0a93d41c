package ownership

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// glob is a compiled pattern. `*` stands for any run of characters, `.` and
// `/` included; `?` for one character; `[a-z_]` for one of a set and `[!a-z]`
// for one outside it; `\` takes the next character as it is.
//
// An absent (empty) value matches only the empty pattern: `*` asks for the
// field to be there. So {service: "*"} is every service and not also every
// outside host, and {environment: ""} is what has no environment.
type glob struct {
	text   string
	prefix string // the literal text before the first `*`, `?` or set
	exact  bool   // the whole pattern is prefix

	// parts are what lies between the stars, at least two when there is a
	// star; one when there are only `?` and sets.
	parts []part
}

// part matches a fixed number of characters.
type part struct {
	lit   string // the text, when it is all literal
	atoms []atom // otherwise
}

type atom struct {
	lit    rune // -1 for any of ranges
	ranges []rune
	negate bool
}

func (a *atom) matches(r rune) bool {
	if a.lit >= 0 {
		return r == a.lit
	}
	for i := 0; i < len(a.ranges); i += 2 {
		if a.ranges[i] <= r && r <= a.ranges[i+1] {
			return !a.negate
		}
	}
	return a.negate
}

func compileGlob(text string) (glob, error) {
	g := glob{text: text, exact: true}
	var cur []atom
	flush := func() {
		g.parts = append(g.parts, newPart(cur))
		cur = nil
	}
	for rest := text; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		switch r {
		case '*':
			g.exact = false
			flush()
			continue
		case '?':
			g.exact = false
			cur = append(cur, atom{lit: -1, negate: true})
			continue
		case '[':
			a, after, err := compileSet(rest)
			if err != nil {
				return glob{}, err
			}
			g.exact, rest = false, after
			cur = append(cur, a)
			continue
		case '\\':
			if rest == "" {
				return glob{}, errors.New(`ends in a lone "\"`)
			}
			r, n = utf8.DecodeRuneInString(rest)
			rest = rest[n:]
		}
		if g.exact {
			g.prefix += string(r)
		}
		cur = append(cur, atom{lit: r})
	}
	flush()
	return g, nil
}

// compileSet compiles what follows a `[` and returns what follows its `]`.
func compileSet(rest string) (atom, string, error) {
	a := atom{lit: -1}
	if rest, a.negate = strings.CutPrefix(rest, "!"); rest == "" {
		return a, "", errors.New(`has a "[" without its "]"`)
	}
	for first := true; ; first = false {
		if !first && strings.HasPrefix(rest, "]") {
			return a, rest[1:], nil
		}
		lo, after, err := setRune(rest)
		if err != nil {
			return a, "", err
		}
		hi := lo
		if strings.HasPrefix(after, "-") && !strings.HasPrefix(after, "-]") {
			if hi, after, err = setRune(after[1:]); err != nil {
				return a, "", err
			}
		}
		if hi < lo {
			return a, "", fmt.Errorf("has the empty range %c-%c", lo, hi)
		}
		a.ranges = append(a.ranges, lo, hi)
		rest = after
	}
}

func setRune(s string) (rune, string, error) {
	s = strings.TrimPrefix(s, `\`)
	if s == "" {
		return 0, "", errors.New(`has a "[" without its "]"`)
	}
	r, n := utf8.DecodeRuneInString(s)
	return r, s[n:], nil
}

func newPart(atoms []atom) part {
	var b strings.Builder
	for _, a := range atoms {
		if a.lit < 0 {
			return part{atoms: atoms}
		}
		b.WriteRune(a.lit)
	}
	return part{lit: b.String()}
}

// suffix is the literal text after the last star, "" for none.
func (g *glob) suffix() string {
	if last := len(g.parts) - 1; last > 0 && g.parts[last].atoms == nil {
		return g.parts[last].lit
	}
	return ""
}

// affix reports a pattern that is a literal text and one star, before or
// after it.
func (g *glob) affix() bool {
	return len(g.parts) == 2 && g.parts[0].atoms == nil && g.parts[1].atoms == nil && (g.parts[0].lit == "") != (g.parts[1].lit == "")
}

func (g *glob) match(v string) bool {
	if g.exact {
		return v == g.prefix
	}
	if v == "" || !strings.HasPrefix(v, g.prefix) {
		return false
	}
	n := g.parts[0].at(v)
	if n < 0 {
		return false
	}
	v = v[n:]
	if len(g.parts) == 1 {
		return v == ""
	}
	// Every part has a fixed number of characters, so taking each at its
	// first place leaves the most for the parts after it: no backtracking.
	last := len(g.parts) - 1
	for i := 1; i < last; i++ {
		if n = g.parts[i].find(v); n < 0 {
			return false
		}
		v = v[n:]
	}
	return g.parts[last].ends(v)
}

// at returns how many bytes the part takes at the start of v, or -1.
func (p *part) at(v string) int {
	if p.atoms == nil {
		if strings.HasPrefix(v, p.lit) {
			return len(p.lit)
		}
		return -1
	}
	used := 0
	for i := range p.atoms {
		if used == len(v) {
			return -1
		}
		r, n := utf8.DecodeRuneInString(v[used:])
		if !p.atoms[i].matches(r) {
			return -1
		}
		used += n
	}
	return used
}

// find returns where the first place of the part in v ends, or -1.
func (p *part) find(v string) int {
	if p.atoms == nil {
		if i := strings.Index(v, p.lit); i >= 0 {
			return i + len(p.lit)
		}
		return -1
	}
	for i := 0; i < len(v); {
		if n := p.at(v[i:]); n >= 0 {
			return i + n
		}
		_, n := utf8.DecodeRuneInString(v[i:])
		i += n
	}
	return -1
}

func (p *part) ends(v string) bool {
	if p.atoms == nil {
		return strings.HasSuffix(v, p.lit)
	}
	start := len(v)
	for range p.atoms {
		if start == 0 {
			return false
		}
		_, n := utf8.DecodeLastRuneInString(v[:start])
		start -= n
	}
	return p.at(v[start:]) == len(v)-start
}
