package azure

import "fmt"

// orchestrate starts a durable orchestration and goes on at once. The run follows in the same trace.
type orchestrate struct {
	tag  string
	svc  *service
	name string
	own  dist
	do   []*activity
}

// activity is one step of an orchestration, each try scheduled anew.
type activity struct {
	tag   string
	name  string
	own   dist
	tries int
	undo  *activity // what takes it back when a later step fails
	do    []step
}

// durableScope is the library: the SDK of .NET, or durabletask-go, which writes names in its own way.
func durableScope(s *service) [2]string {
	if s.stack == golang {
		return [2]string{"durabletask", "v0.6.0"}
	}
	return [2]string{"Microsoft.DurableTask", "1.10.0"}
}

func durableName(s *service, typ, name string) string {
	if s.stack == golang {
		return typ + "||" + name
	}
	return typ + ":" + name
}

func (o *orchestrate) attrs(r *run) []attr {
	return []attr{str("durabletask.type", "orchestration"), str("durabletask.task.name", o.name), str("durabletask.task.instance_id", r.instance),
		str("durabletask.task.execution_id", r.execution)}
}

func (o *orchestrate) play(r *run, p place, t int64) (int64, *failure) {
	start := span{id: r.newSpan(), parent: p.span, kind: producer, start: t, end: t + r.draw(dist{6 * ms, 25 * ms}),
		name: durableName(p.svc, "create_orchestration", o.name), scope: durableScope(p.svc), attrs: o.attrs(r)}
	r.emit(p, start)
	hit := r.hit(o.tag, 0)
	if hit != nil && hit.how == never {
		return start.end, nil
	}
	there := place{svc: o.svc, site: site{p.trace, start.id}, remote: true, owner: p.owner, corr: p.corr, key: p.key}
	begin := start.end + r.draw(lying)
	if hit != nil && hit.how == waits {
		begin += r.around(hit.delay)
	}
	o.run(r, there, begin, hit)
	return start.end, nil
}

// run plays the orchestration itself: its activities, what takes them back, and its end.
func (o *orchestrate) run(r *run, p place, t int64, hit *effect) {
	s := span{id: r.newSpan(), parent: p.span, kind: server, start: t, name: durableName(p.svc, "orchestration", o.name), scope: durableScope(p.svc),
		attrs: append(o.attrs(r), p.carried(r)...)}
	inner := p
	inner.span = s.id
	var done []*activity
	var f *failure
	own := r.draw(o.own)
	for i, a := range o.do {
		if hit != nil && hit.how == terminates && i == len(o.do)/2 {
			break
		}
		t += own / int64(len(o.do)+1)
		if t, f = a.schedule(r, inner, t); f != nil {
			break
		}
		if a.undo != nil {
			done = append(done, a)
		}
	}
	t += own / int64(len(o.do)+1)
	status := "Completed"
	switch {
	case f != nil && len(done) > 0 && r.kind.compensates:
		for i := len(done) - 1; i >= 0; i-- {
			t, _ = done[i].undo.schedule(r, inner, t)
		}
		if status = "Failed"; r.kind.mends {
			status, f = "Completed", nil
		}
	case f != nil:
		status = "Failed"
	case hit != nil && hit.how == throws:
		status, f = "Failed", &failure{kind: hit.exception, message: hit.message}
	case hit != nil && hit.how == terminates:
		status = "Terminated"
	}
	s.end = t
	if p.svc.stack == golang && r.replays() { // every replay sends the span again, as far as it got
		half := s
		half.end = s.start + (s.end-s.start)/2
		r.emit(p, half)
	}
	s.attrs = append(s.attrs, str("durabletask.task.status", status))
	if f != nil {
		s.failed, s.message = true, f.message
		if hit != nil && hit.how == throws {
			s.thrown = f
		}
	}
	r.emit(p, s)
}

func (r *run) replays() bool { return r.rng.IntN(4) == 0 }

// schedule plays an activity: asked for by the orchestration, run by a worker, and asked for again when it fails.
func (a *activity) schedule(r *run, p place, t int64) (int64, *failure) {
	var f *failure
	for attempt := range max(a.tries, 1) {
		r.tasks++
		attrs := []attr{str("durabletask.type", "activity"), str("durabletask.task.name", a.name), str("durabletask.task.instance_id", r.instance),
			str("durabletask.task.execution_id", r.execution), num("durabletask.task.task_id", r.tasks)}
		out := span{id: r.newSpan(), parent: p.span, kind: client, start: t, name: durableName(p.svc, "activity", a.name), scope: durableScope(p.svc), attrs: attrs}
		in := out
		in.id, in.parent, in.kind, in.start = r.newSpan(), out.id, server, t+r.draw(lying)
		inner := p
		inner.span = in.id
		hit := r.hit(a.tag, attempt)
		var end int64
		end, f = r.serve(inner, in.start, a.own, a.do, hit)
		in.end, out.end = end, end+r.draw(network)
		status := "Completed"
		if f != nil {
			status = "Failed"
			in.failed, in.thrown, in.message = true, f, f.message
			out.failed, out.message = true, fmt.Sprintf("Task '%s' (#%d) failed with an unhandled exception: %s", a.name, r.tasks, f.message)
		}
		in.attrs = append(attrs[:len(attrs):len(attrs)], str("durabletask.task.status", status))
		out.attrs = in.attrs
		r.emit(p, in)
		r.emit(p, out)
		t = out.end
		if f == nil {
			break
		}
		if attempt+1 < a.tries {
			pause := span{id: r.newSpan(), parent: p.span, kind: internal, start: t, end: t + r.draw(backOff), name: durableName(p.svc, "timer", a.name),
				scope: durableScope(p.svc), attrs: []attr{str("durabletask.type", "timer"), str("durabletask.task.instance_id", r.instance)}}
			r.emit(p, pause)
			t = pause.end
		}
	}
	return t, f
}

// signal raises an event for an orchestration that may be somebody else's.
type signal struct {
	event, target string
}

func (g *signal) play(r *run, p place, t int64) (int64, *failure) {
	s := span{id: r.newSpan(), parent: p.span, kind: producer, start: t, end: t + r.draw(dist{2 * ms, 8 * ms}), name: "orchestration_event:" + g.event,
		scope: durableScope(p.svc), attrs: []attr{str("durabletask.type", "event"), str("durabletask.event.name", g.event),
			str("durabletask.task.instance_id", r.instance), str("durabletask.event.target_instance_id", g.target)}}
	r.emit(p, s)
	return s.end, nil
}
