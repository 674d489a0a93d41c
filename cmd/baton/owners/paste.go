package owners

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
)

// teamID makes an ID that an ownership file takes of a name that only a
// catalogue does.
func teamID(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-/@:+", r) {
			return r
		}
		return '-'
	}, name)
}

func teamText(t *ownership.Team) string {
	n := mapping("id", scalar(teamID(t.ID)))
	if name := cmp.Or(t.Name, t.ID); name != teamID(t.ID) {
		add(n, "name", scalar(name))
	}
	if t.Parent != "" && t.Parent != t.ID {
		add(n, "parent", scalar(teamID(t.Parent)))
	}
	if len(t.Aliases) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, a := range t.Aliases {
			list.Content = append(list.Content, scalar(a))
		}
		add(n, "aliases", list)
	}
	if len(t.Contacts) > 0 {
		contacts := &yaml.Node{Kind: yaml.MappingNode}
		for _, channel := range slices.Sorted(maps.Keys(t.Contacts)) {
			add(contacts, channel, scalar(t.Contacts[channel]))
		}
		add(n, "contacts", contacts)
	}
	if t.Runbook != "" {
		add(n, "runbook", scalar(t.Runbook))
	}
	return comment(t.File, t.Line, "") + item(n)
}

func ruleText(c *ownership.ClaimRef) string {
	match := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for _, m := range c.Match {
		v := scalar(m.Patterns[0])
		if len(m.Patterns) > 1 {
			v = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
			for _, p := range m.Patterns {
				v.Content = append(v.Content, scalar(p))
			}
		}
		add(match, m.Field, v)
	}
	owner := scalar(teamID(c.Owner))
	if c.Owner == "" {
		owner.Style = yaml.DoubleQuotedStyle
	}
	n := mapping("match", match)
	add(n, "owner", owner)
	return comment(c.File, c.Line, c.Entity) + item(n)
}

// comment says where an entry comes from.
func comment(file string, line int, entity string) string {
	text := file
	if line > 0 {
		text = fmt.Sprintf("%s:%d", file, line)
	}
	if entity != "" {
		text += ": " + entity
	}
	return "# " + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text) + "\n"
}

func scalar(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	return n
}

func mapping(key string, v *yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	add(n, key, v)
	return n
}

func add(n *yaml.Node, key string, v *yaml.Node) {
	n.Content = append(n.Content, scalar(key), v)
}

// item writes a mapping as one entry of a list.
func item(n *yaml.Node) string {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		panic(err) // nodes of this file cannot fail
	}
	var out strings.Builder
	for line := range strings.Lines(b.String()) {
		if out.Len() == 0 {
			out.WriteString("- " + line)
		} else {
			out.WriteString("  " + line)
		}
	}
	return out.String()
}
