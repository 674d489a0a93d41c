package store

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// randomFilter asks for some of all that can be asked for.
func randomFilter(r *rand.Rand) FlowFilter {
	var q FlowFilter
	some := func() bool { return r.IntN(3) == 0 }
	at := func() time.Time { return noon.Add(time.Duration(r.IntN(120)-60) * time.Minute) }
	endpoints := func() []uint64 { return slices.Clone([]uint64{1, 2, 3, 4, 5, 6}[:1+r.IntN(5)])[r.IntN(2):] }
	whiles := func() []Tenure {
		return []Tenure{{From: at().UnixNano(), Until: at().UnixNano(), Endpoints: endpoints()}, {From: 0, Until: at().UnixNano(), Endpoints: endpoints()}}
	}
	if some() {
		q.From = at()
	}
	if some() {
		q.To = at()
	}
	if some() {
		q.Verdicts = []flow.Verdict{flow.Failed, flow.Slow, flow.Completed}[r.IntN(3):]
	}
	if some() {
		q.Environment = []string{"prod", "test"}[r.IntN(2)]
	}
	if some() {
		q.Type = 7 + uint64(r.IntN(2))
	}
	if some() {
		q.Endpoints = endpoints()
	}
	if some() {
		q.TouchedWhile, q.Endpoints = whiles(), orEmpty(q.Endpoints)
	}
	if some() {
		q.Culprits = endpoints()
	}
	if some() {
		q.BlamedWhile, q.Culprits = whiles(), orEmpty(q.Culprits)
	}
	for range r.IntN(6) - 3 {
		q.Also = append(q.Also, Touch{Endpoints: endpoints(), While: whiles()})
	}
	return q
}

// Whatever is asked for together, the engine's answer is that of the filter one by
// one, page by page, in either order.
func TestWhateverIsAskedForTogether(t *testing.T) {
	s := testStore(t)
	r := rand.New(rand.NewPCG(5, 6))
	var flows []flow.Flow
	for i := range 200 {
		f := flowAt(noon.Add(time.Duration(r.IntN(120)-60)*time.Minute), byte(i), func(f *flow.Flow) {
			f.Environment, f.Type.ID = []string{"prod", "test"}[r.IntN(2)], 7+uint64(r.IntN(2))
			f.Endpoints = []uint64{uint64(1 + r.IntN(3)), uint64(4 + r.IntN(3))}
			switch r.IntN(3) {
			case 0:
				failed(uint64(1+r.IntN(6)), time.Duration(r.IntN(40))*time.Minute)(f)
			case 1:
				f.Verdict = flow.Slow
			}
		})
		flows = append(flows, f)
	}
	write(t, s, flows...)
	found := 0
	for range 150 {
		q := FlowQuery{FlowFilter: randomFilter(r), Worst: r.IntN(2) == 0, Limit: 1 + r.IntN(30)}
		want := slices.DeleteFunc(slices.Clone(flows), func(f flow.Flow) bool { return !q.passes(&f) })
		slices.SortFunc(want, q.compare)
		found += len(want)
		var got []flow.Flow
		for page := q; ; {
			list, err := s.ListFlows(context.Background(), page)
			require.NoError(t, err)
			got = append(got, list...)
			if len(list) < q.Limit {
				break
			}
			at := page.position(&list[len(list)-1])
			page.After = &at
		}
		require.Equal(t, ids(want), ids(got), "%+v", q)
		counted := uint64(0)
		buckets, err := s.FlowHistogram(context.Background(), q.FlowFilter, time.Hour)
		require.NoError(t, err)
		for _, b := range buckets {
			counted += b.Count
		}
		require.EqualValues(t, len(want), counted, "%+v", q)
	}
	require.Greater(t, found, 1000, "most filters let something pass")
}
