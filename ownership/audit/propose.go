package audit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// Neighbour is an endpoint that the one in question deals with.
type Neighbour struct {
	// Verb is what it does, as in "order-api calls it": "calls it", "is called
	// by it", "sends to it", "receives from it".
	Verb     string
	Endpoint Endpoint
}

// Proposal is a team that should perhaps own an endpoint.
type Proposal struct {
	Team, TeamName string
	Confidence     float64    // 0 to 1, for ranking: all evidence together
	Evidence       []Evidence // the strongest first

	Rule        string // to paste below "rules:" of an ownership file
	CatalogInfo string // to paste into Backstage's catalog-info.yaml; "" when no entity describes such an endpoint
}

// Evidence is one reason.
type Evidence struct {
	Kind   string // one of the Evidence constants
	Text   string // a sentence
	Weight float64
}

// The kinds of evidence.
const (
	EvidenceService   = "same-service"
	EvidenceCatalogue = "catalogue"
	EvidenceChannel   = "same-destination"
	EvidenceNamespace = "same-namespace"
	EvidenceName      = "similar-name"
	EvidenceNeighbour = "neighbour"
)

// How far each kind of evidence alone convinces. The order is what counts: who
// owns the rest of a service nearly always owns this part of it, a catalogue's
// relation was written by somebody who knew, a namespace is often a team's, and
// whom one calls says least. A party outside has nothing but its callers.
const (
	weightService         = 0.8
	weightCatalogue       = 0.5
	weightChannel         = 0.4
	weightNamespace       = 0.45
	weightName            = 0.4
	weightNeighbour       = 0.25
	weightNeighbourOfHost = 0.5

	leastAlike   = 0.34 // a third of what tells a name
	maxProposals = 3
)

// Propose returns the teams that evidence speaks for, the most likely first.
// The endpoint need not be in the estate, nor the neighbours.
func (e *Estate) Propose(p Endpoint, neighbours []Neighbour) []Proposal {
	b := ballot{estate: e, of: &p, found: map[string][]Evidence{}}
	b.sameService()
	b.sameDestination()
	b.sameNamespace()
	b.catalogue()
	b.similarNames()
	b.neighbours(neighbours)
	var out []Proposal
	for team, evidence := range b.found {
		slices.SortStableFunc(evidence, func(a, b Evidence) int {
			return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Text, b.Text))
		})
		doubt := 1.0
		for _, ev := range evidence {
			doubt *= 1 - ev.Weight
		}
		out = append(out, Proposal{Team: team, TeamName: e.teamName(team), Confidence: 1 - doubt, Evidence: evidence, Rule: ruleFor(&p, team, evidence), CatalogInfo: catalogInfoFor(&p, team)})
	}
	slices.SortFunc(out, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.Team, b.Team))
	})
	return out[:min(len(out), maxProposals)]
}

func (e *Estate) teamName(id string) string {
	if t, ok := e.set.Team(id); ok {
		return t.Name
	}
	return id
}

// ballot gathers evidence by team.
type ballot struct {
	estate *Estate
	of     *Endpoint
	found  map[string][]Evidence
}

func (b *ballot) add(team, kind string, weight float64, format string, args ...any) {
	b.found[team] = append(b.found[team], Evidence{kind, fmt.Sprintf(format, args...), weight})
}

// share counts how many of the endpoints at positions each team owns.
func (b *ballot) share(positions []int, also func(*Endpoint) bool) (byTeam map[string]int, total int) {
	byTeam = map[string]int{}
	for _, i := range positions {
		p := &b.estate.endpoints[i]
		if team := b.estate.owners[i].Team; team != "" && p.ID != b.of.ID && also(p) {
			byTeam[team]++
			total++
		}
	}
	return byTeam, total
}

func anyEndpoint(*Endpoint) bool { return true }

func (b *ballot) sameService() {
	s := b.of.Subject.Service
	byTeam, total := b.share(b.estate.byService[s], anyEndpoint)
	for team, n := range byTeam {
		b.add(team, EvidenceService, weightService*float64(n)/float64(total), "%s owns %s of service %s", team, some(n, total, "other endpoint"), s)
	}
}

