package codeowners

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

// pattern tells the paths that a line is about. Paths have no leading slash.
type pattern struct {
	text string
	re   *regexp.Regexp
}

func (p *pattern) match(path string) bool { return p.re.MatchString(path) }

// dialect is how a provider reads patterns.
type dialect struct {
	sections bool // [Section] headings and !exclusions

	// anchored reports whether a pattern without a leading slash counts from
	// the root; otherwise it matches at any depth.
	anchored func(text string) bool

	// below: a pattern that names a folder means what is in it, too.
	below bool

	sets bool // [a-z] is a set of characters, and not these five
}

// github reads patterns as gitignore does, but for the things it leaves out:
// a slash in the middle ties a pattern to the root.
var github = dialect{below: true, anchored: func(text string) bool {
	return strings.Contains(strings.TrimSuffix(text, "/"), "/")
}}

// gitlab reads them as fnmatch does: only a leading slash ties a pattern to
// the root, and only a trailing one makes it a folder.
var gitlab = dialect{sections: true, sets: true, anchored: func(string) bool { return false }}

const maxPattern = 1000

func (d *dialect) compile(text string) (*pattern, error) {
	if len(text) > maxPattern {
		return nil, errors.New("is longer than 1000 bytes")
	}
	body, rooted := strings.CutPrefix(text, "/")
	if body == "" {
		return nil, errors.New("never matches anything")
	}
	var b strings.Builder
	b.WriteString(`\A(?s:`)
	if !rooted && !d.anchored(text) {
		b.WriteString(`(?:.*/)?`)
	}
	segments, folder := split(body)
	last := len(segments) - 1
	for i, seg := range segments {
		switch {
		case seg == "**" && i < last:
			b.WriteString(`(?:.*/)?`)
			continue
		case seg == "**" && d.below:
			b.WriteString(`.+`)
			folder = false
			continue
		case seg == "*":
			b.WriteString(`[^/]+`)
		default:
			if err := d.segment(&b, seg); err != nil {
				return nil, err
			}
		}
		if i < last {
			b.WriteString(`/`)
		}
	}
	switch everything := text == "*"; {
	case folder:
		b.WriteString(`/.*`)
	case everything, d.below && segments[last] != "*" && segments[last] != "**":
		b.WriteString(`(?:/.*)?`)
	}
	b.WriteString(`)\z`)
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, errors.New("is not understood")
	}
	return &pattern{text, re}, nil
}

// split cuts a pattern at its slashes.
func split(body string) (segments []string, folder bool) {
	body, folder = strings.CutSuffix(body, "/")
	return strings.Split(body, "/"), folder
}

// segment writes what one segment stands for.
func (d *dialect) segment(b *strings.Builder, seg string) error {
	for rest := seg; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		switch {
		case r == '*':
			b.WriteString(`[^/]*`)
		case r == '?':
			b.WriteString(`[^/]`)
		case r == '[' && d.sets:
			set, after, ok := strings.Cut(rest, "]")
			if !ok || set == "" || set == "!" || set == "^" {
				return errors.New(`has a "[" without its "]"`)
			}
			negated := set[0] == '!' || set[0] == '^'
			b.WriteString(`[`)
			if negated {
				set = set[1:]
				b.WriteString(`^/`)
			}
			b.WriteString(strings.NewReplacer(`\`, `\\`, `[`, `\[`, `^`, `\^`).Replace(set) + `]`)
			rest = after
		case r == '\\' && rest != "":
			r, n = utf8.DecodeRuneInString(rest)
			rest = rest[n:]
			fallthrough
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return nil
}
