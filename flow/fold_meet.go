package flow

// meeting is a sender and the endpoint of who took up what it sent.
type meeting struct {
	from  int
	taker uint64
}

// meets reports whether a span may have taken up what another span of its flow
// sent, though neither a link nor a message identity says so: it came through the
// same channel.
func (f *folded) meets(i int) bool {
	s := &f.spans[i]
	if s.Channel() == 0 || f.shared[i] || s.Step != Receive && s.Step != Process && s.Step != Run {
		return false
	}
	if f.channels == nil {
		f.channels = map[uint64][]int{}
		for _, j := range f.byStart {
			if c := f.spans[j].Channel(); c != 0 && !f.shared[j] && f.sends(j) == j {
				f.channels[c] = append(f.channels[c], j)
			}
		}
	}
	return len(f.channels[s.Channel()]) > 0
}

// met finds the first message of the channel that the endpoint of span i has not
// taken up, -1 for none. Channels keep their order.
func (f *folded) met(i int) int {
	s := &f.spans[i]
	if f.meetings == nil {
		f.meetings = map[meeting]bool{}
		for h := range f.hops {
			for _, a := range f.hops[h].attempts {
				if a.from >= 0 && a.to >= 0 {
					f.meetings[meeting{a.from, f.spans[a.to].Endpoint}] = true
				}
			}
		}
	}
	for _, j := range f.channels[s.Channel()] {
		m := meeting{j, s.Endpoint}
		if f.spans[j].Start > s.Start+skewSlack {
			break
		}
		if !f.meetings[m] && f.hop[j] >= 0 {
			f.meetings[m] = true
			return j
		}
	}
	return none
}
