package flow

// Facts is what joining and judging need of one span, read in one pass over the
// span by Extractor.Span. A Facts is reused from span to span at ingest, where
// nothing may be allocated for an ordinary span; strings alias the OTLP data.
type Facts struct {
	Trace      TraceID
	ID, Parent SpanID
	Start      int64 // Unix ns
	Duration   int64 // ns, never negative
	Name       string
	SpanKind   SpanKind
	Status     Status // an unset status that error=true, Success=false or otel.status_code contradict is StatusError
	Message    string // status message

	Resource *Resource
	Scope    string // instrumentation scope name

	// What classification says.
	Kind        Kind
	Role        Role   // the side of the hop this span stands on
	Rule        string // the rule that decided the kind, for example "messaging.system"
	System      string
	Operation   string // templated
	Destination string // templated; empty unless event or queue
	Workflow    string // workflow type, pipeline or dag; empty unless workflow
	Step        Step
	Endpoint    Endpoint
	EndpointID  uint64

	// What joins.
	Keys      []Key
	Links     []Link
	Channel   uint64 // hash of where it passes through, the same on both sides: the destination of a message, the workflow that is started; 0 for none
	MessageID uint64 // hash of the message identity (system, destination, message id or partition and offset), 0 for none
	Batch     int    // items the span stands for; > 1 means that it is shared

	// What judging needs. Zero values mean "not said".
	Flags            Flags
	HTTPStatus       int
	GRPCStatus       string // "UNAVAILABLE", ... upper case, whatever form it was sent in
	ErrorType        string
	ExceptionType    string
	ExceptionMessage string
	ExceptionTime    int64
	Attempt          int    // 1 for a first retry
	AttemptOf        string // what attempts share: an activity id, a method and URL
	Deliveries       int    // messaging delivery count
	Disposition      string // complete, abandon, dead_letter, defer
	DeadLetterReason string
	RunStatus        string // workflow or task status as sent, lower case
	PeerService      string // the callee as the caller names it
	Host             string // the callee's host as the caller names it, without port
	OriginalDest     string // destination as sent, before templating

	block *block
}

// reset empties f but keeps what can be reused. A copy of a Facts gets a block
// of its own, because two owners would write over each other.
func (f *Facts) reset() {
	k := f.block
	if k == nil || k.owner != f {
		k = &block{owner: f}
		*f = Facts{block: k}
		return
	}
	*f = Facts{Keys: f.Keys[:0], Links: f.Links[:0], block: k}
}

// Step is what a span does at its hop, where the span kind alone does not say.
type Step uint8

// The steps. Call and Serve are the sides of an api call; Send, Receive,
// Process and Settle those of a message; Schedule asks a workflow engine for a
// step, Run is the step or the workflow itself.
const (
	NoStep Step = iota
	Call
	Serve
	Send
	Receive
	Process
	Settle
	Schedule
	Run
)

// Flags are the yes-or-no facts of a span that decide whether its flow needs a
// judge at all.
type Flags uint16

// Error: status error. Suspect: the judge must look (an error, a 4xx or 5xx, a
// redelivery, a dead letter, a run that did not complete, a retry). Awaits: a
// message or a started run that somebody should take up. Takes: takes up one.
// Shared: a batch or multi-item span. DLQ: a dead-letter destination. Poll: a
// receive that got nothing and must not start a flow. Compensates: undoes an
// earlier step. Derived: ids were computed from a log, not traced.
const (
	FlagError Flags = 1 << iota
	FlagSuspect
	FlagAwaits
	FlagTakes
	FlagShared
	FlagDLQ
	FlagPoll
	FlagCompensates
	FlagDerived
)

// Key is one correlation value carried by a span.
type Key struct {
	Name        string // the concept, one for all its spellings: "correlation.id", "order.id", "workflow.run"
	Value       string // normalised
	Hash        uint64 // of (environment, Name, Value): what joins, see HashKey
	Trust       uint8  // 4 joins by itself, 3 joins when its guards pass
	Identifying bool   // a flow has one value of it
	Window      int64  // ns; values further apart than this do not join; 0 for no limit
}

// Link is a span link.
type Link struct {
	Trace TraceID
	Span  SpanID
}

// Resource is what all spans of one OTLP resource share.
type Resource struct {
	Tenant      string
	Environment string
	Namespace   string
	Service     string // "unknown_service" when the sender does not say
	Attrs       []Attr // the attributes that ownership rules use, sorted by key
	Source      string // hop.source, for spans made from logs
}
