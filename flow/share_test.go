package flow

import (
	"slices"
	"testing"
)

// shareSpan is a span that lasts some microseconds.
func shareSpan(id, parent byte, kind Kind, endpoint uint64, start, length int64) Span {
	s := Span{ID: SpanID{7: id}, Start: 1000 * (1_000_000 + start), Duration: 1000 * length, Kind: kind, Endpoint: endpoint, Step: Serve, Role: Provider}
	if parent != 0 {
		s.Parent = SpanID{7: parent}
	}
	if kind != API {
		s.Step, s.Role = NoStep, NoRole
	}
	return s
}

func TestOwnTime(t *testing.T) {
	child := func(n byte, start, length int64) Span { return shareSpan(n, 1, API, 9, start, length) }
	tests := []struct {
		name     string
		children []Span
		want     uint64
	}{
		{"alone", nil, 100},
		{"one after another", []Span{child(2, 10, 20), child(3, 50, 20)}, 60},
		{"overlapping", []Span{child(2, 40, 30), child(3, 10, 40)}, 40},
		{"within another", []Span{child(2, 10, 50), child(3, 20, 10), child(4, 30, 40)}, 40},
		{"beyond the parent", []Span{child(2, -50, 60), child(3, 90, 500), child(4, 200, 5)}, 80},
		{"negative", []Span{child(2, 10, -5)}, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := Sketch([]Piece{{Trace: TraceID{1}, Spans: append([]Span{shareSpan(1, 0, API, 5, 0, 100)}, tt.children...)}})
			if got := o.Shares([]uint64{5, 9}, nil).Own[0]; got != tt.want {
				t.Errorf("own time is %d, want %d", got, tt.want)
			}
		})
	}
}

// Databases and internal work count where they run; what runs nowhere, and the
// remainder of a microsecond, is not lost.
func TestOwnTimeIsOfTheSide(t *testing.T) {
	spans := []Span{
		shareSpan(1, 0, API, 5, 0, 100), shareSpan(2, 1, Internal, 70, 10, 50), shareSpan(3, 2, DB, 71, 20, 10), shareSpan(4, 2, API, 9, 30, 20),
		shareSpan(8, 0, Internal, 70, 0, 7), shareSpan(9, 0, API, 6, 0, 3),
	}
	spans[5].Duration = 2500
	r := new(room)
	got := (&folded{tree: newTree(r, spans), room: r}).owned([]uint64{5, 9})
	if want := []uint64{50 + 20 + 10, 20, 7 + 3}; !slices.Equal(got, want) { // 2.5 counts as 3, at an endpoint that is not the flow's
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAFlowOfTooManyHopsIsNotMeasured(t *testing.T) {
	var spans []Span
	for n := range maxHands + 1 {
		s := shareSpan(1, 0, API, 5, int64(n), 1)
		s.ID = SpanID{1, byte(n >> 8), byte(n)}
		spans = append(spans, s)
	}
	if o := Sketch([]Piece{{Trace: TraceID{1}, Spans: spans}}); o.Shares([]uint64{5}, nil) != nil {
		t.Error("a flow that is too large was measured")
	}
	if o := Sketch([]Piece{{Trace: TraceID{1}, Spans: spans[1:]}}); o.Shares([]uint64{5}, nil) == nil {
		t.Error("a flow that is not too large was not measured")
	}
}

// A class is at most 1.1 % and half a microsecond off the waits in it, from a
// microsecond to a year.
func TestWaitClassesAreNarrow(t *testing.T) {
	for ns := int64(500); ns < 1<<55; ns = ns*21/20 + 1 {
		got := WaitOf(ns).Nanoseconds()
		if off := max(got-ns, ns-got); off > 1000+ns*11/1000 {
			t.Errorf("%d ns became %d", ns, got)
		}
	}
	if WaitOf(-5) != 0 || WaitOf(499) != 0 || WaitClass(0).Nanoseconds() != 0 {
		t.Error("no wait became one")
	}
}

func BenchmarkShares(b *testing.B) {
	var spans []Span
	for n := range byte(20) {
		spans = append(spans, shareSpan(n+1, n, API, uint64(n), int64(n), int64(100-2*int(n))))
	}
	ends := make([]uint64, 20)
	for n := range ends {
		ends[n] = uint64(n)
	}
	o := Sketch([]Piece{{Trace: TraceID{1}, Spans: spans}})
	b.Run("sketch", func(b *testing.B) {
		for b.Loop() {
			o = Sketch([]Piece{{Trace: TraceID{1}, Spans: spans}})
		}
	})
	b.Run("shares", func(b *testing.B) {
		for b.Loop() {
			o.Shares(ends, nil)
		}
	})
}
