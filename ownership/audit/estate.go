// Package audit says how well an estate is owned: what share of it, what
// nobody owns and who should, where sources disagree, and which rules and
// teams are of no use.
package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// Endpoint is one that was seen, with what went through it in the time that
// the caller looks at.
type Endpoint struct {
	ID      string
	Subject ownership.Subject

	Traffic  uint64 // spans, calls or flows: the unit is the caller's
	Failures uint64 // that it caused
}

// Name is what people call an endpoint.
func (e *Endpoint) Name() string {
	s := &e.Subject
	party := cmp.Or(s.Service, s.Host)
	what := cmp.Or(s.Operation, s.Route, s.Destination, s.Workflow)
	switch {
	case strings.EqualFold(s.Role, "channel"):
		party, what = cmp.Or(s.Destination, s.Operation), ""
	case party == "":
		party, what = what, ""
	}
	return strings.Join(slices.DeleteFunc([]string{party, what}, func(s string) bool { return s == "" }), " ")
}

// Estate is all endpoints with their owners.
type Estate struct {
	set       *ownership.Set
	endpoints []Endpoint
	owners    []ownership.Owner

	// Positions of endpoints by what they share, for proposals.
	byService, byNamespace, byDestination map[string][]int
	byID                                  map[string]int
	tokens                                *vocabulary
}

// NewEstate resolves the endpoints.
func NewEstate(set *ownership.Set, endpoints []Endpoint) *Estate {
	owners := make([]ownership.Owner, len(endpoints))
	for i := range endpoints {
		owners[i] = set.Resolve(endpoints[i].Subject)
	}
	return NewOwnedEstate(set, endpoints, owners)
}

// NewOwnedEstate takes owners that somebody else has resolved, one for each
// endpoint. The set may know less than that one: then there are no conflicts,
// dead rules and idle teams to find.
func NewOwnedEstate(set *ownership.Set, endpoints []Endpoint, owners []ownership.Owner) *Estate {
	e := &Estate{set: set, endpoints: endpoints, owners: owners,
		byService: map[string][]int{}, byNamespace: map[string][]int{}, byDestination: map[string][]int{}, byID: make(map[string]int, len(endpoints))}
	for i := range endpoints {
		s := &endpoints[i].Subject
		e.byID[endpoints[i].ID] = i
		for _, f := range []struct {
			by  map[string][]int
			key string
		}{{e.byService, s.Service}, {e.byNamespace, s.Namespace}, {e.byDestination, s.Destination}} {
			if f.key != "" {
				f.by[f.key] = append(f.by[f.key], i)
			}
		}
	}
	return e
}

// Owner is the owner of the endpoint at a position in NewEstate's list.
func (e *Estate) Owner(i int) ownership.Owner { return e.owners[i] }

// teamOf is the owner of an endpoint that may be in the estate.
func (e *Estate) teamOf(p *Endpoint) string {
	if i, ok := e.byID[p.ID]; ok && p.ID != "" {
		return e.owners[i].Team
	}
	return e.set.Resolve(p.Subject).Team
}
