package flow

import "cmp"

// run is what the steps of one workflow run share: the hop of the run or, where
// its steps only send each other messages, the run's id.
type run struct {
	hop int // -1 when it is known by its id alone
	key uint64
}

// compensated finds a failure that was undone on purpose: steps of the run in
// which it happened that began after it and succeeded, however the run ended. A
// workflow whose business it is to refund or to cancel compensates nothing. It
// returns the hop that failed first.
func (s *Story) compensated(fatal []int) (int, bool) {
	var undo []int
	for h := range s.Hops {
		if hop := &s.Hops[h]; hop.Kind == Workflow && s.Facts[s.leadOf(hop)].Flags&FlagCompensates != 0 {
			undo = append(undo, h)
		}
	}
	if len(undo) == 0 {
		return -1, false
	}
	runs := s.runs()
	failed := map[run]int{} // the step of a run that failed first
	for h := range s.Hops {
		hop := &s.Hops[h]
		if o := hop.Outcome; o != FailedHop && o != TimedOut && o != DeadLettered && o != Handled {
			continue
		}
		r, ok := runs[h]
		if !ok || r.hop >= 0 && !s.direct(h, r.hop) || r.hop < 0 && hop.Kind != Workflow {
			continue
		}
		if f, ok := failed[r]; !ok || cmp.Or(cmp.Compare(s.end(h), s.end(f)), cmp.Compare(s.Hops[h].ID, s.Hops[f].ID)) < 0 {
			failed[r] = h
		}
	}
	first := -1
	for _, h := range undo {
		r, ok := runs[h]
		f, hurt := failed[r]
		if !ok || !hurt || s.Hops[h].Start < s.end(f) || r.hop >= 0 && s.Facts[s.leadOf(&s.Hops[r.hop])].Flags&FlagCompensates != 0 {
			continue
		}
		switch o := s.Hops[h].Outcome; {
		case o.bad() || o == Handled:
			return -1, false // what was to undo the failure failed itself
		case first < 0 || s.worse(f, first):
			first = f
		}
	}
	if first < 0 || !s.explains(runs[first], fatal) {
		return -1, false
	}
	for _, h := range undo {
		if o := &s.Hops[h].Outcome; *o == OK && runs[h] == runs[first] && s.Hops[h].Start >= s.end(first) {
			*o = CompensatedBy
		}
	}
	return s.deepest(first, map[int]int{}), true
}

func (s *Story) end(h int) int64 { return s.Hops[h].Start + s.Hops[h].Duration }

func (s *Story) direct(h, parent int) bool {
	for _, p := range s.Hops[h].Parents {
		if p == parent {
			return true
		}
	}
	return false
}

// runs finds the run that each hop is part of: the nearest one above it.
func (s *Story) runs() map[int]run {
	out := map[int]run{}
	above := make([]int, len(s.Hops)) // 1 + nearest run hop above, 0 for none
	seen := make([]bool, len(s.Hops))
	for _, i := range s.fold.order { // parents before children
		h := s.HopOf[i]
		if h < 0 || seen[h] {
			continue
		}
		seen[h] = true
		for _, p := range s.Hops[h].Parents {
			lead := s.Facts[s.leadOf(&s.Hops[p])]
			if lead.Kind == Workflow && lead.Step == Run && lead.Role == Orchestrator {
				above[h] = p + 1
			} else if above[p] > 0 {
				above[h] = above[p]
			}
			if above[h] > 0 {
				break
			}
		}
		if above[h] > 0 {
			out[h] = run{hop: above[h] - 1}
			continue
		}
		for _, k := range s.Facts[s.leadOf(&s.Hops[h])].Keys {
			if k.Name == concepts[cRun].Name {
				out[h] = run{hop: -1, key: k.Hash}
				break
			}
		}
	}
	return out
}

// explains reports whether the failures of a flow are those of one run, of what
// it did and of what waited for it: another failure was not undone.
func (s *Story) explains(r run, fatal []int) bool {
	if r.hop < 0 {
		return true
	}
	of := map[int]bool{}
	mark := func(next func(int) []int) {
		seen := map[int]bool{r.hop: true}
		for todo := []int{r.hop}; len(todo) > 0; {
			h := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			of[h] = true
			for _, n := range next(h) {
				if !seen[n] {
					seen[n] = true
					todo = append(todo, n)
				}
			}
		}
	}
	mark(func(h int) []int { return s.children[h] })
	mark(func(h int) []int { return s.Hops[h].Parents })
	for _, h := range fatal {
		if !of[h] {
			return false
		}
	}
	return true
}
