package joinerextension

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"

	"github.com/baton-observability/baton/flow"
)

// placeOf is an endpoint in flows of a type.
type placeOf struct{ kind, endpoint uint64 }

// place is what spans of an endpoint do inside themselves.
type place struct {
	steps  map[uint64]uint16  // by the endpoint of the step: how sure it is to be taken
	always []flow.Expectation // those that are sure, sorted; asked for with every flow
	known  bool               // always is up to date
	named  int                // of how many known endpoints its names are
}

const (
	// A step that is taken gains one, one that is left out loses lost: only what
	// is left out less than once in lost times ever becomes sure, and what stops
	// for good is noticed a few times and then is how things are.
	sure  = 300
	most  = 1000
	lost  = 500
	maxOf = 64 // steps of one place that are remembered
	// maxPlaces bounds what is learned of steps of a tenant.
	maxPlaces = 20_000
)

// credited is a change of what is learned of a step.
type credited struct {
	placeOf
	step uint64
	by   int
}

// act is what the spans of a flow did inside themselves, and who might have. Most
// flows did what others did, and share one.
type act struct {
	callers []uint64
	steps   []flow.StepOf
}

// acts are those seen lately, by a hash.
type acts map[uint64]*act

// maxActs bounds them; past it the memory starts anew.
const maxActs = 10_000

// of keeps what does not belong to the caller.
func (a *acts) of(steps []flow.StepOf, callers []uint64) *act {
	var h uint64
	mix := func(x uint64) { h = bits.RotateLeft64((h^x)*0x9E3779B97F4A7C15, 29) }
	for _, c := range callers {
		mix(c)
	}
	for _, s := range steps {
		mix(s.Caller)
		mix(s.Callee)
	}
	k := (*a)[h]
	if k == nil || !slices.Equal(k.callers, callers) || !slices.Equal(k.steps, steps) {
		if *a == nil || len(*a) >= maxActs {
			*a = acts{}
		}
		k = &act{slices.Clone(callers), slices.Clone(steps)}
		(*a)[h] = k
	}
	return k
}

// step learns which steps were taken and which were left out.
func (l *learned) step(kind uint64, did *act) (out []credited) {
	if kind == 0 {
		return nil
	}
	steps := did.steps
	credit := func(at placeOf, p *place, step uint64, taken bool) {
		if by := p.credit(step, taken); by != 0 {
			out = append(out, credited{at, step, by})
		}
	}
	for _, c := range did.callers {
		at := placeOf{kind, c}
		p := l.always[at]
		if p == nil {
			if len(l.always) >= maxPlaces {
				continue
			}
			p = &place{steps: map[uint64]uint16{}}
			l.always[at] = p
		}
		n, _ := slices.BinarySearchFunc(steps, c, func(s flow.StepOf, c uint64) int {
			if s.Caller < c {
				return -1
			}
			return 1
		})
		own := steps[n:]
		for k := range own {
			if own[k].Caller != c {
				own = own[:k]
				break
			}
		}
		for y := range p.steps {
			if !slices.ContainsFunc(own, func(s flow.StepOf) bool { return s.Callee == y }) {
				credit(at, p, y, false)
			}
		}
		for _, s := range own {
			if _, ok := p.steps[s.Callee]; !ok && len(p.steps) >= maxOf {
				continue
			}
			credit(at, p, s.Callee, true)
		}
	}
	l.changed = l.changed || len(out) > 0
	return out
}

func (p *place) credit(step uint64, taken bool) (by int) {
	n := p.steps[step]
	is := n - min(n, lost)
	if taken {
		is = min(n+1, most)
	}
	if is != n {
		p.set(step, n, is)
	}
	return int(is) - int(n)
}

func (p *place) set(step uint64, was, is uint16) {
	p.steps[step] = is
	p.known = p.known && (was >= sure) == (is >= sure)
}

func (l *learned) takeBack(steps []credited) {
	for _, c := range steps {
		p := l.always[c.placeOf]
		if p == nil {
			continue
		}
		was := p.steps[c.step]
		p.set(c.step, was, uint16(min(max(int(was)-c.by, 0), most)))
	}
}

// Always answers the steps that are sure to be taken, sorted.
func (e expectations) Always(kind, endpoint uint64) []flow.Expectation {
	p := e.learned.always[placeOf{kind, endpoint}]
	if p == nil {
		return nil
	}
	if !p.known {
		p.always, p.known, p.named = p.always[:0], true, 0
		for y, n := range p.steps {
			if n >= sure {
				p.always = append(p.always, flow.Expectation{NextID: y})
			}
		}
		slices.SortFunc(p.always, func(a, b flow.Expectation) int { return cmp.Compare(a.NextID, b.NextID) })
	}
	if p.named < len(e.known) {
		p.named = len(e.known)
		for i := range p.always {
			p.always[i].Next = e.known[p.always[i].NextID]
		}
	}
	return p.always
}

func (l *learned) encodeSteps() []byte {
	var b []byte
	for at, p := range l.always {
		b = binary.LittleEndian.AppendUint64(b, at.kind)
		b = binary.LittleEndian.AppendUint64(b, at.endpoint)
		b = append(b, byte(len(p.steps)))
		for y, n := range p.steps {
			b = binary.LittleEndian.AppendUint64(b, y)
			b = binary.LittleEndian.AppendUint16(b, n)
		}
	}
	return b
}

func (l *learned) decodeSteps() error {
	b := l.Steps
	for len(b) > 0 && len(l.always) < maxPlaces {
		if len(b) < 17 || len(b) < 17+10*int(b[16]) {
			return errors.New("the usual steps are cut short or not ours")
		}
		p := &place{steps: map[uint64]uint16{}}
		l.always[placeOf{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}] = p
		n := int(b[16])
		for b = b[17:]; n > 0; n-- {
			p.steps[binary.LittleEndian.Uint64(b)] = min(binary.LittleEndian.Uint16(b[8:]), most)
			b = b[10:]
		}
	}
	l.Steps = nil
	return nil
}
