package web

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/baton-observability/baton/flow"
)

// sketch makes spans from lines of (trace, id, parent, start, length) in ms.
func sketch(lines ...[5]int64) []spanRow {
	out := make([]spanRow, len(lines))
	for i, l := range lines {
		out[i] = spanRow{Facts: &flow.Facts{Trace: traceNo(byte(l[0])), ID: spanNo(byte(l[1])), Parent: spanNo(byte(l[2])),
			Start: l[3] * int64(time.Millisecond), Duration: l[4] * int64(time.Millisecond)}}
	}
	return out
}

func TestLayOut(t *testing.T) {
	link := func(rows []spanRow, from int, trace, span byte) []spanRow {
		rows[from].Links = []flow.Link{{Trace: traceNo(trace), Span: spanNo(span)}}
		return rows
	}
	message := func(rows []spanRow, from, to int) []spanRow {
		rows[from].MessageID, rows[from].Step = 5, flow.Send
		rows[to].MessageID, rows[to].Step = 5, flow.Process
		return rows
	}
	zipkin := func(rows []spanRow) []spanRow {
		rows[0].SpanKind, rows[1].SpanKind = flow.KindClient, flow.KindServer
		return rows
	}
	tests := []struct {
		name   string
		rows   []spanRow
		order  []int
		parent []int32
		depth  []int32
		end    []int32
		flags  []int32 // without the critical path
	}{
		{"nothing", nil, nil, nil, nil, nil, nil},
		{"siblings by start", sketch([5]int64{1, 1, 0, 0, 9}, [5]int64{1, 2, 1, 5, 1}, [5]int64{1, 3, 1, 2, 1}, [5]int64{1, 4, 3, 2, 1}),
			[]int{0, 2, 3, 1}, []int32{-1, 0, 1, 0}, []int32{0, 1, 2, 1}, []int32{4, 3, 3, 4}, []int32{0, 0, 0, 0}},
		{"orphan", sketch([5]int64{1, 1, 0, 0, 9}, [5]int64{1, 2, 77, 5, 1}),
			[]int{0, 1}, []int32{-1, -1}, []int32{0, 0}, []int32{1, 2}, []int32{0, flagOrphan}},
		{"trace joined by a link", link(sketch([5]int64{1, 1, 0, 0, 9}, [5]int64{2, 1, 0, 20, 1}), 1, 1, 1),
			[]int{0, 1}, []int32{-1, 0}, []int32{0, 1}, []int32{2, 2}, []int32{0, flagJoined}},
		{"trace joined by a message", message(sketch([5]int64{2, 1, 0, 20, 1}, [5]int64{1, 1, 0, 0, 9}), 1, 0),
			[]int{1, 0}, []int32{-1, 0}, []int32{0, 1}, []int32{2, 2}, []int32{0, flagJoined}},
		{"link to a trace that is not here", link(sketch([5]int64{1, 1, 0, 0, 9}), 0, 9, 9),
			[]int{0}, []int32{-1}, []int32{0}, []int32{1}, []int32{0}},
		{"cycle of two opens at the earlier", sketch([5]int64{1, 1, 2, 3, 1}, [5]int64{1, 2, 1, 1, 1}),
			[]int{1, 0}, []int32{-1, 0}, []int32{0, 1}, []int32{2, 2}, []int32{flagCycle, 0}},
		{"cycle with an earlier span below it", sketch([5]int64{1, 3, 1, 0, 1}, [5]int64{1, 1, 2, 3, 1}, [5]int64{1, 2, 1, 1, 1}),
			[]int{2, 1, 0}, []int32{-1, 0, 1}, []int32{0, 1, 2}, []int32{3, 3, 3}, []int32{flagCycle, 0, 0}},
		{"own parent", sketch([5]int64{1, 1, 1, 0, 1}), []int{0}, []int32{-1}, []int32{0}, []int32{1}, []int32{flagOrphan}},
		{"both sides of a call share an id", zipkin(sketch([5]int64{1, 1, 0, 0, 9}, [5]int64{1, 1, 0, 1, 7}, [5]int64{1, 2, 1, 2, 1})),
			[]int{0, 1, 2}, []int32{-1, 0, 1}, []int32{0, 1, 2}, []int32{3, 3, 3}, []int32{0, 0, 0}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			w := layOut(tc.rows)
			for i := range w.flags {
				w.flags[i] &^= flagCritical
			}
			if !slices.Equal(w.order, tc.order) || !slices.Equal(w.parent, tc.parent) || !slices.Equal(w.depth, tc.depth) ||
				!slices.Equal(w.end, tc.end) || !slices.Equal(w.flags, tc.flags) {
				t.Errorf("got %+v", w)
			}
		})
	}
}

