// Package ownership says which team owns one side of a hop, and why.
//
// Owners come from rules, matched on the fields of an endpoint, the last
// match winning as in CODEOWNERS, and where no rule matches from attributes
// that the emitter itself put on its spans. What a source says is a [File];
// [New] joins files into a [Set], which is immutable and safe for concurrent
// use; a [Watcher] keeps the current Set of files that change.
package ownership

import "time"

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

	// Contacts maps a channel (slack, teams, email, pagerduty, opsgenie, or
	// any other word) to the address there.
	Contacts map[string]string

	Runbook    string // an http(s) URL, or ""
	Escalation []Step // in rising order of After

	File string // where the team is declared
	Line int

	column, parentLine, parentColumn int
}

// Step is one step of a team's escalation: whom to turn to when a failure is
// still open after a time.
type Step struct {
	After time.Duration
	To    string
}

// The values of Owner.Source.
const (
	SourceRule      = "rule"
	SourceAttribute = "attribute"
	SourceNone      = "none"
)

// Owner is the answer to who owns a subject.
type Owner struct {
	// Team is the owning team's ID, "" when unowned. It may be one that no
	// file declares, when an attribute or a rule names it.
	Team string

	// Source is what decided. SourceRule with an empty Team is a subject that
	// a rule declares unowned on purpose.
	Source string

	Rule int    // 1-based position of the rule in its file, 0 when no rule decided
	File string // of that rule
	Line int    // of that rule
	Why  string // one clause for people
}
