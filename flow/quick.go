package flow

// Outline is what the narrow spans of a flow tell without reading it whole.
type Outline struct {
	room    *room
	fold    *folded
	Suspect bool // something the full judge must look at
	Hops    int
	Orphans int
	Entry   int // span number, -1 for none
}

// Sketch folds the narrow spans of a flow. Who is done with it closes it.
func Sketch(pieces []Piece) Outline {
	r := rooms.Get().(*room)
	f := foldPieces(r, pieces, nil)
	o := Outline{room: r, fold: f, Hops: len(f.hops), Entry: f.entry()}
	for i := range f.spans {
		o.Suspect = o.Suspect || f.spans[i].Flags&(FlagSuspect|FlagError) != 0
		o.Orphans += b2i(f.orphan[i])
	}
	return o
}

// Close gives back what the outline was made in. It cannot be asked any more.
func (o *Outline) Close() {
	o.fold = nil
	o.room.leave()
}

// EntryEndpoint is the endpoint that names the flow's type, 0 for none.
func (o *Outline) EntryEndpoint() uint64 {
	if o.Entry < 0 {
		return 0
	}
	return o.fold.spans[o.Entry].Endpoint
}

// Judge gives the verdict of a flow in which nothing went wrong. The second
// result is false when the full judge must decide.
func (o *Outline) Judge(exp Expectations, c Clock) (Judgement, bool) {
	if o.Suspect {
		return Judgement{Hop: -1}, false
	}
	p := o.fold.open(exp, c)
	if p.overdue >= 0 {
		return Judgement{Hop: -1}, false
	}
	j := Judgement{Verdict: Completed, Hop: -1, CheckAt: p.until, Overdue: p.early}
	if p.until > 0 {
		j.Verdict = Running
	}
	if o.Orphans > 0 && c.Quiet < OrphanPatience {
		j.Verdict = Running
		if at := c.Now + int64(OrphanPatience-c.Quiet); j.CheckAt == 0 || at < j.CheckAt {
			j.CheckAt = at
		}
	}
	if j.Verdict != Completed {
		return j, true
	}
	if i, _ := o.fold.omitted(exp); i >= 0 || c.Quiet >= StallPatience && o.fold.slow(exp) {
		return Judgement{Hop: -1}, false
	}
	j.CheckAt = o.fold.slowAgain(exp, c)
	j.LooksSlow = j.CheckAt > 0
	return j, true
}

// Handover is one message or start that was sent, and who took it up.
type Handover struct {
	Sender uint64
	Takers []Taker
}

// Taker is a side that took something up, and how long after it was sent.
type Taker struct {
	Endpoint uint64
	Wait     int64 // ns, never negative
}

// maxHandedTo bounds the takers of one message that are learned from: more of
// them are no pattern.
const maxHandedTo = 100

// Handovers lists what the flow sent and who took it up: what expectations are
// learned from.
func (o *Outline) Handovers() []Handover { return o.fold.handovers() }

// Handovers lists what the flow sent and who took it up.
func (s *Story) Handovers() []Handover { return s.fold.handovers() }

func (f *folded) handovers() []Handover {
	at := map[int]int{}
	var out []Handover
	for _, i := range f.byStart {
		if f.awaits(i) {
			at[i] = len(out)
			out = append(out, Handover{Sender: f.spans[i].Endpoint})
		}
	}
	if len(out) == 0 {
		return nil
	}
	skewed := f.skewed()
	for h := range f.hops {
		for _, a := range f.hops[h].attempts {
			n, ok := at[a.from]
			if a.to < 0 || !ok {
				continue
			}
			t := Taker{f.spans[a.to].Endpoint, max(0, f.spans[a.to].Start-f.spans[a.from].End())}
			if skewed {
				t.Wait = 0 // clocks that are apart tell of no wait
			}
			known := len(out[n].Takers) >= maxHandedTo
			for k := 0; k < len(out[n].Takers) && !known; k++ {
				known = out[n].Takers[k].Endpoint == t.Endpoint
			}
			if !known {
				out[n].Takers = append(out[n].Takers, t)
			}
		}
	}
	return out
}

// awaits reports whether span i sent something that somebody should take up.
func (f *folded) awaits(i int) bool {
	s := &f.spans[i]
	if s.Flags&FlagAwaits == 0 || s.Flags&(FlagError|FlagDLQ) != 0 || f.shared[i] {
		return false
	}
	if c, ok := f.created[i]; ok && c != i {
		return false // the span that created the message stands for it
	}
	return true
}

// Sides calls visit with the endpoints of the two sides of every attempt at a
// hop, 0 for a side that sent no span.
func (o *Outline) Sides(visit func(from, to uint64)) { o.fold.sides(visit) }

// Sides calls visit with the endpoints of the two sides of every attempt at a
// hop, 0 for a side that sent no span.
func (s *Story) Sides(visit func(from, to uint64)) { s.fold.sides(visit) }

func (f *folded) sides(visit func(from, to uint64)) {
	endpoint := func(i int) uint64 {
		if i < 0 {
			return 0
		}
		return f.spans[i].Endpoint
	}
	for h := range f.hops {
		for _, a := range f.hops[h].attempts {
			visit(endpoint(a.from), endpoint(a.to))
		}
	}
}
