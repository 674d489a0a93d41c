package joinerextension

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// layGhosts ends flows without a segment. They come to be when a joiner that was
// replaced writes once more: it says of segments what its successor had said
// otherwise, and what the successor made of them stays behind. Each leads to the
// flow that has its traces now.
func (j *joiner) layGhosts(ctx context.Context, since time.Time) error {
	for name := range j.tenants {
		rows, err := j.sink.FlowsSince(ctx, name, uint64(max(since.UnixMicro(), 0)))
		if err != nil {
			return fmt.Errorf("flows written of late: %w", err)
		}
		ids := make([]flow.FlowID, 0, len(rows))
		for id := range rows {
			ids = append(ids, id)
		}
		for part := range slices.Chunk(ids, 1000) {
			if err := j.layAmong(ctx, name, part, rows); err != nil {
				return err
			}
		}
	}
	return j.write.flush(ctx, j.sink)
}

func (j *joiner) layAmong(ctx context.Context, tenant string, ids []flow.FlowID, rows map[flow.FlowID][]flow.TraceID) error {
	segments, err := j.facts.SegmentsOfFlows(ctx, tenant, ids)
	if err != nil {
		return err
	}
	alive := map[flow.FlowID]bool{}
	for _, s := range segments {
		alive[s.Flow] = alive[s.Flow] || !s.Shared
	}
	for _, id := range ids {
		if alive[id] || len(rows[id]) == 0 {
			continue
		}
		now, err := j.facts.FlowsOfTraces(ctx, tenant, rows[id])
		if err != nil {
			return err
		}
		if k := slices.IndexFunc(now, func(s store.Segment) bool { return !s.Shared && !s.Gone && s.Flow != id }); k >= 0 {
			j.write.alias(store.Alias{Tenant: tenant, Old: id, New: now[k].Flow, Revision: j.revision()})
		}
	}
	return nil
}
