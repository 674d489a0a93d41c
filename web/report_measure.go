package web

import (
	"slices"

	"github.com/baton-observability/baton/store"
)

// measure adds what the flows' rows say of time and of the hop that failed.
// Rows that an older Baton wrote say nothing of either.
func (r *windowReport) measure(f *store.Footprint) {
	r.measured.Flows += int64(f.Measured)
	for i, us := range f.Own {
		team := "" // the last is the time of what runs in no side of a hop
		if i < len(f.Endpoints) {
			team = r.d.team(f.Endpoints[i], f.At)
		}
		ns := int64(us) * 1000
		r.ownTime += ns
		if ns > 0 {
			r.team(team).OwnTimeNs += ns
		}
	}
	if len(f.Sides) == 0 || !slices.Contains(broken, f.Verdict) || f.Culprit == 0 {
		return
	}
	n := int64(f.Count)
	r.measured.Failures += n
	if sides := r.d.owners(f.Sides, f.At); len(sides) > 1 {
		for _, t := range sides {
			r.team(t).FailedHandoffs += n
		}
	}
}

// owners are those of any of the endpoints, sorted; nobody counts as one.
func (d *directory) owners(ids []uint64, at int64) []string {
	var out []string
	for _, id := range ids {
		out = append(out, d.team(id, at))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
