package joinerextension

import (
	"math/rand/v2"
	"testing"
)

func TestFilterForgetsNothingAndErrsSeldom(t *testing.T) {
	for _, tc := range []struct {
		name  string
		n     int // hashes in a hundredth of the filter
		limit float64
	}{
		{"at ten million", 100_000, 0.005},
		{"at forty million", 400_000, 0.4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := &filter{make([]filterLine, filterLines/100)}
			in, out := rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(2, 2))
			for range tc.n {
				h := in.Uint64()
				before := f.maybe(h)
				if was := f.addNew(h); was != before {
					t.Fatalf("%x: it was there: %v, and before: %v", h, was, before)
				}
			}
			in = rand.New(rand.NewPCG(1, 1))
			wrong := 0
			for range tc.n {
				if h := in.Uint64(); !f.maybe(h) {
					t.Fatalf("%x was forgotten", h)
				}
				if f.maybe(out.Uint64()) {
					wrong++
				}
			}
			if is := float64(wrong) / float64(tc.n); is > tc.limit {
				t.Errorf("%.2f %% false answers", 100*is)
			} else {
				t.Logf("%.2f %% false answers", 100*is)
			}
		})
	}
}
