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
)

// File is what one source says: its teams and its rules, each with its place.
type File struct {
	Name  string
	teams []Team
	rules []rule

	attributes           []string // nil when the file does not set them
	attrLine, attrColumn int
	hash                 uint64
}

// defaultAttributeKeys are the attributes that name a team where nothing else
// is configured, in order of authority. service.namespace is not among them:
// in most estates it is a product or a cluster and no team.
var defaultAttributeKeys = []string{"service.owner.name", "team", "owner"}

const (
	// maxFileSize is far above any ownership file: 10,000 rules are 1 MB.
	maxFileSize = 10 << 20

	// maxText bounds every name and pattern, and so the time to match one.
	maxText = 1000
)

// Parse reads one ownership.yaml. The error is of type Problems; a File that
// is returned holds no broken rule.
func Parse(name string, b []byte) (*File, error) {
	if len(b) > maxFileSize {
		return nil, Problems{tooLarge(name)}
	}
	f := &File{Name: name, hash: xxhash.Sum64(b)}
	p := &parser{file: name}
	root, problem := decode(name, b)
	if problem != nil {
		return nil, Problems{*problem}
	}
	if root != nil {
		p.fields(root, "the file", []string{"teams", "rules", "attributes"}, func(key, v *yaml.Node) {
			switch key.Value {
			case "teams":
				p.list(v, "teams", func(n *yaml.Node) { p.team(f, n) })
			case "rules":
				p.list(v, "rules", func(n *yaml.Node) { p.rule(f, n) })
			case "attributes":
				p.attributes(f, key, v)
			}
		})
	}
	if len(p.problems) == 0 {
		p.problems = checkTeams([]*File{f})
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return f, nil
}

func tooLarge(name string) Problem {
	return Problem{File: name, What: fmt.Sprintf("is larger than %d MB", maxFileSize>>20), Remedy: "split it into several files"}
}

func (p *parser) team(f *File, n *yaml.Node) {
	t := Team{File: p.file, Line: n.Line, column: n.Column}
	known := []string{"id", "name", "parent", "contacts", "runbook", "escalation"}
	ok := p.fields(n, "a team", known, func(key, v *yaml.Node) {
		switch key.Value {
		case "id":
			t.ID = p.teamID(v, "id")
		case "name":
			t.Name, _ = p.text(v, "name")
		case "parent":
			t.Parent = p.teamID(v, "parent")
			t.parentLine, t.parentColumn = v.Line, v.Column
		case "contacts":
			t.Contacts = p.contacts(v)
		case "runbook":
			t.Runbook = p.link(v)
		case "escalation":
			p.list(v, "escalation", func(n *yaml.Node) { p.step(&t, n) })
		}
	})
	if ok && !has(n, "id") {
		p.fail(n, "the team has no id", `give it one: "id: payments"`)
	}
	if t.Name == "" {
		t.Name = t.ID
	}
	f.teams = append(f.teams, t)
}

// teamID reads an ID. It stands in addresses of pages, so it is one word.
func (p *parser) teamID(n *yaml.Node, name string) string {
	id, ok := p.text(n, name)
	if !ok {
		return ""
	}
	for _, r := range id {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-/@:+", r) {
			p.fail(n, fmt.Sprintf("%s %q holds %q", name, id, r), "use letters, digits and ._-/@:+; a team's name may hold anything")
			return ""
		}
	}
	return id
}

func (p *parser) contacts(n *yaml.Node) map[string]string {
	out := map[string]string{}
	p.fields(n, "contacts", nil, func(key, v *yaml.Node) {
		if text, ok := p.text(v, key.Value); ok {
			out[key.Value] = text
		}
	})
	return out
}

// link reads a web address. Pages link to it, so nothing but http(s) will do.
func (p *parser) link(n *yaml.Node) string {
	text, ok := p.text(n, "runbook")
	if !ok {
		return ""
	}
	if u, err := url.Parse(text); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		p.fail(n, fmt.Sprintf("runbook %q is not a web address", text), "write it in full: https://wiki.example.com/payments")
	}
	return text
}

