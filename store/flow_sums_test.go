package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

func TestFailuresAreGroupedByCulprit(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	newest := flowAt(noon, 3, failed(5, time.Second), func(f *flow.Flow) {
		f.Culprit.Reason, f.Endpoints, f.Verdict = "card declined for 43", []uint64{2, 3}, flow.Stalled
	})
	other := flowAt(noon, 4, failed(5, time.Second), func(f *flow.Flow) { f.Culprit.Signature = "timeout" })
	write(t, s, flowAt(noon.Add(-time.Hour), 1, failed(5, time.Second)), flowAt(noon.Add(-time.Minute), 2, failed(5, time.Second)),
		newest, other, flowAt(noon, 5), flowAt(noon, 6, failed(5, time.Second), func(f *flow.Flow) { f.Tenant = "b" }))
	groups, err := s.Failures(ctx, FlowFilter{})
	require.NoError(t, err)
	require.Len(t, groups, 2)
	g := groups[0]
	require.Equal(t, *newest.Culprit, g.Culprit)
	require.Equal(t, map[flow.Verdict]uint64{flow.Failed: 2, flow.Stalled: 1}, g.Counts)
	require.Equal(t, noon.Add(time.Second-time.Hour).UnixNano(), g.First)
	require.Equal(t, noon.Add(time.Second).UnixNano(), g.Last)
	require.ElementsMatch(t, []uint64{1, 2, 3}, g.Endpoints)
	require.Equal(t, []flow.FlowType{newest.Type}, g.Types)
	require.Len(t, g.Samples, 3)
	require.Equal(t, newest.ID, g.Samples[0], "the newest first")
	require.Equal(t, "timeout", groups[1].Culprit.Signature)

	groups, err = s.Failures(ctx, FlowFilter{Culprits: []uint64{}})
	require.NoError(t, err)
	require.Empty(t, groups)
}

func TestFlowHistogram(t *testing.T) {
	s := testStore(t)
	from := noon.Add(-time.Hour)
	write(t, s, flowAt(noon.Add(-59*time.Minute), 1), flowAt(noon.Add(-58*time.Minute), 2), flowAt(noon.Add(-50*time.Minute), 3, failed(1, time.Second)))
	got, err := s.FlowHistogram(context.Background(), FlowFilter{From: from, To: noon}, 10*time.Minute)
	require.NoError(t, err)
	typ := flow.FlowType{ID: 7, Service: "gateway", Operation: "POST /orders"}
	require.Equal(t, []FlowCount{
		{Bucket: 0, Verdict: flow.Completed, Environment: "prod", Type: typ, Count: 2},
		{Bucket: 1, Verdict: flow.Failed, Environment: "prod", Type: typ, Count: 1},
	}, got)
}

func TestFootprints(t *testing.T) {
	s := testStore(t)
	measured := func(own ...uint64) func(*flow.Flow) {
		return func(f *flow.Flow) { f.Shares = &flow.Shares{Own: own} }
	}
	sides := func(f *flow.Flow) { f.Shares.Sides = []uint64{2, 5} }
	write(t, s, flowAt(noon, 1, measured(1, 2, 3)), flowAt(noon.Add(time.Minute), 2, measured(10, 20, 30)),
		flowAt(noon, 3, failed(5, time.Second), measured(7, 0, 0), sides), flowAt(noon.Add(time.Hour), 4))
	got, err := s.Footprints(context.Background(), FlowFilter{}, nil)
	require.NoError(t, err)
	end := noon.Add(time.Second).UnixNano()
	failedFlow := Footprint{Endpoints: []uint64{1, 2}, Verdict: flow.Failed, Culprit: 5, Sides: []uint64{2, 5}, At: end, Count: 1, Measured: 1, Own: []uint64{7, 0, 0}}
	plain := Footprint{Endpoints: []uint64{1, 2}, Sides: []uint64{}, Verdict: flow.Completed}
	all, first, rest := plain, plain, plain
	all.At, all.Count, all.Measured, all.Own = end, 3, 2, []uint64{11, 22, 33}
	require.ElementsMatch(t, []Footprint{all, failedFlow}, got)

	// Something changed exactly when the second flow ended.
	moment := noon.Add(time.Minute + time.Second).UnixNano()
	got, err = s.Footprints(context.Background(), FlowFilter{}, []int64{moment, noon.Add(24 * time.Hour).UnixNano()})
	require.NoError(t, err)
	first.At, first.Count, first.Measured, first.Own = end, 1, 1, []uint64{1, 2, 3}
	rest.At, rest.Count, rest.Measured, rest.Own = moment, 2, 1, []uint64{10, 20, 30}
	require.ElementsMatch(t, []Footprint{first, rest, failedFlow}, got)
	_, err = s.Footprints(context.Background(), FlowFilter{}, make([]int64, maxMoments+1))
	require.ErrorIs(t, err, ErrTooExpensive)
}

func TestFlowSamples(t *testing.T) {
	s := testStore(t)
	touching := func(ids ...uint64) func(*flow.Flow) { return func(f *flow.Flow) { f.Endpoints = ids } }
	var flows []flow.Flow
	for i := range 5 {
		flows = append(flows, flowAt(noon.Add(time.Duration(i)*time.Minute), byte(i+1), touching(1, 2)))
	}
	rare := flowAt(noon.Add(-time.Minute), 9, touching(2, 3))
	write(t, s, append(flows, rare)...)
	got, err := s.FlowSamples(context.Background(), FlowFilter{Endpoints: []uint64{1, 3, 4}})
	require.NoError(t, err)
	require.Equal(t, map[uint64][]flow.FlowID{1: {flows[4].ID, flows[3].ID, flows[2].ID}, 3: {rare.ID}}, got)

	got, err = s.FlowSamples(context.Background(), FlowFilter{Endpoints: []uint64{}})
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestRevisionGrowsWithEveryChange(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	last, err := s.FlowsRevision(ctx)
	require.NoError(t, err)
	for i := range 3 {
		write(t, s, flowAt(noon, 1, func(f *flow.Flow) { f.Revision = uint64(i) }))
		now, err := s.FlowsRevision(ctx)
		require.NoError(t, err)
		require.Greater(t, now, last)
		last = now
	}
}

func TestOpenFlows(t *testing.T) {
	s := testStore(t)
	open := flowAt(noon, 1, func(f *flow.Flow) { f.CheckAt = 5 })
	closed := flowAt(noon, 2, func(f *flow.Flow) { f.CheckAt = 5 })
	write(t, s, open, closed)
	closed.Revision, closed.CheckAt = 2, 0
	write(t, s, closed)
	got, err := s.OpenFlows(context.Background(), "")
	require.NoError(t, err)
	require.Equal(t, []flow.FlowID{open.ID}, got)
}
