package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// ListHandoffs answers what teams hand to each other.
func (s *Server) ListHandoffs(c echo.Context, in ListHandoffsParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	owners, team := p.oneOf("owners", in.Owners, "now", "then"), p.text("team", in.Team, 128)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	d.touching(&f, team, "")
	ctx := c.Request().Context()
	measured, all, err := s.deps.Sums.MeasuredFlows(ctx, f)
	if err != nil {
		return err
	}
	handed, err := s.deps.Sums.Handed(ctx, f, d.moments(f.From))
	if err != nil {
		return err
	}
	var ids []uint64
	for i := range handed {
		ids = append(ids, handed[i].From, handed[i].To)
	}
	if err := s.meet(ctx, f.Tenant, ids, d); err != nil {
		return err
	}
	h := handoffs{d: d, team: team, seen: map[uint64]bool{}, by: map[[2]string]*handoff{}}
	for i := range handed {
		h.add(&handed[i])
	}
	return answer(c, HandoffList{From: Time{f.From}, To: Time{f.To}, FlowCount: int64(all), MeasuredFlows: int64(measured),
		Complete: measured == all, Handoffs: h.list()})
}

// handoffs sums hops up by the teams on their sides.
type handoffs struct {
	d       *directory
	team    string
	seen    map[uint64]bool // hops that flows share
	by      map[[2]string]*handoff
	outside outsiders
}

type handoff struct {
	count, failed int64
	kinds         map[flow.Kind]int64
	waits         map[flow.WaitClass]int64
}

func (m *handoffs) add(h *store.Handed) {
	n, failed := int64(h.Flows), int64(h.Failed)
	if h.Shared != 0 {
		if m.seen[h.Shared] {
			return
		}
		m.seen[h.Shared] = true
		n, failed = 1, min(failed, 1)
	}
	from, to, kind, ok := m.sides(h)
	if !ok || from == to || m.team != "" && from != m.team && to != m.team {
		return
	}
	x := m.by[[2]string{from, to}]
	if x == nil {
		x = &handoff{kinds: map[flow.Kind]int64{}, waits: map[flow.WaitClass]int64{}}
		m.by[[2]string{from, to}] = x
	}
	x.count += n
	x.failed += failed
	x.kinds[kind] += n
	if h.Wait > 0 {
		x.waits[h.Wait] += n
	}
}

// sides are the teams on both sides of a hop. Where one side sent no span it is
// the channel's, or that of the party outside.
func (m *handoffs) sides(h *store.Handed) (from, to string, kind flow.Kind, ok bool) {
	a, b := m.d.find(h.From), m.d.find(h.To)
	channel := func(e *store.EndpointRecord) (string, flow.Kind, bool) {
		c := e.ChannelOf()
		id := c.ID()
		m.d.know(id, &c)
		return m.d.team(id, h.At), e.Kind, e.Kind == flow.Event || e.Kind == flow.Queue
	}
	switch {
	case a != nil && b != nil:
		return m.d.team(h.From, h.At), m.d.team(h.To, h.At), flow.KindBetween(&a.Endpoint, &b.Endpoint), true
	case a != nil && h.To == 0:
		from = m.d.team(h.From, h.At)
		if to, ok = m.outsider(a, h.At); ok {
			return from, to, a.Kind, true
		}
		to, kind, ok = channel(a)
	case b != nil && h.From == 0:
		to = m.d.team(h.To, h.At)
		from, kind, ok = channel(b)
	}
	return from, to, kind, ok
}

// outsider is the owner of the party outside that an endpoint calls. It is not
// known where the endpoint calls several by one name that different teams own.
func (m *handoffs) outsider(caller *store.EndpointRecord, at int64) (team string, ok bool) {
	if m.outside == nil {
		m.outside = outsidersOf(m.d.all)
	}
	var ids []uint64
	for _, e := range m.outside.of(caller) {
		ids = append(ids, e.ID)
	}
	teams := m.d.owners(ids, at)
	if len(teams) != 1 {
		return "", false
	}
	return teams[0], true
}

func (m *handoffs) list() []Handoff {
	out := []Handoff{}
	for teams, x := range m.by {
		h := Handoff{FromTeam: orNil(teams[0]), FromName: m.d.name(teams[0]), ToTeam: orNil(teams[1]), ToName: m.d.name(teams[1]),
			Count: x.count, Failed: x.failed, Kinds: []string{}}
		h.WaitCount, h.WaitP50Ns, h.WaitP95Ns, h.WaitMaxNs = x.quantiles()
		for k := range x.kinds {
			h.Kinds = append(h.Kinds, k.String())
		}
		slices.SortFunc(h.Kinds, func(a, b string) int {
			ka, _ := flow.ParseKind(a)
			kb, _ := flow.ParseKind(b)
			return cmp.Or(cmp.Compare(x.kinds[kb], x.kinds[ka]), strings.Compare(a, b))
		})
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b Handoff) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(deref(a.FromTeam), deref(b.FromTeam)), strings.Compare(deref(a.ToTeam), deref(b.ToTeam)))
	})
	return out
}

// quantiles are how many waits there are, their middle, what all but a twentieth
// stay below, and the longest, in nanoseconds.
func (x *handoff) quantiles() (n, p50, p95, longest int64) {
	classes := make([]flow.WaitClass, 0, len(x.waits))
	for c, count := range x.waits {
		classes = append(classes, c)
		n += count
	}
	slices.Sort(classes)
	at := func(percent int64) int64 {
		left := (n*percent + 99) / 100
		for _, c := range classes {
			if left -= x.waits[c]; left <= 0 {
				return c.Nanoseconds()
			}
		}
		return 0
	}
	return n, at(50), at(95), at(100)
}
