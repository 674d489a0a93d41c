package ownership

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

const noOwnerRemedy = `name a team, or write owner: "" for endpoints that nobody owns on purpose`

func (p *parser) rule(f *File, n *yaml.Node) {
	r := rule{number: len(f.rules) + 1, file: p.File, line: n.Line, column: n.Column}
	ok := p.Fields(n, "a rule", []string{"match", "owner", "note"}, func(key, v *yaml.Node) {
		switch key.Value {
		case "match":
			p.match(&r, key, v)
		case "owner":
			r.ownerLine, r.ownerColumn = v.Line, v.Column
			switch n := p.Follow(v); {
			case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
				p.Fail(v, "owner has no value", noOwnerRemedy)
			case n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "":
				// Unowned on purpose.
			default:
				r.owner = p.teamID(v, "owner")
			}
		case "note":
			r.note, _ = p.Text(v, "note")
		}
	})
	if ok && !doc.Has(n, "match") {
		p.Fail(n, "the rule has no match", `say what it is for: "match: {service: payment-api}"`)
	}
	if ok && !doc.Has(n, "owner") {
		p.Fail(n, "the rule has no owner", noOwnerRemedy)
	}
	f.rules = append(f.rules, r)
}

func (p *parser) match(r *rule, key, n *yaml.Node) {
	known := append(slices.Clone(fieldNames), "attr.<key>")
	ok := p.Fields(n, "a match", nil, func(key, v *yaml.Node) {
		f, ok := fieldOf(key.Value)
		if !ok {
			p.Unknown(key, "a match", known)
			return
		}
		if globs := p.globs(f, v); len(globs) > 0 {
			r.conds = append(r.conds, newCond(f, globs))
		}
	})
	if ok && len(p.Follow(n).Content) == 0 {
		p.Fail(key, "the match is empty, so the rule would own everything", `name at least one field; "match: {service: \"*\"}" is every service`)
	}
}

func (p *parser) globs(f field, n *yaml.Node) []glob {
	var out []glob
	one := func(n *yaml.Node) {
		if g, ok := p.glob(f, n); ok {
			out = append(out, g)
		}
	}
	if n = p.Follow(n); n.Kind != yaml.SequenceNode {
		one(n)
		return out
	}
	if len(n.Content) == 0 {
		p.Fail(n, fmt.Sprintf("the list of %s is empty, so the rule can never match", f.name), "name at least one pattern, or take the field away")
	}
	p.List(n, f.name, one)
	return out
}

func (p *parser) glob(f field, n *yaml.Node) (glob, bool) {
	if n = p.Follow(n); n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "" {
		return glob{exact: true}, true // the field is absent
	}
	text, ok := p.Text(n, f.name)
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
		p.Fail(n, fmt.Sprintf("%s %q %s", f.name, text, err), `write "\[" for the character itself, "\\" for a backslash`)
		return glob{}, false
	}
	if words != nil && !slices.ContainsFunc(words, g.match) {
		p.Fail(n, fmt.Sprintf("unknown %s %q", f.name, text), doc.Nearest(text, words, "use one of "+strings.Join(words, ", ")))
		return glob{}, false
	}
	return g, true
}
