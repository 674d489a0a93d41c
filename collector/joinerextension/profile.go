package joinerextension

import (
	"slices"
	"strconv"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// trait is one that a flow waits to be counted with.
type trait struct {
	number uint32 // of what it is of, in the lesson's traits
	bucket uint8
}

type traitOf struct {
	a, b uint64
	what flow.TraitKind
}

// traits are those seen lately, of which lessons know the numbers.
type traits struct {
	all     []traitOf
	numbers map[traitOf]uint32
}

// maxTraits bounds them; past it they are numbered anew.
const maxTraits = 50_000

// profile counts by the minute how flows go, for telling what changed. Flows that
// did the same, which most do, are counted as one.
type profile struct {
	tenants map[string]*profileCounts
	traits  *traits
	room    []trait
	noted   time.Time
	notes   int // that were written, to tell their tokens apart
	n       int // rows that it makes, at most
}

type profileCounts struct {
	times map[timeKey]uint32
	acts  map[actKey]uint32
}

type timeKey struct {
	traitOf
	bucket uint8
	minute uint32
}

type actKey struct {
	*act
	minute uint32
}

const (
	// noteEvery is how often the counts are written.
	noteEvery = 5 * time.Second
	// maxProfile bounds the rows of one write; what comes beyond them is not counted.
	maxProfile = 200_000
)

// keep notes the traits of a flow in its lesson.
func (p *profile) keep(of lessons, l *lesson) {
	if p.traits == nil || len(p.traits.all) >= maxTraits {
		p.traits = &traits{numbers: map[traitOf]uint32{}}
	}
	p.room = p.room[:0]
	of.Traits(func(t flow.Trait) {
		p.room = append(p.room, trait{p.traits.number(traitOf{t.A, t.B, t.What}), uint8(bucketOf(time.Duration(t.Took)))})
	})
	l.traits, l.of = slices.Clone(p.room), p.traits
}

func (t *traits) number(x traitOf) uint32 {
	n, ok := t.numbers[x]
	if !ok {
		n = uint32(len(t.all))
		t.all, t.numbers[x] = append(t.all, x), n
	}
	return n
}

// add counts what a flow did, when it is known to be over.
func (p *profile) add(tenant string, l *lesson) {
	if p.n >= maxProfile || (l.did == nil || len(l.did.callers) == 0) && len(l.traits) == 0 {
		return
	}
	c := p.tenants[tenant]
	if c == nil {
		if p.tenants == nil {
			p.tenants = map[string]*profileCounts{}
		}
		c = &profileCounts{times: map[timeKey]uint32{}, acts: map[actKey]uint32{}}
		p.tenants[tenant] = c
	}
	before := len(c.times)
	minute := uint32(max(l.began, 0) / int64(time.Minute))
	for _, t := range l.traits {
		c.times[timeKey{l.of.all[t.number], t.bucket, minute}]++
	}
	if l.did != nil {
		k := actKey{l.did, minute}
		if c.acts[k]++; c.acts[k] == 1 {
			p.n += len(l.did.callers) + len(l.did.steps)
		}
	}
	p.n += len(c.times) - before
}

// note adds what was counted to what is written, now and then or all of it. The
// same token stands for the same rows, so that they count once.
func (p *profile) note(w *store.FlowWrite, now time.Time, all bool) {
	switch {
	case p.n == 0 || len(w.Profile) > 0: // else the store has not taken the last yet
	case all, now.Sub(p.noted) >= noteEvery, p.n >= maxProfile:
		w.Profile = p.rows()
		w.ProfileToken = "profile/" + strconv.FormatInt(now.UnixNano(), 36) + "/" + strconv.Itoa(p.notes)
		p.noted = now
		p.notes++
	}
}

// rows are what was counted, which starts anew.
func (p *profile) rows() (rows []store.ProfileRow) {
	for tenant, c := range p.tenants {
		for k, n := range c.times {
			rows = append(rows, store.ProfileRow{Tenant: tenant, Minute: k.minute, What: k.what, A: k.a, B: k.b, Bucket: k.bucket, N: n})
		}
		sums := map[timeKey]uint32{}
		for k, n := range c.acts {
			for _, x := range k.callers {
				sums[timeKey{traitOf{x, 0, flow.Acted}, 0, k.minute}] += n
			}
			for _, s := range k.steps {
				sums[timeKey{traitOf{s.Caller, s.Callee, flow.Stepped}, 0, k.minute}] += n
			}
		}
		for k, n := range sums {
			rows = append(rows, store.ProfileRow{Tenant: tenant, Minute: k.minute, What: k.what, A: k.a, B: k.b, N: n})
		}
	}
	p.tenants, p.n = nil, 0
	return rows
}
