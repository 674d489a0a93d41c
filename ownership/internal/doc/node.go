package doc

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Has reports whether a mapping has a field.
func Has(n *yaml.Node, field string) bool { return Get(n, field) != nil }

// Get follows fields of mappings from n and returns what is there, aliases
// followed, or nil.
func Get(n *yaml.Node, path ...string) *yaml.Node {
	n = target(n)
	for _, field := range path {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var found *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == field {
				found = target(n.Content[i+1])
				break
			}
		}
		n = found
	}
	return n
}

func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Plain reads a scalar that is no more than shown to people or compared: what
// is no text, too long or holds control characters counts as absent. Formats
// of others have many such fields, and a mistake there is not ours to refuse.
func Plain(n *yaml.Node) string {
	n = target(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Tag == "!!binary" {
		return ""
	}
	v := strings.TrimSpace(n.Value)
	if len(v) > MaxText || strings.ContainsFunc(v, unicode.IsControl) {
		return ""
	}
	return v
}

// IsNull reports a value that is not there, or empty.
func IsNull(n *yaml.Node) bool {
	n = target(n)
	return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// Describe says what a node is, for people.
func Describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "fields with values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "empty"
	}
	return fmt.Sprintf("%q", Clip(n.Value))
}

// Clip shortens a text for a message.
func Clip(s string) string {
	if r := []rune(s[:min(len(s), 300)]); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
