package doc

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// expansion counts what aliases add to a document once they are followed. A
// few lines of aliases to aliases stand for more than any memory holds, and
// one that stands for something around it never ends.
type expansion struct {
	size map[*yaml.Node]int // of anchored nodes, aliases followed; -1 while one is being counted
	last *yaml.Node         // the last alias that was followed
	over *yaml.Node         // the first one that is too much
	ends bool               // that one is part of what it stands for
}

// bombs returns the problem of aliases that stand for too much.
func bombs(name string, root *yaml.Node) *Problem {
	e := expansion{size: map[*yaml.Node]int{}}
	if e.count(root); e.over == nil {
		return nil
	}
	what, remedy := fmt.Sprintf("the file holds more than %d values, aliases followed", maxValues), "use fewer aliases, or split the file"
	if e.ends {
		what, remedy = fmt.Sprintf("the alias *%s stands for something that it is part of", Clip(e.over.Value)), "write the value out"
	}
	p := At(name, e.over, what, remedy)
	return &p
}

// count returns how many values a node holds as it is written, and how many
// more its aliases stand for.
func (e *expansion) count(n *yaml.Node) (written, added int) {
	if e.over != nil {
		return 0, 0
	}
	if n.Kind == yaml.AliasNode {
		e.last = n
		size := e.size[n.Alias] // there, because an anchor comes before its aliases
		if size < 0 {
			e.over, e.ends = n, true
		}
		return 1, size
	}
	if n.Anchor != "" {
		e.size[n] = -1
	}
	written = 1
	for _, c := range n.Content {
		w, a := e.count(c)
		written, added = written+w, added+a
		if added > maxValues && e.over == nil {
			e.over = e.last
		}
	}
	if n.Anchor != "" {
		e.size[n] = written + added
	}
	return written, added
}
