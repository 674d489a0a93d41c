package web

import (
	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// outsiders are the parties that send no spans, by what they have in common with
// who calls them. They stand in for a callee that a flow's row does not name.
type outsiders map[calledBy][]*store.EndpointRecord

type calledBy struct {
	environment, system, operation string
	kind                           flow.Kind
}

func outsidersOf(all []store.EndpointRecord) outsiders {
	out := outsiders{}
	for i := range all {
		if e := &all[i]; isOutside(e) {
			k := calledBy{e.Environment, e.System, e.Operation, e.Kind}
			out[k] = append(out[k], e)
		}
	}
	return out
}

// isOutside reports an endpoint that a caller named. One that calls its partner
// by a service name cannot be told from a service without a namespace.
func isOutside(e *store.EndpointRecord) bool {
	return e.Host != "" || e.Role == flow.Provider && e.Namespace == "" && len(e.Attrs) == 0
}

// of are the parties that the caller may have called.
func (o outsiders) of(caller *store.EndpointRecord) []*store.EndpointRecord {
	return o[calledBy{caller.Environment, caller.System, caller.Operation, caller.Kind}]
}
