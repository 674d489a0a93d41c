package datadog

import (
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// match is what an entity of a kind claims, nil for kinds that no span names.
func (e *entity) match() []ownership.Condition {
	name := []string{ownership.Literal(e.name)}
	switch e.kind {
	case "service":
		return []ownership.Condition{{Field: "service", Patterns: name}}
	case "queue":
		return []ownership.Condition{{Field: "destination", Patterns: name}, {Field: "role", Patterns: []string{"channel"}}}
	case "system":
		return []ownership.Condition{{Field: "namespace", Patterns: name}}
	}
	return nil
}

func (c *catalogue) claim() {
	// The broad claims come first, because the last one wins.
	for _, kind := range []string{"system", "service", "queue"} {
		for _, e := range c.entities {
			if e.kind != kind {
				continue
			}
			owner, from := c.ownerOf(e)
			if owner == "" {
				continue
			}
			cl := ownership.Claim{Match: e.match(), Owner: owner, Entity: e.ref(), File: e.file, Line: e.line, Column: e.column}
			if from != e {
				cl.Note = "the owner is that of " + from.ref()
			}
			if len(e.others) > 0 {
				cl.Note = strings.TrimPrefix(cl.Note+"; more owners: "+strings.Join(e.others[:min(len(e.others), 10)], ", "), "; ")
			}
			c.out.Claims = append(c.out.Claims, cl)
		}
	}
	for _, e := range c.entities {
		owner, _ := c.ownerOf(e)
		for _, ref := range e.dependsOn {
			_, _, name := parseRef(ref)
			c.out.Links = append(c.out.Links, ownership.Link{Entity: e.ref(), Owner: owner, Verb: "depends on", Target: name, File: e.file, Line: e.line})
		}
	}
	c.out.Links = slices.DeleteFunc(c.out.Links, func(l ownership.Link) bool { return l.Owner == "" })
}

// maxInherit ends circles of inheritance, which Datadog refuses.
const maxInherit = 10

// ownerOf returns the owner of an entity and the one that has it.
func (c *catalogue) ownerOf(e *entity) (string, *entity) {
	for at, n := e, 0; at != nil && n < maxInherit; n++ {
		if at.owner != "" {
			return at.owner, at
		}
		next := c.byRef[full(at.inherits)]
		for _, s := range at.systems {
			if next == nil {
				next = c.byRef[full(s)]
			}
		}
		at = next
	}
	return "", nil
}

func full(ref string) string {
	kind, namespace, name := parseRef(ref)
	return kind + ":" + namespace + "/" + name
}

// parseRef reads kind:namespace/name, of which the namespace may be left out.
func parseRef(ref string) (kind, namespace, name string) {
	kind, rest, _ := strings.Cut(ref, ":")
	namespace, name, ok := strings.Cut(rest, "/")
	if !ok {
		namespace, name = "default", rest
	}
	return strings.ToLower(kind), namespace, name
}

// declare adds a team with what a definition says of how to reach it. The
// first definition that says something counts.
func (c *catalogue) declare(owner string, e *entity, about, root *yaml.Node, urlField string) {
	key := strings.ToLower(owner)
	i, ok := c.teams[key]
	if !ok {
		i = len(c.out.Teams)
		c.teams[key] = i
		c.out.Teams = append(c.out.Teams, ownership.Team{ID: owner, Contacts: map[string]string{}, File: e.file, Line: e.line, Column: e.column})
	}
	t := &c.out.Teams[i]
	put := func(channel, address string) {
		if address != "" && t.Contacts[channel] == "" {
			t.Contacts[channel] = address
		}
	}
	each(doc.Get(about, "contacts"), func(n *yaml.Node) {
		channel := strings.ToLower(doc.Plain(doc.Get(n, "type")))
		switch channel {
		case "microsoft-teams":
			channel = "teams"
		case "":
			return
		}
		put(channel, doc.Plain(doc.Get(n, "contact")))
	})
	for _, tool := range []string{"pagerduty", "opsgenie"} {
		put(tool, doc.Plain(doc.Get(root, "integrations", tool, urlField)))
	}
	each(doc.Get(about, "links"), func(n *yaml.Node) {
		if strings.EqualFold(doc.Plain(doc.Get(n, "type")), "runbook") && t.Runbook == "" {
			t.Runbook = webAddress(doc.Plain(doc.Get(n, "url")))
		}
	})
}

func each(n *yaml.Node, f func(*yaml.Node)) {
	if n == nil || n.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range n.Content {
		f(item)
	}
}

// webAddress is text when pages may link to it.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return text
}
