package store

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// mapEstate is flows of an hour with hand-offs, of which flows share some. One in
// ten says nothing of them. Each flow is written twice, at first without failures.
func mapEstate(t *testing.T, s *Store, n int) []flow.Flow {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var before, flows []flow.Flow
	for i := range n {
		f := flowAt(noon.Add(time.Duration(i)*time.Hour/time.Duration(n)), byte(i), func(f *flow.Flow) {
			f.ID = flow.MintFlowID(time.Unix(0, f.Start), "", flow.SegmentID{Trace: flow.TraceID{1, byte(i >> 8), byte(i)}})
			f.Endpoints = []uint64{uint64(1 + r.IntN(3))}
			f.Environment = []string{"prod", "test"}[r.IntN(2)]
		})
		if i%10 > 0 {
			f.Shares = &flow.Shares{Own: []uint64{1, 2}}
			for range r.IntN(5) {
				f.Shares.Hands = append(f.Shares.Hands, flow.Hand{From: uint64(r.IntN(3)), To: 4 + uint64(r.IntN(2)), Wait: flow.WaitOf(r.Int64N(1 << 40)),
					Shared: uint64(r.IntN(2) * r.IntN(3))})
			}
		}
		before = append(before, f)
		f.Revision = 2
		if f.Shares != nil {
			f.Shares = &flow.Shares{Own: f.Shares.Own, Hands: slices.Clone(f.Shares.Hands)}
			for k := range f.Shares.Hands {
				f.Shares.Hands[k].Failed = r.IntN(4) == 0
			}
		}
		flows = append(flows, f)
	}
	write(t, s, before...)
	write(t, s, flows...)
	return flows
}

type mapPair struct {
	from, to uint64
	late     bool
}

type mapSum struct{ count, failed uint64 }

// countPairs counts the hand-offs of flows one by one.
func countPairs(flows []flow.Flow, moment int64) (pairs map[mapPair]mapSum, measured uint64) {
	pairs = map[mapPair]mapSum{}
	seen, seenFailed := map[mapPair]map[uint64]bool{}, map[mapPair]map[uint64]bool{}
	first := func(of map[mapPair]map[uint64]bool, k mapPair, hop uint64) uint64 {
		if of[k] == nil {
			of[k] = map[uint64]bool{}
		}
		if hop != 0 && of[k][hop] {
			return 0
		}
		of[k][hop] = true
		return 1
	}
	for i := range flows {
		if flows[i].Shares == nil {
			continue
		}
		measured++
		for _, h := range flows[i].Shares.Hands {
			k := mapPair{h.From, h.To, flows[i].LastActivity >= moment}
			x := pairs[k]
			x.count += first(seen, k, h.Shared)
			if h.Failed {
				x.failed += first(seenFailed, k, h.Shared)
			}
			pairs[k] = x
		}
	}
	return pairs, measured
}

func pairsOf(m FlowMap, moment int64) map[mapPair]mapSum {
	out := map[mapPair]mapSum{}
	for _, h := range m.Pairs {
		k := mapPair{h.From, h.To, h.At >= moment}
		out[k] = mapSum{out[k].count + h.Count, out[k].failed + h.Failed}
	}
	return out
}

// The engine's counts are those of the flows' hand-offs one by one, whatever the
// filter.
func TestFlowMapCountsHandOffs(t *testing.T) {
	s := testStore(t)
	flows := mapEstate(t, s, 500)
	moment := noon.Add(30 * time.Minute).UnixNano()
	tests := []struct {
		name   string
		filter FlowFilter
	}{
		{"all", FlowFilter{}},
		{"an environment", FlowFilter{Environment: "test"}},
		{"what touches an endpoint", FlowFilter{Endpoints: []uint64{2}}},
		{"a window", FlowFilter{From: noon.Add(20 * time.Minute), To: noon.Add(40 * time.Minute)}},
		{"another tenant", FlowFilter{Tenant: "other"}},
		{"nothing", FlowFilter{Endpoints: []uint64{}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			in := slices.DeleteFunc(slices.Clone(flows), func(f flow.Flow) bool { return tc.filter.Tenant != "" || !tc.filter.passes(&f) })
			want, measured := countPairs(in, moment)
			m, err := s.FlowMap(context.Background(), tc.filter, []int64{moment}, 1000)
			require.NoError(t, err)
			require.Equal(t, want, pairsOf(m, moment))
			require.EqualValues(t, len(in), m.All)
			require.Equal(t, measured, m.Drawn)
		})
	}
}

// Of too many flows the newest are counted, about as many as were asked for, and
// the count of all is right.
func TestFlowMapIsOfTheNewestFlows(t *testing.T) {
	s := testStore(t)
	flows := mapEstate(t, s, 2000)
	slices.SortFunc(flows, func(a, b flow.Flow) int { return cmp.Compare(b.Start, a.Start) })
	for _, most := range []uint64{1, 100, 500, 1000, 1999, 2000} {
		m, err := s.FlowMap(context.Background(), FlowFilter{}, nil, most)
		require.NoError(t, err)
		require.EqualValues(t, 2000, m.All)
		// One in ten is not measured, and the newest are found to a hundredth of all.
		require.InDelta(t, 0.9*float64(most), float64(m.Drawn), 0.02*2000, "of %d", most)
		n := 0
		for drawn := m.Drawn; drawn > 0; n++ {
			if flows[n].Shares != nil {
				drawn--
			}
		}
		want, _ := countPairs(flows[:n], 0)
		require.Equal(t, want, pairsOf(m, 0), "of %d", most)
	}
}

func TestNewestOf(t *testing.T) {
	begins := make([]float64, len(newestShares)) // flows began evenly from 0 to 1000
	for i, s := range newestShares {
		begins[i] = 1000 * (1 - s)
	}
	for _, tc := range []struct{ share, want float64 }{{0.0001, 999}, {0.001, 999}, {0.5, 500}, {0.55, 450}, {0.9, 100}, {0.95, 50}, {1, 0}} {
		require.InDelta(t, tc.want, newestOf(begins, tc.share), 1e-6, "%v", tc.share)
	}
}
