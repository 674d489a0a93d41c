package web

import (
	"fmt"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// when is the moment by which a flow's owners of then are looked up.
func when(f *flow.Flow) int64 {
	if f.FailedAt != 0 {
		return f.FailedAt
	}
	return f.LastActivity
}

func flowOf(f *flow.Flow, d *directory) Flow {
	return Flow{
		ID: f.ID.String(), Status: f.Verdict.String(), Revision: int64(f.Revision), Environment: f.Environment, Type: typeOf(f.Type),
		Start: unixTime(f.Start), LastActivity: unixTime(f.LastActivity), FailedAt: unixTimeOrNil(f.FailedAt),
		DurationNs: max(f.LastActivity-f.Start, 0), SpanCount: int64(f.Spans), HopCount: int64(f.Hops), TraceCount: int64(f.Traces),
		Teams: d.teams(f.Endpoints, when(f)), Correlations: correlationsOf(f.Correlations), Culprit: culpritOf(f.Culprit, when(f), d),
	}
}

func typeOf(t flow.FlowType) FlowType {
	return FlowType{ID: flow.FormatEndpointID(t.ID), Service: t.Service, Operation: t.Operation}
}

func typesOf(ts []flow.FlowType) []FlowType {
	out := make([]FlowType, len(ts))
	for i, t := range ts {
		out[i] = typeOf(t)
	}
	return out
}

func correlationsOf(kvs []flow.KeyValue) []Correlation {
	out := make([]Correlation, len(kvs))
	for i, kv := range kvs {
		out[i] = Correlation{Key: kv.Key, Value: kv.Value}
	}
	return out
}

func culpritOf(c *flow.Culprit, at int64, d *directory) *Culprit {
	if c == nil {
		return nil
	}
	out := &Culprit{EndpointID: flow.FormatEndpointID(c.Endpoint), Service: c.Service, Operation: c.Operation, Kind: c.Kind.String(),
		System: c.System, Role: c.Role.String(), Team: orNil(d.team(c.Endpoint, at)), Reason: c.Reason, Rule: c.Rule,
		Confidence: c.Confidence.String(), TraceID: c.Trace.String(), SpanID: c.Span.String()}
	if c.Service == "" {
		out.Service = c.Host
	}
	if c.Role == flow.NoRole && c.Between != [2]string{} {
		out.Role = "hand-off"
		between := c.Between[:]
		out.Between = &between
	}
	return out
}

// hopsOf are the hops of a story from offset, at most limit, in order of start.
func hopsOf(story *flow.Story, order []int, clocks []flow.ClockShift, d *directory) []Hop {
	out := make([]Hop, 0, len(order))
	for _, i := range order {
		h := &story.Hops[i]
		start, duration, wait := story.Shown(i, clocks)
		hop := Hop{ID: flow.FormatEndpointID(h.ID), Parents: make([]string, len(h.Parents)), Shared: h.Shared, Kind: h.Kind.String(),
			Parties: make([]Party, len(h.Parties)), Start: unixTime(start), DurationNs: duration, WaitNs: wait,
			Attempts: int64(h.Attempts), Outcome: h.Outcome.String()}
		for k, p := range h.Parents {
			hop.Parents[k] = flow.FormatEndpointID(story.Hops[p].ID)
		}
		if h.Error != "" {
			hop.Error = &h.Error
		}
		for k := range h.Parties {
			p := &h.Parties[k]
			d.know(p.ID, &p.Endpoint)
			hop.Parties[k] = Party{Role: p.Role.String(), Service: partyName(&p.Endpoint), Team: orNil(d.team(p.ID, h.Start+h.Duration)),
				EndpointID: flow.FormatEndpointID(p.ID)}
		}
		if len(h.Spans) > 0 {
			f := story.Facts[h.Spans[0]]
			hop.TraceID, hop.SpanID = f.Trace.String(), f.ID.String()
			lead := story.Facts[h.Spans[0]]
			if n := len(h.Parties); n > 0 && h.Parties[n-1].Span >= 0 {
				lead = story.Facts[h.Parties[n-1].Span]
			}
			hop.System, hop.Operation = lead.System, lead.Operation
		}
		out = append(out, hop)
	}
	return out
}

// partyName is what people call a side of a hop.
func partyName(e *flow.Endpoint) string {
	switch {
	case e.Service != "":
		return e.Service
	case e.Destination != "":
		return e.Destination
	case e.Host != "":
		return e.Host
	}
	return e.Workflow
}

func revisionsOf(rs []store.FlowRevision) []Revision {
	out := make([]Revision, len(rs))
	for i, r := range rs {
		out[i] = Revision{Revision: int64(r.Revision), At: unixTime(r.At), Status: r.Verdict.String()}
	}
	return out
}

// sentence says what failed, where, why, and who owns it.
func sentence(f *Flow, name func(team string) string) string {
	what := fmt.Sprintf("%s at %s", f.Type.Operation, f.Type.Service)
	if f.Type.Service == "" {
		what = "The flow"
	}
	c := f.Culprit
	if c == nil {
		switch f.Status {
		case "completed":
			return what + " completed."
		case "running":
			return what + " is still running; nothing has failed so far."
		}
		return what + " is " + f.Status + "."
	}
	verb := map[string]string{"failed": "failed", "stalled": "stalled", "slow": "was slow", "rejected": "was rejected",
		"compensated": "failed and was compensated", "degraded": "was degraded", "cancelled": "was cancelled"}[f.Status]
	if verb == "" {
		verb = "is " + f.Status
	}
	where := c.Service
	if c.Role != "" && c.Role != "hand-off" {
		where += " (" + c.Role + ")"
	}
	if c.Between != nil && len(*c.Between) == 2 {
		where = "the hand-off from " + (*c.Between)[0] + " to " + (*c.Between)[1]
	}
	if c.Operation != "" {
		where += ", " + c.Operation
	}
	owner := "Nobody owns it yet."
	if c.Team != nil {
		owner = name(*c.Team) + " owns it."
	}
	return fmt.Sprintf("%s %s at %s: %s. %s", what, verb, where, trimStop(c.Reason), owner)
}

func trimStop(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '.' || s[len(s)-1] == ' ') {
		s = s[:len(s)-1]
	}
	if s == "" {
		return "no reason was given"
	}
	return s
}
