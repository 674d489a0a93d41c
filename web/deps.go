package web

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
)

// ErrNotReady is wrapped by errors of the dependencies below when the engine is
// starting or away; clients are told to try again.
var ErrNotReady = errors.New("not ready")

// ErrNotFound is wrapped when there is no such flow, trace, span or endpoint.
var ErrNotFound = errors.New("not found")

// Deps is what the server asks. All fields but History and Log are required.
type Deps struct {
	Flows     FlowReader
	Failures  FailureReader
	Spans     SpanReader
	Endpoints EndpointReader
	Health    HealthReader
	Owners    Owners
	History   OwnerHistory // nil: no change of owner was ever recorded
	Log       *zap.Logger
}

// FlowReader reads flows as the judge left them.
type FlowReader interface {
	// Flows answers the newest revision of each flow that passes the filter,
	// in the order asked for, at most Limit.
	Flows(ctx context.Context, q FlowQuery) ([]flow.Flow, error)

	// Flow resolves any id ever shown.
	Flow(ctx context.Context, tenant string, id flow.FlowID) (FlowRecord, error)

	// CountFlows counts the flows that pass the filter, each once, at its
	// FailedAt or else its LastActivity, by step, status, environment and type.
	CountFlows(ctx context.Context, q FlowFilter, step time.Duration) ([]FlowCount, error)

	// Revision grows when any flow of any tenant changes.
	Revision(ctx context.Context) (uint64, error)
}

// FailureReader reads what went wrong, summed up. Failures are placed by
// FailedAt.
type FailureReader interface {
	// Failures answers the flows with a culprit that pass the filter, grouped
	// by the culprit's endpoint, role, rule and signature.
	Failures(ctx context.Context, q FlowFilter) ([]FailureGroup, error)

	// Footprints counts flows by what they touched and how they ended.
	Footprints(ctx context.Context, q FlowFilter) ([]Footprint, error)
}

// SpanReader reads spans.
type SpanReader interface {
	// Trace answers the spans of a trace, at most limit, the earliest first,
	// and how many there are.
	Trace(ctx context.Context, tenant string, id flow.TraceID, limit int) ([]flow.Wide, int, error)

	// FlowSpans answers the spans of all segments of a flow and of the shared
	// hops it refers to, at most limit, the earliest first, and how many there are.
	FlowSpans(ctx context.Context, tenant string, id flow.FlowID, limit int) ([]flow.Wide, int, error)

	// Span answers one span with all it was sent with: more than one when
	// several share the id, none when there is no such span.
	Span(ctx context.Context, tenant string, trace flow.TraceID, span flow.SpanID) ([]SpanRecord, error)
}

// EndpointReader reads what flows touch.
type EndpointReader interface {
	// Endpoints answers every endpoint of a tenant; they are few thousands.
	Endpoints(ctx context.Context, tenant string) ([]EndpointRecord, error)

	// Traffic answers the spans and errors of each endpoint in a window.
	Traffic(ctx context.Context, tenant string, from, to time.Time) (map[uint64]Traffic, error)

	// Interactions answers who called whom in a window.
	Interactions(ctx context.Context, tenant, environment string, from, to time.Time) ([]InteractionRecord, error)
}

// OwnerHistory knows who owned endpoints before.
type OwnerHistory interface {
	// OwnerHistory answers every recorded change of owner, the oldest first.
	OwnerHistory(ctx context.Context, tenant string) ([]OwnerChange, error)
}

// HealthReader knows how the rest of the process is doing.
type HealthReader interface {
	// Ready is nil when spans can be taken and questions answered.
	Ready(ctx context.Context) error

	// Status never fails: what cannot be learned is said in a part.
	Status(ctx context.Context) SystemStatus
}

// Owners holds the current rules.
type Owners interface {
	Current() *ownership.Set
	Status() ownership.Status
}

// FlowFilter says which flows are meant. Zero fields do not filter.
type FlowFilter struct {
	Tenant      string
	From, To    time.Time
	Verdicts    []flow.Verdict
	Environment string
	Type        uint64
	Endpoints   []uint64 // flows that touch any of them; nil for all, empty for none
	Culprits    []uint64 // flows whose culprit is any of them; nil for all, empty for none
}

// FlowQuery is a page of a list of flows.
type FlowQuery struct {
	FlowFilter
	Text  string       // part of a service, operation or reason, or a whole correlation value
	Trace flow.TraceID // flows this trace belongs to
	Key   *flow.KeyValue
	Worst bool // failures first, else newest first
	After *FlowPosition
	Limit int
}

// FlowPosition is where a page ended.
type FlowPosition struct {
	Rank         uint8 // of the verdict, where the worst come first
	LastActivity int64
	ID           flow.FlowID
}

// FlowRecord is a flow with its history.
type FlowRecord struct {
	flow.Flow
	Revisions []FlowRevision
}

// FlowRevision is one verdict that a flow had.
type FlowRevision struct {
	Revision uint64
	At       int64
	Verdict  flow.Verdict
}

// FlowCount is a cell of a count of flows.
type FlowCount struct {
	Bucket      int
	Verdict     flow.Verdict
	Environment string
	Type        flow.FlowType
	Count       uint64
}

// FailureGroup is flows that failed alike.
type FailureGroup struct {
	Culprit     flow.Culprit // of the newest flow
	Counts      map[flow.Verdict]uint64
	First, Last int64
	Endpoints   []uint64 // that any of the flows touched
	Types       []flow.FlowType
	Samples     []flow.FlowID // the newest, at most five
}

// Footprint is flows that touched the same endpoints and ended alike within
// the same hour.
type Footprint struct {
	Endpoints []uint64
	Verdict   flow.Verdict
	Culprit   uint64 // endpoint, 0 for none
	At        int64  // the hour of FailedAt, else of LastActivity
	Count     uint64
}

// SpanRecord is a span as it was sent, and what Baton reads from it.
type SpanRecord struct {
	Facts    *flow.Facts
	Resource pcommon.Resource
	Scope    pcommon.InstrumentationScope
	Span     ptrace.Span
}

// EndpointRecord is an endpoint with the time in which it was seen.
type EndpointRecord struct {
	flow.Endpoint
	ID                  uint64
	FirstSeen, LastSeen int64
}

// Traffic is what an endpoint did in a window.
type Traffic struct{ Spans, Errors uint64 }

// OwnerChange says that an endpoint had a new owner from a moment on.
type OwnerChange struct {
	Endpoint uint64
	At       int64
	Team     string // empty for nobody
}

// InteractionRecord is traffic from one endpoint to another.
type InteractionRecord struct {
	Caller, Callee uint64
	Kind           flow.Kind
	Count, Errors  uint64
}
