// Package ownership says which team owns one side of a hop, and why.
//
// Owners come from three kinds of sources, which are asked in a configurable
// order: rules that the company wrote for Baton, matched on the fields of an
// endpoint, the last match winning as in CODEOWNERS; claims of catalogues the
// company has already (Backstage, CODEOWNERS, ...), read by an [Importer]; and
// attributes that the emitter itself put on its spans.
//
// What an ownership.yaml says is a [File], what a catalogue says an [Import];
// [Join] makes them a [Set], which is immutable and safe for concurrent use; a
// [Watcher] keeps the current Set of sources that change.
package ownership

import (
	"strings"
	"time"
)

// Subject is what rules match: one side (role) of a hop. An empty field is an
// absent one.
type Subject struct {
	Tenant, Environment, Namespace, Service, Kind, System, Operation, Destination, Workflow, Route, Host, Role string

	// Attrs are the resource attributes kept on the endpoint. Set.Keys lists
	// those that can make a difference.
	Attrs []Attr
}

// Attr is one resource attribute.
type Attr struct{ Key, Value string }

// external reports whether the subject is a party outside the estate: known
// by its host alone. It carries no attributes of its own, and a broad rule
// such as {kind: api} says nothing about it.
func (s *Subject) external() bool { return s.Host != "" && s.Service == "" }

// fold puts what compares in any case into lower case. Entry points do so
// once, on their copy.
func (s *Subject) fold() {
	s.Kind, s.Role = strings.ToLower(s.Kind), strings.ToLower(s.Role)
}

func (s *Subject) attr(key string) string {
	for i := range s.Attrs {
		if s.Attrs[i].Key == key {
			return s.Attrs[i].Value
		}
	}
	return ""
}

// Team is a group of people who own endpoints.
type Team struct {
	ID     string
	Name   string // display name; the ID when none is declared
	Parent string // ID of the team this one is part of, or ""

	// Aliases are other names that claims and attributes use for the team.
	Aliases []string

	// Contacts maps a channel (slack, teams, email, pagerduty, opsgenie, or
	// any other word) to the address there.
	Contacts map[string]string

	Runbook    string // an http(s) URL, or ""
	Escalation []Step // in rising order of After

	File         string // where the team is declared, first if in several sources
	Line, Column int    // 0 where the source has no lines
	Origin       string // name of the import that declares it, "" for an ownership file

	parentLine, parentColumn int
	parentOrigin             string // import that gave a declared team its parent
}

// Step is one step of a team's escalation: whom to turn to when a failure is
// still open after a time.
type Step struct {
	After time.Duration
	To    string
}

// The kinds of sources, which are the values of Owner.Source and the words of
// an authority.
const (
	SourceRule      = "rule"
	SourceCatalogue = "catalogue"
	SourceAttribute = "attribute"
	SourceNone      = "none"
)

// defaultAuthority is the order in which sources are asked where nothing else
// is configured: what was written for Baton, what the company keeps, what the
// emitter says of itself.
var defaultAuthority = []string{SourceRule, SourceCatalogue, SourceAttribute}

// Owner is the answer to who owns a subject.
type Owner struct {
	// Team is the owning team's ID, "" when unowned. It may be one that no
	// source declares, when an attribute, claim or rule names it.
	Team string

	// Source is what decided. SourceRule and SourceCatalogue with an empty
	// Team are a subject that is declared unowned on purpose.
	Source string

	Origin string // the import that decided, by name; "" for rules and attributes
	Rule   int    // 1-based position of the rule in its file, 0 when no rule decided
	File   string // of that rule or claim
	Line   int    // of that rule or claim, 0 where its source has no lines
	Why    string // one clause for people
}
