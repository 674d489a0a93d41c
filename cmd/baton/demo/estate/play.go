package estate

import "time"

// network is the way between two processes, one way.
var network = dist{300 * time.Microsecond, 2 * ms}

// wait is how long a message lies in its topic or queue. The 99.9th percentile stays far below a second, so that a
// consumer that does not come is soon known to be missing.
var wait = dist{18 * ms, 120 * ms}

// backOff is the pause before another attempt.
var backOff = dist{30 * ms, 80 * ms}

// do plays one step for the code at c, beginning at t, and answers when that code goes on and what it got.
func (r *run) do(s *Step, c *site, t int64) (int64, *failure) {
	switch s.verb {
	case verbGateway, verbWork:
		return r.serve(s, c, t, r.fault(s, 0), nil)
	case verbPublish:
		return r.publish(s, c, t)
	case verbWorkflow, verbOrchestration:
		return r.begin(s, c, t)
	case verbActivity, verbTask:
		return r.activity(s, c, t)
	}
	return r.call(s, c, t)
}

// fault answers the planned fault when it hits this attempt of this step.
func (r *run) fault(s *Step, attempt int) *Fault {
	f := r.plan.Fault
	if f == nil || s.tag == "" || f.at != s.tag || f.times > 0 && attempt >= f.times {
		return nil
	}
	return f
}

// call plays a synchronous call with its retries: each attempt is a pair of spans of its own.
func (r *run) call(s *Step, c *site, t int64) (int64, *failure) {
	for attempt := 0; ; attempt++ {
		here := *c
		here.resend = attempt
		end, f := r.attempt(s, &here, t, r.fault(s, attempt))
		if f == nil || f.rejected || attempt+1 >= s.attempts {
			return end, f
		}
		t = end + r.draw(backOff)
	}
}

func (r *run) attempt(s *Step, c *site, t int64, hit *Fault) (int64, *failure) {
	out := span{id: r.newSpan(), parent: c.parent, start: t}
	switch {
	case s.in == nil: // a database or an external party: its side is not seen
		took := r.draw(s.took)
		if hit != nil {
			out.failed = hit.failure()
			out.origin = out.failed.status == 0 || out.failed.sqlState != ""
		}
		out.end = t + took
	default:
		there := *c
		there.parent, there.remote, there.resend = out.id, true, 0
		end, f := r.serve(s, &there, t+r.draw(network), hit, nil)
		out.end = end + r.draw(network)
		if hit != nil && hit.how == expires {
			out.end = t + r.scaled(hit.after)
		}
		out.failed = f
	}
	r.emit(s.out, c, out)
	return out.end, out.failed
}

// serve plays the side that does the work: its own time is spread around its children. After is called before the
// span ends and may add to it.
func (r *run) serve(s *Step, c *site, t int64, hit *Fault, after func(inner *site, t int64, f *failure) int64) (int64, *failure) {
	in := span{id: r.newSpan(), parent: c.parent, start: t, remote: c.remote}
	if c.parent == [8]byte{} && c.message != nil {
		if c.message.producer.parent != [8]byte{} && s.carries&byLink != 0 {
			in.linked = &c.message.producer
		}
	}
	inner := *c
	inner.parent, inner.remote = in.id, false
	took := r.draw(s.took)
	if hit != nil && hit.how == expires {
		took = r.scaled(hit.after + 40*ms)
	}
	pause := took / int64(len(s.steps)+1)
	t += pause
	// A refused request is answered before anything is done, and a poison message fails when it is read.
	if hit != nil && (hit.how == rejects || s.verb == verbConsume) {
		in.failed, in.origin = hit.failure(), hit.how == throws
	}
	var done []*Step
	for _, child := range s.steps {
		if in.failed != nil {
			break
		}
		end, f := r.do(child, &inner, t)
		t = end + pause
		switch {
		case f == nil && child.undo != nil:
			done = append(done, child)
		case f != nil && !child.optional:
			in.failed = f.asSeenBy(s)
		}
	}
	if in.failed == nil && hit != nil {
		in.failed, in.origin = hit.failure(), true
	}
	if in.failed != nil {
		t = r.compensate(done, &inner, t)
		if len(done) > 0 && r.plan.Fault.handledByWorkflow {
			in.failed = nil
		}
	}
	if after != nil {
		t = after(&inner, t, in.failed)
	}
	in.end = t
	r.emit(s.in, c, in)
	return t, in.failed
}

// compensate undoes what was done, the last first, as a saga does.
func (r *run) compensate(done []*Step, c *site, t int64) int64 {
	for i := len(done) - 1; i >= 0; i-- {
		t, _ = r.do(done[i].undo, c, t)
	}
	return t
}
