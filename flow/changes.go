package flow

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Tally sums up times of one kind, by their buckets: four to a power of two of
// microseconds, so that a difference of four is a doubling.
type Tally struct{ N, Sum, Squares uint64 }

func (t Tally) mean() float64 { return float64(t.Sum) / float64(max(t.N, 1)) }

// spread is the variance of the mean. Times of one minute depend on each other,
// and few of them say little of how far they spread.
func (t Tally) spread() float64 {
	n := float64(max(t.N, 1))
	of := max(float64(t.Squares)/n-t.mean()*t.mean(), 1)
	return 2 * of / n
}

// Change is a trait before a window and in it.
type Change struct {
	What        TraitKind
	A, B        uint64
	Before, Now Tally
}

// longer is by how many powers of two it takes longer, and how sure that is, in
// standard deviations.
func (c *Change) longer() (octaves, sure float64) {
	d := c.Now.mean() - c.Before.mean()
	return d / 4, d / math.Sqrt(c.Now.spread()+c.Before.spread())
}

// Finding is a service that goes otherwise than before, though no flow failed.
type Finding struct {
	Service string
	Rule    string  // ShiftedSteps, ShiftedTime or ShiftedNetwork
	Side    uint64  // the endpoint that changed most, or the one that it works for
	A, B    uint64  // what changed most: B is the step, or the other side of the call
	N       uint64  // how often it was seen in the window
	Was, Is float64 // shares of the flows, or middles in bucket numbers
	Weight  float64 // the more, the more likely and the worse
}

// What changed about a service.
const (
	ShiftedSteps   = "shift.steps"
	ShiftedTime    = "shift.duration"
	ShiftedNetwork = "shift.network"
)

const (
	leastOfChange  = 5   // cases before and now, below which nothing is said
	leastOfSteps   = 3   // the same of steps, which are nearly always taken or nearly never
	leastOctaves   = 0.4 // a third as long again
	leastOfNetwork = 1   // octaves
	surely         = 3   // standard deviations, of variances that are doubled already
	surelyOfStep   = 3.4
	leastShare     = 0.5 // of the flows that do it no more, or do it now
	unseen         = 0.05
)

// Compare finds the services that changed, the one that most likely is the cause
// first. find answers nil for an endpoint that it does not know.
func Compare(changes []Change, find func(endpoint uint64) *Endpoint) []Finding {
	c := comparison{find: find, best: map[string]*Finding{}, inside: map[uint64][]uint64{}, within: map[uint64][]uint64{}}
	for i := range changes {
		switch x := &changes[i]; x.What {
		case Stepped, Underway, Waited: // a call leads to whoever answered it
			c.inside[x.A] = append(c.inside[x.A], x.B)
			c.within[x.B] = append(c.within[x.B], x.A)
		}
	}
	c.steps(changes)
	c.times(changes)
	c.network(changes)
	out := make([]Finding, 0, len(c.best))
	for _, f := range c.best {
		if f.Side = c.side(f.A); c.service(f.A) != f.Service {
			f.Side = c.side(f.B) // who answers
		}
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Service, b.Service))
	})
	return out
}

type comparison struct {
	find           func(uint64) *Endpoint
	inside, within map[uint64][]uint64 // steps, and who takes them
	best           map[string]*Finding // by service
}

func (c *comparison) service(endpoint uint64) string {
	if e := c.find(endpoint); e != nil {
		return e.Service
	}
	return ""
}

// side is the endpoint of a hop that something works for.
func (c *comparison) side(endpoint uint64) uint64 {
	of := c.service(endpoint)
	seen := map[uint64]bool{endpoint: true}
	for next := []uint64{endpoint}; len(next) > 0; next = next[1:] {
		if e := c.find(next[0]); e != nil && e.Kind != DB && (e.Kind != Internal || e.Role != NoRole) {
			return next[0]
		}
		for _, x := range c.within[next[0]] {
			if !seen[x] && c.service(x) == of {
				seen[x] = true
				next = append(next, x)
			}
		}
	}
	return endpoint
}

// say keeps of what is found of a service the weightiest, and lets the rest add to it.
func (c *comparison) say(f Finding) {
	b := c.best[f.Service]
	switch {
	case f.Service == "":
	case b == nil:
		c.best[f.Service] = &f
	case b.Weight < f.Weight:
		f.Weight += b.Weight
		*b = f
	default:
		b.Weight += f.Weight
	}
}

// harm weighs how often something is seen: ten times as often is not ten times as bad.
func harm(n uint64) float64 { return 0.15 * math.Log2(1+float64(n)) }

// steps finds who takes steps no more that it took, or takes new ones. Who calls
// somebody that changed may have changed for it, so that the deepest is the cause.
func (c *comparison) steps(changes []Change) {
	acted := map[uint64][2]uint64{}
	for i := range changes {
		if x := &changes[i]; x.What == Acted {
			acted[x.A] = [2]uint64{x.Before.N, x.Now.N}
		}
	}
	changed := map[uint64]Finding{}
	for i := range changes {
		x := &changes[i]
		n := acted[x.A]
		if x.What != Stepped || n[0] < leastOfSteps || n[1] < leastOfSteps {
			continue
		}
		n0, n1 := float64(n[0]), float64(n[1])
		was, is := min(float64(x.Before.N)/n0, 1), min(float64(x.Now.N)/n1, 1)
		all := (was*n0 + is*n1) / (n0 + n1)
		if sure := math.Abs(was-is) / math.Sqrt(max(all*(1-all), 1e-9)*(1/n0+1/n1)); math.Abs(was-is) < leastShare || sure < surelyOfStep {
			continue
		}
		if is > was && was > unseen {
			continue // it goes as it mostly did
		}
		f := Finding{Service: c.service(x.A), Rule: ShiftedSteps, A: x.A, B: x.B, N: n[1], Was: was, Is: is,
			Weight: 5 * math.Abs(was-is) * harm(uint64(math.Abs(was-is)*n1))}
		if old, ok := changed[x.A]; !ok || tells(&f, &old) > 0 {
			changed[x.A] = f
		}
	}
	for _, a := range slices.Sorted(maps.Keys(changed)) {
		if !c.leadsToOther(a, changed) {
			c.say(changed[a])
		}
	}
}

