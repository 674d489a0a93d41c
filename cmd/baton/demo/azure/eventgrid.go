package azure

// publish puts a CloudEvent into an Event Grid topic, which pushes it to each subscriber.
type publish struct {
	tag   string
	topic string
	event string // its type
	to    []*subscriber
}

// subscriber is a function that Event Grid calls.
type subscriber struct {
	tag        string
	svc        *service
	name       string // of the function
	deliveries int
	own        dist
	do         []step
}

func (e *publish) play(r *run, p place, t int64) (int64, *failure) {
	id := r.uuid()
	end := t + r.draw(dist{9 * ms, 40 * ms})
	s := span{id: r.newSpan(), parent: p.span, kind: client, start: t, end: end, name: "EventGridPublisherClient.SendEvents",
		scope: [2]string{"Azure.Messaging.EventGrid.EventGridPublisherClient", "5.0.0"}}
	s.attrs = []attr{str("az.namespace", "Microsoft.EventGrid"), str("cloudevents.event_id", id), str("cloudevents.event_source", "/shop/"+p.svc.name),
		str("cloudevents.event_type", e.event)}
	status := int64(200)
	hit := r.hit(e.tag, 0)
	var f *failure
	if hit != nil && hit.how == answers {
		status, f = hit.status, &failure{kind: "Azure.RequestFailedException", message: hit.message, status: 0}
		s.failed, s.message = true, hit.message
		s.attrs = append(s.attrs, str("error.type", "Azure.RequestFailedException"))
	}
	way := span{id: r.newSpan(), parent: s.id, kind: client, start: t + r.scaled(ms), end: end - 1, name: "POST", scope: [2]string{"Azure.Core.Http", "1.45.0"},
		failed: f != nil}
	way.end = max(way.end, way.start)
	way.attrs = []attr{str("az.namespace", "Microsoft.EventGrid"), str("http.request.method", "POST"),
		str("url.full", "https://"+eventGrid.host+"/api/events?api-version=2018-01-01"), str("server.address", eventGrid.host),
		num("http.response.status_code", status), str("az.client_request_id", r.uuid())}
	if f != nil {
		way.attrs = append(way.attrs, num("error.type", status))
	}
	r.emit(p, way)
	r.emit(p, s)
	if f != nil {
		return end, f
	}
	for _, c := range e.to {
		r.push(c, e, p, site{p.trace, s.id}, id, end)
	}
	return end, nil
}

// push plays the deliveries to one subscriber. Event Grid delivers at least once, and tries again what fails.
func (r *run) push(c *subscriber, e *publish, p place, from site, id string, t int64) {
	if first := r.hit(c.tag, 0); first != nil {
		switch first.how {
		case never:
			return
		case undelivered:
			r.deliveryFailures(c, e, id, p.owner, t, first.reason)
			return
		case twice:
			_, _ = r.invoke(c, e, p, from, id, t+r.draw(lying), nil)
		case waits:
			t += r.around(first.delay)
		}
	}
	for attempt := range max(c.deliveries, 1) {
		end, f := r.invoke(c, e, p, from, id, t+r.draw(lying), r.hit(c.tag, attempt))
		if f == nil {
			return
		}
		t = end + r.around(900*ms)
	}
}

// invoke plays the function: the host's span, and the work in it.
func (r *run) invoke(c *subscriber, e *publish, p place, from site, id string, t int64, hit *effect) (int64, *failure) {
	there := place{svc: c.svc, site: site{trace: r.newTrace()}, owner: p.owner, corr: p.corr, key: p.key}
	s := span{id: r.newSpan(), kind: server, start: t, links: []site{from}, name: "function " + c.name, trace: there.trace,
		scope: [2]string{"Microsoft.Azure.Functions.Worker", "2.0.0"}}
	if r.bare {
		s.links, there.corr = nil, ""
	}
	inner := there
	inner.span = s.id
	do := c.do
	if hit != nil && hit.how == throws {
		do = nil
	}
	end, f := r.serve(inner, t+r.scaled(ms), c.own, do, hit)
	s.end = end
	s.attrs = append([]attr{str("faas.trigger", "pubsub"), str("faas.name", c.name), str("faas.invocation_id", r.uuid()),
		str("cloudevents.event_id", id), str("cloudevents.event_source", "/shop/"+p.svc.name), str("cloudevents.event_type", e.event)}, there.carried(r)...)
	if f != nil {
		s.failed, s.thrown, s.message = true, f, f.message
	}
	r.emit(there, s)
	return end, f
}

// deliveryFailures plays what Event Grid's own log says of an event that it could not deliver.
func (r *run) deliveryFailures(c *subscriber, e *publish, id string, owner int, t int64, outcome string) {
	p := place{svc: eventGrid, site: site{trace: derivedTrace("eventgrid.event", e.topic+"|"+id)}, owner: owner}
	for attempt := range 3 {
		t += r.around(4000 * ms)
		s := span{id: derivedSpan("eventgrid.delivery", e.topic+"|"+c.name+"|"+id+"|"+string(rune('0'+attempt))), kind: client, start: t, end: t + r.draw(dist{900 * ms, 2600 * ms}),
			name: e.topic + " -> to-" + c.svc.name + " deliver", scope: [2]string{"baton/azurelogs", "simulated"}, failed: true, message: outcome}
		s.attrs = []attr{str("hop.source", "azure.eventgrid"), str("hop.kind", "event"), str("hop.id.derived", "true"), str("hop.outcome", "attempt_failed"),
			num("hop.attempt", int64(attempt+1)), str("messaging.system", "eventgrid"), str("messaging.destination.name", e.topic),
			str("messaging.destination.subscription.name", "to-"+c.svc.name), str("cloudevents.event_id", id), str("cloudevents.event_source", "/shop/orders-api"),
			str("cloudevents.event_type", e.event), str("error.type", outcome), str("server.address", c.svc.host)}
		s.arrives = s.end + r.draw(logging)
		r.emit(p, s)
	}
}
