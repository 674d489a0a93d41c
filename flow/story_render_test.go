package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// render writes a hop as its attempts, kind, outcome, other spans and parents:
// "a>b,c>d api recovered +e in r".
func (s *Story) render(h int) string {
	hop := &s.Hops[h]
	name := func(i int) string {
		if i < 0 {
			return ""
		}
		return label(s.Facts[i].ID)
	}
	sides := map[int]bool{}
	var tries, in []string
	for _, t := range hop.tries {
		tries = append(tries, name(t.from)+">"+name(t.to))
		sides[t.from], sides[t.to] = true, true
	}
	out := strings.Join(tries, ",")
	if hop.Attempts != len(hop.tries) {
		out += " x" + strconv.Itoa(hop.Attempts)
	}
	out += " " + hop.Kind.String()
	if hop.Shared {
		out += " shared"
	}
	out += " " + hop.Outcome.String()
	for _, i := range hop.Spans {
		if !sides[i] {
			out += " +" + name(i)
		}
	}
	for _, p := range hop.Parents {
		t := s.Hops[p].tries[0]
		in = append(in, name(max(t.from, -1))+name(t.to))
		if t.from >= 0 {
			in[len(in)-1] = name(t.from)
		}
	}
	slices.Sort(in)
	if len(in) > 0 {
		out += " in " + strings.Join(in, " ")
	}
	return out
}

func (s *Story) rendered() []string {
	var out []string
	for h := range s.Hops {
		out = append(out, s.render(h))
	}
	slices.Sort(out)
	return out
}

func renderCulprit(c *Culprit) string {
	if c == nil {
		return ""
	}
	who := c.Service
	switch {
	case c.Between != [2]string{}:
		who = c.Between[0] + "|" + c.Between[1]
	case who == "" && c.Host != "":
		who = "host:" + c.Host
	case who == "" && c.Role == Channel:
		who = "channel:" + c.Operation
	case who == "":
		who = "-"
	}
	role := c.Role.String()
	if role == "" {
		role = "hand-off"
	}
	return fmt.Sprintf("%s %s %s %s: %s", who, role, c.Rule, c.Confidence, c.Reason)
}

// digest is all of a flow that must not depend on the order in which it came.
func (s *Story) digest(j Judgement) string {
	var b strings.Builder
	for _, l := range s.rendered() {
		b.WriteString(l + "\n")
	}
	ids := make([]string, len(s.Hops))
	for h := range s.Hops {
		ids[h] = fmt.Sprintf("%016x %d %d %d %q", s.Hops[h].ID, s.Hops[h].Start, s.Hops[h].Duration, s.Hops[h].Wait, s.Hops[h].Error)
	}
	slices.Sort(ids)
	entry := ""
	if s.Entry >= 0 {
		entry = label(s.Facts[s.Entry].ID)
	}
	fmt.Fprintf(&b, "%s\n%s %d %d orphans %d entry %s\n%s\n", strings.Join(ids, "\n"), j.Verdict, j.FailedAt, j.CheckAt, s.Orphans, entry, renderCulprit(j.Culprit))
	if j.Culprit != nil {
		fmt.Fprintf(&b, "%016x %s %s", j.Culprit.Endpoint, j.Culprit.Span, j.Culprit.Signature)
	}
	return b.String()
}