func (p *parser) step(t *Team, n *yaml.Node) {
	var s Step
	ok := p.fields(n, "an escalation step", []string{"after", "to"}, func(key, v *yaml.Node) {
		text, ok := p.text(v, key.Value)
		if !ok {
			return
		}
		if key.Value == "to" {
			s.To = text
			return
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			p.fail(v, fmt.Sprintf("after %q is not a length of time", text), "write it like 15m or 1h30m")
		}
		s.After = d
	})
	if ok && !has(n, "to") {
		p.fail(n, "the escalation step has no to", `say whom to turn to: "to: integration-lead"`)
	}
	if k := len(t.Escalation); k > 0 && s.After < t.Escalation[k-1].After {
		p.fail(n, "the escalation step comes sooner than the one before it", "put the steps in the order of their times")
	}
	t.Escalation = append(t.Escalation, s)
}

const noOwnerRemedy = `name a team, or write owner: "" for endpoints that nobody owns on purpose`

func (p *parser) rule(f *File, n *yaml.Node) {
	r := rule{number: len(f.rules) + 1, file: p.file, line: n.Line}
	ok := p.fields(n, "a rule", []string{"match", "owner", "note"}, func(key, v *yaml.Node) {
		switch key.Value {
		case "match":
			p.match(&r, key, v)
		case "owner":
			r.ownerLine, r.ownerColumn = v.Line, v.Column
			switch n := p.follow(v); {
			case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
				p.fail(v, "owner has no value", noOwnerRemedy)
			case n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "":
				// Unowned on purpose.
			default:
				r.owner = p.teamID(v, "owner")
			}
		case "note":
			r.note, _ = p.text(v, "note")
		}
	})
	if ok && !has(n, "match") {
		p.fail(n, "the rule has no match", `say what it is for: "match: {service: payment-api}"`)
	}
	if ok && !has(n, "owner") {
		p.fail(n, "the rule has no owner", noOwnerRemedy)
	}
	f.rules = append(f.rules, r)
}

func (p *parser) match(r *rule, key, n *yaml.Node) {
	known := append(slices.Clone(fieldNames), "attr.<key>")
	ok := p.fields(n, "a match", nil, func(key, v *yaml.Node) {
		f, ok := fieldOf(key.Value)
		if !ok {
			p.unknown(key, "a match", known)
			return
		}
		if globs := p.globs(f, v); len(globs) > 0 {
			r.conds = append(r.conds, newCond(f, globs))
		}
	})
	if ok && len(p.follow(n).Content) == 0 {
		p.fail(key, "the match is empty, so the rule would own everything", `name at least one field; "match: {service: \"*\"}" is every service`)
	}
}

func (p *parser) globs(f field, n *yaml.Node) []glob {
	var out []glob
	one := func(n *yaml.Node) {
		if g, ok := p.glob(f, n); ok {
			out = append(out, g)
		}
	}
	if n = p.follow(n); n.Kind != yaml.SequenceNode {
		one(n)
		return out
	}
	if len(n.Content) == 0 {
		p.fail(n, fmt.Sprintf("the list of %s is empty, so the rule can never match", f.name), "name at least one pattern, or take the field away")
	}
	p.list(n, f.name, one)
	return out
}

func (p *parser) glob(f field, n *yaml.Node) (glob, bool) {
	if n = p.follow(n); n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "" {
		return glob{exact: true}, true // the field is absent
	}
	text, ok := p.text(n, f.name)
	if !ok {
		return glob{}, false
	}
	var words []string
	switch f.id {
	case fKind:
		text, words = strings.ToLower(text), kinds
	case fRole:
		text, words = strings.ToLower(text), roles
	}
	g, err := compileGlob(text)
	if err != nil {
		p.fail(n, fmt.Sprintf("%s %q %s", f.name, text, err), `write "\[" for the character itself, "\\" for a backslash`)
		return glob{}, false
	}
	if words != nil && !slices.ContainsFunc(words, g.match) {
		p.fail(n, fmt.Sprintf("unknown %s %q", f.name, text), nearest(text, words, "use one of "+strings.Join(words, ", ")))
		return glob{}, false
	}
	return g, true
}

func (p *parser) attributes(f *File, key, n *yaml.Node) {
	ok := p.fields(n, "attributes", []string{"keys"}, func(_, v *yaml.Node) {
		f.attributes = []string{}
		f.attrLine, f.attrColumn = key.Line, key.Column
		p.list(v, "keys", func(n *yaml.Node) {
			text, ok := p.text(n, "keys")
			if ok && slices.Contains(f.attributes, text) {
				p.fail(n, fmt.Sprintf("attribute %q is listed twice", text), "keep the first")
			}
			f.attributes = append(f.attributes, text)
		})
	})
	if ok && !has(n, "keys") {
		p.fail(key, "attributes has no keys", `list them: "keys: [service.owner.name, team, owner]", or "keys: []" to use none`)
	}
}
