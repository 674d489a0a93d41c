package flow

// Flow is one row of the flow list: what the judge says of a flow, as stored.
type Flow struct {
	Tenant       string
	ID           FlowID
	Revision     uint64 // grows with every change; the highest is the truth
	Environment  string
	Type         FlowType
	Start        int64 // Unix ns, start of the first span
	LastActivity int64 // Unix ns, end of the last span
	FailedAt     int64 // Unix ns, when the culprit failed or the stall was due; 0 when the flow has not failed
	Verdict      Verdict
	Spans        uint32
	Hops         uint32
	Traces       uint32
	Endpoints    []uint64 // every endpoint of the flow, sorted, channels and external parties included
	Services     []string // sorted, for free-text search
	Correlations []KeyValue
	TraceIDs     []TraceID // in order of start; at most MaxListedTraces, the rest is found by segment
	Culprit      *Culprit  // nil unless something failed, stalled, was rejected, compensated or slow
	CheckAt      int64     // Unix ns: when the judge should look again though nothing arrives; 0 for never
	Shares       *Shares   // written only; nil when the flow is not measured
	Calm         bool      // written only; no earlier revision was in trouble, see Verdict.Troubled
}

// MaxListedTraces bounds the trace ids kept in a flow's row.
const MaxListedTraces = 1000

// FlowType groups flows by their entry endpoint.
type FlowType struct {
	ID        uint64
	Service   string
	Operation string
}

// KeyValue is a correlation as people read it.
type KeyValue struct{ Key, Value string }

// Culprit is the hop and role that failed first and was not recovered.
type Culprit struct {
	Endpoint   uint64
	Service    string
	Operation  string
	Kind       Kind
	System     string
	Role       Role      // Role is NoRole when the culprit is a hand-off, see Between
	Between    [2]string // the two services of a hand-off that was slow
	Host       string    // of an external party
	Reason     string    // one line for people
	Signature  string    // the reason with its volatile parts removed, for grouping
	Rule       string    // the culprit rule that decided
	Confidence Confidence
	Trace      TraceID // the evidence
	Span       SpanID
}
