package imports_test

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// opslevel imports opslevel.yml files: "service: {name: cart, owner: shop}".
// docs/ownership.md walks through it.
type opslevel struct{}

func (opslevel) Options() []string { return nil }

func (opslevel) Import(docs []ownership.Document, _ ownership.Options) (*ownership.Catalogue, error) {
	out := &ownership.Catalogue{}
	var problems ownership.Problems
	for _, d := range docs {
		root, problem := doc.One(d.Name, d.Body)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		if root == nil {
			continue // an empty file
		}
		w := &doc.Walker{File: d.Name}
		if claim, ok := service(w, root); ok {
			out.Claims = append(out.Claims, claim)
		}
		problems = append(problems, w.Problems...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

func service(w *doc.Walker, root *yaml.Node) (ownership.Claim, bool) {
	nameAt, ownerAt := doc.Get(root, "service", "name"), doc.Get(root, "service", "owner")
	if nameAt == nil || ownerAt == nil {
		w.Fail(root, "the file names no service with an owner", `write "service: {name: cart, owner: shop}"`)
		return ownership.Claim{}, false
	}
	name, ok := w.Text(nameAt, "service.name")
	owner, ok2 := w.Text(ownerAt, "service.owner")
	return ownership.Claim{
		Match:  []ownership.Condition{{Field: "service", Patterns: []string{ownership.Literal(name)}}},
		Owner:  owner,
		Entity: "service " + name,
		File:   w.File, Line: nameAt.Line, Column: nameAt.Column,
	}, ok && ok2
}

// The next importer is an afternoon: this one is forty lines.
func Example() {
	_, err := opslevel{}.Import([]ownership.Document{{Name: "a/opslevel.yml", Body: []byte("version: 1\nservice: {owner: shop}\n")}}, nil)
	fmt.Println(err)

	catalogue, err := opslevel{}.Import([]ownership.Document{{Name: "b/opslevel.yml", Body: []byte("version: 1\nservice:\n  name: cart\n  owner: shop\n")}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	im, err := ownership.NewImport("opslevel", catalogue)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := ownership.Join(nil, []*ownership.Import{im})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Resolve(ownership.Subject{Service: "cart"}).Why)
	// Output:
	// a/opslevel.yml:1:1: the file names no service with an owner; write "service: {name: cart, owner: shop}"
	// opslevel (b/opslevel.yml:3) says so of {service: "cart"}, as service cart
}
