package azure

import "fmt"

// logicApp starts a Logic Apps (Consumption) workflow over HTTP and goes on when it has been accepted. The run is known
// from its log alone.
type logicApp struct {
	tag string
	do  []action
}

// action is one step of the workflow.
type action struct {
	tag  string
	name string
	own  dist
	do   []step
}

func (l *logicApp) play(r *run, p place, t int64) (int64, *failure) {
	out := span{id: r.newSpan(), parent: p.span, kind: client, start: t, end: t + r.draw(dist{40 * ms, 160 * ms}), name: "POST", scope: httpScope(p.svc, client)}
	out.attrs = []attr{str("http.request.method", "POST"), str("url.full", "https://"+approval.host+"/workflows/243aac67fe904cf195d4a28297803785/triggers/manual/paths/invoke"),
		str("server.address", approval.host), num("server.port", 443), num("http.response.status_code", 202), header("x-ms-client-tracking-id", p.corr)}
	r.emit(p, out)
	l.run(r, place{svc: approval, owner: p.owner, corr: p.corr, key: p.key}, out.end-r.scaled(10*ms))
	return out.end, nil
}

func (l *logicApp) run(r *run, p place, t int64) {
	id := fmt.Sprintf("0858%016d", 7_330_013_509_921_957+r.ids.Int64N(1e15))
	resource := "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourcegroups/rg-shop/providers/microsoft.logic/workflows/" + p.svc.name
	p.trace, p.span = derivedTrace("logicapps.run", resource+"/"+id), derivedSpan("logicapps.run", resource+"/"+id)
	common := []attr{str("hop.source", "azure.logicapps"), str("hop.kind", "workflow"), str("hop.id.derived", "true"), str("workflow.name", p.svc.name),
		str("workflow.run_id", id), str("azure.logicapps.client_tracking_id", p.corr)}
	s := span{id: p.span, kind: internal, start: t, name: p.svc.name, scope: [2]string{"baton/azurelogs", "simulated"}}
	status, code := "Succeeded", "OK"
	hit := r.hit(l.tag, 0)
	for i, a := range l.do {
		if hit != nil && hit.how == terminates && i == len(l.do)/2 {
			status, code = "Cancelled", "Cancelled"
			break
		}
		var done, why string
		if t, done, why = a.play(r, p, t, common); done != "Succeeded" {
			status, code = done, "ActionFailed"
			if why == "InvalidTemplate" {
				code = why
			}
			break
		}
	}
	s.end = t + r.draw(dist{20 * ms, 60 * ms})
	s.attrs = append(common[:len(common):len(common)], str("azure.logicapps.status", status), str("azure.logicapps.code", code))
	r.log(p, s, status, map[string]string{"ActionFailed": "An action failed. No dependent actions succeeded.",
		"InvalidTemplate": "Unable to process template language expressions in action 'Send_approval_email'."}[code])
}

// play plays one action and answers its end, its status and its code.
func (a *action) play(r *run, p place, t int64, common []attr) (int64, string, string) {
	tracking := r.uuid()
	s := span{id: derivedSpan("logicapps.action", tracking), parent: p.span, kind: internal, start: t, name: p.svc.name + "/" + a.name,
		scope: [2]string{"baton/azurelogs", "simulated"}}
	status, code, message := "Succeeded", "OK", ""
	hit := r.hit(a.tag, 0)
	own := r.draw(a.own)
	if hit != nil {
		switch hit.how {
		case throws:
			status, code, message = "Failed", hit.reason, hit.message
		case mistakes:
			status, code, message = "Failed", "InvalidTemplate", hit.message
		case timesOut:
			status, code, message, own = "TimedOut", "ActionTimedOut", hit.message, r.around(hit.delay)
		}
	}
	end := t + own
	if status == "Succeeded" {
		inner := p
		inner.span = s.id
		for _, d := range a.do {
			end, _ = d.play(r, inner, end)
		}
	}
	s.end = end
	s.attrs = append(common[:len(common):len(common)], str("workflow.action", a.name), str("azure.logicapps.status", status),
		str("azure.logicapps.code", code), str("azure.logicapps.action_tracking_id", tracking))
	r.log(p, s, status, message)
	return end + r.scaled(15*ms), status, code
}

// log emits a span that was made from the record of something that ended.
func (r *run) log(p place, s span, status, message string) {
	switch status {
	case "Failed", "Faulted", "TimedOut", "Aborted":
		s.failed, s.message = true, message
	case "Cancelled":
		s.failed = true
		s.attrs = append(s.attrs, str("hop.outcome", "cancelled"))
	}
	s.arrives = s.end + r.draw(logging)
	r.emit(p, s)
}

// callback is a request that comes from a managed service: its callee alone sends a span.
type callback struct {
	tag  string
	to   *service
	path string
	own  dist
	head func(r *run, p place) []attr
	do   []step
}

func (c *callback) play(r *run, p place, t int64) (int64, *failure) {
	there := place{svc: c.to, site: site{trace: r.newTrace()}, owner: p.owner, key: p.key}
	end, f := serveHTTP(r, there, t+r.draw(network), "POST", c.path, c.own, withContext(p.corr, c.do), r.hit(c.tag, 0), func(r *run) []attr { return c.head(r, p) })
	return end + r.draw(network), f
}

// withContext gives steps the correlation id that came in with the request's body.
func withContext(corr string, do []step) []step {
	out := make([]step, len(do))
	for i, s := range do {
		out[i] = knowing{s, corr}
	}
	return out
}

type knowing struct {
	step
	corr string
}

func (k knowing) play(r *run, p place, t int64) (int64, *failure) {
	p.corr = k.corr
	return k.step.play(r, p, t)
}
