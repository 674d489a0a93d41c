package flow

import (
	"cmp"
	"slices"
	"time"
)

// excess is how much longer than usual one party of a flow took by itself, or
// how much longer than usual it took to get from one to another.
type excess struct {
	Measured
	span, hop int
	more      time.Duration // beyond the usual
	took      time.Duration // of the longest
	usual     Usual
}

// slow blames a flow that took far longer than usual. What a callee took beyond
// its usual is its own fault but for what its own calls took beyond theirs, so
// that a caller that makes ten times as many calls is not covered by callees
// that each were as fast as ever.
func (s *Story) slow(exp Expectations) Judgement {
	own, way := s.excesses(exp)
	j := Judgement{Verdict: Slow, Hop: -1}
	var sumOwn, sumWay time.Duration
	for _, x := range own {
		sumOwn += x.more
	}
	for _, x := range way {
		sumWay += x.more
	}
	var best excess
	service := ""
	switch {
	case len(own) == 0 && len(way) == 0:
		return j
	case sumWay > sumOwn:
		service = s.around(way)
		for _, x := range way { // the longest first
			if from, to := s.ends(x); from == service || to == service {
				best = x
				break
			}
		}
	default:
		best = own[0]
	}
	share := float64(best.more) / float64(sumOwn+sumWay)
	confidence := Low
	switch {
	case best.usual.N >= fewSamples && share >= 0.5:
		confidence = High
	case best.usual.N >= fewSamples/5:
		confidence = Medium
	}
	last := s.Hops[best.hop].tries[len(s.Hops[best.hop].tries)-1]
	party := s.slowParty(best, last)
	e := &party.Endpoint
	c := &Culprit{Endpoint: party.ID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: party.Role, Host: e.Host,
		Rule: "slow.own_time", Confidence: confidence, Trace: s.fold.trace[best.span], Span: s.Facts[best.span].ID}
	usually := ", usually " + short(best.usual.Mid)
	if best.usual.N == 0 {
		usually = ", a step that its flows usually do not have"
	}
	j.FailedAt = s.fold.spans[best.span].End()
	switch best.What {
	case Callee:
		c.Reason = "slow: took " + short(best.took) + usually
	default:
		from, to := s.ends(best)
		c.Role, c.Between = NoRole, [2]string{from, to}
		what := "network delay"
		c.Rule = "slow.network"
		if best.What == Wait {
			what, c.Rule = "queue wait", "slow.queue_wait"
			j.FailedAt = s.fold.spans[best.span].Start
		}
		if service == from {
			c.Service = from // its other hand-offs are slow too
		}
		c.Reason = what + ": " + short(best.took) + " between " + from + " and " + to + usually
	}
	c.Reason = clip(c.Reason)
	c.Signature = Signature(c.Reason)
	j.Culprit, j.Hop = c, best.hop
	return j
}

// short is a duration with two digits or three.
func short(d time.Duration) string {
	for unit := time.Second; unit >= time.Microsecond; unit /= 10 {
		if d >= 10*unit {
			return d.Round(unit).String()
		}
	}
	return d.String()
}

// slowParty is the side of a hop that is blamed for a delay.
func (s *Story) slowParty(x excess, last try) Party {
	hop := &s.Hops[x.hop]
	if p := s.party(hop, x.span); p != nil && (x.What != Callee || last.to == x.span || p.Role != Caller) {
		return *p
	}
	for _, p := range hop.Parties { // nobody took it up that sends spans
		if (p.Role == Provider || p.Role == Consumer) && p.Span < 0 {
			return p
		}
	}
	return hop.Parties[len(hop.Parties)-1]
}

// ends are the services between which something was on its way.
func (s *Story) ends(x excess) (from, to string) {
	for _, t := range s.Hops[x.hop].tries {
		if t.to == x.span && t.from >= 0 {
			return s.Facts[t.from].Endpoint.Service, s.Facts[t.to].Endpoint.Service
		}
	}
	return "", s.Facts[x.span].Endpoint.Service
}

