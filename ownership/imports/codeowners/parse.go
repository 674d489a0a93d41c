package codeowners

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// The bounds of one file are far above any: GitHub reads up to 3 MB, and the
// largest files there are hold some thousand patterns. A pattern costs a few
// kilobytes.
const (
	maxLines    = 100_000
	maxPatterns = 20_000
)

// file is a CODEOWNERS file as one provider reads it.
type file struct {
	// sections in the order in which they count, the last first: optional
	// ones, and then those that must be heard, each kind in the order of the
	// file. Lines before any section are one without a name, the first. GitHub
	// has only that one.
	sections []*section
	notes    []ownership.Problem
}

type section struct {
	name     string
	optional bool
	owners   []string // of lines without owners of their own
	lines    []line
	excluded []*pattern
}

// line gives owners to paths; none means that nobody owns them, on purpose.
type line struct {
	*pattern
	owners []string
	number int
}

// parse reads a file. A line with a mistake is left out, as the providers do,
// and noted.
func parse(name string, b []byte, d *dialect) (*file, error) {
	if p := doc.Readable(name, b); p != nil {
		return nil, ownership.Problems{*p}
	}
	f := &file{}
	root := &section{}
	current := root
	byName := map[string]*section{}
	var named []*section
	number, patterns := 0, 0
	for text := range strings.Lines(strings.TrimPrefix(string(b), "\ufeff")) {
		if number++; number > maxLines {
			return nil, ownership.Problems{{File: name, Line: number, Column: 1, What: fmt.Sprintf("holds more than %d lines", maxLines), Remedy: "split it"}}
		}
		note := func(column int, what, remedy string) {
			if len(f.notes) < doc.MaxProblems {
				f.notes = append(f.notes, ownership.Problem{File: name, Line: number, Column: column, What: what, Remedy: remedy})
			}
		}
		words := fields(text)
		if len(words) == 0 || strings.HasPrefix(words[0].text, "#") {
			continue
		}
		if i := strings.IndexFunc(strings.TrimRight(text, "\r\n"), isOdd); i >= 0 {
			note(utf8.RuneCountInString(text[:i])+1, "the line holds a control character; it is left out", "take it away")
			continue
		}
		if d.sections && isHeading(words[0].text) {
			s, problem := heading(text)
			if problem != "" {
				note(words[0].column, problem, "write [Name], ^[Name] or [Name][2], and then owners")
				continue
			}
			key := strings.ToLower(s.name)
			if old := byName[key]; old != nil { // one section in several parts
				old.owners = append(old.owners, s.owners...)
				current = old
				continue
			}
			byName[key] = s
			named = append(named, s)
			current = s
			continue
		}
		if patterns++; patterns > maxPatterns {
			return nil, ownership.Problems{{File: name, Line: number, Column: 1, What: fmt.Sprintf("holds more than %d patterns", maxPatterns), Remedy: "split it"}}
		}
		current.add(d, words, number, note)
	}
	f.order(root, named)
	return f, nil
}

func (f *file) order(root *section, named []*section) {
	for _, s := range named {
		if s.optional {
			f.sections = append(f.sections, s)
		}
	}
	f.sections = append(f.sections, root)
	for _, s := range named {
		if !s.optional {
			f.sections = append(f.sections, s)
		}
	}
}

