package store

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// Hand-offs are counted by endpoints and moments, with their waits; a hop that
// flows share is told apart; flows without figures are said to have none.
func TestHanded(t *testing.T) {
	s := testStore(t)
	r := rand.New(rand.NewPCG(1, 2))
	moment := noon.Add(30 * time.Minute).UnixNano()
	type key struct {
		wait             flow.WaitClass
		from, to, shared uint64
		late             bool
	}
	type sum struct{ flows, failed, waits uint64 }
	want := map[key]sum{}
	var flows []flow.Flow
	for n := range byte(100) {
		f := flowAt(noon.Add(time.Duration(r.IntN(60))*time.Minute), n)
		if n%10 > 0 {
			f.Shares = &flow.Shares{Own: []uint64{1, 2, 3}}
		}
		for range r.IntN(5) {
			if f.Shares == nil {
				continue
			}
			h := flow.Hand{From: uint64(r.IntN(3)), To: 4, Wait: flow.WaitOf(r.Int64N(3) * r.Int64N(1<<50)), Failed: r.IntN(3) == 0, Shared: uint64(r.IntN(2) * r.IntN(3))}
			f.Shares.Hands = append(f.Shares.Hands, h)
			k := key{h.Wait, h.From, h.To, h.Shared, f.LastActivity >= moment}
			x := want[k]
			x.flows++
			x.failed += uint64(boolByte(h.Failed))
			x.waits += uint64(boolByte(h.Wait > 0))
			want[k] = x
		}
		flows = append(flows, f)
	}
	write(t, s, flows...)
	rows, err := s.Handed(context.Background(), FlowFilter{}, []int64{moment})
	require.NoError(t, err)
	got := map[key]sum{}
	for _, h := range rows {
		k := key{h.Wait, h.From, h.To, h.Shared, h.At >= moment}
		x := got[k]
		x.flows += h.Flows
		x.failed += h.Failed
		if h.Wait > 0 {
			x.waits += h.Flows
		}
		got[k] = x
	}
	require.Equal(t, want, got)
	measured, all, err := s.MeasuredFlows(context.Background(), FlowFilter{})
	require.NoError(t, err)
	require.Equal(t, [2]uint64{90, 100}, [2]uint64{measured, all})
	none, err := s.Handed(context.Background(), FlowFilter{Endpoints: []uint64{}}, nil)
	require.NoError(t, err)
	require.Empty(t, none)
}
