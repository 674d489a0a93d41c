package flow

import (
	"fmt"
	"slices"
)

// Kind says what two parties do with each other at a hop.
type Kind uint8

// The kinds. Internal and DB spans are no hops of their own: they belong to the
// hop they run in.
const (
	Internal Kind = iota
	API
	Event
	Queue
	Workflow
	DB
)

// Role is the side of a hop.
type Role uint8

// The roles: caller and provider of an api, producer, channel and consumer of
// an event or a queue, orchestrator and activity of a workflow, and gateways,
// which pass on what others said.
const (
	NoRole Role = iota
	Caller
	Provider
	Producer
	Channel
	Consumer
	Orchestrator
	Activity
	Gateway
)

// SpanKind is the OTLP span kind, with OTLP's numbers.
type SpanKind uint8

// The span kinds of OTLP.
const (
	KindUnspecified SpanKind = iota
	KindInternal
	KindServer
	KindClient
	KindProducer
	KindConsumer
)

// Status is the OTLP status code, with OTLP's numbers.
type Status uint8

// The status codes of OTLP. Unset means that no error is known.
const (
	StatusUnset Status = iota
	StatusOK
	StatusError
)

// Verdict is what became of a flow. Clients accept verdicts they do not know.
type Verdict uint8

// The verdicts. Numbers are stored: append only.
const (
	Running Verdict = iota
	Completed
	Degraded
	Rejected
	Slow
	Failed
	Stalled
	Compensated
	Cancelled
)

// Outcome is what became of one hop.
type Outcome uint8

// The outcomes. Numbers are stored: append only.
const (
	OK            Outcome = iota
	Recovered             // failed attempts, then one that succeeded
	Handled               // an error that its caller lived with
	RejectedHop           // refused for the caller's fault
	FailedHop             //
	TimedOut              //
	CancelledHop          //
	CompensatedBy         // undone on purpose after a failure
	DeadLettered          //
	Stuck                 // the expected next step never came
	Incomplete            // still open
	Skipped               //
)

// Confidence in a culprit: high when the failing side itself reported the
// error, medium when the side was inferred, low when spans or times are missing.
type Confidence uint8

// The levels of confidence.
const (
	Low Confidence = iota
	Medium
	High
)

var (
	kinds       = []string{"internal", "api", "event", "queue", "workflow", "db"}
	roles       = []string{"", "caller", "provider", "producer", "channel", "consumer", "orchestrator", "activity", "gateway"}
	spanKinds   = []string{"unspecified", "internal", "server", "client", "producer", "consumer"}
	statuses    = []string{"unset", "ok", "error"}
	verdicts    = []string{"running", "completed", "degraded", "rejected", "slow", "failed", "stalled", "compensated", "cancelled"}
	outcomes    = []string{"ok", "recovered", "handled", "rejected", "failed", "timed_out", "cancelled", "compensated", "dead_lettered", "stuck", "incomplete", "skipped"}
	confidences = []string{"low", "medium", "high"}
)

func word(words []string, i uint8) string {
	if int(i) < len(words) {
		return words[i]
	}
	return "unknown"
}

func parseWord[T ~uint8](what string, words []string, s string) (T, error) {
	for i, w := range words {
		if w == s {
			return T(i), nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q, want one of %q", what, s, words)
}

func (k Kind) String() string     { return word(kinds, uint8(k)) }
func (r Role) String() string     { return word(roles, uint8(r)) }
func (k SpanKind) String() string { return word(spanKinds, uint8(k)) }
func (s Status) String() string   { return word(statuses, uint8(s)) }
func (v Verdict) String() string  { return word(verdicts, uint8(v)) }

// Troubled reports a verdict that says that something is or was wrong.
func (v Verdict) Troubled() bool { return v > Completed }

func (o Outcome) String() string    { return word(outcomes, uint8(o)) }
func (c Confidence) String() string { return word(confidences, uint8(c)) }

// ParseKind reads a kind as String writes it.
func ParseKind(s string) (Kind, error) { return parseWord[Kind]("kind", kinds, s) }

// ParseRole reads a role as String writes it.
func ParseRole(s string) (Role, error) { return parseWord[Role]("role", roles, s) }

// Verdicts are all that there are, as String writes them.
func Verdicts() []string { return slices.Clone(verdicts) }

// ParseVerdict reads a verdict as String writes it.
func ParseVerdict(s string) (Verdict, error) { return parseWord[Verdict]("status", verdicts, s) }
