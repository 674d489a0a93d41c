package azure

import (
	"fmt"
	"time"
)

// messKinds are what production does to telemetry: lost and sampled spans, clocks that are wrong, ids that say nothing
// or belong to many.
var messKinds = []*Kind{
	{Name: "lost-spans", About: "some spans of a flow that is well never arrive", Class: Mess, flow: order, verdict: "completed", after: loseSome},
	{Name: "lost-spans-error", About: "the span between the error and the entry never arrives", Class: Mess, flow: order,
		effects: errorKinds[0].effects, verdict: "failed", culprit: "inventory-api", role: "provider", after: loseTheMiddle},
	{Name: "head-sampling", About: "one trace in ten is sent, each trace for itself", Class: Mess, flow: quote, verdict: "completed"},
	{Name: "head-sampling-error", About: "the same where a consumer fails", Class: Mess, flow: quote,
		effects: []effect{{at: "quoting", how: throws, exception: "*pgconn.PgError", message: "duplicate key value violates unique constraint \"quotes_pkey\""}},
		verdict: "failed", culprit: "quotes-worker", role: "consumer"},
	{Name: "clock-skew", About: "clocks are wrong by minutes", Class: Mess, flow: order, verdict: "completed", before: skewed},
	{Name: "clock-skew-error", About: "the same where a service throws", Class: Mess, flow: order,
		effects: errorKinds[0].effects, verdict: "failed", culprit: "inventory-api", role: "provider", before: skewed},
	{Name: "constant-correlation", About: "a client sends the same correlation id with every order", Class: Mess, flow: order, verdict: "completed",
		weight: 4, // a constant is recognised by how much it ties
		before: func(r *run) { r.correlation, r.traced, r.allIDs = "shop-mobile-client", true, true }},
	{Name: "session-correlation", About: "a client sends its session id as correlation id", Class: Mess, flow: order, verdict: "completed",
		before: func(r *run) {
			r.correlation, r.traced, r.allIDs = fmt.Sprintf("SES-%06d", 88_000+r.number/5), true, true
			r.session = r.correlation
		}},
	{Name: "constant-conversation", About: "a sender gives all of its messages the same conversation id", Class: Mess, flow: goodsReturn, verdict: "completed",
		before: func(r *run) { r.talk, r.traced, r.allIDs = "returns-worker-reply", true, true }},
	{Name: "minted-correlation", About: "a service on the way makes up a new correlation id", Class: Mess, flow: order, verdict: "completed",
		before: func(r *run) { r.fresh = true }},
	{Name: "message-identity", About: "no link and no correlation id: only the message tells who took it up", Class: Mess, flow: order, verdict: "completed",
		before: func(r *run) { r.traced, r.allIDs, r.bare = true, true, true }},
	{Name: "reused-workflow-id", About: "orchestrations of many orders have the same instance id, one after the other", Class: Mess, flow: order, verdict: "completed",
		before: func(r *run) { r.instance = fmt.Sprintf("fulfil-route-%d", r.number%3) }},
	{Name: "eternal-orchestration", About: "every order signals an orchestration and an entity that never end", Class: Mess, flow: order, verdict: "completed",
		before: func(r *run) { r.eternal = true }, after: generation},
	{Name: "staging-production", About: "staging replays production with its ids, and fails", Class: Mess, flow: order, twin: true,
		effects: messageKinds[0].effects, verdict: "failed", culprit: "payments-func", role: "consumer"},
	{Name: "late-arrival", About: "what a service sends arrives an hour and a half late", Class: Mess, flow: order, verdict: "completed",
		after: func(r *run) {
			for _, s := range r.spans {
				if s.svc == payments {
					s.arrives = s.end + r.scaled(90*time.Minute)
				}
			}
		}},
	{Name: "bulk-import", About: "one trace imports many orders", Class: Mess, flow: bulkImport, verdict: "completed"},
	silentSource,
}

// silentSource is planned by the world: from some moment on a service sends nothing at all.
var silentSource = &Kind{Name: "silent-source", About: "a service that always sent spans sends none any more", Class: Mess, flow: order, verdict: "running"}

// skewed sets clocks wrong. Neither order nor who is to blame follows from times then.
func skewed(r *run) {
	r.skew = map[*service]time.Duration{inventory: 4 * time.Minute, payments: -7 * time.Minute, fulfilment: 3 * time.Minute, notify: -90 * time.Second}
}

// loseSome loses spans inside what is known: neither what began a trace nor what sent or took up a message, for without
// those nobody could say that the flow was well.
func loseSome(r *run) {
	linked := map[spanID]bool{}
	for _, s := range r.spans {
		for _, l := range s.links {
			linked[l.span] = true
		}
	}
	keep := r.spans[:0]
	lost := 0
	for i, s := range r.spans {
		inner := s.parent != (spanID{}) && !linked[s.id] && s.svc.stack != logs && len(s.links) == 0 &&
			(s.kind == internal || s.kind == client || s.kind == server && s.scope[0] != "Microsoft.DurableTask")
		if inner && (r.rng.IntN(8) == 0 || lost == 0 && i > len(r.spans)/2) {
			lost++
			continue
		}
		keep = append(keep, s)
	}
	r.spans = keep
}

// loseTheMiddle loses the entry span of the API whose callee failed.
func loseTheMiddle(r *run) {
	for i, s := range r.spans {
		if s.svc == ordersAPI && s.kind == server {
			r.spans = append(r.spans[:i:i], r.spans[i+1:]...)
			return
		}
	}
}

// generation plays one generation of an orchestration that continues as new for ever: a flow of its own.
func generation(r *run) {
	p := place{svc: fulfilment, site: site{trace: r.newTrace()}, owner: 1}
	t := r.start + r.around(20*ms)
	s := span{id: r.newSpan(), trace: p.trace, kind: server, start: t, end: t + r.around(400*ms), name: "orchestration:WatchStock", scope: durableScope(p.svc)}
	s.attrs = []attr{str("durabletask.type", "orchestration"), str("durabletask.task.name", "WatchStock"), str("durabletask.task.instance_id", "stock-watch"),
		str("durabletask.task.execution_id", r.uuid()), str("durabletask.task.status", "ContinuedAsNew")}
	r.emit(p, s)
	r.flows = 2
}
