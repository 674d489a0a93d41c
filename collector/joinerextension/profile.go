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
	a, b   uint64
	what   flow.TraitKind
	bucket uint8
}

// profile counts by the minute how flows go, for telling what changed. Flows that
// did the same, which most do, are counted as one.
type profile struct {
	tenants map[string]*profileCounts
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
	trait
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

func (p *profile) traitsOf(of lessons) []trait {
	p.room = p.room[:0]
	of.Traits(func(t flow.Trait) {
		p.room = append(p.room, trait{t.A, t.B, t.What, uint8(bucketOf(time.Duration(t.Took)))})
	})
	return slices.Clone(p.room)
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
		c.times[timeKey{t, minute}]++
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
				sums[timeKey{trait{x, 0, flow.Acted, 0}, k.minute}] += n
			}
			for _, s := range k.steps {
				sums[timeKey{trait{s.Caller, s.Callee, flow.Stepped, 0}, k.minute}] += n
			}
		}
		for k, n := range sums {
			rows = append(rows, store.ProfileRow{Tenant: tenant, Minute: k.minute, What: k.what, A: k.a, B: k.b, N: n})
		}
	}
	p.tenants, p.n = nil, 0
	return rows
}
