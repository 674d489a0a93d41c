package flow

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// A small trace that is not cut is the same segment as by its tree.
func TestUncutIsAsByTheTree(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	keys := [][]Key{nil, {{Name: "order.id", Hash: 1, Trust: 4, Identifying: true}}, {{Name: "order.id", Hash: 2, Trust: 4, Identifying: true}},
		{{Name: "session", Hash: 3, Trust: 3}, {Name: "order.id", Hash: 1, Trust: 3, Identifying: true}}, {{Name: "shipment", Hash: 4, Identifying: true}}}
	id := func(n int) (id SpanID) { id[0] = byte(n); return id }
	quick := 0
	for range 20_000 {
		spans := make([]Span, 1+rnd.IntN(8))
		pool := keys[:1+rnd.IntN(len(keys))]
		for i := range spans {
			spans[i] = Span{ID: id(i + 1), Parent: id(rnd.IntN(len(spans) + 2)), Start: int64(rnd.IntN(5)), aside: &aside{keys: pool[rnd.IntN(len(pool))]},
				SpanKind: SpanKind(rnd.IntN(6)), Step: Step(rnd.IntN(9)), Flags: Flags(rnd.IntN(1<<9)) &^ FlagShared}
			switch rnd.IntN(40) {
			case 0:
				spans[i].Flags |= FlagShared
			case 1:
				spans[i].ID = id(1 + rnd.IntN(len(spans)))
			case 2:
				spans[i].resource = &Resource{Environment: "staging"}
			case 3, 4, 5, 6, 7:
				spans[i].aside.messageID = uint64(rnd.IntN(3))
			case 8, 9, 10:
				spans[i].aside.links = []Link{{Trace: TraceID{byte(rnd.IntN(3))}}}
			}
		}
		if !uncut(spans) {
			continue
		}
		quick++
		got, want := Cut(TraceID{1}, spans), cutTree(TraceID{1}, spans)
		for _, g := range [][]Segment{got, want} {
			slices.Sort(g[0].Spans)
			g[0].identity = slices.Clone(g[0].identity)
			slices.SortFunc(g[0].identity, func(a, b Key) int { return int(a.Hash) - int(b.Hash) })
			for i := range g[0].identity {
				g[0].identity[i].Trust = 0 // whichever came first
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nis %+v,\nby its tree %+v", spans, got, want)
		}
	}
	if quick < 2000 || quick > 18_000 {
		t.Errorf("%d of 20,000 are not cut", quick)
	}
}
