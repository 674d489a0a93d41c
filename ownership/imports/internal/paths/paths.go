// Package paths maps the folders of a repository to the services in them, as
// the services field of a source says.
package paths

import (
	"fmt"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// Map is the lines of a services field, in order; the last that fits counts.
type Map []Folder

// Folder maps one folder, or all folders of one form, to a service.
type Folder struct {
	// Before and After are the path around the star, without slashes at its
	// ends. A folder without a star is all Before.
	Before, After string
	Star          bool

	// Service is the name of the service, where a star stands for what the
	// star of the path stands for.
	Service string
	Line    int
}

// Parse reads a services field. Its keys are folders, of which one segment
// may hold a star: "src/*/": "*-service".
func Parse(v ownership.Value) (Map, error) {
	if v.Text != "" || len(v.List) > 0 {
		return nil, v.Wrong("services is no map of folders to services", `write it as lines: "src/cart/: cart", or "src/*/: \"*\""`)
	}
	var m Map
	for _, p := range v.Pairs {
		key := strings.Trim(p.Key, "/")
		f := Folder{Before: key, Service: p.Value, Line: p.Line}
		f.Before, f.After, f.Star = strings.Cut(key, "*")
		switch {
		case key == "":
			return nil, p.Wrong(v, fmt.Sprintf("the folder %q is the whole repository", p.Key), `name a folder: "src/cart/"`)
		case strings.Contains(f.After, "*"):
			return nil, p.Wrong(v, fmt.Sprintf("the folder %q has more than one star", p.Key), "use one * for one folder's name")
		case strings.Count(p.Value, "*") > 1:
			return nil, p.Wrong(v, fmt.Sprintf("the service %q has more than one star", p.Value), "use one *, for what the star of the folder stands for")
		case strings.Contains(p.Value, "*") && !f.Star:
			return nil, p.Wrong(v, fmt.Sprintf("the service %q has a star and its folder has none", p.Value), "name the service")
		}
		m = append(m, f)
	}
	return m, nil
}

// Of returns the service in a folder.
func (m Map) Of(folder string) (string, bool) {
	folder = strings.Trim(folder, "/")
	for i := len(m) - 1; i >= 0; i-- {
		if name, ok := m[i].of(folder); ok {
			return name, true
		}
	}
	return "", false
}

func (f *Folder) of(folder string) (string, bool) {
	if !f.Star {
		return f.Service, folder == f.Before
	}
	rest, ok := strings.CutPrefix(folder, f.Before)
	if !ok {
		return "", false
	}
	name, ok := strings.CutSuffix(rest, f.After)
	if !ok || name == "" || strings.Contains(name, "/") {
		return "", false
	}
	return f.With(name), true
}

// With is the service when the star stands for name.
func (f *Folder) With(name string) string { return strings.Replace(f.Service, "*", name, 1) }

// Pattern is the pattern of services when the star stands for what matches
// the pattern star.
func (f *Folder) Pattern(star string) string {
	before, after, has := strings.Cut(f.Service, "*")
	if !has {
		return ownership.Literal(f.Service)
	}
	return ownership.Literal(before) + star + ownership.Literal(after)
}

// Path is the folder when the star stands for name.
func (f *Folder) Path(name string) string {
	if !f.Star {
		return f.Before
	}
	return f.Before + name + f.After
}
