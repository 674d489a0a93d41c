package azure

import "slices"

// Kind is one kind of fault: what goes wrong in which flow type, and what is therefore true about the flow.
type Kind struct {
	Name  string
	About string // a line for people
	Class Class

	flow    *scenario
	effects []effect

	verdict    string
	orVerdicts []string
	culprit    string   // service, or host of a party outside; empty when there is none, or it is outside and unknown
	role       string   // its side of the hop
	between    []string // the two services of a hand-off
	or         []string // further culprits that are as right

	compensates bool         // the orchestration takes back what was done
	mends       bool         // and then ends well
	weight      int          // cards in the deck, 1 when it is 0
	burst       int64        // flows in a row that it hits, once: an incident
	rare        bool         // it must stay an exception for what usually happens to be known
	before      func(r *run) // what is special about the flow's ids
	after       func(r *run) // what happens to its spans on the way
	twin        bool         // it plays in staging, beside a flow in production that has the same ids and is well
}

// Class groups kinds by what they try.
type Class string

// The classes.
const (
	Errors   Class = "error"
	Rejected Class = "rejected"
	Handled  Class = "handled"
	Stalled  Class = "stalled"
	Slow     Class = "slow"
	Mess     Class = "mess"
)

// Classes are all classes.
var Classes = []Class{Errors, Stalled, Slow, Rejected, Handled, Mess}

// ClassOf answers the class of a kind by its name, nothing for flows that are well.
func ClassOf(name string) Class {
	for _, k := range Kinds {
		if k.Name == name {
			return k.Class
		}
	}
	return ""
}

// Kinds are all kinds of faults.
var Kinds = slices.Concat(errorKinds, messageKinds, workflowKinds, handledKinds, rejectedKinds, stalledKinds, slowKinds, messKinds)

// KindsNamed answers the kinds with these names, all of them for "all". The last result is a name that there is not.
func KindsNamed(names ...string) ([]*Kind, string) {
	var out []*Kind
	for _, name := range names {
		if name == "all" {
			return Kinds, ""
		}
		i := slices.IndexFunc(Kinds, func(k *Kind) bool { return k.Name == name })
		if i < 0 {
			return nil, name
		}
		out = append(out, Kinds[i])
	}
	return out, ""
}
