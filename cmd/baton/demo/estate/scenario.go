// Package estate is a simulated company: its services, the business flows that cross them, and what can go wrong in
// each. Everything is data, a tree of steps per flow type and a list of faults; one small interpreter plays it and
// writes finished OTLP spans together with the truth about the flow.
package estate

// Scenario is one flow type.
type Scenario struct {
	Name  string
	Share int // percent of all flows

	prefix string // of the business key
	entry  *Step

	failures     []*Fault
	rejections   []*Fault
	degradations []*Fault
	harmless     []*Fault // looks bad in a single span and is not
	stall        *Fault   // the consumer that now and then never comes

	spans, size int // of the largest usual flow, to size buffers
}

// Scenarios are the flow types of the estate.
var Scenarios = []*Scenario{placeOrder, refund, onboarding}

func init() {
	for _, s := range Scenarios {
		s.entry.build(nil, nil)
		s.spans, s.size = 96, 64<<10
	}
}
