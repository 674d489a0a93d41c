// Package sim is what every simulated estate is made of: processes that send spans, flows with all their spans, and the
// truth about each flow.
package sim

import "time"

// Truth is what really happened in one flow, for those who want to check what was concluded from its spans.
type Truth struct {
	Flow           string    `json:"flow"` // the business key: order, return or application
	Type           string    `json:"type"`
	TraceIDs       []string  `json:"trace_ids"`
	Verdict        string    `json:"verdict"`
	Fault          string    `json:"fault"`
	CulpritService string    `json:"culprit_service"` // or the host of an external party
	CulpritTeam    *string   `json:"culprit_team"`    // null when nobody owns the culprit, or there is none
	CulpritRole    string    `json:"culprit_role,omitempty"`
	Between        []string  `json:"between,omitempty"`     // the two services of a hand-off
	Or             []Suspect `json:"or,omitempty"`          // further culprits that are as right
	OrVerdicts     []string  `json:"or_verdicts,omitempty"` // further verdicts that are as right
	Environment    string    `json:"environment,omitempty"`
	Start          time.Time `json:"start"`
	End            time.Time `json:"end"`
	Unfinished     bool      `json:"unfinished,omitempty"` // not all of its spans were accepted before the demo ended
}

// Suspect is a culprit beside the first.
type Suspect struct {
	Service string  `json:"service"`
	Team    *string `json:"team"`
	Role    string  `json:"role,omitempty"`
}
