package flow

// worse orders candidates for the culprit: a failure before a refusal or a
// cancellation, then the one that ended first.
func (s *Story) worse(a, b int) bool {
	soft := func(h int) bool {
		return s.Hops[h].Outcome == RejectedHop || s.Hops[h].Outcome == CancelledHop
	}
	if soft(a) != soft(b) {
		return soft(b)
	}
	ea, eb := s.failedAt(a), s.failedAt(b)
	if ea != eb {
		return ea < eb
	}
	return s.Hops[a].ID < s.Hops[b].ID
}

// failedAt is when the last try of a hop ended.
func (s *Story) failedAt(h int) int64 {
	return s.fold.spans[s.leadOf(&s.Hops[h])].End()
}

// deepest follows a failure to the hop whose own failing children set is empty.
// It remembers in ends where each hop that it passed led to.
func (s *Story) deepest(h int, ends map[int]int) int {
	var path []int
	on := map[int]bool{}
	for {
		if d, ok := ends[h]; ok {
			h = d
			break
		}
		path = append(path, h)
		on[h] = true
		next := -1
		for _, c := range s.children[h] {
			if o := s.Hops[c].Outcome; on[c] || s.Hops[c].async || !o.bad() && o != Handled || !s.inLastTry(c, h) {
				continue
			}
			if s.Hops[c].Outcome == CancelledHop && s.Hops[h].Outcome == TimedOut {
				continue // it was called off because its caller would not wait any longer
			}
			if next < 0 || s.worse(c, next) {
				next = c
			}
		}
		if next < 0 {
			break
		}
		h = next
	}
	for _, p := range path {
		ends[p] = h
	}
	return h
}

// inLastTry reports whether hop c ran inside the last try of hop h: what went
// wrong in an earlier try is not why the last one failed.
func (s *Story) inLastTry(c, h int) bool {
	tries := s.Hops[h].tries
	last := tries[len(tries)-1]
	if len(tries) == 1 || last.to < 0 {
		return true
	}
	if s.tryOf == nil {
		s.findTries()
	}
	for _, t := range s.Hops[c].tries {
		for _, i := range [...]int{t.from, t.to} {
			if i >= 0 && s.Parent[i] >= 0 && s.tryOf[s.Parent[i]] == last.to {
				return true
			}
		}
	}
	return false
}

// findTries tells of each span within which answer to an attempt it ran.
func (s *Story) findTries() {
	s.tryOf = make([]int, len(s.Facts))
	for _, i := range s.fold.order {
		s.tryOf[i] = -1
		h := s.HopOf[i]
		if h < 0 {
			continue
		}
		if k := s.fold.try[i]; k >= 0 {
			s.tryOf[i] = s.fold.hops[h].attempts[k].to
		} else if p := s.Parent[i]; p >= 0 && s.HopOf[p] == h {
			s.tryOf[i] = s.tryOf[p]
		}
	}
}
