package ownership

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Spec is one entry of sources in an ownership file: what to import, and how.
type Spec struct {
	Type string // the importer's
	Name string // for people, unique; made of type and place when none is given

	// Paths are paths and globs, which count from the folder of the ownership
	// file. They and URL exclude each other.
	Paths []string
	URL   string

	// Token is as written: ${NAME} stands for an environment variable.
	Token string

	Every   time.Duration // how often to look, 0 for the default
	Options Options

	File         string // where the entry is
	Line, Column int
}

// Place is where the source is, for people.
func (s *Spec) Place() string {
	if s.URL != "" {
		return s.URL
	}
	return strings.Join(s.Paths, ", ")
}

// key identifies a source over changes of the file that names it.
func (s *Spec) key() string {
	return fmt.Sprintf("%q %q %q %q %q %v", s.Type, s.Name, s.Paths, s.URL, s.Token, s.plainOptions())
}

func (s *Spec) plainOptions() map[string]string {
	out := map[string]string{}
	for name, o := range s.Options {
		out[name] = fmt.Sprintf("%q", o.List)
		for _, p := range o.Pairs {
			out[name] += fmt.Sprintf(" %q:%q", p.Key, p.Value)
		}
	}
	return out
}

const (
	// minEvery keeps a slip of the pen (1ms) from becoming an attack.
	minEvery = time.Second

	maxSources = 200
	maxPaths   = 200
)

var (
	variable     = regexp.MustCompile(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))$`)
	variableLike = regexp.MustCompile(`^\$`)
)

func (p *parser) source(f *File, n *yaml.Node) {
	s := Spec{File: p.File, Line: n.Line, Column: n.Column, Options: Options{}}
	named := map[string]*yaml.Node{}
	ok := p.Fields(n, "a source", nil, func(key, v *yaml.Node) {
		named[key.Value] = v
		switch key.Value {
		case "type":
			s.Type, _ = p.Text(v, "type")
		case "name":
			s.Name, _ = p.Text(v, "name")
		case "path":
			s.Paths = p.paths(v)
		case "url":
			s.URL = p.address(v)
		case "token":
			s.Token = p.token(v)
		case "every":
			s.Every = p.every(v)
		default:
			s.Options[key.Value] = p.option(key, v)
		}
	})
	switch {
	case !ok:
		return
	case named["type"] == nil:
		p.Fail(n, "the source has no type", `name one: "type: backstage"`)
	case named["path"] == nil && named["url"] == nil:
		p.Fail(n, "the source has neither path nor url", `say where it is: "path: catalog/**/catalog-info.yaml"`)
	case named["path"] != nil && named["url"] != nil:
		p.Fail(named["url"], "the source has both path and url", "make two sources of it")
	case named["token"] != nil && named["url"] == nil:
		p.Fail(named["token"], "a token is of no use for files", "take it away")
	case len(f.sources) == maxSources:
		p.Fail(n, fmt.Sprintf("there are more than %d sources", maxSources), "name several files by one glob")
	}
	if s.Name == "" {
		s.Name = s.Type + " " + s.Place()
	}
	for i := range s.Paths {
		if !filepath.IsAbs(s.Paths[i]) {
			s.Paths[i] = filepath.Join(filepath.Dir(p.File), s.Paths[i])
		}
	}
	f.sources = append(f.sources, s)
}

func (p *parser) paths(n *yaml.Node) []string {
	var out []string
	one := func(n *yaml.Node) {
		if text, ok := p.Text(n, "path"); ok {
			out = append(out, text)
		}
		if len(out) > maxPaths {
			p.Fail(n, fmt.Sprintf("there are more than %d paths", maxPaths), "use a glob")
		}
	}
	if p.Follow(n).Kind == yaml.SequenceNode {
		p.List(n, "path", one)
	} else {
		one(n)
	}
	return out
}

// address reads a web address. What it may not be: a file, or one with a
// password, which pages and logs would show.
func (p *parser) address(n *yaml.Node) string {
	text, ok := p.Text(n, "url")
	if !ok {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		p.Fail(n, fmt.Sprintf("url %q is not a web address", doc.Clip(text)), "write it in full: https://backstage.example.com/api/catalog")
		return ""
	case u.User != nil:
		p.Fail(n, "the url holds a user or password", "use token: ${NAME} instead")
		return ""
	}
	return text
}

func (p *parser) token(n *yaml.Node) string {
	text, ok := p.Text(n, "token")
	switch {
	case !ok:
	case variableLike.MatchString(text) && !variable.MatchString(text):
		p.Fail(n, "the token is not a variable in full", "write ${NAME}, and NAME of letters, digits and _")
	}
	return text
}

func (p *parser) every(n *yaml.Node) time.Duration {
	text, ok := p.Text(n, "every")
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < minEvery {
		p.Fail(n, fmt.Sprintf("every %q is not a length of time of a second or more", doc.Clip(text)), "write it like 30s or 5m")
	}
	return d
}

// openTokens warns of secrets that whoever reads the file may read.
func (f *File) openTokens() []Problem {
	var out []Problem
	for _, s := range f.sources {
		if s.Token != "" && !variable.MatchString(s.Token) {
			out = append(out, Problem{File: s.File, Line: s.Line, Column: s.Column, What: fmt.Sprintf("the token of source %q is written in the file", s.Name), Remedy: "put it into an environment variable, and write ${NAME}"})
		}
	}
	return out
}

// option reads a field that only the importer understands.
func (p *parser) option(key, n *yaml.Node) Value {
	o := Value{File: p.File, Line: key.Line, Column: key.Column}
	switch p.Follow(n).Kind {
	case yaml.SequenceNode:
		p.List(n, key.Value, func(n *yaml.Node) {
			if text, ok := p.Text(n, key.Value); ok {
				o.List = append(o.List, text)
			}
		})
	case yaml.MappingNode:
		p.Fields(n, key.Value, nil, func(k, v *yaml.Node) {
			if text, ok := p.Text(v, k.Value); ok {
				o.Pairs = append(o.Pairs, Pair{k.Value, text, k.Line, k.Column})
			}
		})
	default:
		if text, ok := p.Text(n, key.Value); ok {
			o.Text, o.List = text, []string{text}
		}
	}
	return o
}