// tells compares how much two changed steps tell: what is missing more than what
// is new, which often is how a failure is dealt with.
func tells(a, b *Finding) int {
	return cmp.Or(cmp.Compare(b2i(a.Is < a.Was), b2i(b.Is < b.Was)), cmp.Compare(a.Weight, b.Weight), cmp.Compare(b.B, a.B))
}

// leadsToOther reports whether inside what an endpoint does an endpoint of another
// service changed too.
func (c *comparison) leadsToOther(a uint64, changed map[uint64]Finding) bool {
	of := c.service(a)
	seen := map[uint64]bool{a: true}
	for next := []uint64{a}; len(next) > 0; {
		x := next[len(next)-1]
		next = next[:len(next)-1]
		for _, y := range c.inside[x] {
			if seen[y] {
				continue
			}
			seen[y] = true
			if _, ok := changed[y]; ok && c.service(y) != of {
				return true
			}
			next = append(next, y)
		}
	}
	return false
}

// times finds whose own time grew: waiting for others is not in it, so that only
// the cause takes longer.
func (c *comparison) times(changes []Change) {
	type sum struct {
		weight, octaves float64
		n               [2]uint64
		most            *Change
	}
	sums := map[string]*sum{}
	for i := range changes {
		x := &changes[i]
		of := c.service(x.A)
		if x.What != OwnTime || x.Before.N < leastOfChange || x.Now.N < leastOfChange || of == "" {
			continue
		}
		s := sums[of]
		if s == nil {
			s = &sum{}
			sums[of] = s
		}
		octaves, _ := x.longer()
		w := 1 / (x.Now.spread() + x.Before.spread())
		s.weight += w
		s.octaves += w * octaves
		s.n[0] += x.Before.N
		s.n[1] += x.Now.N
		if s.most == nil || octaves*math.Log2(float64(x.Now.N)) > mostOf(s.most) {
			s.most = x
		}
	}
	for _, of := range slices.Sorted(maps.Keys(sums)) {
		s := sums[of]
		octaves := s.octaves / s.weight
		sure := 4 * octaves * math.Sqrt(s.weight)
		n := s.n[1]
		// One endpoint may have changed where the service has not.
		if o, k := s.most.longer(); k >= surely+1 && o > 2*octaves {
			octaves, sure, n = o, k, s.most.Now.N
		}
		if octaves < leastOctaves || sure < surely || n < 2*leastOfChange {
			continue
		}
		c.say(Finding{Service: of, Rule: ShiftedTime, A: s.most.A, N: s.most.Now.N, Was: s.most.Before.mean(), Is: s.most.Now.mean(),
			Weight: harm(n) * math.Pow(min(octaves, 5), 1.5)})
	}
}

func mostOf(x *Change) float64 {
	o, _ := x.longer()
	return o * math.Log2(float64(x.Now.N))
}

// network finds whose calls and messages are longer on their way. Who is slow to
// send or to answer is so to all it talks to, so that who explains most of it comes
// first, and the next one is who explains most of the rest.
func (c *comparison) network(changes []Change) {
	type way struct {
		*Change
		octaves float64
	}
	var slow []way
	all := map[string]float64{}
	for i := range changes {
		x := &changes[i]
		if x.What != Underway && x.What != Waited || x.Before.N < leastOfSteps || x.Now.N < leastOfSteps {
			continue
		}
		all[c.service(x.A)] += float64(x.Now.N)
		all[c.service(x.B)] += float64(x.Now.N)
		if octaves, sure := x.longer(); octaves >= leastOfNetwork && sure >= surely+1 {
			slow = append(slow, way{x, octaves})
		}
	}
	slices.SortFunc(slow, func(a, b way) int {
		return cmp.Or(cmp.Compare(b.octaves*float64(b.Now.N), a.octaves*float64(a.Now.N)), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	for len(slow) > 0 {
		type total struct{ n, lost float64 }
		of := map[string]total{}
		for _, w := range slow {
			for _, s := range [2]string{c.service(w.A), c.service(w.B)} {
				n := float64(w.Now.N)
				of[s] = total{of[s].n + n, of[s].lost + n*w.octaves}
			}
		}
		worst, most := "", 0.0
		for s, t := range of {
			if x := t.lost * t.n / all[s]; x > most || x == most && s < worst {
				worst, most = s, x
			}
		}
		var first *Change
		slow = slices.DeleteFunc(slow, func(w way) bool {
			if c.service(w.A) != worst && c.service(w.B) != worst {
				return false
			}
			if first == nil {
				first = w.Change
			}
			return true
		})
		t := of[worst]
		c.say(Finding{Service: worst, Rule: ShiftedNetwork, A: first.A, B: first.B, N: first.Now.N, Was: first.Before.mean(), Is: first.Now.mean(),
			Weight: harm(uint64(t.n)) * math.Pow(min(t.lost/t.n, 5), 1.5) * t.n / all[worst]})
	}
}

// BucketTime is the time in the middle of what fell into a bucket, in ns.
func BucketTime(bucket float64) int64 {
	if bucket < 4 {
		return int64((bucket + 0.5) * 1000)
	}
	k := math.Floor(bucket / 4)
	return int64(math.Ldexp(4+bucket-4*k+0.5, int(k)-1) * 1000)
}
