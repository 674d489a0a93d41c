package queries

import (
	"encoding/json"
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/web"
)

// pageMatches holds both parts of a flow's page against the corpus.
func (s *Set) pageMatches(hops, spans []byte, f *corpus.Flow) error {
	var detail struct {
		web.Flow
		Hops     []web.Hop `json:"hops"`
		TraceIDs []string  `json:"trace_ids"`
	}
	if err := json.Unmarshal(hops, &detail); err != nil {
		return fmt.Errorf("flow page: %w", err)
	}
	if err := s.matches(&detail.Flow, f); err != nil {
		return err
	}
	var traces []pcommon.TraceID
	for _, id := range detail.TraceIDs {
		for _, t := range f.Traces {
			if t.String() == id {
				traces = append(traces, t)
			}
		}
	}
	if err := same("traces of flow "+detail.ID, traces, f.Traces); err != nil {
		return err
	}
	if len(detail.Hops) == 0 {
		return fmt.Errorf("flow %s has no hops", detail.ID)
	}
	var table web.SpanTable
	if err := json.Unmarshal(spans, &table); err != nil {
		return fmt.Errorf("waterfall: %w", err)
	}
	var want []pcommon.SpanID
	for _, ids := range f.Spans {
		want = append(want, ids...)
	}
	return same("spans of flow "+detail.ID, spanIDs(&table), want)
}
