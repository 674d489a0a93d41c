package flow

import "slices"

// maxAlternatives is how many others a page names beside the culprit.
const maxAlternatives = 4

// Alternatives names who else may have dropped the baton, the likeliest first:
// who failed in another branch, then whose failure the culprit's brought about,
// then who stands on the other sides of the culprit's hop.
func (s *Story) Alternatives(c *Culprit) []Culprit {
	if c == nil {
		return nil
	}
	var out []Culprit
	add := func(o *Culprit) {
		same := func(x Culprit) bool { return x.Endpoint == o.Endpoint && x.Role == o.Role }
		if o.Endpoint != 0 && !same(*c) && !slices.ContainsFunc(out, same) && len(out) < maxAlternatives {
			out = append(out, *o)
		}
	}
	fatal, _ := s.fatal()
	ends := map[int]int{}
	for _, h := range fatal {
		if s.heads(h) {
			add(s.blame(s.deepest(h, ends)).Culprit)
		}
	}
	at := -1
	for h := range s.Hops {
		if slices.ContainsFunc(s.Hops[h].Spans, func(i int) bool { return s.fold.trace[i] == c.Trace && s.Facts[i].ID == c.Span }) {
			at = h
		}
	}
	seen := map[int]bool{}
	for h := at; h >= 0 && !seen[h]; {
		seen[h] = true
		up := -1
		for _, p := range s.Hops[h].Parents {
			if s.Hops[p].Outcome.bad() {
				up = p
			}
		}
		if h = up; h >= 0 {
			add(s.blame(h).Culprit)
		}
	}
	if at < 0 {
		return out
	}
	hop := &s.Hops[at]
	for k := range hop.Parties {
		p := &hop.Parties[k]
		e := &p.Endpoint
		add(&Culprit{Endpoint: p.ID, Service: e.Service, Operation: e.Operation, Kind: e.Kind, System: e.System, Role: p.Role, Host: e.Host,
			Reason: "on the other side of the same hop", Rule: "hop.side", Confidence: Low, Trace: c.Trace, Span: c.Span})
	}
	return out
}
