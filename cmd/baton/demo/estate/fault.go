package estate

import "time"

// how says in which way a step goes wrong.
type how uint8

const (
	throws  how = iota // the code there throws: an exception event, then an error to its caller
	answers            // an external party answers with an error status, or not at all
	rejects            // the caller's own fault: answered with 4xx, nothing is done
	expires            // it takes longer than its caller waits
	never              // the consumer never comes
)

// Fault is one thing that can go wrong in a scenario: where, how, and what is therefore true about the flow.
type Fault struct {
	Kind    string // the name in the truth file
	Verdict string
	Culprit string // service or external host, empty when the caller outside is at fault
	Weight  int    // share among the faults of the same class in its scenario

	at                string // tag of the step
	how               how
	times             int // attempts it hits, 0 = all
	status            int64
	sqlState          string
	exception         string
	message           string
	after             time.Duration // deadline of expires
	handledByWorkflow bool          // the workflow compensates and then ends well
}

func (f *Fault) failure() *failure {
	out := &failure{status: f.status, grpc: 13, kind: f.exception, message: f.message, sqlState: f.sqlState}
	switch f.how {
	case throws:
		if out.status == 0 {
			out.status = 500
		}
	case rejects:
		out.rejected = true
	case expires:
		out.grpc, out.status = 4, 500
	}
	return out
}

// asSeenBy is the failure that a step passes on when one of its children failed. A caller's fault is passed on as it
// is; everything else becomes this service's own 500.
func (f *failure) asSeenBy(s *Step) *failure {
	if f.rejected || s.verb == verbGateway {
		return f
	}
	return &failure{status: 500, grpc: 13, kind: f.kind, message: f.message}
}
