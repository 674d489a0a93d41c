package flow

// takenKey is what makes two deliveries attempts of one: the same consumer and
// step, the same sender and, as far as it is known, the same message.
type takenKey struct {
	endpoint uint64
	step     Step
	from     int
	message  uint64
}

// maxTakers bounds the consumers of one message that are looked at to find the
// one whose work another span continues.
const maxTakers = 16

// take places a span that takes up a message or runs a scheduled step. One that
// nothing but its flow ties to a sender waits until the others are placed.
func (f *folded) take(i int, lone bool) {
	s := &f.spans[i]
	if h := f.around(i); h >= 0 {
		f.note(i, none, h)
		return
	}
	if s.Step == Settle && s.MessageID() != 0 {
		if h, ok := f.byMsg[s.MessageID()]; ok {
			f.hop[i] = h
			return
		}
	}
	from, more := f.sender(i)
	if from < 0 && f.meets(i) {
		if !lone {
			return
		}
		from = f.met(i)
	}
	if from >= 0 && f.hop[from] < 0 {
		from = none
	}
	if from >= 0 && !f.openAttempt(from) {
		if h := f.continued(i, from); h >= 0 {
			f.note(i, from, h)
			return
		}
		if f.shared[i] && f.takers[from] != nil {
			from = none // what worked on the message took it up, not the batch that it came in
		}
	}
	known := from >= 0
	h := none
	if s.Step != Settle {
		h = f.redelivered(i, from)
	} else if p := f.parent[i]; from < 0 && p >= 0 && f.hop[p] >= 0 && f.shared[p] == f.shared[i] {
		f.note(i, none, f.hop[p]) // nothing tells which message: it is settled where it is worked on
		return
	}
	switch {
	case h >= 0:
		f.again(h, i, attempt{from, i})
	case known && f.openAttempt(from):
		f.answer(from, i)
		h = f.hop[i]
		f.hops[h].async = s.Step != Run || f.spans[from].Flags&FlagAwaits != 0
	default: // unknown sender, or one more consumer of the same event
		if h = none; !known && s.Step == Run {
			h = f.retried(i)
		}
		if h >= 0 {
			f.again(h, i, attempt{none, i})
			break
		}
		h = f.newHop(i, attempt{from, i})
		f.hops[h].async = s.Step != Run || !known && f.parent[i] < 0 || known && f.spans[from].Flags&FlagAwaits != 0
	}
	if !known && s.Step == Run {
		f.remember(i, h)
	}
	f.note(i, from, h)
	for _, l := range more { // the other messages of a batch that all are this flow's
		if j := f.sends(f.find(l)); j >= 0 && j != from && f.openAttempt(j) {
			g := f.hop[j]
			f.hops[g].attempts[f.try[j]].to = i
			f.hops[g].async = true
			f.takenFrom(j, g)
		}
	}
}

// around finds the hop of the same message that span i runs in: processing runs
// in receiving, and settling in either.
func (f *folded) around(i int) int {
	s, p := &f.spans[i], f.parent[i]
	if s.Step == Run {
		return none
	}
	for n := 0; p >= 0 && n < 8 && f.spans[p].Kind == Internal && s.Step != Receive; n++ {
		p = f.parent[p]
	}
	if p < 0 || f.hop[p] < 0 || f.shared[p] != f.shared[i] {
		return none
	}
	above := f.spans[p].Step
	if above != Receive && above != Process {
		return none
	}
	if s.Step == Process && above == Receive {
		f.replace(p, i)
	}
	return f.hop[p]
}

// replace makes span by the one that took up what span old did: processing is
// the side of a message that counts.
func (f *folded) replace(old, by int) {
	h, k := f.hop[old], f.try[old]
	if h >= 0 && k >= 0 && f.hops[h].attempts[k].to == old {
		f.hops[h].attempts[k].to = by
		f.try[by] = k
	}
}

