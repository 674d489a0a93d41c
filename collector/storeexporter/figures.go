package storeexporter

import "github.com/baton-observability/baton/collector/storeextension"

// figures are what the status page shows of the way in.
func (e *storeExporter) figures() []storeextension.Figure {
	s := e.wal.Stats()
	last := ""
	if p := e.counts.lastErr.Load(); p != nil {
		last = *p
	}
	return []storeextension.Figure{
		{Name: "acknowledged", Unit: "spans", Value: float64(e.counts.acknowledged.Load())},
		{Name: "inserted", Unit: "spans", Value: float64(e.counts.inserted.Load())},
		{Name: "repaired", Unit: "spans", Value: float64(e.counts.repaired.Load())},
		{Name: "refused", Unit: "spans", Value: float64(e.counts.refused.Load())},
		{Name: "insert_retries", Unit: "inserts", Value: float64(e.counts.retries.Load()), Note: last},
		{Name: "log_bytes", Unit: "bytes", Value: float64(s.Bytes)},
		{Name: "log_max_bytes", Unit: "bytes", Value: float64(s.MaxBytes)},
	}
}
