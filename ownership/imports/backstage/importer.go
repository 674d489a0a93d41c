// Package backstage imports Backstage's software catalogue, from
// catalog-info.yaml files or from its API.
package backstage

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Importer is the importer of type backstage.
type Importer struct{}

// Options names the fields of a source: annotations are those of components
// that hold the names of their services, besides the ones that Baton knows.
func (Importer) Options() []string { return []string{"annotations"} }

// Import reads entities of the kinds Component, API, Resource, System, Domain,
// Group and User; others are passed over.
func (Importer) Import(docs []ownership.Document, o ownership.Options) (*ownership.Catalogue, error) {
	c := catalogue{byRef: map[string]*entity{}, annotations: o["annotations"].List}
	for _, d := range docs {
		roots, problem := roots(d)
		if problem != nil {
			c.problems = append(c.problems, *problem)
			continue
		}
		w := &doc.Walker{File: d.Name}
		for _, root := range roots {
			if doc.IsNull(root) || w.Full() {
				continue
			}
			c.read(w, root)
			if fromAPI(d.Name) {
				// Nobody can mend an answer, and a thousand others wrote the
				// rest of it: what is odd is left out and noted.
				c.noteAll(w.Problems)
				w.Problems = nil
			}
		}
		c.problems = append(c.problems, w.Problems...)
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	c.declareTeams()
	c.claim()
	c.link()
	return &c.out, nil
}

// roots are the entities in a document: the documents of a YAML file, or the
// items of an answer of the API.
func roots(d ownership.Document) ([]*yaml.Node, *ownership.Problem) {
	if !fromAPI(d.Name) && !doc.LooksLikeJSON(d.Body) {
		return doc.Every(d.Name, d.Body)
	}
	root, problem := doc.JSON(d.Name, d.Body)
	if problem != nil {
		if fromAPI(d.Name) {
			return nil, problem
		}
		return doc.Every(d.Name, d.Body) // flow style, perhaps
	}
	if items := doc.Get(root, "items"); items != nil {
		root = items
	}
	if root.Kind == yaml.SequenceNode {
		return root.Content, nil
	}
	return []*yaml.Node{root}, nil
}

// fromAPI reports a document that Fetch has read. Its lines are nobody's, and
// an entity that moves between two pages while they are read is there twice.
func fromAPI(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// catalogue is everything that the documents say.
type catalogue struct {
	out         ownership.Catalogue
	entities    []*entity
	byRef       map[string]*entity
	annotations []string
	problems    ownership.Problems
}

func (c *catalogue) noteAll(problems ownership.Problems) {
	for _, p := range problems {
		p.Line, p.Column = 0, 0
		if len(c.out.Notes) < doc.MaxProblems {
			c.out.Notes = append(c.out.Notes, p)
		}
	}
}

// of returns the entities of a kind.
func (c *catalogue) of(kind string) []*entity {
	var out []*entity
	for _, e := range c.entities {
		if e.kind == kind {
			out = append(out, e)
		}
	}
	return out
}