// sender finds the span that sent what span i takes up, and further links that
// may lead to more of them; -1 if it is not known.
func (f *folded) sender(i int) (from int, more []Link) {
	s := &f.spans[i]
	for p, n := f.parent[i], 0; p >= 0 && n < 3; p, n = f.parent[p], n+1 {
		if j := f.sends(p); j >= 0 {
			return j, nil
		}
		if f.spans[p].Kind != Internal {
			break
		}
	}
	from = none
	for n, l := range s.Links() {
		j := f.sends(f.find(l))
		if j < 0 || j == i {
			continue
		}
		if from < 0 || !f.openAttempt(from) && f.openAttempt(j) {
			from = j
		}
		if more == nil && n+1 < len(s.Links()) {
			more = s.Links()[n+1:]
		}
	}
	if from >= 0 {
		return from, more
	}
	if s.MessageID() != 0 {
		if j, ok := f.sent[s.MessageID()]; ok && j != i {
			return f.sends(j), nil
		}
	}
	return none, nil
}

// sends is the span that stands for a send: the one that created the message.
func (f *folded) sends(j int) int {
	if j < 0 || f.spans[j].Step != Send && f.spans[j].Step != Schedule {
		return none
	}
	if c, ok := f.created[j]; ok {
		return c
	}
	return j
}

// continued finds the hop in which the consumer of span i took the same message
// before, in an earlier step: it received it, now it processes or settles it.
func (f *folded) continued(i, from int) int {
	s := &f.spans[i]
	if s.Step != Process && s.Step != Settle {
		return none
	}
	hops := f.takers[from]
	for n := len(hops) - 1; n >= 0 && n >= len(hops)-maxTakers; n-- {
		attempts := f.hops[hops[n]].attempts
		for k := len(attempts) - 1; k >= 0 && k >= len(attempts)-maxTakers; k-- {
			j := attempts[k].to
			if j < 0 || attempts[k].from != from || !f.sameParty(i, j) {
				continue
			}
			if s.Step == Process {
				if f.spans[j].Step != Receive {
					continue
				}
				f.replace(j, i)
			}
			return hops[n]
		}
	}
	if s.Step == Settle && len(hops) == 1 {
		return hops[0]
	}
	return none
}

// sameParty reports whether two spans are of one service. Narrow spans do not
// say: there, one trace is taken for one consumer.
func (f *folded) sameParty(i, j int) bool {
	if f.shared[i] != f.shared[j] {
		return false
	}
	if f.facts == nil || f.facts[i].Resource == nil || f.facts[j].Resource == nil {
		return f.trace[i] == f.trace[j]
	}
	a, b := f.facts[i].Resource, f.facts[j].Resource
	return a.Service == b.Service && a.Namespace == b.Namespace
}

// redelivered finds the hop in which the same consumer took the same message before.
func (f *folded) redelivered(i, from int) int {
	s := &f.spans[i]
	if s.MessageID() == 0 && (from < 0 || f.spans[from].Flags&FlagShared != 0) {
		return none // one of many messages, and nothing tells which
	}
	if h, ok := f.taken[takenBy(s, from)]; ok {
		return h
	}
	return none
}

func takenBy(s *Span, from int) takenKey {
	return takenKey{endpoint: s.Endpoint, step: s.Step, from: from, message: s.MessageID()}
}

// note remembers that span i took its message at hop h.
func (f *folded) note(i, from, h int) {
	s := &f.spans[i]
	f.hop[i] = h
	if from < 0 && s.MessageID() == 0 {
		return
	}
	if f.taken == nil {
		f.taken, f.byMsg = f.room.taken, f.room.byMsg
	}
	if _, ok := f.taken[takenBy(s, from)]; !ok {
		f.taken[takenBy(s, from)] = h
	}
	if s.MessageID() != 0 {
		f.byMsg[s.MessageID()] = h
	}
	if from >= 0 {
		f.takenFrom(from, h)
	}
}

func (f *folded) takenFrom(from, h int) {
	if f.takers == nil {
		f.takers = map[int][]int{}
	}
	if hs := f.takers[from]; len(hs) == 0 || hs[len(hs)-1] != h {
		f.takers[from] = append(hs, h)
	}
}
