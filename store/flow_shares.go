package store

import (
	"context"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// shareColumns are what a flow's row says of time and hand-offs. Rows of flows
// that are not measured leave them empty.
type shareColumns struct {
	own, from, to, shared, sides *proto.ColArr[uint64]
	wait                         *proto.ColArr[uint16]
	failed                       *proto.ColArr[uint8]
}

func newShareColumns() shareColumns {
	ids := func() *proto.ColArr[uint64] { return new(proto.ColUInt64).Array() }
	return shareColumns{own: ids(), from: ids(), to: ids(), shared: ids(), sides: ids(), wait: new(proto.ColUInt16).Array(), failed: new(proto.ColUInt8).Array()}
}

func (c *shareColumns) input() proto.Input {
	return proto.Input{
		{Name: "own_us", Data: c.own}, {Name: "hand_from", Data: c.from}, {Name: "hand_to", Data: c.to}, {Name: "hand_wait", Data: c.wait},
		{Name: "hand_failed", Data: c.failed}, {Name: "hand_shared", Data: c.shared}, {Name: "c_sides", Data: c.sides},
	}
}

func (c *shareColumns) append(s *flow.Shares) {
	if s == nil {
		s = new(flow.Shares)
	}
	n := len(s.Hands)
	ids := make([]uint64, 3*n)
	from, to, shared := ids[:n], ids[n:2*n], ids[2*n:]
	wait, failed := make([]uint16, n), make([]uint8, n)
	for i := range s.Hands {
		h := &s.Hands[i]
		from[i], to[i], wait[i], shared[i], failed[i] = h.From, h.To, uint16(h.Wait), h.Shared, boolByte(h.Failed)
	}
	c.own.Append(s.Own)
	c.from.Append(from)
	c.to.Append(to)
	c.wait.Append(wait)
	c.failed.Append(failed)
	c.shared.Append(shared)
	c.sides.Append(s.Sides)
}

// Handed is hand-offs that are alike: between two endpoints, in flows with none
// of the moments that were asked for between them, after about the same wait.
type Handed struct {
	From, To uint64 // 0 for a side that sent no span
	Shared   uint64 // a hop that Flows flows refer to; 0 for hops that belong to one flow each
	At       int64  // of the first flow: its failure, else its last activity
	Flows    uint64 // flows, or hand-offs where they are not shared
	Failed   uint64
	Wait     flow.WaitClass
}

// Handed counts the hand-offs of flows, before, between and after the moments,
// which are in order.
func (s *Store) Handed(ctx context.Context, q FlowFilter, moments []int64) ([]Handed, error) {
	if q.none() {
		return nil, nil
	}
	p := q.params()
	var err error
	if p["epochs"], err = epochs(moments); err != nil {
		return nil, err
	}
	var out []Handed
	err = s.each(ctx, "flow_handed", p, func(r driver.Rows) error {
		var h Handed
		var wait uint16
		var epoch int64
		if err := r.Scan(&h.From, &h.To, &h.Shared, &epoch, &wait, &h.At, &h.Flows, &h.Failed); err != nil {
			return err
		}
		h.Wait = flow.WaitClass(wait)
		out = append(out, h)
		return nil
	})
	return out, err
}

// MeasuredFlows counts flows, and those of them whose rows say what time went
// by and who handed to whom.
func (s *Store) MeasuredFlows(ctx context.Context, q FlowFilter) (measured, all uint64, err error) {
	if q.none() {
		return 0, 0, nil
	}
	err = s.each(ctx, "flow_measured", q.params(), func(r driver.Rows) error { return r.Scan(&measured, &all) })
	return measured, all, err
}
