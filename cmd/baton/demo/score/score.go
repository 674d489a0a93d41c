// Package score compares what was concluded about flows with what really happened in them.
package score

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// Answer is what was concluded about one flow.
type Answer struct {
	ID       string
	Verdict  string
	Traces   []string // its own, and those that it shares with others
	Keys     []string // values of its correlations
	Suspects []Suspect
}

// Suspect is a culprit: the first of an answer, or one of its alternatives.
type Suspect struct {
	Service string // or the host of a party outside, or the queue
	Team    string // empty for nobody
	Role    string
	Between []string // the two services of a hand-off
	Reason  string
	Rule    string
}

// Row is the score of one kind of fault.
type Row struct {
	Kind       string
	Flows      int
	Precision  Share // of pairs of traces that were joined: those that belong together
	Recall     Share // of pairs that belong together: those that were joined
	Verdict    Share
	Team       Share // of flows with a culprit: those whose first suspect has the right team
	Service    Share // the same by service
	TopThree   Share // the same by service, among the first three
	Stalls     Share // flows that are said to be stalled and are not; the fewer the better
	CulpritOff []Miss
	VerdictOff []Miss
	JoinsOff   []Miss
}

// Miss is a flow about which the answer is wrong.
type Miss struct {
	Truth sim.Truth
	Said  string
}

// Share is n of so many.
type Share struct{ N, Of int }

// Percent is 100 where there is nothing to get wrong.
func (s Share) Percent() float64 {
	if s.Of == 0 {
		return 100
	}
	return 100 * float64(s.N) / float64(s.Of)
}

func (s *Share) add(ok bool) {
	s.Of++
	if ok {
		s.N++
	}
}

func (s *Share) plus(o Share) { s.N, s.Of = s.N+o.N, s.Of+o.Of }

// maxMisses bounds the examples that are kept of each kind.
const maxMisses = 5

