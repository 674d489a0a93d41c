package sim

import "sync/atomic"

// Span is one finished span: its encoded body, and what is needed to put it into a request of the right process.
type Span struct {
	Process int
	Scope   Scope
	End     int64 // unix nanoseconds at which it leaves its process: when it ends, or later where it is read from a log
	Body    []byte
	Flow    *Flow
}

// Flow is one simulated business transaction with everything it will ever send, and the truth about it. Flows that
// share spans, such as the items of a batch, are simulated as one Flow with several truths.
type Flow struct {
	Spans []Span
	Truth Truth
	With  []Truth // about the further flows

	left atomic.Int64 // spans not yet acknowledged
}

// Close ends the simulation: from now on the flow waits for its spans to be acknowledged.
func (f *Flow) Close() {
	f.left.Store(int64(len(f.Spans)))
	for i := range f.Spans {
		f.Spans[i].Flow = f
	}
}

// Acknowledge counts one span as accepted by the receiver and reports whether it was the flow's last.
func (f *Flow) Acknowledge() bool { return f.left.Add(-1) == 0 }

// Truths are all truths about the flow.
func (f *Flow) Truths() []Truth { return append([]Truth{f.Truth}, f.With...) }
