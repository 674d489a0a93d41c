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

// bruteIncidents is the definition, flow by flow.
func bruteIncidents(flows []flow.Flow, from, to int64) []Incident {
	type key struct{ kind, endpoint uint64 }
	failures := map[key][]int64{}
	for i := range flows {
		f := &flows[i]
		if (f.Verdict == flow.Failed || f.Verdict == flow.Stalled) && f.FailedAt >= from && f.FailedAt < to {
			k := key{f.Type.ID, f.Culprit.Endpoint}
			failures[k] = append(failures[k], f.FailedAt)
		}
	}
	var out []Incident
	for k, times := range failures {
		slices.Sort(times)
		times = slices.Compact(times)
		open := -1
		for n, at := range times {
			next := to
			if n+1 < len(times) {
				next = times[n+1]
			}
			var first *flow.Flow
			for i := range flows {
				f := &flows[i]
				if f.Verdict == flow.Completed && f.Type.ID == k.kind && slices.Contains(f.Endpoints, k.endpoint) && f.Start >= at && f.Start < next &&
					f.LastActivity < to && (first == nil || cmp.Or(cmp.Compare(f.Start, first.Start), cmp.Compare(f.LastActivity, first.LastActivity)) < 0) {
					first = f
				}
			}
			if open < 0 {
				open = len(out)
				out = append(out, Incident{Type: flow.FlowType{ID: k.kind, Service: "gateway", Operation: "POST /orders"}, Endpoint: k.endpoint, Failed: at})
			}
			out[open].Failures++
			if first != nil {
				out[open].Recovered = first.LastActivity
				open = -1
			}
		}
	}
	slices.SortFunc(out, func(a, b Incident) int {
		return cmp.Or(cmp.Compare(a.Type.ID, b.Type.ID), cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Failed, b.Failed))
	})
	return out
}

func TestIncidents(t *testing.T) {
	s := testStore(t)
	r := rand.New(rand.NewPCG(1, 2))
	var flows []flow.Flow
	for n := range 400 {
		f := flowAt(noon.Add(time.Duration(r.IntN(7200))*time.Second), byte(n), func(f *flow.Flow) {
			f.ID = flow.MintFlowID(noon, "", flow.SegmentID{Trace: flow.TraceID{byte(n), byte(n >> 8), 1}})
			f.Type.ID = uint64(1 + r.IntN(2))
			f.LastActivity = f.Start + int64(r.IntN(600))*int64(time.Second)
			f.Endpoints = [][]uint64{{1, 5}, {2, 5, 6}, {6}}[r.IntN(3)]
		})
		if r.IntN(3) == 0 {
			failed(uint64(5+r.IntN(2)), time.Duration(r.IntN(60))*time.Second)(&f)
			f.Verdict = []flow.Verdict{flow.Failed, flow.Stalled, flow.Slow}[r.IntN(3)]
		} else if r.IntN(4) == 0 {
			f.Verdict = flow.Degraded
		}
		flows = append(flows, f)
	}
	write(t, s, flows...)
	from, to := noon.Add(10*time.Minute), noon.Add(100*time.Minute)
	got, err := s.Incidents(context.Background(), FlowFilter{From: from, To: to})
	require.NoError(t, err)
	want := bruteIncidents(flows, from.UnixNano(), to.UnixNano())
	require.Equal(t, want, got)
	open := 0
	for _, i := range got {
		if i.Recovered == 0 {
			open++
		}
	}
	require.Greater(t, len(got)-open, 20)
}
