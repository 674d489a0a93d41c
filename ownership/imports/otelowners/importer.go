// Package otelowners imports the component_owners.yml of OpenTelemetry's
// repositories, which names people for folders.
package otelowners

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports/internal/paths"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Importer is the importer of type otel-component-owners.
type Importer struct{}

// Options names the fields of a source.
func (Importer) Options() []string { return []string{"services"} }

// Import reads component owners. Where services says nothing of a folder, its
// last part is the name of the service.
func (Importer) Import(docs []ownership.Document, o ownership.Options) (*ownership.Catalogue, error) {
	folders, err := paths.Parse(o["services"])
	if err != nil {
		return nil, err
	}
	out := &ownership.Catalogue{}
	var problems ownership.Problems
	for _, d := range docs {
		root, problem := doc.One(d.Name, d.Body)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		if root == nil {
			continue
		}
		w := &doc.Walker{File: d.Name}
		known := false
		w.Fields(root, "the file", nil, func(key, v *yaml.Node) {
			if key.Value == "components" { // others are settings of the workflow that reads the file
				known = true
				w.Fields(v, "components", nil, func(folder, owners *yaml.Node) { component(w, out, folders, folder, owners) })
			}
		})
		if !known && len(w.Problems) == 0 {
			w.Fail(root, "the file has no components", `write "components:", and a folder with its owners in each line below`)
		}
		problems = append(problems, w.Problems...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

func component(w *doc.Walker, out *ownership.Catalogue, folders paths.Map, folder, n *yaml.Node) {
	var owners []string
	one := func(n *yaml.Node) {
		if text, ok := w.Text(n, "an owner"); ok {
			owners = append(owners, text)
		}
	}
	if w.Follow(n).Kind == yaml.ScalarNode && !doc.IsNull(n) {
		one(n)
	} else {
		w.List(n, "the owners of "+doc.Clip(folder.Value), one)
	}
	service, ok := folders.Of(folder.Value)
	if !ok {
		if service = path.Base(strings.Trim(folder.Value, "/")); service == "." || service == "/" {
			w.Fail(folder, fmt.Sprintf("%q is no folder", doc.Clip(folder.Value)), "name the folder of a component")
			return
		}
	}
	c := ownership.Claim{Match: []ownership.Condition{{Field: "service", Patterns: []string{ownership.Literal(service)}}},
		Entity: "component " + folder.Value, File: w.File, Line: folder.Line, Column: folder.Column}
	if len(owners) > 0 {
		c.Owner, c.Also = names(owners[0])
	}
	if len(owners) > 1 {
		c.Note = "all its owners: " + strings.Join(owners[:min(len(owners), 10)], " ")
	}
	out.Claims = append(out.Claims, c)
}

// names returns the ID of a team that no source declares, and the other
// spellings that a declared one may have.
func names(owner string) (string, []string) {
	name := strings.TrimPrefix(owner, "@")
	if i := strings.LastIndexByte(name, '/'); i >= 0 && i+1 < len(name) {
		return name[i+1:], []string{"@" + name, name}
	}
	return name, []string{"@" + name}
}