// Kinds scores answers against truths, by the name that name gives to each truth. Rows are sorted by name.
func Kinds(truths []sim.Truth, answers []Answer, name func(sim.Truth) string) []Row {
	s := newScorer(truths, answers)
	rows := map[string]*Row{}
	for i := range truths {
		n := name(truths[i])
		if rows[n] == nil {
			rows[n] = &Row{Kind: n}
		}
		s.flow(i, rows[n])
	}
	s.precision(func(i int) *Row { return rows[name(truths[i])] })
	out := make([]Row, 0, len(rows))
	for _, r := range rows {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Row) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// Sum adds rows up.
func Sum(kind string, rows []Row) Row {
	out := Row{Kind: kind}
	for _, r := range rows {
		out.Flows += r.Flows
		out.Precision.plus(r.Precision)
		out.Recall.plus(r.Recall)
		out.Verdict.plus(r.Verdict)
		out.Team.plus(r.Team)
		out.Service.plus(r.Service)
		out.TopThree.plus(r.TopThree)
		out.Stalls.plus(r.Stalls)
	}
	return out
}

type scorer struct {
	truths  []sim.Truth
	answers []Answer
	of      map[string][]int // truths by trace
	in      map[string][]int // answers by trace
}

func newScorer(truths []sim.Truth, answers []Answer) *scorer {
	s := &scorer{truths: truths, answers: answers, of: map[string][]int{}, in: map[string][]int{}}
	for i := range truths {
		for _, id := range truths[i].TraceIDs {
			s.of[id] = append(s.of[id], i)
		}
	}
	for i := range answers {
		for _, id := range answers[i].Traces {
			s.in[id] = append(s.in[id], i)
		}
	}
	return s
}

// flow scores one truth.
func (s *scorer) flow(i int, row *Row) {
	t := &s.truths[i]
	row.Flows++
	whole := true
	for _, x := range t.TraceIDs {
		for _, y := range t.TraceIDs {
			if x != y {
				together := meet(s.in[x], s.in[y])
				row.Recall.add(together)
				whole = whole && together
			}
		}
	}
	a := s.answer(t)
	if !whole {
		miss(&row.JoinsOff, t, "parted: "+s.parts(t))
	}
	if a == nil {
		row.Verdict.add(false)
		miss(&row.VerdictOff, t, "no flow")
		s.culprit(t, &Answer{}, row)
		return
	}
	right := a.Verdict == t.Verdict || slices.Contains(t.OrVerdicts, a.Verdict)
	row.Verdict.add(right)
	if !right {
		miss(&row.VerdictOff, t, fmt.Sprintf("%s is %s%s", a.ID, a.Verdict, a.blames()))
	}
	if t.Verdict != "stalled" && !slices.Contains(t.OrVerdicts, "stalled") {
		row.Stalls.add(a.Verdict == "stalled")
	}
	s.culprit(t, a, row)
}

func (a *Answer) blames() string {
	if len(a.Suspects) == 0 {
		return ""
	}
	var all []string
	for _, c := range a.Suspects {
		team := c.Team
		if team == "" {
			team = "nobody"
		}
		who := c.Service
		if len(c.Between) > 0 {
			who = strings.Join(c.Between, " -> ")
		}
		all = append(all, fmt.Sprintf("%s %s of %s by %s: %s", who, c.Role, team, c.Rule, c.Reason))
	}
	return ", blames " + strings.Join(all, "; or ")
}

// culprit scores who was blamed.
func (s *scorer) culprit(t *sim.Truth, a *Answer, row *Row) {
	if t.CulpritService == "" {
		return
	}
	var team, service bool
	if len(a.Suspects) > 0 {
		team, service = sameTeam(t, &a.Suspects[0]), sameService(t, &a.Suspects[0])
	}
	row.Team.add(team)
	row.Service.add(service)
	row.TopThree.add(slices.ContainsFunc(a.Suspects[:min(3, len(a.Suspects))], func(c Suspect) bool { return sameService(t, &c) }))
	if !team || !service {
		miss(&row.CulpritOff, t, fmt.Sprintf("%s is %s%s", a.ID, a.Verdict, a.blames()))
	}
}

// handOff reports whether suspect and truth agree that it was, or was not, the way between two services.
func handOff(t *sim.Truth, c *Suspect) bool {
	if len(t.Between) == 0 {
		return len(c.Between) == 0
	}
	x, y := slices.Sorted(slices.Values(t.Between)), slices.Sorted(slices.Values(c.Between))
	return slices.Equal(x, y)
}

func sameTeam(t *sim.Truth, c *Suspect) bool {
	if !handOff(t, c) {
		return false
	}
	is := func(team *string) bool { return team == nil && c.Team == "" || team != nil && *team == c.Team }
	return is(t.CulpritTeam) || slices.ContainsFunc(t.Or, func(o sim.Suspect) bool { return is(o.Team) })
}

func sameService(t *sim.Truth, c *Suspect) bool {
	if !handOff(t, c) {
		return false
	}
	return len(t.Between) > 0 || c.Service == t.CulpritService || slices.ContainsFunc(t.Or, func(o sim.Suspect) bool { return o.Service == c.Service })
}

// answer finds what was said about a flow: the answer with most of the traces that are nobody else's, or the one with
// its key where it shares all of them.
func (s *scorer) answer(t *sim.Truth) *Answer {
	votes := map[int]int{}
	for _, id := range t.TraceIDs {
		for _, a := range s.in[id] {
			switch {
			case len(s.of[id]) == 1:
				votes[a] += 2
			case slices.Contains(s.answers[a].Keys, t.Flow):
				votes[a]++
			}
		}
	}
	best := -1
	for a, n := range votes {
		if best < 0 || n > votes[best] || n == votes[best] && s.answers[a].ID < s.answers[best].ID {
			best = a
		}
	}
	if best < 0 {
		return nil
	}
	return &s.answers[best]
}

// parts says how the traces of a flow were spread.
func (s *scorer) parts(t *sim.Truth) string {
	var out []string
	for _, id := range t.TraceIDs {
		var in []string
		for _, a := range s.in[id] {
			in = append(in, s.answers[a].ID)
		}
		out = append(out, id[:8]+" in "+strings.Join(in[:min(len(in), 3)], "+"))
	}
	return strings.Join(out, ", ")
}

// precision counts, for each trace, those that were joined with it, and of them those that belong to it.
func (s *scorer) precision(row func(truth int) *Row) {
	for a := range s.answers {
		var known []string
		inside := map[string]bool{}
		for _, id := range s.answers[a].Traces {
			if len(s.of[id]) > 0 && !inside[id] {
				inside[id] = true
				known = append(known, id)
			}
		}
		for _, id := range known {
			belongs := map[string]bool{}
			for _, t := range s.of[id] {
				for _, other := range s.truths[t].TraceIDs {
					if other != id && inside[other] {
						belongs[other] = true
					}
				}
			}
			first := s.of[id][0]
			r := row(first)
			r.Precision.plus(Share{len(belongs), len(known) - 1})
			if wrong := len(known) - 1 - len(belongs); wrong > 0 {
				miss(&r.JoinsOff, &s.truths[first], fmt.Sprintf("%s joins trace %s with %d traces that are of other flows", s.answers[a].ID, id, wrong))
			}
		}
	}
}

func meet(a, b []int) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}

func miss(list *[]Miss, t *sim.Truth, said string) {
	if len(*list) < maxMisses {
		*list = append(*list, Miss{*t, said})
	}
}
