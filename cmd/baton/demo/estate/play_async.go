package estate

// publish plays a message: the producer goes on at once, its consumers come later and in their own traces.
func (r *run) publish(s *Step, c *site, t int64) (int64, *failure) {
	m := &message{id: r.newUUID(), partition: r.plan.Number % 6, offset: r.plan.Offset, sent: t}
	here := *c
	here.message, here.delivery = m, 0
	out := span{id: r.newSpan(), parent: c.parent, start: t, end: t + r.draw(s.took)}
	r.emit(s.out, &here, out)
	m.producer = here
	m.producer.parent = out.id
	for _, consumer := range s.steps {
		r.deliver(consumer, m, out.end)
	}
	return out.end, nil
}

// deliver plays one consumer with all its deliveries. A failed delivery of a queue comes again, as often as the queue
// allows; after that the message is dead-lettered.
func (r *run) deliver(s *Step, m *message, t int64) {
	for attempt := range s.attempts {
		hit := r.fault(s, attempt)
		if hit != nil && hit.how == never {
			return
		}
		c := &site{message: m, delivery: attempt + 1}
		if s.carries&byParent != 0 {
			c.trace, c.parent, c.remote = m.producer.trace, m.producer.parent, true
		} else {
			c.trace = r.newTrace()
		}
		c.correlated = s.carries&(byCorrelation|byParent) != 0
		c.business = c.correlated
		end, f := r.serve(s, c, t+r.draw(wait), hit, r.settler(s, attempt))
		if f == nil {
			return
		}
		t = end
	}
}

// settler answers how this delivery is settled, or nil where the broker knows no settlement.
func (r *run) settler(s *Step, attempt int) func(*site, int64, *failure) int64 {
	if s.settle == nil {
		return nil
	}
	return func(inner *site, t int64, f *failure) int64 {
		out := span{id: r.newSpan(), parent: inner.parent, start: t, end: t + r.draw(dist{3 * ms, 12 * ms}), settled: "complete"}
		switch {
		case f != nil && attempt+1 >= s.attempts:
			out.settled = "dead_letter"
		case f != nil:
			out.settled = "abandon"
		}
		r.emit(s.settle, inner, out)
		return out.end
	}
}

// begin plays the start of a workflow or orchestration: the starter gets an id back and goes on, the run follows in
// the same trace.
func (r *run) begin(s *Step, c *site, t int64) (int64, *failure) {
	out := span{id: r.newSpan(), parent: c.parent, start: t, end: t + r.draw(dist{5 * ms, 20 * ms})}
	r.emit(s.out, c, out)
	there := *c
	there.parent, there.remote = out.id, true
	r.serve(s, &there, out.end+r.draw(wait), r.fault(s, 0), nil)
	return out.end, nil
}

// activity plays one step of a workflow: scheduled once, run as often as its retry policy says. All attempts share the
// activity's id.
func (r *run) activity(s *Step, c *site, t int64) (int64, *failure) {
	r.activities++
	here := *c
	here.activity = r.activities
	out := span{id: r.newSpan(), parent: c.parent, start: t}
	there := here
	there.parent, there.remote = out.id, true
	for attempt := range s.attempts {
		end, f := r.serve(s, &there, t+r.draw(network)+r.draw(dist{2 * ms, 10 * ms}), r.fault(s, attempt), nil)
		out.end, out.failed = end+r.draw(network), f
		if f == nil {
			break
		}
		t = end + r.draw(backOff)
	}
	r.emit(s.out, &here, out)
	return out.end, out.failed
}