// around is the service whose hand-offs together lost most: a slow network card
// slows what comes in and what goes out.
func (s *Story) around(way []excess) string {
	sum := map[string]time.Duration{}
	best := ""
	for len(way) > 0 && way[len(way)-1].more < way[0].more/4 {
		way = way[:len(way)-1] // what is within its usual spread says nothing
	}
	for _, x := range way {
		from, to := s.ends(x)
		sum[to] += x.more
		if from != to {
			sum[from] += x.more
		}
	}
	for _, x := range way { // in their order, so that ties end alike, and callees before callers
		from, to := s.ends(x)
		for _, name := range [...]string{to, from} {
			if best == "" || sum[name] > sum[best] {
				best = name
			}
		}
	}
	return best
}

// usual is what is known of something in flows of its type, or else in all.
func usual(exp Expectations, m Measured) Usual {
	u, ok := exp.Usual(m)
	if !ok && m.What == Callee {
		u, _ = exp.Usual(Measured{Callee, 0, m.B})
	}
	return u
}

// caller is the span that waited for what was measured.
func (s *Story) caller(x excess) int {
	for _, t := range s.Hops[x.hop].tries {
		if t.to == x.span && t.from >= 0 {
			return t.from
		}
	}
	return x.span
}

// excesses lists what took longer than usual, by endpoint or by pair, the
// longest first.
func (s *Story) excesses(exp Expectations) (own, way []excess) {
	f := s.fold
	callee, transfer := make(map[int]int), make(map[int]int) // span that took something up -> its excess in list
	var list []excess
	f.measure(func(t taken) {
		if t.What == WholeFlow {
			return
		}
		u := usual(exp, t.Measured)
		x := excess{Measured: t.Measured, span: t.span, hop: t.hop, more: time.Duration(t.took) - u.Mid, took: time.Duration(t.took), usual: u}
		switch t.What {
		case Callee:
			callee[t.span] = len(list)
		case Transfer:
			transfer[t.span] = len(list)
		}
		list = append(list, x)
	})
	// Calls in the order in which they were made: of several at once a caller
	// waits for the longest.
	calls := make([]int, 0, len(list))
	for n := range list {
		if list[n].What == Callee {
			calls = append(calls, n)
		}
	}
	lead := func(n int) int { return s.caller(list[n]) }
	slices.SortStableFunc(calls, func(a, b int) int { return cmp.Compare(f.spans[lead(a)].Start, f.spans[lead(b)].Start) })
	mine := make([]time.Duration, len(list))
	for n := range list {
		mine[n] = list[n].more
	}
	waited := map[int]int64{} // span that called -> until when it waited for the calls so far
	for _, n := range calls {
		if s.Hops[list[n].hop].async {
			continue // nobody waits for it
		}
		call := lead(n)
		p := s.Parent[call]
		for steps := 0; p >= 0 && steps < 1000; p, steps = s.Parent[p], steps+1 {
			if _, ok := callee[p]; ok {
				break
			}
		}
		if p < 0 {
			continue
		}
		from, to := max(f.spans[call].Start, waited[p]), min(max(f.spans[call].End(), f.spans[list[n].span].End()), f.spans[p].End())
		waited[p] = max(waited[p], to)
		if more := max(list[n].more, 0); more > time.Duration(max(0, to-from)) {
			mine[n] -= more - time.Duration(max(0, to-from)) // it took longer, and that delayed nobody
		}
		if up := callee[p]; up != n {
			mine[up] -= min(max(list[n].more, 0), time.Duration(max(0, to-from)))
		}
		if t, ok := transfer[list[n].span]; ok && list[t].more > 0 { // what was lost on the way
			if up := callee[p]; up != n {
				mine[up] -= list[t].more
			}
		}
	}
	at := map[Measured]int{}
	var sums []excess
	for n, x := range list {
		if mine[n] <= 0 {
			continue
		}
		x.more = mine[n]
		if k, ok := at[x.Measured]; ok {
			if x.took > sums[k].took {
				sums[k].span, sums[k].hop, sums[k].took = x.span, x.hop, x.took
			}
			sums[k].more += x.more
			continue
		}
		at[x.Measured] = len(sums)
		sums = append(sums, x)
	}
	slices.SortStableFunc(sums, func(a, b excess) int {
		return cmp.Or(-cmp.Compare(a.more, b.more), cmp.Compare(a.What, b.What), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	for _, x := range sums {
		if x.What == Callee {
			own = append(own, x)
		} else {
			way = append(way, x)
		}
	}
	return own, way
}
