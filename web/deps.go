package web

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

// Deps is what the server asks. *store.Store is the first five and History; all fields but
// History and Log are required.
type Deps struct {
	Flows     FlowReader
	Sums      FlowSums
	Spans     SpanReader
	Endpoints EndpointReader
	Search    SpanSearcher

	// Extractor reads what Baton makes of a span when it is shown.
	Extractor *flow.Extractor

	// Owners holds the current rules: an *ownership.Watcher.
	Owners Owners

	// Parts are asked for health and status: the store (StoreHealth), the log,
	// the joiner. The server is ready when all of them are.
	Parts []Part

	History OwnerHistory // nil: no change of owner was ever recorded
	Log     *zap.Logger
}

// FlowReader reads flows as the judge left them.
type FlowReader interface {
	ListFlows(ctx context.Context, q store.FlowQuery) ([]flow.Flow, error)

	// GetFlow resolves any id ever shown.
	GetFlow(ctx context.Context, tenant string, id flow.FlowID) (flow.Flow, error)

	// FlowHistory takes the present id.
	FlowHistory(ctx context.Context, tenant string, id flow.FlowID) ([]store.FlowRevision, error)

	// FlowsRevision grows when any flow of any tenant changes.
	FlowsRevision(ctx context.Context) (uint64, error)
}

// FlowSums adds flows up.
type FlowSums interface {
	FlowHistogram(ctx context.Context, q store.FlowFilter, step time.Duration) ([]store.FlowCount, error)
	Failures(ctx context.Context, q store.FlowFilter) ([]store.FailureGroup, error)

	// FlowSamples finds some of the newest flows of each of the filter's endpoints.
	FlowSamples(ctx context.Context, q store.FlowFilter) (map[uint64][]flow.FlowID, error)

	// Footprints tells flows apart by the moments, which are in order.
	Footprints(ctx context.Context, q store.FlowFilter, moments []int64) ([]store.Footprint, error)

	// Handed tells hand-offs apart by the moments, which are in order.
	Handed(ctx context.Context, q store.FlowFilter, moments []int64) ([]store.Handed, error)

	// FlowMap counts hand-offs of about most flows, and tells them apart by the
	// moments, which are in order.
	FlowMap(ctx context.Context, q store.FlowFilter, moments []int64, most uint64) (store.FlowMap, error)

	// MeasuredFlows counts flows, and those of them that Footprints and Handed can tell of.
	MeasuredFlows(ctx context.Context, q store.FlowFilter) (measured, all uint64, err error)

	Incidents(ctx context.Context, q store.FlowFilter) ([]store.Incident, error)
}

// SpanReader reads spans.
type SpanReader interface {
	SegmentsOfFlows(ctx context.Context, tenant string, ids []flow.FlowID) ([]store.Segment, error)
	ReadFactsUpTo(ctx context.Context, tenant string, ids []flow.TraceID, limit int) (facts []flow.Facts, more bool, err error)
	ReadSpan(ctx context.Context, tenant string, trace flow.TraceID, span flow.SpanID) (ptrace.Traces, error)
	CountSpans(ctx context.Context, tenant string, ids []flow.TraceID) (int, error)
}

// SpanSearcher finds spans by what they carry.
type SpanSearcher interface {
	SearchSpans(ctx context.Context, q store.SpanSearch) (store.SpanPage, error)

	// FlowsOfTraces says which flows the segments of traces are in.
	FlowsOfTraces(ctx context.Context, tenant string, ids []flow.TraceID) ([]store.Segment, error)
}

// EndpointReader reads what flows touch.
type EndpointReader interface {
	Endpoints(ctx context.Context, tenant string) ([]store.EndpointRecord, error)
	Traffic(ctx context.Context, tenant string, from, to time.Time) (map[uint64]store.Traffic, error)

	// EndpointsByID reads endpoints of any kind; those that are not there are left out.
	EndpointsByID(ctx context.Context, tenant string, ids []uint64) (map[uint64]flow.Endpoint, error)

	// Silences lists services that fell silent while others did not.
	Silences(ctx context.Context, tenant string, since, to time.Time) ([]store.Silence, error)
	// Changes compares how flows went in a window with how they went since a time before it.
	Changes(ctx context.Context, tenant string, since, from, to time.Time) ([]flow.Change, error)
}

// Owners holds the current rules.
type Owners interface {
	Current() *ownership.Set
	Status() ownership.Status
}

// OwnerHistory knows who owned endpoints before.
type OwnerHistory interface {
	// OwnerHistory answers every recorded change of owner, the oldest first.
	OwnerHistory(ctx context.Context, tenant string) ([]store.OwnerChange, error)

	// EndpointOwners answers those of one endpoint.
	EndpointOwners(ctx context.Context, tenant string, endpoint uint64) ([]store.OwnerChange, error)
}

// Part is a part of the process that can be well or not.
type Part interface {
	// Ready is nil when the part can do its work. It must be cheap, and its
	// text is shown to whoever asks.
	Ready(ctx context.Context) error

	// Report never fails: what cannot be learned is said in a part.
	Report(ctx context.Context) Report
}

// Report is what one part adds to the status page.
type Report struct {
	Parts     []StatusPart
	Figures   []StatusFigure
	HotValues []HotValue
	Caps      []CapHit
}
