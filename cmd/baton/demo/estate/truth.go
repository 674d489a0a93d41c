package estate

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
	Start          time.Time `json:"start"`
	End            time.Time `json:"end"`
	Unfinished     bool      `json:"unfinished,omitempty"` // not all of its spans were accepted before the demo ended
}
