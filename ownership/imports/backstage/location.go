package backstage

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

var _ ownership.Follower = Importer{}

// maxTargets bounds what one document may name.
const maxTargets = 1_000

// Follow returns the files and globs of a document's Locations. The API follows
// them itself.
func (Importer) Follow(d ownership.Document) []string {
	if fromAPI(d.Name) || !bytes.Contains(bytes.ToLower(d.Body), []byte("location")) {
		return nil
	}
	roots, problem := roots(d)
	if problem != nil {
		return nil // Import tells
	}
	var out []string
	for _, root := range roots {
		if root.Kind != yaml.MappingNode || !strings.EqualFold(doc.Plain(doc.Get(root, "kind")), "Location") {
			continue
		}
		for _, n := range targetsOf(root) {
			if text := doc.Plain(n); len(out) < maxTargets && unfollowed(root, text) == "" {
				out = append(out, text)
			}
		}
	}
	return out
}

// targetsOf are the values that say where a Location leads.
func targetsOf(root *yaml.Node) []*yaml.Node {
	var out []*yaml.Node
	if n := doc.Get(root, "spec", "target"); n != nil {
		out = append(out, n)
	}
	if n := doc.Get(root, "spec", "targets"); n != nil && n.Kind == yaml.SequenceNode {
		out = append(out, n.Content...)
	}
	return out
}

// unfollowed says why a target is not followed, "" for one that is.
func unfollowed(root *yaml.Node, target string) string {
	switch kind := doc.Plain(doc.Get(root, "spec", "type")); {
	case target == "":
		return "names nothing"
	case kind != "" && kind != "file" || strings.Contains(target, "://"):
		return "is not a file beside it"
	case !filepath.IsLocal(filepath.FromSlash(target)):
		return "leads out of its folder"
	}
	return ""
}

// location notes what of a Location is not followed.
func (c *catalogue) location(file string, root *yaml.Node) {
	for _, n := range targetsOf(root) {
		target := doc.Plain(n)
		if why := unfollowed(root, target); why != "" && len(c.out.Notes) < doc.MaxProblems {
			c.out.Notes = append(c.out.Notes, ownership.Problem{File: file, Line: n.Line, Column: n.Column,
				What: fmt.Sprintf("the Location's target %q is not followed: it %s", doc.Clip(target), why), Remedy: "name the file in the path of the source, or use the url of the catalogue"})
		}
	}
}
