package azure

import "strconv"

// gateway is managed API Management in front of an API. It sends no spans: what is known of it comes from its log,
// minutes later, with ids made from the log's own.
type gateway struct {
	tag       string
	api       string
	operation string
	method    string
	path      string // at the gateway
	to        *service
	own       dist
	backend   *entry
}

// entry is the API behind the gateway.
type entry struct {
	tag    string
	method string
	path   string
	own    dist
	do     []step
	head   func(*run) []attr
}

func (g *gateway) play(r *run, p place, t int64) (int64, *failure) {
	request := uuid(r.rng)
	here := place{svc: gatewayLogs, site: site{derivedTrace("apim.request", request), p.span}, owner: p.owner, corr: p.corr}
	there := place{svc: g.to, site: site{trace: r.newTrace()}, owner: p.owner, corr: p.corr, key: p.key}
	if p.trace != (traceID{}) { // the caller's own context, which the gateway logs and passes on
		here.trace, there.trace, there.span = p.trace, p.trace, p.span
	}
	front := span{id: derivedSpan("apim.request", request), parent: here.span, kind: server, start: t, name: g.method + " " + g.api + "/" + g.operation,
		scope: [2]string{"baton/azurelogs", "simulated"}}
	front.attrs = []attr{str("hop.source", "azure.apim"), str("http.request.method", g.method), str("url.full", "https://"+gatewayLogs.host+g.path),
		str("client.address", "203.0.113."+strconv.FormatInt(1+r.customer%250, 10)), str("azure.apim.api_id", g.api), str("azure.apim.operation_id", g.operation),
		str("azure.apim.product_id", "partners"), str("azure.apim.subscription_id", "partner-"+string(rune('a'+r.customer%6))),
		str("azure.apim.correlation_id", request), header("x-correlation-id", here.corr)}
	if p.trace == (traceID{}) {
		front.attrs = append(front.attrs, str("hop.id.derived", "true"))
	}
	own := r.draw(g.own)
	hit := r.hit(g.tag, 0)
	if hit != nil && hit.how == starves {
		own += r.around(hit.delay)
	}
	var status int64
	var reason string
	var f *failure
	switch {
	case hit != nil && (hit.how == logs4xx || hit.how == faults):
		front.end, status, reason = t+own, hit.status, hit.reason
		f = &failure{status: status, kind: reason, message: hit.message, refused: hit.how == logs4xx}
	default:
		front.end, status, reason, f = g.forward(r, here, there, front.id, request, t+own/2, own/2, hit)
	}
	front.attrs = append(front.attrs, num("http.response.status_code", status), str("error.type", reason))
	if status >= 500 || status == 0 {
		front.failed = true
		if f != nil && reason != "" {
			front.message = f.message
		}
	}
	front.arrives = front.end + r.draw(logging)
	r.emit(here, front)
	return front.end, f
}

// forward plays the call to the backend: the gateway's side, and the API.
func (g *gateway) forward(r *run, here, there place, front spanID, request string, t, own int64, hit *effect) (end, status int64, reason string, f *failure) {
	back := span{id: derivedSpan("apim.backend", request), parent: front, kind: client, start: t, name: g.method + " " + g.to.host, scope: [2]string{"baton/azurelogs", "simulated"}}
	answered := int64(0)
	switch {
	case hit != nil && hit.how == refuses:
		back.end, f = t+r.draw(dist{20 * ms, 60 * ms}), &failure{status: 500, kind: "BackendConnectionFailure", message: "A connection attempt failed because the connected party did not properly respond"}
		status, reason = 500, "BackendConnectionFailure"
	default:
		end, answer := serveHTTP(r, there, t+r.draw(network), g.backend.method, g.backend.path, g.backend.own, g.backend.do, r.hit(g.backend.tag, 0), g.backend.head)
		back.end, f = end+r.draw(network), answer
		status = 200
		if g.method == "POST" {
			status = 201
		}
		if f != nil {
			status = f.status
		}
		answered = status
		if e := r.hit(g.backend.tag, 0); e != nil && e.how == outlasts {
			back.end, status, answered, reason = t+r.scaled(e.deadline), 500, 0, "Timeout"
			f = &failure{status: 500, kind: "Timeout", message: "The operation has timed out.", late: true}
		}
	}
	back.attrs = []attr{str("hop.source", "azure.apim"), str("http.request.method", g.backend.method), str("url.full", "https://"+g.to.host+g.backend.path),
		str("server.address", g.to.host), str("hop.time.estimated", "true"), str("azure.apim.backend_id", g.to.name), str("error.type", reason),
		header("x-correlation-id", here.corr)}
	if answered != 0 {
		back.attrs = append(back.attrs, num("http.response.status_code", answered))
	}
	back.failed = answered >= 400 || reason != ""
	back.arrives = back.end + r.draw(logging)
	r.emit(here, back)
	return back.end + own, status, reason, f
}
