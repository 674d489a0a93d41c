package webextension

import (
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/web"
)

// expect adds up a window by the definitions, flow by flow and millisecond by
// millisecond.
func (c *company) expect(from, until int) map[string]*web.ReportFigures {
	out := map[string]*web.ReportFigures{}
	row := func(team string) *web.ReportFigures {
		if out[team] == nil {
			out[team] = &web.ReportFigures{}
		}
		return out[team]
	}
	endpoints := map[string]map[uint64]bool{}
	all := int64(0)
	for n := range c.flows {
		f := &c.flows[n]
		ms, in := c.placed(f, from, until)
		if !in {
			continue
		}
		touched := map[string]bool{}
		unowned := int64(0)
		for id, service := range f.endpoints {
			team := c.owner(service, ms)
			touched[team] = true
			if endpoints[team] == nil {
				endpoints[team] = map[uint64]bool{}
			}
			endpoints[team][id] = true
			if team == "" {
				unowned++
			}
		}
		for team := range touched {
			row(team).Flows++
			row(team).UnownedHops += unowned
		}
		c.expectFailure(f, ms, touched, row)
		for i := range f.spans {
			own := c.expectOwn(f, i)
			all += own
			row(c.owner(f.spans[i].service, ms)).OwnTimeNs += own
		}
	}
	for team, ids := range endpoints {
		row(team).Endpoints = int64(len(ids))
	}
	c.expectRecovery(from, until, row)
	for _, r := range out {
		part := float64(r.OwnTimeNs) / float64(all)
		r.LatencyShare = &part
	}
	return out
}

func (c *company) expectFailure(f *rawFlow, ms int, touched map[string]bool, row func(string) *web.ReportFigures) {
	if f.culprit < 0 {
		return
	}
	s := &f.spans[f.culprit]
	team := c.owner(s.service, ms)
	row(team).FailuresCaused++
	switch f.Verdict {
	case flow.Slow:
		row(team).Slow++
		return
	case flow.Stalled:
		row(team).Stalled++
	}
	for t := range touched {
		if t != team && t != "" {
			row(t).FailuresSuffered++
		}
	}
	sides := map[string]bool{team: true}
	if s.parent >= 0 {
		sides[c.owner(f.spans[s.parent].service, ms)] = true
	}
	if s.kind == ptrace.SpanKindConsumer {
		sides[c.owner("queue", ms)] = true
	}
	if len(sides) > 1 {
		for t := range sides {
			row(t).FailedHandoffs++
		}
	}
}

// expectOwn counts the milliseconds in which a span runs and none of its
// children does.
func (c *company) expectOwn(f *rawFlow, i int) int64 {
	own := int64(0)
	for ms := f.spans[i].from; ms < f.spans[i].until; ms++ {
		covered := false
		for k := range f.spans {
			covered = covered || f.spans[k].parent == i && f.spans[k].from <= ms && ms < f.spans[k].until
		}
		if !covered {
			own += int64(time.Millisecond)
		}
	}
	return own
}

// expectRecovery walks through time: each failure opens an incident of its
// culprit unless one is open, and a flow through the culprit that starts and
// completes closes it.
func (c *company) expectRecovery(from, until int, row func(string) *web.ReportFigures) {
	type event struct {
		at, ended int64 // ended is 0 for a failure
	}
	events := map[uint64][]event{}
	service := map[uint64]string{}
	for n := range c.flows {
		f := &c.flows[n]
		if (f.Verdict == flow.Failed || f.Verdict == flow.Stalled) && f.FailedAt >= c.ns(from) && f.FailedAt < c.ns(until) {
			events[f.Culprit.Endpoint] = append(events[f.Culprit.Endpoint], event{at: f.FailedAt})
			service[f.Culprit.Endpoint] = f.Culprit.Service
		}
	}
	for id := range events {
		for n := range c.flows {
			f := &c.flows[n]
			if f.Verdict == flow.Completed && slices.Contains(f.Endpoints, id) && f.LastActivity >= c.ns(from) && f.LastActivity < c.ns(until) {
				events[id] = append(events[id], event{f.Start, f.LastActivity})
			}
		}
		slices.SortFunc(events[id], func(a, b event) int {
			if a.at == b.at {
				return int(min(a.ended, 1) - min(b.ended, 1)) // a failure first
			}
			return int(max(min(a.at-b.at, 1), -1))
		})
	}
	sums := map[string]int64{}
	done := func(failed, ended int64, id uint64) {
		team := c.owner(service[id], int((failed-c.begin.UnixNano())/1e6))
		r := row(team)
		r.Incidents++
		if ended == 0 {
			r.IncidentsOpen++
			return
		}
		took := ended - failed
		sums[team] += took
		if r.RecoveryMaxNs == nil || *r.RecoveryMaxNs < took {
			r.RecoveryMaxNs = &took
		}
	}
	for id, es := range events {
		open := int64(0)
		for _, e := range es {
			if e.ended == 0 && open == 0 {
				open = e.at
			}
			if e.ended != 0 && open != 0 {
				done(open, e.ended, id)
				open = 0
			}
		}
		if open != 0 {
			done(open, 0, id)
		}
	}
	for team, sum := range sums {
		mean := sum / (row(team).Incidents - row(team).IncidentsOpen)
		row(team).RecoveryMeanNs = &mean
	}
}

// placed is the millisecond that a flow counts at, and whether it is in a window.
func (c *company) placed(f *rawFlow, from, until int) (ms int, in bool) {
	at, in := f.LastActivity, f.Start < c.ns(until) && f.LastActivity >= c.ns(from)
	if f.FailedAt > 0 {
		at = f.FailedAt
		in = at >= c.ns(from) && at < c.ns(until)
	}
	return int((at - c.begin.UnixNano()) / 1e6), in
}

// handed is what one team handed to another.
type handed struct {
	failed int64
	waits  []int64
	count  int64
}

// expectHands looks at every callee and who called it.
func (c *company) expectHands(from, until int) map[[2]string]*handed {
	out := map[[2]string]*handed{}
	for n := range c.flows {
		f := &c.flows[n]
		ms, in := c.placed(f, from, until)
		if !in {
			continue
		}
		for i := range f.spans {
			s := &f.spans[i]
			if !callee(s) || s.parent < 0 {
				continue
			}
			p := &f.spans[s.parent]
			teams := [2]string{c.owner(p.service, ms), c.owner(s.service, ms)}
			if teams[0] == teams[1] {
				continue
			}
			x := out[teams]
			if x == nil {
				x = &handed{}
				out[teams] = x
			}
			x.count++
			if s.failed {
				x.failed++
			}
			wait := s.from - p.from
			if s.kind == ptrace.SpanKindConsumer {
				wait = s.from - p.until
			}
			if wait > 0 {
				x.waits = append(x.waits, int64(wait)*int64(time.Millisecond))
			}
		}
	}
	for _, x := range out {
		slices.Sort(x.waits)
	}
	return out
}
