package joinerextension

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-observability/baton/web"
)

// Ready is nil: pages can be shown while verdicts are late, and say so.
func (e *joinerExtension) Ready(context.Context) error { return nil }

// maxListedSilent bounds the silent sources on the status page: when more are
// silent, it is not they who are at fault.
const maxListedSilent = 20

// Report says how far joining and judging are.
func (e *joinerExtension) Report(context.Context) web.Report {
	s := e.work.stats
	part := web.StatusPart{Name: "joiner", State: "ok", Detail: fmt.Sprintf("%d flows in memory", s.flows.Load())}
	if other := s.other.Load(); other != nil {
		part.Detail = "standing by while " + *other + " joins"
	} else if at := s.looked.Load(); at != 0 {
		lag := time.Now().UnixNano() - at // a joiner that has taken all in is as far behind as its last look
		part.LagNs = &lag
		if lag > int64(10*time.Second) {
			part.State = "degraded"
		}
	} else {
		part.State, part.Detail = "starting", "reading what is known"
	}
	if p := s.lastErr.Load(); p != nil {
		part.State, part.Detail = "degraded", *p
	}
	figure := func(name, unit string, v int64) web.StatusFigure {
		return web.StatusFigure{Name: name, Unit: unit, Value: float64(v)}
	}
	r := web.Report{Parts: []web.StatusPart{part}, Figures: []web.StatusFigure{
		figure("joined", "spans", s.spans.Load()),
		figure("judged", "verdicts", s.judged.Load()),
		figure("judged_whole", "flows", s.judgedWhole.Load()),
		figure("flows_in_memory", "flows", s.flows.Load()),
		figure("spans_in_memory", "spans", s.held.Load()),
		figure("traces_loaded_back", "traces", s.loaded.Load()),
		figure("flows_let_go", "flows", s.evicted.Load()),
	}}
	if silent := s.silent.Load(); silent != nil {
		for _, x := range (*silent)[:min(len(*silent), maxListedSilent)] {
			r.Parts = append(r.Parts, web.StatusPart{Name: "source " + x.service, State: "degraded",
				Detail: "no span since " + x.since.UTC().Format(time.RFC3339) + ": flows that wait for it stay running; see whether it runs and can export"})
		}
	}
	if n := s.capped.Load(); n > 0 {
		r.Caps = append(r.Caps, web.CapHit{Name: "traces loaded at once", Limit: int64(e.cfg.MaxLoad), Hits: n})
	}
	if hot := s.hotValues.Load(); hot != nil {
		r.HotValues = *hot
	}
	return r
}
