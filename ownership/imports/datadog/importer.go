// Package datadog imports Datadog's definitions of services (schemas v2, v2.1
// and v2.2) and entities (v3).
package datadog

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Importer is the importer of type datadog.
type Importer struct{}

// Options names the fields of a source: none.
func (Importer) Options() []string { return nil }

// Import reads definitions, any number in a file. Services, queues and systems
// make claims: a service by its name, a queue as the channel of that name, a
// system as what is in the namespace of that name. An entity without an owner
// has that of the one it inherits from, or of the system it is a component of.
func (Importer) Import(docs []ownership.Document, _ ownership.Options) (*ownership.Catalogue, error) {
	c := catalogue{byRef: map[string]*entity{}, teams: map[string]int{}}
	for _, d := range docs {
		roots, problem := doc.Every(d.Name, d.Body)
		if problem != nil {
			c.problems = append(c.problems, *problem)
			continue
		}
		w := &doc.Walker{File: d.Name}
		for _, root := range roots {
			if !doc.IsNull(root) && !w.Full() {
				c.read(w, root)
			}
		}
		c.problems = append(c.problems, w.Problems...)
	}
	c.claim()
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return &c.out, nil
}

// entity is one definition, of any version.
type entity struct {
	kind, namespace, name string
	owner                 string
	others                []string // additional owners
	inherits              string   // a reference
	systems               []string // references
	dependsOn             []string
	file                  string
	line, column          int
}

func (e *entity) ref() string { return e.kind + ":" + e.namespace + "/" + e.name }

type catalogue struct {
	out      ownership.Catalogue
	entities []*entity
	byRef    map[string]*entity
	teams    map[string]int // lower-case ID -> position in out.Teams
	problems ownership.Problems
}

func (c *catalogue) read(w *doc.Walker, root *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		w.Fail(root, "the definition is "+doc.Describe(root)+", not fields with values", `begin it with "schema-version: v2.2" or "apiVersion: v3"`)
		return
	}
	version, v3 := doc.Get(root, "schema-version"), doc.Get(root, "apiVersion")
	switch {
	case v3 != nil && doc.Plain(v3) == "v3":
		c.readV3(w, root)
	case version != nil && (doc.Plain(version) == "v2" || strings.HasPrefix(doc.Plain(version), "v2.")):
		c.readV2(w, root)
	case version != nil:
		w.Fail(version, fmt.Sprintf("unknown schema version %q", doc.Clip(doc.Plain(version))), "use v2, v2.1, v2.2, or apiVersion: v3")
	case v3 != nil:
		w.Fail(v3, fmt.Sprintf("unknown apiVersion %q", doc.Clip(doc.Plain(v3))), "use v3, or schema-version: v2.2")
	default:
		w.Fail(root, "the definition has neither schema-version nor apiVersion", `begin it with "schema-version: v2.2" or "apiVersion: v3"`)
	}
}

func (c *catalogue) readV2(w *doc.Walker, root *yaml.Node) {
	e := &entity{kind: "service", namespace: "default"}
	at := doc.Get(root, "dd-service")
	if at == nil {
		w.Fail(root, "the definition has no dd-service", `name the service: "dd-service: cart"`)
		return
	}
	var ok bool
	if e.name, ok = w.Text(at, "dd-service"); !ok {
		return
	}
	e.owner = text(w, root, "team")
	if c.add(w, e, at) && e.owner != "" {
		c.declare(e.owner, e, root, root, "service-url")
	}
}

func (c *catalogue) readV3(w *doc.Walker, root *yaml.Node) {
	meta := doc.Get(root, "metadata")
	at := doc.Get(meta, "name")
	if at == nil {
		w.Fail(root, "the entity has no metadata.name", `name it: "metadata: {name: cart}"`)
		return
	}
	name, ok := w.Text(at, "metadata.name")
	if !ok {
		return
	}
	e := &entity{kind: strings.ToLower(doc.Plain(doc.Get(root, "kind"))), name: name, namespace: "default",
		inherits: doc.Plain(doc.Get(meta, "inheritFrom")), systems: list(doc.Get(root, "spec", "componentOf")), dependsOn: list(doc.Get(root, "spec", "dependsOn"))}
	if ns := doc.Plain(doc.Get(meta, "namespace")); ns != "" {
		e.namespace = ns
	}
	if e.kind == "" {
		w.Fail(root, fmt.Sprintf("the entity %q has no kind", doc.Clip(name)), `say what it is: "kind: service"`)
		return
	}
	e.owner = text(w, meta, "owner")
	if more := doc.Get(meta, "additionalOwners"); more != nil && more.Kind == yaml.SequenceNode {
		for _, n := range more.Content {
			if other := doc.Plain(doc.Get(n, "name")); other != "" {
				e.others = append(e.others, other)
			}
		}
	}
	if c.add(w, e, at) && e.owner != "" {
		c.declare(e.owner, e, meta, root, "serviceURL")
	}
}

// text reads an optional field that counts, so that a slip in it is told.
func text(w *doc.Walker, n *yaml.Node, field string) string {
	v := doc.Get(n, field)
	if doc.IsNull(v) || v.Kind == yaml.ScalarNode && v.Value == "" {
		return ""
	}
	s, _ := w.Text(v, field)
	return s
}

func list(n *yaml.Node) []string {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []string
	for _, item := range n.Content {
		if s := doc.Plain(item); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (c *catalogue) add(w *doc.Walker, e *entity, at *yaml.Node) bool {
	e.file, e.line, e.column = w.File, at.Line, at.Column
	if old := c.byRef[e.ref()]; old != nil {
		w.Fail(at, fmt.Sprintf("%s %q is already defined at %s:%d", e.kind, doc.Clip(e.name), old.file, old.line), "keep one of the two")
		return false
	}
	c.byRef[e.ref()] = e
	c.entities = append(c.entities, e)
	return true
}
