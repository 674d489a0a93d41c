package flow

import "strings"

// deadLetterSide reads the broker's reason: what the sender got wrong is the
// sender's, what nobody fetched in time is the channel's, everything else the
// consumer's. Who reads the dead letters is only a messenger.
func (s *Story) deadLetterSide(hop *Hop, last try) (Party, string, Confidence) {
	from, to := s.party(hop, last.from), s.party(hop, last.to)
	if to != nil && s.Facts[last.to].Flags&FlagDLQ != 0 {
		to = s.consumer(last.from)
	}
	reason := strings.ToLower(s.deadLetterReason(hop))
	switch {
	case from != nil && containsAny(reason, "headersize", "sessionid", "session id", "maxtransferhop", "schema", "deserial", "contract", "validation"):
		return *from, "dead_letter.producer", Medium
	case to != nil:
		return *to, "dead_letter.consumer", s.grade(High, to.Span)
	}
	for _, p := range hop.Parties {
		if p.Role == Channel {
			if containsAny(reason, "ttlexpired", "expired") {
				if c, ok := s.usualTaker(last.from); ok {
					return c, "dead_letter.expired", Medium
				}
				return p, "dead_letter.expired", Medium
			}
			return p, "dead_letter.channel", Low
		}
	}
	return hop.Parties[0], "dead_letter", Low
}

// usualTaker is who always takes up what span i sends.
func (s *Story) usualTaker(i int) (Party, bool) {
	if i < 0 || s.exp == nil {
		return Party{}, false
	}
	next, _ := s.exp.After(s.Facts[i].EndpointID)
	if len(next) != 1 || next[0].Next.Service == "" {
		return Party{}, false
	}
	e := next[0].Next
	return Party{Role: e.Role, Endpoint: e, ID: next[0].NextID, Span: -1}, true
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// consumer finds who took up what span from sent and was to work on it, nil if
// nobody did.
func (s *Story) consumer(from int) *Party {
	for _, h := range s.fold.takers[from] {
		hop := &s.Hops[h]
		last := hop.tries[len(hop.tries)-1]
		if last.to >= 0 && s.Facts[last.to].Flags&FlagDLQ == 0 {
			return s.party(hop, last.to)
		}
	}
	return nil
}

func (s *Story) deadLetterReason(hop *Hop) string {
	for _, i := range hop.Spans {
		if r := s.Facts[i].DeadLetterReason; r != "" {
			return r
		}
	}
	return hop.putAway
}
