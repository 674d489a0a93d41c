package backstage

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Annotations that name the services of a component. Those further down are
// more exact, and win.
var serviceAnnotations = []string{
	"backstage.io/kubernetes-id",
	"jaegertracing.io/service",
	"opentelemetry.io/service-name",
	"resource.opentelemetry.io/service.name", // of OpenTelemetry's conventions for Kubernetes
	"baton/service",
}

const (
	namespaceAnnotation   = "resource.opentelemetry.io/service.namespace"
	destinationAnnotation = "baton/destination"
	hostAnnotation        = "baton/host"
)

// messaging are words in the types of resources that are queues or topics.
var messaging = []string{"topic", "queue", "stream", "event", "exchange", "subscription", "bus", "kafka", "rabbitmq", "pubsub", "mq"}

// claim says who owns what, from the broad to the exact, because the last
// claim that matches wins.
func (c *catalogue) claim() {
	for _, e := range c.of("domain") {
		c.add(e, condition("namespace", e.name))
	}
	for _, e := range c.of("system") {
		c.add(e, condition("namespace", e.name))
	}
	for _, e := range c.of("api") {
		c.claimAPI(e)
	}
	for _, e := range c.of("resource") {
		if isMessaging(e.specText("type")) {
			c.channel(e, e.name)
		} else {
			c.add(e, condition("host", e.name))
		}
		c.claimAnnotated(e)
	}
	components := c.of("component")
	for _, e := range components {
		c.add(e, condition("service", e.name))
	}
	for _, key := range slices.Concat(serviceAnnotations, c.annotations) {
		for _, e := range components {
			for _, name := range words(e.annotation(key)) {
				match := []ownership.Condition{condition("service", name)}
				if ns := e.annotation(namespaceAnnotation); ns != "" {
					match = append(match, condition("namespace", ns))
				}
				c.add(e, match...)
			}
		}
	}
	for _, e := range components {
		c.claimAnnotated(e)
	}
}

// claimAPI claims the topics of an asynchronous API. Of others it claims the
// service of their name, for APIs whose component is not in the catalogue.
func (c *catalogue) claimAPI(e *entity) {
	if !strings.EqualFold(e.specText("type"), "asyncapi") {
		c.add(e, condition("service", e.name), condition("kind", "api"), condition("role", "provider"))
		c.claimAnnotated(e)
		return
	}
	c.channel(e, e.name)
	for _, name := range channels(doc.Get(e.spec, "definition")) {
		c.channel(e, name)
	}
	c.claimAnnotated(e)
}

// claimAnnotated claims what the annotations of Baton name. They may hold
// stars.
func (c *catalogue) claimAnnotated(e *entity) {
	for _, name := range words(e.annotation(destinationAnnotation)) {
		c.add(e, starred("destination", name), condition("role", "channel"))
	}
	for _, name := range words(e.annotation(hostAnnotation)) {
		c.add(e, starred("host", name))
	}
}

func (c *catalogue) channel(e *entity, name string) {
	c.add(e, condition("destination", name), condition("role", "channel"))
}

func condition(field, text string) ownership.Condition {
	return ownership.Condition{Field: field, Patterns: []string{ownership.Literal(text)}}
}

func starred(field, text string) ownership.Condition {
	return ownership.Condition{Field: field, Patterns: []string{strings.ReplaceAll(ownership.Literal(text), `\*`, "*")}}
}

// words are the names in an annotation, which may hold several.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func isMessaging(kind string) bool {
	kind = strings.ToLower(kind)
	return slices.ContainsFunc(messaging, func(w string) bool { return strings.Contains(kind, w) })
}

// channels are the addresses in an AsyncAPI definition, which is a text of
// YAML or JSON. What cannot be read has none: it is the API's, not ours.
func channels(definition *yaml.Node) []string {
	if definition == nil || definition.Kind != yaml.ScalarNode {
		return nil
	}
	root, problem := doc.One("definition", []byte(definition.Value))
	if problem != nil {
		return nil
	}
	n := doc.Get(root, "channels")
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var out []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := doc.Plain(n.Content[i]) // its address, until AsyncAPI 3
		if address := doc.Plain(doc.Get(n.Content[i+1], "address")); address != "" {
			name = address
		}
		if name != "" && !strings.Contains(name, "{") { // with parameters it is no topic's name
			out = append(out, name)
		}
	}
	return out
}

// add claims for an entity. One without an owner has that of its system, or of
// that one's domain.
func (c *catalogue) add(e *entity, match ...ownership.Condition) {
	owner, from := c.ownerOf(e)
	if from == nil {
		c.note(e)
		return
	}
	cl := ownership.Claim{Match: match, Owner: teamID(owner), Entity: e.String(), File: e.file, Line: e.line, Column: e.column}
	if from != e {
		cl.Note = "the owner is that of " + from.String()
	}
	c.out.Claims = append(c.out.Claims, cl)
}

func (c *catalogue) ownerOf(e *entity) (ref, *entity) {
	for at, n := e, 0; at != nil && n < 4; n++ {
		if at.owner != (ref{}) {
			return at.owner, at
		}
		next := c.byRef[at.system.key()]
		if next == nil {
			next = c.byRef[at.domain.key()]
		}
		at = next
	}
	return ref{}, nil
}

// note says, once, that an entity has no owner.
func (c *catalogue) note(e *entity) {
	p := ownership.Problem{File: e.file, Line: e.line, Column: e.column, What: fmt.Sprintf("%s has no owner", e), Remedy: `give it one: "spec: {owner: payments}"`}
	if len(c.out.Notes) < doc.MaxProblems && !slices.Contains(c.out.Notes, p) {
		c.out.Notes = append(c.out.Notes, p)
	}
}

// link tells what entities use and provide.
func (c *catalogue) link() {
	for _, e := range c.entities {
		owner, from := c.ownerOf(e)
		if from == nil {
			continue
		}
		for _, l := range []struct{ field, kind, verb string }{
			{"dependsOn", "component", "depends on"}, {"providesApis", "api", "provides"}, {"consumesApis", "api", "consumes"},
		} {
			for _, target := range e.list(l.field, l.kind) {
				c.out.Links = append(c.out.Links, ownership.Link{Entity: e.String(), Owner: teamID(owner), Verb: l.verb, Target: target.name, File: e.file, Line: e.line})
			}
		}
	}
}
