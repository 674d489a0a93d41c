package ownership

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cespare/xxhash/v2"
	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// File is what one ownership.yaml says: its teams, rules and sources, each
// with its place.
type File struct {
	Name    string
	teams   []Team
	rules   []rule
	sources []Spec

	attributes setting // keys of attributes that name a team
	authority  setting // kinds of sources, the first to be asked first
	hash       uint64
}

// setting is a list that one file may give for all.
type setting struct {
	words        []string // nil when the file does not give it
	line, column int
}

// Sources returns what the file wants to be imported.
func (f *File) Sources() []Spec { return slices.Clone(f.sources) }

// defaultAttributeKeys are the attributes that name a team where nothing else
// is configured, in order of authority. service.namespace is not among them:
// in most estates it is a product or a cluster and no team.
var defaultAttributeKeys = []string{"service.owner.name", "team", "owner"}

// parser reads one ownership.yaml.
type parser struct{ doc.Walker }

// Parse reads one ownership.yaml. The error is of type Problems; a File that
// is returned holds no broken rule.
func Parse(name string, b []byte) (*File, error) {
	f := &File{Name: name, hash: xxhash.Sum64(b)}
	p := &parser{doc.Walker{File: name}}
	root, problem := doc.One(name, b)
	if problem != nil {
		return nil, Problems{*problem}
	}
	if root != nil {
		p.Fields(root, "the file", []string{"teams", "rules", "sources", "authority", "attributes"}, func(key, v *yaml.Node) {
			switch key.Value {
			case "teams":
				p.List(v, "teams", func(n *yaml.Node) { p.team(f, n) })
			case "rules":
				p.List(v, "rules", func(n *yaml.Node) { p.rule(f, n) })
			case "sources":
				p.List(v, "sources", func(n *yaml.Node) { p.source(f, n) })
			case "authority":
				p.authority(f, key, v)
			case "attributes":
				p.attributes(f, key, v)
			}
		})
	}
	if len(p.Problems) == 0 {
		p.Problems = append(checkTeams(teamsOf(f.teams)), checkSources([]*File{f})...)
	}
	if len(p.Problems) > 0 {
		return nil, p.Problems
	}
	return f, nil
}

func (p *parser) team(f *File, n *yaml.Node) {
	t := Team{File: p.File, Line: n.Line, Column: n.Column}
	known := []string{"id", "name", "parent", "aliases", "contacts", "runbook", "escalation"}
	ok := p.Fields(n, "a team", known, func(key, v *yaml.Node) {
		switch key.Value {
		case "id":
			t.ID = p.teamID(v, "id")
		case "name":
			t.Name, _ = p.Text(v, "name")
		case "parent":
			t.Parent = p.teamID(v, "parent")
			t.parentLine, t.parentColumn = v.Line, v.Column
		case "aliases":
			p.List(v, "aliases", func(n *yaml.Node) {
				if text, ok := p.Text(n, "aliases"); ok {
					t.Aliases = append(t.Aliases, text)
				}
			})
		case "contacts":
			t.Contacts = p.contacts(v)
		case "runbook":
			t.Runbook = p.link(v)
		case "escalation":
			p.List(v, "escalation", func(n *yaml.Node) { p.step(&t, n) })
		}
	})
	if ok && !doc.Has(n, "id") {
		p.Fail(n, "the team has no id", `give it one: "id: payments"`)
	}
	if t.Name == "" {
		t.Name = t.ID
	}
	f.teams = append(f.teams, t)
}

// teamID reads an ID. It stands in addresses of pages, so it is one word.
func (p *parser) teamID(n *yaml.Node, name string) string {
	id, ok := p.Text(n, name)
	if !ok {
		return ""
	}
	for _, r := range id {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-/@:+", r) {
			p.Fail(n, fmt.Sprintf("%s %q holds %q", name, id, r), "use letters, digits and ._-/@:+; a team's name may hold anything")
			return ""
		}
	}
	return id
}

func (p *parser) contacts(n *yaml.Node) map[string]string {
	out := map[string]string{}
	p.Fields(n, "contacts", nil, func(key, v *yaml.Node) {
		if text, ok := p.Text(v, key.Value); ok {
			out[key.Value] = text
		}
	})
	return out
}

// link reads a web address. Pages link to it, so nothing but http(s) will do.
func (p *parser) link(n *yaml.Node) string {
	text, ok := p.Text(n, "runbook")
	if !ok {
		return ""
	}
	if u, err := url.Parse(text); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		p.Fail(n, fmt.Sprintf("runbook %q is not a web address", text), "write it in full: https://wiki.example.com/payments")
	}
	return text
}

func (p *parser) step(t *Team, n *yaml.Node) {
	var s Step
	ok := p.Fields(n, "an escalation step", []string{"after", "to"}, func(key, v *yaml.Node) {
		text, ok := p.Text(v, key.Value)
		if !ok {
			return
		}
		if key.Value == "to" {
			s.To = text
			return
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			p.Fail(v, fmt.Sprintf("after %q is not a length of time", text), "write it like 15m or 1h30m")
		}
		s.After = d
	})
	if ok && !doc.Has(n, "to") {
		p.Fail(n, "the escalation step has no to", `say whom to turn to: "to: integration-lead"`)
	}
	if k := len(t.Escalation); k > 0 && s.After < t.Escalation[k-1].After {
		p.Fail(n, "the escalation step comes sooner than the one before it", "put the steps in the order of their times")
	}
	t.Escalation = append(t.Escalation, s)
}

func (p *parser) attributes(f *File, key, n *yaml.Node) {
	ok := p.Fields(n, "attributes", []string{"keys"}, func(_, v *yaml.Node) {
		f.attributes = p.setting("attribute", key, v)
	})
	if ok && !doc.Has(n, "keys") {
		p.Fail(key, "attributes has no keys", `list them: "keys: [service.owner.name, team, owner]", or "keys: []" to use none`)
	}
}

func (p *parser) authority(f *File, key, n *yaml.Node) {
	f.authority = p.setting("source", key, n)
	for i, word := range f.authority.words {
		if !slices.Contains(defaultAuthority, word) {
			at := p.Follow(n).Content[i]
			p.Fail(at, fmt.Sprintf("unknown kind of source %q", doc.Clip(word)), doc.Nearest(word, defaultAuthority, "use "+strings.Join(defaultAuthority, ", ")))
		}
	}
	if len(f.authority.words) == 0 && p.Follow(n).Kind == yaml.SequenceNode {
		p.Fail(key, "authority names nothing, so nobody would own anything", `list what counts, first comes first: "authority: [rule, catalogue, attribute]"`)
	}
}

func (p *parser) setting(what string, key, n *yaml.Node) setting {
	s := setting{[]string{}, key.Line, key.Column}
	p.List(n, key.Value, func(n *yaml.Node) {
		text, ok := p.Text(n, what)
		if ok && slices.Contains(s.words, text) {
			p.Fail(n, fmt.Sprintf("%s %q is listed twice", what, text), "keep the first")
		}
		s.words = append(s.words, text)
	})
	return s
}
