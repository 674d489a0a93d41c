package flow

import (
	"maps"
	"testing"
)

// A side waits while any of its spans does, and what it takes in its databases and
// by itself is its own.
func TestTimesOfSides(t *testing.T) {
	const shop, stock = "shop", "stock"
	at := func(service string, id, parent byte, kind Kind, step Step, endpoint uint64, start, length int64) Span {
		s := shareSpan(id, parent, kind, endpoint, start, length)
		s.resource, s.Step = &Resource{Service: service}, step
		return s
	}
	server := at(shop, 1, 0, API, Serve, 1, 0, 100)
	tests := []struct {
		name  string
		spans []Span
		want  map[Trait]int
	}{
		{"a handler beside the call that it waits for", []Span{server, at(shop, 2, 1, Internal, NoStep, 2, 5, 90), at(shop, 3, 1, API, Call, 3, 10, 80), at(stock, 4, 3, API, Serve, 4, 20, 50)},
			map[Trait]int{{OwnTime, 1, 0, 20_000}: 1, {Underway, 3, 4, 30_000}: 1, {OwnTime, 4, 0, 50_000}: 1}},
		{"two calls at once, and a database", []Span{server, at(shop, 2, 1, API, Call, 3, 10, 40), at(shop, 3, 1, API, Call, 3, 30, 40), at(shop, 4, 1, DB, Call, 5, 80, 10)},
			map[Trait]int{{OwnTime, 1, 0, 40_000}: 1}},
		{"a call without a kind", []Span{server, at(shop, 2, 1, Internal, NoStep, 2, 10, 50), at(stock, 3, 2, Internal, NoStep, 4, 20, 30)},
			map[Trait]int{{OwnTime, 1, 0, 50_000}: 1, {Underway, 2, 4, 20_000}: 1, {OwnTime, 4, 0, 30_000}: 1}},
		{"no span of the call", []Span{server, at(stock, 2, 1, API, Serve, 4, 20, 30)},
			map[Trait]int{{OwnTime, 1, 0, 70_000}: 1, {OwnTime, 4, 0, 30_000}: 1}},
		{"an answer that takes longer than its call by another clock", []Span{server, at(shop, 2, 1, API, Call, 3, 10, 10), at(stock, 3, 2, API, Serve, 4, 12, 30)},
			map[Trait]int{{OwnTime, 1, 0, 90_000}: 1, {OwnTime, 4, 0, 30_000}: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := map[Trait]int{}
			o := Sketch([]Piece{{Trace: TraceID{1}, Spans: tt.spans}})
			o.Traits(func(x Trait) { got[x]++ })
			if !maps.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
