package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// Order is the order of a list of flows.
type Order uint8

// Newest lists flows by when they failed or, when they did not, began.
// Attention lists what failed, stalled, was compensated or slow before the
// rest, each by time.
const (
	Newest Order = iota
	Attention
)

// FlowQuery narrows a list of flows. Zero values do not narrow.
type FlowQuery struct {
	Tenant string
	// From and To bound the activity of a flow, which must overlap them. A flow
	// that failed is placed by the time of its failure alone.
	From, To         time.Time
	Verdicts         []flow.Verdict
	Environments     []string
	Endpoints        []uint64 // flows that touch any of them
	CulpritEndpoints []uint64 // flows whose culprit is any of them
	TypeID           uint64
	Kind             flow.Kind // flows with a hop of this kind
	Text             string    // in operation, services, correlation values and reason, or the beginning of an id
	Order            Order
	Limit            int    // 0 for 50; at most MaxFlows
	Cursor           string // from the page before
}

// MaxFlows is the most flows of one page.
const MaxFlows = 1000

// ListFlows lists flows as they are now, a page at a time. next is empty on the
// last page. Flows that change while somebody pages may appear twice or not at
// all; the others appear once.
func (s *Store) ListFlows(ctx context.Context, q FlowQuery) (flows []flow.Flow, next string, err error) {
	limit := min(cmp.Or(q.Limit, 50), MaxFlows)
	p, err := q.params(limit + 1)
	if err != nil {
		return nil, "", err
	}
	err = s.each(ctx, "flow_list", p, func(r driver.Rows) error {
		f, err := scanFlow(r)
		flows = append(flows, f)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(flows, func(a, b flow.Flow) int { return q.cursorOf(&b).compare(q.cursorOf(&a)) })
	if len(flows) > limit {
		flows = flows[:limit]
		next = q.cursorOf(&flows[limit-1]).String()
	}
	return flows, next, nil
}

func (q *FlowQuery) params(limit int) (params, error) {
	after := flowCursor{}
	afterID := ""
	if q.Cursor != "" {
		var err error
		if after, err = parseFlowCursor(q.Cursor); err != nil {
			return nil, err
		}
		afterID = hex.EncodeToString(after.id[:])
	}
	from, to := q.window()
	kind := int16(-1)
	if q.Kind != flow.Internal {
		kind = int16(q.Kind)
	}
	return params{
		"tenant": q.Tenant, "from": from, "to": to, "verdicts": bytesOf(q.Verdicts), "environments": orEmpty(q.Environments),
		"type": q.TypeID, "endpoints": orEmpty(q.Endpoints), "culprits": orEmpty(q.CulpritEndpoints), "kind": kind, "text": q.Text,
		"attention": boolByte(q.Order == Attention), "limit": uint64(limit),
		"after": afterID, "after_first": after.first, "after_at": after.at,
	}, nil
}

// window is From and To in Unix ns, where zero times are the ends of time.
func (q *FlowQuery) window() (from, to int64) {
	from, to = 0, 1<<63-1
	if !q.From.IsZero() {
		from = q.From.UnixNano()
	}
	if !q.To.IsZero() {
		to = q.To.UnixNano()
	}
	return from, to
}

// bytesOf writes small enums as numbers that a parameter can carry: a slice of
// bytes would be taken for text.
func bytesOf[T ~uint8](vs []T) []uint16 {
	out := make([]uint16, len(vs))
	for i, v := range vs {
		out[i] = uint16(v)
	}
	return out
}

// orEmpty makes of nil an array without elements, which a parameter can be.
func orEmpty[T any](vs []T) []T {
	if vs == nil {
		return []T{}
	}
	return vs
}

// flowCursor is the place of a flow in a list.
type flowCursor struct {
	first uint8
	at    int64
	id    flow.FlowID
}

func (q *FlowQuery) cursorOf(f *flow.Flow) flowCursor {
	c := flowCursor{at: f.Start, id: f.ID}
	if f.FailedAt > 0 {
		c.at = f.FailedAt
	}
	switch f.Verdict {
	case flow.Slow, flow.Failed, flow.Stalled, flow.Compensated:
		c.first = boolByte(q.Order == Attention)
	}
	return c
}

func (c flowCursor) compare(d flowCursor) int {
	return cmp.Or(cmp.Compare(c.first, d.first), cmp.Compare(c.at, d.at), slices.Compare(c.id[:], d.id[:]))
}

func (c flowCursor) String() string {
	b := append([]byte{1, c.first}, c.id[:]...)
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(b, uint64(c.at)))
}

func parseFlowCursor(s string) (c flowCursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 26 || b[0] != 1 || b[1] > 1 {
		return c, fmt.Errorf("%w: %q", ErrCursor, s)
	}
	c.first = b[1]
	copy(c.id[:], b[2:18])
	c.at = int64(binary.BigEndian.Uint64(b[18:]))
	return c, nil
}
