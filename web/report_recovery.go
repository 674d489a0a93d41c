package web

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/baton-observability/baton/store"
)

// recoveries are incidents and how long they took.
type recoveries struct {
	count, open int64
	hi, sum     uint64 // of the times: 128 bits, as years of nanoseconds add up to more than 64
	longest     int64
}

func (r *recoveries) add(i *store.Incident) {
	r.count++
	if i.Recovered == 0 {
		r.open++
		return
	}
	took := max(i.Recovered-i.Failed, 0)
	var carry uint64
	r.sum, carry = bits.Add64(r.sum, uint64(took), 0)
	r.hi += carry
	r.longest = max(r.longest, took)
}

func (r *recoveries) figures() (incidents, open int64, mean, longest *int64) {
	over := r.count - r.open
	if over == 0 {
		return r.count, r.open, nil, nil
	}
	q, _ := bits.Div64(r.hi, r.sum, uint64(over)) // the mean is no longer than the longest
	m, most := int64(q), r.longest
	return r.count, r.open, &m, &most
}

// incident adds one for the team that owned the endpoint when it began.
func (r *windowReport) incident(i *store.Incident) {
	t := r.team(r.d.team(i.Endpoint, i.Failed))
	t.recovery.add(i)
	of := t.recoveries[i.Type]
	if of == nil {
		of = &recoveries{}
		t.recoveries[i.Type] = of
	}
	of.add(i)
}

// maxRecoveryTypes is how many flow types a team's row tells apart.
const maxRecoveryTypes = 100

func (t *teamFigure) byType() []Recovery {
	out := make([]Recovery, 0, len(t.recoveries))
	for kind, r := range t.recoveries {
		n := Recovery{Type: typeOf(kind)}
		n.Incidents, n.Open, n.MeanNs, n.MaxNs = r.figures()
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Recovery) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), strings.Compare(a.Type.ID, b.Type.ID))
	})
	return out[:min(len(out), maxRecoveryTypes)]
}
