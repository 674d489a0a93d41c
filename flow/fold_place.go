package flow

// place puts span i into a hop, or leaves it for later.
func (f *folded) place(i int) {
	s, p := &f.spans[i], f.parent[i]
	if s.Kind == Internal || s.Kind == DB {
		f.inside(i)
		return
	}
	switch s.Step {
	case Process, Receive, Run, Settle:
		f.hop[i] = late
		return
	case Serve:
		if p >= 0 && f.spans[p].Step == Call && f.hop[p] >= 0 && f.serve(i, p) {
			return
		}
		f.newHop(i, attempt{none, i})
		return
	case Call:
		if p >= 0 && f.transport(i, p) {
			f.inside(i)
			return
		}
	case Send:
		if f.sameSend(i) {
			return
		}
	case NoStep:
		f.newHop(i, attempt{none, i})
		return
	}
	a := attempt{i, none}
	h := f.retried(i)
	if h >= 0 {
		f.again(h, i, a)
	} else {
		h = f.newHop(i, a)
	}
	f.remember(i, h)
}

// serve makes server span i the answer to call p. A second answer by the same
// endpoint is a retry that the caller's side does not show, a mesh's for example.
func (f *folded) serve(i, p int) bool {
	if f.openAttempt(p) {
		f.answer(p, i)
		return true
	}
	h, k := f.hop[p], f.try[p]
	if k < 0 {
		return false
	}
	if to := f.hops[h].attempts[k].to; to < 0 || f.spans[to].Endpoint != f.spans[i].Endpoint {
		return false
	}
	f.again(h, i, attempt{p, i})
	return true
}

// inside puts a span into the hop that its parent runs in. Work that starts by
// itself, a batch job say, is a hop too, or its errors would have no place; so is
// the work on one item of a batch.
func (f *folded) inside(i int) {
	p := f.parent[i]
	switch {
	case p < 0:
		f.newHop(i, attempt{none, i})
	case f.crosses(i, p):
	case f.shared[p] && !f.shared[i]:
		h := f.newHop(i, attempt{none, i})
		f.hops[h].async = f.ofMessage(p)
	case f.hop[p] == late || f.hop[p] == inLate:
		f.hop[i] = inLate
	default:
		f.hop[i] = f.hop[p]
	}
}

// crosses makes a hop of a span that runs in another service than its parent
// though no span kind says so, as with emitters that know no kinds. A parent that
// has no other child stands for the call.
func (f *folded) crosses(i, p int) bool {
	from, to := &f.spans[p], &f.spans[i]
	if to.Kind != Internal || from.Service() == to.Service() || from.Service() == "" || to.Service() == "" {
		return false
	}
	if g := f.parent[p]; from.Kind == Internal && g >= 0 && f.spans[g].Service() == from.Service() && f.only(p) {
		f.newHop(i, attempt{p, i})
		f.hop[p], f.try[p] = f.hop[i], 0
		return true
	}
	f.newHop(i, attempt{none, i})
	return true
}

// only reports whether span p has a single child.
func (f *folded) only(p int) bool {
	if f.children == nil {
		f.children = make([]uint16, len(f.spans))
		for _, q := range f.parent {
			if q >= 0 && f.children[q] < 2 {
				f.children[q]++
			}
		}
	}
	return f.children[p] == 1
}

// ofMessage reports whether span i runs in what takes up messages, which waits
// for no item's outcome.
func (f *folded) ofMessage(i int) bool {
	for n := 0; i >= 0 && n < 100; i, n = f.parent[i], n+1 {
		if s := &f.spans[i]; s.Kind != Internal && s.Kind != DB {
			return s.Step == Receive || s.Step == Process
		}
	}
	return false
}

// transport reports whether call i is only how a messaging or workflow step
// talks to its broker: it has no server side of its own. A consumer that wraps
// its work in the span of a receive does make calls of its own.
func (f *folded) transport(i, p int) bool {
	switch f.spans[p].Step {
	case Send, Settle, Schedule:
	case Receive:
		if f.spans[p].SpanKind == KindConsumer {
			return false
		}
	default:
		return false
	}
	return !f.served[i]
}

// sameSend joins the spans that libraries make of one send: one that creates the
// message and whose context travels, and one around or beside it that sends.
func (f *folded) sameSend(i int) bool {
	s, p := &f.spans[i], f.parent[i]
	if p >= 0 && f.spans[p].Step == Send && f.spans[p].Endpoint == s.Endpoint && f.openAttempt(p) {
		h, k := f.hop[p], f.try[p]
		f.hop[i], f.try[i] = h, k
		f.hops[h].attempts[k].from = i
		f.create(p, i)
		return true
	}
	if s.SpanKind != KindClient || len(s.Links()) != 1 {
		return false
	}
	c := f.find(s.Links()[0])
	if c < 0 || c == i || f.spans[c].Step != Send || f.spans[c].Endpoint != s.Endpoint || f.parent[c] != f.parent[i] || f.hop[c] < 0 {
		return false
	}
	f.hop[i], f.try[i] = f.hop[c], f.try[c]
	f.create(i, c)
	return true
}

func (f *folded) create(send, created int) {
	if f.created == nil {
		f.created = map[int]int{}
	}
	f.created[send] = created
}

// retryKey is what attempts at one hop share.
type retryKey struct {
	parent   int
	endpoint uint64
	step     Step
}

// maxOpenRetries bounds the failed attempts that are looked at for each retry:
// one caller has few calls of one kind under way at a time.
const maxOpenRetries = 32

// remember keeps a hop whose last attempt failed, for the next one to be found.
func (f *folded) remember(i, h int) {
	s := &f.spans[i]
	if s.Flags&FlagError == 0 || f.parent[i] < 0 {
		return
	}
	if f.failed == nil {
		f.failed = map[retryKey][]int{}
	}
	k := retryKey{f.parent[i], s.Endpoint, s.Step}
	f.failed[k] = append(f.failed[k], h)
}

// retried finds the hop that span i repeats: same parent, same endpoint, begun
// after an attempt that had gone wrong was over.
func (f *folded) retried(i int) int {
	if len(f.failed) == 0 || f.parent[i] < 0 {
		return none
	}
	s := &f.spans[i]
	k := retryKey{f.parent[i], s.Endpoint, s.Step}
	open := f.failed[k]
	for n := len(open) - 1; n >= 0 && n >= len(open)-maxOpenRetries; n-- {
		attempts := f.hops[open[n]].attempts
		last := attempts[len(attempts)-1]
		j := last.from
		if j < 0 {
			j = last.to
		}
		if s.Start >= f.spans[j].End() && f.repeats(i, j) {
			h := open[n]
			f.failed[k] = append(open[:n], open[n+1:]...)
			return h
		}
	}
	return none
}

// repeats reports whether call i may be a retry of call j, which failed: nobody
// repeats what was refused, and another URL is another question.
func (f *folded) repeats(i, j int) bool {
	if f.facts == nil {
		return true
	}
	now, before := f.facts[i], f.facts[j]
	if now.Step != Call || now.Attempt > 0 {
		return true
	}
	if callerFault(before) {
		switch {
		case before.HTTPStatus == 409 || before.HTTPStatus == 425 || before.HTTPStatus == 429:
		case before.GRPCStatus == "RESOURCE_EXHAUSTED" || before.GRPCStatus == "ABORTED":
		default:
			return false
		}
	}
	return now.AttemptOf == "" || before.AttemptOf == "" || now.AttemptOf == before.AttemptOf
}
