package doc

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxText bounds every name and pattern, and so the time to match one.
	MaxText = 1000

	// maxValues bounds what one file may say once its aliases are followed: a
	// few lines of aliases to long lists would else fill the memory. 100,000
	// rules fit.
	maxValues = 1_000_000
)

// Walker walks a document of known shape and gathers what is wrong with it.
// It descends only where the caller asks for something, so depth and cycles
// of aliases need no further bound.
type Walker struct {
	File     string
	Problems Problems

	values int
	over   bool // maxValues was passed, and reported
}

// Full reports whether enough is wrong: the rest of the file is not worth
// reading.
func (w *Walker) Full() bool { return len(w.Problems) >= MaxProblems }

// Fail says what is wrong at a node, and how to mend it.
func (w *Walker) Fail(n *yaml.Node, what, remedy string) {
	if !w.Full() {
		w.Problems = append(w.Problems, At(w.File, n, what, remedy))
	}
}

// Unknown reports a field or word that is not among the known ones.
func (w *Walker) Unknown(key *yaml.Node, of string, known []string) {
	w.Fail(key, fmt.Sprintf("unknown field %q in %s", Clip(key.Value), of), Nearest(key.Value, known, "use "+strings.Join(known, ", ")))
}

// Follow returns what an alias stands for, and counts every value looked at.
func (w *Walker) Follow(n *yaml.Node) *yaml.Node {
	w.values++
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// spent reports, once, that the file says too much.
func (w *Walker) spent(n *yaml.Node) bool {
	if w.values > maxValues && !w.over {
		w.over = true
		w.Problems = append(w.Problems, At(w.File, n,
			fmt.Sprintf("the file holds more than %d values, aliases followed", maxValues), "use fewer aliases, or split the file"))
	}
	return w.over
}

// Fields calls each for every field of a mapping, and reports what is unknown
// (known nil takes any) or given twice. It returns whether n is a mapping.
func (w *Walker) Fields(n *yaml.Node, of string, known []string, each func(key, value *yaml.Node)) bool {
	at := n
	if n = w.Follow(n); n.Kind != yaml.MappingNode {
		w.Fail(at, fmt.Sprintf("%s is %s, not fields with values", of, Describe(n)), `write "field: value" lines, or {field: value}`)
		return false
	}
	given := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && !w.Full() && !w.spent(n); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		line, twice := given[key.Value]
		given[key.Value] = key.Line
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "" || len(key.Value) > MaxText:
			w.Fail(key, "the name of a field of "+of+" is not a short text", "write a plain word before the colon")
		case key.Value == "<<" && key.Tag == "!!merge":
			w.Fail(key, "merge keys (<<) are not supported", "write the fields out, or use an alias for a whole value")
		case twice:
			w.Fail(key, fmt.Sprintf("field %q is given twice, first in line %d", key.Value, line), "keep one; a list of patterns matches any of them")
		case known != nil && !slices.Contains(known, key.Value):
			w.Unknown(key, of, known)
		default:
			each(key, value)
		}
	}
	return true
}

// List calls each for every entry of a list; nothing at all is an empty one.
func (w *Walker) List(n *yaml.Node, name string, each func(*yaml.Node)) {
	at := n
	n = w.Follow(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // "rules:" with nothing below it
	}
	if n.Kind != yaml.SequenceNode {
		w.Fail(at, fmt.Sprintf("%s is %s, not a list", name, Describe(n)), `begin each entry with "- "`)
		return
	}
	for _, item := range n.Content {
		if w.Full() || w.spent(n) {
			return
		}
		each(item)
	}
}

// Text reads a scalar as it is written: 007 and no stay what they are.
func (w *Walker) Text(n *yaml.Node, name string) (string, bool) {
	at := n
	n = w.Follow(n)
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		w.Fail(at, name+" has no value", `write one after the colon; a text that begins with # needs quotes: "#payments"`)
	case n.Kind != yaml.ScalarNode:
		w.Fail(at, fmt.Sprintf("%s is %s, not a text", name, Describe(n)), "write one value")
	case !strings.HasPrefix(n.Tag, "!!") || n.Tag == "!!binary":
		w.Fail(at, fmt.Sprintf("%s has the tag %s", name, Clip(n.Tag)), "write it as plain text")
	case len(n.Value) > MaxText:
		w.Fail(at, fmt.Sprintf("%s is longer than %d bytes", name, MaxText), "shorten it")
	case strings.TrimSpace(n.Value) == "":
		w.Fail(at, name+" is blank", "write a value, or take the field away")
	case n.Value != strings.TrimSpace(n.Value):
		w.Fail(at, fmt.Sprintf("%s %q begins or ends in white space", name, n.Value), "take the white space away")
	case strings.ContainsFunc(n.Value, unicode.IsControl):
		w.Fail(at, fmt.Sprintf("%s %q holds a line break or another control character", name, Clip(n.Value)), "write it on one line")
	default:
		return n.Value, true
	}
	return "", false
}
