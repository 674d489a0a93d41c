package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// Share is a part of something that adds up.
type Share struct {
	Owned    uint64 // by a team
	Declared uint64 // owned, or unowned on purpose
	Total    uint64
}

// Ratio is the owned part, 1 of nothing.
func (s Share) Ratio() float64 {
	if s.Total == 0 {
		return 1
	}
	return float64(s.Owned) / float64(s.Total)
}

func (s *Share) add(n uint64, o *ownership.Owner) {
	s.Total += n
	if o.Source != ownership.SourceNone {
		s.Declared += n
	}
	if o.Team != "" {
		s.Owned += n
	}
}

// Coverage is how much of an estate is owned.
type Coverage struct {
	Endpoints, Traffic, Failures Share

	Teams   []TeamShare // that own something, the one with most failures first
	Sources []SourceShare
	Unowned []Unowned // the one that caused most failures first
}

// TeamShare is what one team owns.
type TeamShare struct {
	Team                         string
	Endpoints, Traffic, Failures uint64
}

// SourceShare is what one source decides about.
type SourceShare struct {
	Source    string // SourceRule, SourceCatalogue, SourceAttribute or SourceNone
	Origin    string // name of the import
	Endpoints uint64
}

// Unowned is an endpoint that no team owns.
type Unowned struct {
	Endpoint
	OnPurpose bool // a source declares it unowned
	Why       string
}

// Coverage adds the estate up.
func (e *Estate) Coverage() Coverage {
	var c Coverage
	teams := map[string]*TeamShare{}
	sources := map[[2]string]*SourceShare{}
	for i := range e.endpoints {
		p, o := &e.endpoints[i], &e.owners[i]
		c.Endpoints.add(1, o)
		c.Traffic.add(p.Traffic, o)
		c.Failures.add(p.Failures, o)
		key := [2]string{o.Source, o.Origin}
		if sources[key] == nil {
			sources[key] = &SourceShare{Source: o.Source, Origin: o.Origin}
		}
		sources[key].Endpoints++
		if o.Team == "" {
			c.Unowned = append(c.Unowned, Unowned{*p, o.Source != ownership.SourceNone, o.Why})
			continue
		}
		if teams[o.Team] == nil {
			teams[o.Team] = &TeamShare{Team: o.Team}
		}
		t := teams[o.Team]
		t.Endpoints, t.Traffic, t.Failures = t.Endpoints+1, t.Traffic+p.Traffic, t.Failures+p.Failures
	}
	for _, t := range teams {
		c.Teams = append(c.Teams, *t)
	}
	slices.SortFunc(c.Teams, func(a, b TeamShare) int {
		return cmp.Or(cmp.Compare(b.Failures, a.Failures), cmp.Compare(b.Traffic, a.Traffic), strings.Compare(a.Team, b.Team))
	})
	for _, s := range sources {
		c.Sources = append(c.Sources, *s)
	}
	slices.SortFunc(c.Sources, func(a, b SourceShare) int {
		return cmp.Or(cmp.Compare(b.Endpoints, a.Endpoints), strings.Compare(a.Source, b.Source), strings.Compare(a.Origin, b.Origin))
	})
	slices.SortFunc(c.Unowned, func(a, b Unowned) int { return worse(&a.Endpoint, &b.Endpoint) })
	return c
}

// worse orders by failures, then by traffic, then by name.
func worse(a, b *Endpoint) int {
	return cmp.Or(cmp.Compare(b.Failures, a.Failures), cmp.Compare(b.Traffic, a.Traffic), strings.Compare(a.Name(), b.Name()), strings.Compare(a.ID, b.ID))
}

// IdleTeams are the declared teams that own nothing, nor does any team that is
// part of them, by ID.
func (e *Estate) IdleTeams() []ownership.Team {
	busy := map[string]bool{}
	for i := range e.owners {
		// Parents make no circle, so this ends; a team seen before has its
		// parents marked.
		for id := e.owners[i].Team; id != "" && !busy[id]; {
			busy[id] = true
			t, _ := e.set.Team(id)
			id = t.Parent
		}
	}
	return slices.DeleteFunc(e.set.Teams(), func(t ownership.Team) bool { return busy[t.ID] })
}