func TestCriticalPath(t *testing.T) {
	tests := []struct {
		name string
		rows []spanRow
		want []byte // span ids
	}{
		{"the child that ends last", sketch([5]int64{1, 1, 0, 0, 10}, [5]int64{1, 2, 1, 1, 8}, [5]int64{1, 3, 1, 1, 2}), []byte{1, 2}},
		{"one after the other", sketch([5]int64{1, 1, 0, 0, 10}, [5]int64{1, 2, 1, 0, 4}, [5]int64{1, 3, 1, 5, 5}, [5]int64{1, 4, 1, 1, 2}), []byte{1, 2, 3}},
		{"what goes on after its parent", sketch([5]int64{1, 1, 0, 0, 2}, [5]int64{1, 2, 1, 1, 50}), []byte{1, 2}},
		{"roots one after the other", sketch([5]int64{1, 1, 0, 0, 2}, [5]int64{1, 2, 0, 3, 2}, [5]int64{1, 3, 0, 0, 1}), []byte{1, 2}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			w := layOut(tc.rows)
			var got []byte
			for r, i := range w.order {
				if w.flags[r]&flagCritical != 0 {
					got = append(got, tc.rows[i].ID[7])
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// TestLayOutIsAForest: whatever the parents, links and times claim, every span
// has one row, parents come first, and subtrees have no gaps.
func TestLayOutIsAForest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int64Range(0, 6)
		rows := make([]spanRow, rapid.IntRange(0, 30).Draw(t, "n"))
		for i := range rows {
			rows[i] = sketch([5]int64{rapid.Int64Range(1, 3).Draw(t, "trace"), small.Draw(t, "id"), small.Draw(t, "parent"), small.Draw(t, "start"), small.Draw(t, "length")})[0]
			rows[i].SpanKind = flow.SpanKind(rapid.IntRange(0, 5).Draw(t, "kind"))
			rows[i].MessageID = uint64(rapid.IntRange(0, 2).Draw(t, "message"))
			rows[i].Step = flow.Step(rapid.IntRange(0, 8).Draw(t, "step"))
			if rapid.Bool().Draw(t, "linked") {
				rows[i].Links = []flow.Link{{Trace: traceNo(byte(rapid.IntRange(1, 3).Draw(t, "to"))), Span: spanNo(byte(small.Draw(t, "span")))}}
			}
		}
		w := layOut(rows)
		seen := map[int]bool{}
		for _, i := range w.order {
			seen[i] = true
		}
		if len(seen) != len(rows) || len(w.order) != len(rows) {
			t.Fatalf("%d spans have %d rows", len(rows), len(w.order))
		}
		for r := range w.order {
			p, end := w.parent[r], w.end[r]
			if int(p) >= r || end <= int32(r) || int(end) > len(rows) {
				t.Fatalf("row %d has parent %d and end %d", r, p, end)
			}
			if p < 0 {
				if w.depth[r] != 0 {
					t.Fatalf("root at depth %d", w.depth[r])
				}
				continue
			}
			if w.depth[r] != w.depth[p]+1 || end > w.end[p] {
				t.Fatalf("row %d is not inside its parent", r)
			}
		}
	})
}

func BenchmarkLayOut50k(b *testing.B) {
	rows := make([]spanRow, 50_000)
	for i := range rows {
		f := &flow.Facts{Trace: flow.TraceID{15: byte(i % 40)}, Start: int64(i) * 1000, Duration: 50_000}
		f.ID = flow.SpanID{0: 1, 5: byte(i >> 16), 6: byte(i >> 8), 7: byte(i)}
		if p := i - 40*(1+i%7); p >= 0 {
			f.Parent = flow.SpanID{0: 1, 5: byte(p >> 16), 6: byte(p >> 8), 7: byte(p)}
		}
		rows[i] = spanRow{Facts: f}
	}
	for b.Loop() {
		layOut(rows)
	}
}
