package joinerextension

import (
	"context"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// feed is where committed batches come from.
type feed interface {
	Batches(ctx context.Context, since time.Time, known func(id string) bool) ([]store.BatchFeed, error)
	KnownHashes(ctx context.Context, add func(hash uint64)) error
	Tenants(ctx context.Context) ([]string, error)
}

// facts is what the joiner reads when something new touches something old.
type facts interface {
	ReadFacts(ctx context.Context, tenant string, ids []flow.TraceID) ([]flow.Facts, error)
	TracesByHash(ctx context.Context, tenant string, hashes []uint64) (map[uint64][]store.SeenTrace, error)
	FlowsOfTraces(ctx context.Context, tenant string, ids []flow.TraceID) ([]store.Segment, error)
	SegmentsOfFlows(ctx context.Context, tenant string, ids []flow.FlowID) ([]store.Segment, error)
}

// sink is where verdicts go.
type sink interface {
	WriteFlows(ctx context.Context, w store.FlowWrite) error
	FlowsSince(ctx context.Context, tenant string, revision uint64) (map[flow.FlowID][]flow.TraceID, error)
	FlowsJoinedBy(ctx context.Context, tenant string, keys, services []string, shown int) ([]flow.FlowID, error)
	OpenFlows(ctx context.Context, tenant string) ([]flow.FlowID, error)
	EndpointsByID(ctx context.Context, tenant string, ids []uint64) (map[uint64]flow.Endpoint, error)
}

// memory is what outlives the process: learned expectations and the watermark.
type memory interface {
	LoadState(ctx context.Context, key string) ([]byte, error)
	SaveState(ctx context.Context, key string, value []byte) error
	LastRevision(ctx context.Context) (uint64, error)
}
