package backstage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// maxRef is above the longest reference: names have 63 characters at most.
const maxRef = 190

var kinds = []string{"component", "api", "resource", "system", "domain", "group", "user"}

// entity is one entry of the catalogue.
type entity struct {
	kind            string // in lower case, as references compare
	namespace, name string
	owner           ref // zero when it has none
	system, domain  ref
	node, spec      *yaml.Node
	file            string
	line, column    int
}

// ref names an entity.
type ref struct{ kind, namespace, name string }

func (r ref) key() string {
	return strings.ToLower(r.kind + ":" + r.namespace + "/" + r.name)
}

func (e *entity) ref() ref       { return ref{e.kind, e.namespace, e.name} }
func (e *entity) String() string { return e.kind + ":" + e.namespace + "/" + e.name }

// parseRef reads [kind:][namespace/]name; what is left out is given.
func parseRef(text, kind, namespace string) ref {
	r := ref{kind, namespace, text}
	if k, rest, ok := strings.Cut(r.name, ":"); ok {
		r.kind, r.name = strings.ToLower(k), rest
	}
	if ns, rest, ok := strings.Cut(r.name, "/"); ok {
		r.namespace, r.name = ns, rest
	}
	return r
}

func (c *catalogue) read(w *doc.Walker, root *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		w.Fail(root, "the entity is "+doc.Describe(root)+", not fields with values", "begin it with apiVersion, kind, metadata and spec")
		return
	}
	kindAt, meta := doc.Get(root, "kind"), doc.Get(root, "metadata")
	if kindAt == nil {
		w.Fail(root, "the entity has no kind", `say what it is: "kind: Component"`)
		return
	}
	kind, ok := w.Text(kindAt, "kind")
	kind = strings.ToLower(kind)
	if ok && kind == "location" && !fromAPI(w.File) {
		c.location(w.File, root)
	}
	if !ok || !slices.Contains(kinds, kind) {
		return // a Template, a Location, or a kind of the company's own
	}
	at := doc.Get(meta, "name")
	if at == nil {
		w.Fail(root, "the entity has no metadata.name", `name it: "metadata: {name: cart}"`)
		return
	}
	e := &entity{kind: kind, node: root, spec: doc.Get(root, "spec"), file: w.File, line: at.Line, column: at.Column}
	if e.name, ok = w.Text(at, "metadata.name"); !ok {
		return
	}
	if strings.ContainsAny(e.name, "/: ") {
		w.Fail(at, fmt.Sprintf("metadata.name %q holds a slash, colon or space", doc.Clip(e.name)), "use letters, digits and -_.")
		return
	}
	e.namespace = cmp.Or(doc.Plain(doc.Get(meta, "namespace")), "default")
	if fromAPI(w.File) {
		e.line, e.column = 0, 0
	}
	e.owner = e.reference(w, "owner", "group")
	e.system = e.reference(w, "system", "system")
	e.domain = e.reference(w, "domain", "domain")
	key := e.ref().key()
	if old := c.byRef[key]; old != nil {
		if !fromAPI(w.File) {
			w.Fail(at, fmt.Sprintf("%s is already described at %s:%d", e, old.file, old.line), "keep one of the two")
			return
		}
		// Of an entity on two pages the later is the newer, or has more fields.
		i := slices.Index(c.entities, old)
		c.entities[i] = e
		c.byRef[key] = e
		return
	}
	c.byRef[key] = e
	c.entities = append(c.entities, e)
}

// reference reads a field of spec that counts, so that a slip in it is told.
func (e *entity) reference(w *doc.Walker, field, kind string) ref {
	v := doc.Get(e.spec, field)
	if doc.IsNull(v) || v.Kind == yaml.ScalarNode && v.Value == "" {
		return ref{}
	}
	text, ok := w.Text(v, "spec."+field)
	if !ok {
		return ref{}
	}
	r := parseRef(text, kind, e.namespace)
	if r.name == "" || r.kind == "" || r.namespace == "" || strings.ContainsAny(r.name, "/:") || len(text) > maxRef {
		w.Fail(v, fmt.Sprintf("spec.%s %q is no reference to an entity", field, doc.Clip(text)), `write a name, or kind:namespace/name: "group:default/payments"`)
		return ref{}
	}
	return r
}

// list reads a field of spec that is a list of references.
func (e *entity) list(field, kind string) []ref {
	n := doc.Get(e.spec, field)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []ref
	for _, item := range n.Content {
		if text := doc.Plain(item); text != "" {
			out = append(out, parseRef(text, kind, e.namespace))
		}
	}
	return out
}

func (e *entity) specText(path ...string) string { return doc.Plain(doc.Get(e.spec, path...)) }

func (e *entity) annotation(key string) string {
	return doc.Plain(doc.Get(e.node, "metadata", "annotations", key))
}