func (b *ballot) sameDestination() {
	s := &b.of.Subject
	if s.Destination == "" {
		return
	}
	byTeam, total := b.share(b.estate.byDestination[s.Destination], func(p *Endpoint) bool { return p.Subject.Service != s.Service || s.Service == "" })
	for team, n := range byTeam {
		b.add(team, EvidenceChannel, weightChannel*float64(n)/float64(total), "%s owns %s that %s %s", team, some(n, total, "endpoint"), verb(n, "uses", "use"), s.Destination)
	}
}

func (b *ballot) sameNamespace() {
	s := &b.of.Subject
	byTeam, total := b.share(b.estate.byNamespace[s.Namespace], func(p *Endpoint) bool { return p.Subject.Service != s.Service })
	for team, n := range byTeam {
		// One endpoint in a namespace tells less than ten.
		weight := weightNamespace * float64(n) / float64(total) * (1 - math.Pow(0.5, float64(n)))
		b.add(team, EvidenceNamespace, weight, "%s owns %s in namespace %s", team, some(n, total, "endpoint"), s.Namespace)
	}
}

func (b *ballot) catalogue() {
	s := &b.of.Subject
	seen := map[string]bool{}
	for _, name := range []string{s.Service, s.Destination, s.Workflow, s.Host} {
		if name == "" {
			continue
		}
		for _, l := range b.estate.set.Links(name) {
			if text := fmt.Sprintf("%s of team %s %s %s, as %s has it", l.Entity, l.Owner, l.Verb, name, l.File); l.Owner != "" && !seen[text] {
				seen[text] = true
				b.add(l.Owner, EvidenceCatalogue, weightCatalogue, "%s", text)
			}
		}
	}
}

// similarNames looks for names of the same kind of thing: services by
// services, hosts by hosts, queues by queues.
func (b *ballot) similarNames() {
	of := nameOf(&b.of.Subject)
	if of.text == "" {
		return
	}
	if b.estate.tokens == nil {
		b.estate.tokens = newVocabulary(b.estate.names())
	}
	best := map[string]struct {
		alike float64
		name  string
	}{}
	seen := map[thing]bool{of: true}
	for i := range b.estate.endpoints {
		other := nameOf(&b.estate.endpoints[i].Subject)
		team := b.estate.owners[i].Team
		if team == "" || seen[other] || other.kind != of.kind {
			continue
		}
		seen[other] = true
		alike := b.estate.tokens.alike(of.text, other.text)
		if old := best[team]; alike > old.alike || alike == old.alike && other.text < old.name {
			best[team] = struct {
				alike float64
				name  string
			}{alike, other.text}
		}
	}
	for team, m := range best {
		if m.alike >= leastAlike {
			b.add(team, EvidenceName, weightName*m.alike, "%s owns %s, a similar name", team, m.name)
		}
	}
}

// thing is what a name is of.
type thing struct{ kind, text string }

func nameOf(s *ownership.Subject) thing {
	switch {
	case s.Service != "":
		return thing{"service", s.Service}
	case s.Host != "":
		return thing{"host", s.Host}
	case s.Destination != "":
		return thing{"destination", s.Destination}
	}
	return thing{"workflow", s.Workflow}
}

func (e *Estate) names() []string {
	seen := map[thing]bool{}
	var out []string
	for i := range e.endpoints {
		if n := nameOf(&e.endpoints[i].Subject); !seen[n] {
			seen[n] = true
			out = append(out, n.text)
		}
	}
	return out
}

func (b *ballot) neighbours(list []Neighbour) {
	weight := weightNeighbour
	if b.of.Subject.Service == "" {
		weight = weightNeighbourOfHost
	}
	type party struct{ team, text string }
	seen := map[party]bool{}
	total := 0
	count := map[string]int{}
	texts := map[string][]string{}
	for _, n := range list {
		team := b.estate.teamOf(&n.Endpoint)
		text := nameOf(&n.Endpoint.Subject).text + " " + n.Verb
		if team == "" || seen[party{team, text}] {
			continue
		}
		seen[party{team, text}] = true
		total++
		count[team]++
		texts[team] = append(texts[team], text)
	}
	for team, n := range count {
		slices.Sort(texts[team])
		b.add(team, EvidenceNeighbour, weight*float64(n)/float64(total), "of %s: %s", team, strings.Join(texts[team][:min(n, 3)], ", "))
	}
}

func some(n, total int, what string) string {
	if n == total {
		if n == 1 {
			return "the one " + what
		}
		return fmt.Sprintf("all %d %ss", n, what)
	}
	return fmt.Sprintf("%d of %d %ss", n, total, what)
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
