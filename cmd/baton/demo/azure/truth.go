package azure

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// truths are what really happened in each flow that was played.
func (r *run) truths(s *scenario) []sim.Truth {
	out := make([]sim.Truth, r.flows)
	for i := range out {
		t := &out[i]
		t.Flow, t.Type, t.Verdict = r.key, s.name, "completed"
		if r.flows > 1 && s == bulkImport {
			t.Flow = fmt.Sprintf("%s-%d", r.key, i)
		}
		first, last := int64(0), int64(0)
		for _, sp := range r.spans {
			if sp.owner != i && sp.owner != everybody {
				continue
			}
			if id := hex.EncodeToString(sp.trace[:]); !slices.Contains(t.TraceIDs, id) {
				t.TraceIDs = append(t.TraceIDs, id)
			}
			if first == 0 || sp.start < first {
				first = sp.start
			}
			last = max(last, sp.end)
		}
		t.Start, t.End = time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
		if r.kind != nil {
			t.Fault = r.kind.Name
			r.kind.tell(r, i, t)
		}
	}
	return out
}

// tell writes what the kind makes true of flow i.
func (k *Kind) tell(r *run, i int, t *sim.Truth) {
	switch {
	case r.hurt != nil && !r.hurt[i]: // another item of the batch
		return
	case k.Name == "eternal-orchestration" && i == 1:
		t.Type = "stock-watch"
		return
	case k.Name == "head-sampling-error" && !slices.ContainsFunc(r.spans, func(s *span) bool { return s.failed }):
		return // what went wrong was not sampled
	}
	t.Verdict, t.OrVerdicts = k.verdict, k.orVerdicts
	t.CulpritService, t.CulpritTeam, t.CulpritRole, t.Between = k.culprit, TeamOf(k.culprit), k.role, k.between
	for _, o := range k.or {
		t.Or = append(t.Or, sim.Suspect{Service: o, Team: TeamOf(o), Role: k.role})
	}
	// A hand-off belongs to both of its sides; who looks first is a matter of taste.
	for _, b := range k.between {
		if t.CulpritService == "" {
			t.CulpritService, t.CulpritTeam = b, TeamOf(b)
			continue
		}
		t.Or = append(t.Or, sim.Suspect{Service: b, Team: TeamOf(b), Role: k.role})
	}
}
