package ownership

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxValues bounds what one file may say once its aliases are followed: a few
// lines of aliases to long lists would else fill the memory. 100,000 rules
// fit.
const maxValues = 1_000_000

// parser walks a YAML document of known shape. It descends only where the
// shape has something, so depth and cycles of aliases need no further bound.
type parser struct {
	file     string
	problems Problems
	values   int
	over     bool // maxValues was passed, and reported
}

func (p *parser) full() bool { return len(p.problems) >= maxProblems }

func (p *parser) fail(n *yaml.Node, what, remedy string) {
	if !p.full() {
		p.problems = append(p.problems, Problem{p.file, n.Line, n.Column, what, remedy})
	}
}

func (p *parser) unknown(key *yaml.Node, of string, known []string) {
	p.fail(key, fmt.Sprintf("unknown field %q in %s", clip(key.Value), of), nearest(key.Value, known, "use "+strings.Join(known, ", ")))
}

// follow returns what an alias stands for, and counts every value looked at.
func (p *parser) follow(n *yaml.Node) *yaml.Node {
	p.values++
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// spent reports, once, that the file says too much.
func (p *parser) spent(n *yaml.Node) bool {
	if p.values > maxValues && !p.over {
		p.over = true
		p.problems = append(p.problems, Problem{p.file, n.Line, n.Column,
			fmt.Sprintf("the file holds more than %d values, aliases followed", maxValues), "use fewer aliases, or split the file"})
	}
	return p.over
}

// fields calls each for every field of a mapping, and reports what is unknown
// (known nil takes any) or given twice. It returns whether n is a mapping.
func (p *parser) fields(n *yaml.Node, of string, known []string, each func(key, value *yaml.Node)) bool {
	at := n
	if n = p.follow(n); n.Kind != yaml.MappingNode {
		p.fail(at, fmt.Sprintf("%s is %s, not fields with values", of, describe(n)), `write "field: value" lines, or {field: value}`)
		return false
	}
	given := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && !p.full() && !p.spent(n); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		line, twice := given[key.Value]
		given[key.Value] = key.Line
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "" || len(key.Value) > maxText:
			p.fail(key, "the name of a field of "+of+" is not a short text", "write a plain word before the colon")
		case key.Value == "<<" && key.Tag == "!!merge":
			p.fail(key, "merge keys (<<) are not supported", "write the fields out, or use an alias for a whole value")
		case twice:
			p.fail(key, fmt.Sprintf("field %q is given twice, first in line %d", key.Value, line), "keep one; a list of patterns matches any of them")
		case known != nil && !slices.Contains(known, key.Value):
			p.unknown(key, of, known)
		default:
			each(key, value)
		}
	}
	return true
}

// has reports whether a mapping has a field.
func has(n *yaml.Node, field string) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == field {
			return true
		}
	}
	return false
}

func (p *parser) list(n *yaml.Node, name string, each func(*yaml.Node)) {
	at := n
	n = p.follow(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // "rules:" with nothing below it
	}
	if n.Kind != yaml.SequenceNode {
		p.fail(at, fmt.Sprintf("%s is %s, not a list", name, describe(n)), `begin each entry with "- "`)
		return
	}
	for _, item := range n.Content {
		if p.full() || p.spent(n) {
			return
		}
		each(item)
	}
}

// text reads a scalar as it is written: 007 and no stay what they are.
func (p *parser) text(n *yaml.Node, name string) (string, bool) {
	at := n
	n = p.follow(n)
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		p.fail(at, name+" has no value", `write one after the colon; a text that begins with # needs quotes: "#payments"`)
	case n.Kind != yaml.ScalarNode:
		p.fail(at, fmt.Sprintf("%s is %s, not a text", name, describe(n)), "write one value")
	case !strings.HasPrefix(n.Tag, "!!") || n.Tag == "!!binary":
		p.fail(at, fmt.Sprintf("%s has the tag %s", name, clip(n.Tag)), "write it as plain text")
	case len(n.Value) > maxText:
		p.fail(at, fmt.Sprintf("%s is longer than %d bytes", name, maxText), "shorten it")
	case strings.TrimSpace(n.Value) == "":
		p.fail(at, name+" is blank", "write a value, or take the field away")
	case n.Value != strings.TrimSpace(n.Value):
		p.fail(at, fmt.Sprintf("%s %q begins or ends in white space", name, n.Value), "take the white space away")
	case strings.ContainsFunc(n.Value, unicode.IsControl):
		p.fail(at, fmt.Sprintf("%s %q holds a line break or another control character", name, clip(n.Value)), "write it on one line")
	default:
		return n.Value, true
	}
	return "", false
}

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "fields with values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "empty"
	}
	return fmt.Sprintf("%q", clip(n.Value))
}

func clip(s string) string {
	if r := []rune(s[:min(len(s), 300)]); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}

// decode returns the root of the one document in b, nil when there is none.
func decode(name string, b []byte) (*yaml.Node, *Problem) {
	if i := invalidUTF8(b); i >= 0 {
		line, column := 1+bytes.Count(b[:i], []byte("\n")), i-bytes.LastIndexByte(b[:i], '\n')
		return nil, &Problem{name, line, column, "is not UTF-8 text", "save the file as UTF-8"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil {
		if err = dec.Decode(&more); err == nil {
			return nil, &Problem{name, more.Line, more.Column, "the file holds a second YAML document", `take the "---" away, or split the file`}
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, syntaxProblem(name, b, err)
	}
	if root := doc.Content[0]; root.Kind != yaml.ScalarNode || root.Tag != "!!null" {
		return root, nil
	}
	return nil, nil
}

func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}
