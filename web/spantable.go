package web

import (
	"encoding/hex"
	"math"

	"github.com/baton-observability/baton/flow"
)

// maxRows bounds a waterfall. Nobody scrolls through more, and a browser holds
// this many rows of columns with ease.
const maxRows = 100_000

// table turns spans into the columns of the contract.
type table struct {
	out       SpanTable
	traces    dict[flow.TraceID]
	services  dict[string]
	names     dict[string]
	endpoints dict[uint64]
	teams     dict[string]
	ids       []byte // hex
}

// dict numbers values in the order in which they are first seen.
type dict[K comparable] map[K]int32

func (d dict[K]) index(k K, added func()) int32 {
	if n, ok := d[k]; ok {
		return n
	}
	n := int32(len(d))
	d[k] = n
	added()
	return n
}

// spanTable lays a story out. total is how many spans there are, more that they
// were too many to be read; culprit, when not nil, marks its span.
func spanTable(story *flow.Story, total int, more bool, culprit *flow.Culprit, d *directory) SpanTable {
	rows := make([]spanRow, len(story.Facts))
	clocks := story.Clocks()
	for i, f := range story.Facts {
		rows[i].Facts = f
		if by := flow.ShiftOf(clocks, f.Endpoint.Service); by != 0 {
			right := *f
			right.Start += by
			rows[i].Facts = &right
		}
		if h := story.HopOf[i]; h >= 0 {
			rows[i].shared = story.Hops[h].Shared
		}
	}
	w := layOut(rows)
	t := table{traces: dict[flow.TraceID]{}, services: dict[string]{}, names: dict[string]{},
		endpoints: dict[uint64]{}, teams: dict[string]{}}
	t.out = SpanTable{SpanCount: int64(max(total, len(rows))), Truncated: more, Traces: []string{}, Services: []string{},
		Names: []string{}, Endpoints: []SpanEndpoint{}, Teams: []TeamRef{}, Clocks: clocksOf(clocks)}
	start, end := extent(rows)
	t.out.Start, t.out.DurationNs = unixTime(start), end-start
	t.out.Columns = newColumns(w)
	for r, i := range w.order {
		if culprit != nil && rows[i].Trace == culprit.Trace && rows[i].ID == culprit.Span {
			t.out.Columns.Flags[r] |= flagCulprit
		}
		t.row(r, &rows[i], start, d)
	}
	t.out.Columns.SpanIds = string(t.ids)
	return t.out
}

func extent(rows []spanRow) (start, end int64) {
	if len(rows) == 0 {
		return 0, 0
	}
	start, end = math.MaxInt64, math.MinInt64
	for i := range rows {
		start, end = min(start, rows[i].Start), max(end, rows[i].Start+rows[i].Duration)
	}
	return start, end
}

func newColumns(w waterfall) SpanColumns {
	n := len(w.order)
	// One block for all narrow columns: one allocation instead of nine.
	block := make([]int32, 9*n)
	next := func() []int32 {
		c := block[:n:n]
		block = block[n:]
		return c
	}
	below := next()
	for r := range below {
		below[r] = w.end[r] - int32(r) - 1
	}
	return SpanColumns{Depth: w.depth, Descendants: below, Flags: w.flags,
		StartNs: make([]int64, n), DurationNs: make([]int64, n), Trace: next(), Service: next(), Name: next(), Kind: next(),
		SpanKind: next(), Status: next(), Endpoint: next(), Team: next()}
}

func (t *table) row(r int, s *spanRow, start int64, d *directory) {
	c := &t.out.Columns
	t.ids = hex.AppendEncode(t.ids, s.ID[:])
	c.StartNs[r], c.DurationNs[r] = s.Start-start, s.Duration
	c.Trace[r] = t.traces.index(s.Trace, func() { t.out.Traces = append(t.out.Traces, s.Trace.String()) })
	c.Service[r] = t.services.index(service(s.Facts), func() { t.out.Services = append(t.out.Services, service(s.Facts)) })
	c.Name[r] = t.names.index(s.Name, func() { t.out.Names = append(t.out.Names, s.Name) })
	c.Kind[r], c.SpanKind[r], c.Status[r] = int32(s.Kind), int32(s.SpanKind), int32(s.Status)
	c.Endpoint[r], c.Team[r] = -1, -1
	if s.EndpointID == 0 {
		return
	}
	c.Endpoint[r] = t.endpoints.index(s.EndpointID, func() {
		e := &s.Endpoint
		t.out.Endpoints = append(t.out.Endpoints, SpanEndpoint{ID: flow.FormatEndpointID(s.EndpointID), Kind: e.Kind.String(),
			System: e.System, Operation: e.Operation, Role: e.Role.String()})
	})
	d.know(s.EndpointID, &s.Endpoint)
	if team := d.team(s.EndpointID, s.Start+s.Duration); team != "" {
		c.Team[r] = t.teams.index(team, func() { t.out.Teams = append(t.out.Teams, TeamRef{ID: team, Name: d.name(team)}) })
	}
}

func service(f *flow.Facts) string {
	if f.Resource == nil {
		return ""
	}
	return f.Resource.Service
}
