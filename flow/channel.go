package flow

// KindBetween is the kind of a hop whose two sides may know it differently: an
// Azure Service Bus topic looks like a queue to who sends to it, and like an
// event to who has a subscription. A side that says event knows more.
func KindBetween(from, to *Endpoint) Kind {
	if (from.Kind == Event || to.Kind == Event) && (from.Kind == Queue || to.Kind == Queue) && from.System == to.System && from.Destination == to.Destination {
		return Event
	}
	if to.Kind == DB {
		return Internal
	}
	return to.Kind
}

// Channels lists the queues and topics of a hop by its two sides, either of
// which may be nil: one where both sides mean the same, two where a message
// changed its address on the way, from an exchange to a queue for example.
func Channels(from, to *Endpoint) []Endpoint {
	message := func(e *Endpoint) bool { return e != nil && (e.Kind == Event || e.Kind == Queue) }
	var out []Endpoint
	if message(from) {
		out = append(out, from.ChannelOf())
	}
	if message(to) {
		c := to.ChannelOf()
		if len(out) == 0 {
			return append(out, c)
		}
		c.Kind = KindBetween(from, to)
		if same := out[0].System == c.System && out[0].Destination == c.Destination; same {
			out[0] = c
		} else {
			out = append(out, c)
		}
	}
	return out
}