func (s *section) add(d *dialect, words []word, number int, note func(int, string, string)) {
	first := words[0]
	text, excludes := strings.CutPrefix(first.text, "!")
	switch {
	case excludes && !d.sections:
		note(first.column, fmt.Sprintf("the pattern %q begins with !, which GitHub does not know; the line is left out", doc.Clip(first.text)), "write the lines that others own after this one, without owners")
		return
	case strings.HasPrefix(text, `\#`) && !d.sections:
		note(first.column, fmt.Sprintf("the pattern %q begins with \\#, which GitHub does not know; the line is left out", doc.Clip(first.text)), "own the folder instead")
		return
	}
	p, err := d.compile(text)
	if err != nil {
		note(first.column, fmt.Sprintf("the pattern %q %s; the line is left out", doc.Clip(first.text), err), "correct it")
		return
	}
	if excludes {
		s.excluded = append(s.excluded, p)
		return
	}
	l := line{pattern: p, number: number}
	for _, w := range words[1:] {
		if strings.HasPrefix(w.text, "#") {
			break // a comment at the end of the line
		}
		switch {
		case isOwner(w.text):
			l.owners = append(l.owners, w.text)
		case d.sections:
			note(w.column, fmt.Sprintf("%q is no owner and is left out", doc.Clip(w.text)), `write @user, @group/subgroup or an e-mail address; a space in a path is "\ "`)
		default:
			note(w.column, fmt.Sprintf("%q is no owner; the line is left out", doc.Clip(w.text)), `write @user, @org/team or an e-mail address; a space in a path is "\ "`)
			return
		}
	}
	s.lines = append(s.lines, l)
}

func isOdd(r rune) bool { return unicode.IsControl(r) && r != '\t' }

// isOwner reports a user, team, role or e-mail address.
func isOwner(text string) bool {
	at := strings.IndexByte(text, '@')
	return at >= 0 && len(text) > at+1 && len(text) <= 200
}

func isHeading(text string) bool {
	return strings.HasPrefix(text, "[") || strings.HasPrefix(text, "^[")
}

// heading reads "^[Name with spaces][2] @owner".
func heading(text string) (*section, string) {
	s := &section{}
	text, s.optional = strings.CutPrefix(strings.TrimSpace(text), "^")
	name, rest, ok := strings.Cut(text[1:], "]")
	if s.name = strings.TrimSpace(name); !ok || s.name == "" {
		return nil, "the section heading has no name; it is left out"
	}
	if strings.HasPrefix(rest, "[") {
		if _, rest, ok = strings.Cut(rest, "]"); !ok {
			return nil, fmt.Sprintf("the number of approvals of section %q has no end; the heading is left out", doc.Clip(s.name))
		}
	}
	for _, w := range strings.Fields(rest) {
		if isOwner(w) {
			s.owners = append(s.owners, w)
		}
	}
	return s, ""
}

type word struct {
	text   string
	column int
}

// fields splits a line at white space; a backslash keeps a space in its word.
func fields(text string) []word {
	var out []word
	var b strings.Builder
	column, at := 0, 0
	flush := func() {
		if b.Len() > 0 {
			out = append(out, word{b.String(), column})
			b.Reset()
		}
	}
	escaped := false
	for _, r := range text {
		at++
		switch {
		case escaped && unicode.IsSpace(r) && r != '\n' && r != '\r':
			b.WriteRune(r)
			escaped = false
			continue
		case escaped:
			b.WriteByte('\\')
			escaped = false
		}
		if b.Len() == 0 {
			column = at
		}
		switch {
		case r == '\\':
			escaped = true
			if b.Len() == 0 {
				column = at
			}
		case unicode.IsSpace(r):
			flush()
		default:
			b.WriteRune(r)
		}
	}
	if escaped {
		b.WriteByte('\\')
	}
	flush()
	return out
}

// owners returns the line that decides about a path, its owners, and whether
// there is one.
func (f *file) owners(path string) (*section, *line, bool) {
	for i := len(f.sections) - 1; i >= 0; i-- {
		s := f.sections[i]
		if s.excludes(path) {
			continue
		}
		for j := len(s.lines) - 1; j >= 0; j-- {
			if s.lines[j].match(path) {
				return s, &s.lines[j], true
			}
		}
	}
	return nil, nil, false
}

func (s *section) excludes(path string) bool {
	for _, p := range s.excluded {
		if p.match(path) {
			return true
		}
	}
	return false
}

// of are the owners of a line of the section.
func (s *section) of(l *line) []string {
	if len(l.owners) == 0 {
		return s.owners
	}
	return l.owners
}
