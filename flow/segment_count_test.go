package flow

import "testing"

func TestSegmentsSayWhatTheyWaitFor(t *testing.T) {
	send := Span{ID: SpanID{2}, Parent: SpanID{1}, Start: 1, Flags: FlagAwaits, Step: Send}
	refused := Span{ID: SpanID{3}, Parent: SpanID{1}, Start: 2, Flags: FlagAwaits | FlagError, Step: Send}
	take := Span{ID: SpanID{4}, Parent: SpanID{9}, Start: 3, Flags: FlagTakes, Step: Process}
	for _, tc := range []struct {
		name          string
		spans         []Span
		open, orphans int32
	}{
		{"a message is sent", []Span{{ID: SpanID{1}}, send}, 1, 0},
		{"one that was refused is not waited for", []Span{{ID: SpanID{1}}, send, refused}, 1, 0},
		{"one is taken up", []Span{take}, -1, 1},
		{"both", []Span{{ID: SpanID{1}}, send, take}, 0, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := Cut(TraceID{1}, tc.spans)
			if len(s) != 1 || s[0].Open != tc.open || s[0].Orphans != tc.orphans {
				t.Errorf("%d segments, open %d, orphans %d", len(s), s[0].Open, s[0].Orphans)
			}
		})
	}
}
