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
				return p, "dead_letter.expired", Medium
			}
			return p, "dead_letter.channel", Low
		}
	}
	return hop.Parties[0], "dead_letter", Low
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
