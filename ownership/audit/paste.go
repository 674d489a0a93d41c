package audit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// plain is a text that YAML takes as it is, and for nothing else.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)

// quote writes a text as a value of YAML.
func quote(text string) string {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
	default:
		if plain.MatchString(text) {
			return text
		}
	}
	return strconv.Quote(text)
}

// Match is the narrowest match for all of a service, channel or outside party,
// as the value of a rule's match.
func Match(s *ownership.Subject) string {
	pattern := func(text string) string { return quote(ownership.Literal(text)) }
	switch {
	case s.Service != "":
		return "{service: " + pattern(s.Service) + "}"
	case s.Host != "":
		return "{host: " + pattern(s.Host) + "}"
	case s.Destination != "" && s.Kind != "":
		return fmt.Sprintf("{kind: %s, destination: %s, role: channel}", strings.ToLower(s.Kind), pattern(s.Destination))
	case s.Destination != "":
		return fmt.Sprintf("{destination: %s, role: channel}", pattern(s.Destination))
	case s.Workflow != "":
		return "{workflow: " + pattern(s.Workflow) + "}"
	}
	return "{operation: " + pattern(s.Operation) + "}"
}

func ruleFor(p *Endpoint, team string, evidence []Evidence) string {
	var b strings.Builder
	for _, ev := range evidence[:min(len(evidence), 3)] {
		fmt.Fprintf(&b, "  # %s\n", oneLine(ev.Text))
	}
	fmt.Fprintf(&b, "  - match: %s\n    owner: %s\n", Match(&p.Subject), quote(team))
	return b.String()
}

// oneLine keeps a name with a line break from ending a comment.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)
}

// entityName is what Backstage takes as a name.
var entityName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)

var notEntityName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// catalogInfoFor describes the endpoint as an entity that Baton's importer of
// Backstage recognizes.
func catalogInfoFor(p *Endpoint, team string) string {
	s := &p.Subject
	name, kind, spec, annotation := s.Service, "Component", "service", "resource.opentelemetry.io/service.name"
	switch {
	case s.Service != "":
	case s.Host != "":
		name, kind, spec, annotation = s.Host, "Resource", "external-party", "baton/host"
	case s.Destination != "":
		name, kind, spec, annotation = s.Destination, "Resource", "queue", "baton/destination"
		if strings.EqualFold(s.Kind, "event") {
			spec = "topic"
		}
	default:
		return ""
	}
	if strings.ContainsAny(name, ", *") && !entityName.MatchString(name) {
		return "" // an annotation holds several names, with stars
	}
	var b strings.Builder
	short := name
	if !entityName.MatchString(name) {
		if short = strings.Trim(notEntityName.ReplaceAllString(name, "-"), "-"); short == "" {
			return ""
		}
		short = strings.Trim(short[:min(len(short), 63)], "-")
	}
	fmt.Fprintf(&b, "apiVersion: backstage.io/v1alpha1\nkind: %s\nmetadata:\n  name: %s\n", kind, quote(short))
	if short != name {
		fmt.Fprintf(&b, "  annotations:\n    %s: %s\n", annotation, quote(name))
	}
	fmt.Fprintf(&b, "spec:\n  type: %s\n", spec)
	if kind == "Component" {
		b.WriteString("  lifecycle: production\n")
	}
	fmt.Fprintf(&b, "  owner: %s\n", quote(team))
	return b.String()
}
