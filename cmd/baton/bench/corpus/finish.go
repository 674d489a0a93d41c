package corpus

import "slices"

// step is the time between two things that a process does, so that no two spans of one parent overlap however times jitter.
const step = 200e3

// finish lays the spans out in time and compiles them.
func (b *builder) finish() shape {
	s := b.out
	for i := range b.specs {
		s.spans = append(s.spans, b.specs[i].compile(b.c.options.Attributes, i))
		if team := b.c.services[b.specs[i].service].team; !slices.Contains(s.teams, team) {
			s.teams = append(s.teams, team)
		}
	}
	s.traces, s.messages = b.traces, b.hops
	for i := range b.specs { // causes come before what they cause
		if b.specs[i].parent >= 0 {
			continue
		}
		start := int64(0)
		if from := b.specs[i].cause; from >= 0 {
			start = s.spans[from].after + s.spans[from].lasts + b.specs[i].lag
		}
		s.lasts = max(s.lasts, b.lay(s.spans, i, start))
	}
	return s
}

// lay places a span and all below it, and answers when it ends.
func (b *builder) lay(spans []template, i int, start int64) int64 {
	at, leaf := start+step, true
	for child := range b.specs {
		if b.specs[child].parent == i {
			at, leaf = b.lay(spans, child, at)+step, false
		}
	}
	end := at + b.specs[i].own
	spans[i].after, spans[i].lasts, spans[i].leaf = start, end-start, leaf
	return end
}
