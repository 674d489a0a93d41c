package storeexporter

import (
	"context"
	"fmt"

	"github.com/baton-observability/baton/web"
)

// Ready is nil: whether the log takes spans shows when they are sent, and a
// sender that is refused tries again.
func (e *storeExporter) Ready(context.Context) error { return nil }

// Report says how the way in is doing.
func (e *storeExporter) Report(context.Context) web.Report {
	s := e.wal.Stats()
	part := web.StatusPart{Name: "log", State: "ok", Detail: fmt.Sprintf("%d spans wait for the store", e.counts.acknowledged.Load()-e.counts.inserted.Load())}
	if p := e.counts.lastErr.Load(); p != nil {
		part.State, part.Detail = "degraded", *p
	}
	figure := func(name, unit string, v int64) web.StatusFigure {
		return web.StatusFigure{Name: name, Unit: unit, Value: float64(v)}
	}
	return web.Report{Parts: []web.StatusPart{part}, Figures: []web.StatusFigure{
		figure("ingest_acknowledged", "spans", e.counts.acknowledged.Load()),
		figure("ingest_inserted", "spans", e.counts.inserted.Load()),
		figure("ingest_repaired", "spans", e.counts.repaired.Load()),
		figure("ingest_refused", "spans", e.counts.refused.Load()),
		figure("ingest_set_aside", "spans", e.counts.setAside.Load()),
		figure("insert_retries", "inserts", e.counts.retries.Load()),
		figure("log_bytes", "bytes", s.Bytes),
		figure("log_max_bytes", "bytes", s.MaxBytes),
	}}
}
