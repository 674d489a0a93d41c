package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

const (
	// handoffFlows and handoffSpans bound what the matrix is counted from. A
	// flow counts whole or not at all: half a flow would look like hops that
	// nobody took up.
	handoffFlows = 1000
	handoffSpans = 60_000
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
	counts, err := s.deps.Sums.FlowHistogram(ctx, f, f.To.Sub(f.From))
	if err != nil {
		return err
	}
	told, err := s.newest(ctx, f, handoffFlows, handoffSpans)
	if err != nil {
		return err
	}
	h := handoffs{d: d, team: team, seen: map[uint64]bool{}, by: map[[2]string]*handoff{}}
	for _, wide := range told {
		h.add(flow.Assemble(wide))
	}
	out := HandoffList{From: Time{f.From}, To: Time{f.To}, SampledFlows: int64(len(told)), Handoffs: h.list()}
	for _, n := range counts {
		out.FlowCount += int64(n.Count)
	}
	// Flows may have come between the two reads.
	out.FlowCount = max(out.FlowCount, out.SampledFlows)
	out.Complete = out.SampledFlows == out.FlowCount
	return answer(c, out)
}

// newest reads the newest flows of a window with all their spans: at most so
// many, and no flow in part.
func (s *Server) newest(ctx context.Context, f store.FlowFilter, mostFlows, mostSpans int) (map[flow.FlowID][]flow.Wide, error) {
	flows, err := s.deps.Flows.ListFlows(ctx, store.FlowQuery{FlowFilter: f, Limit: mostFlows})
	if err != nil {
		return nil, err
	}
	var ids []flow.FlowID
	spans := 0
	for i := range flows {
		if spans += int(flows[i].Spans); spans > mostSpans {
			break
		}
		ids = append(ids, flows[i].ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	// What arrives meanwhile belongs to the flows too.
	told, err := s.tell(ctx, f.Tenant, ids, 2*mostSpans)
	return told.wide, err
}

// handoffs sums hops up by the teams on their sides.
type handoffs struct {
	d    *directory
	team string
	seen map[uint64]bool // hops that flows share
	by   map[[2]string]*handoff
}

type handoff struct {
	count, failed int64
	kinds         map[flow.Kind]int64
	waits         []int64
}

func (m *handoffs) add(story *flow.Story) {
	for i := range story.Hops {
		h := &story.Hops[i]
		if len(h.Parties) < 2 || h.Shared && m.seen[h.ID] {
			continue
		}
		m.seen[h.ID] = true
		at := h.Start + h.Duration
		first, last := &h.Parties[0], &h.Parties[len(h.Parties)-1]
		m.d.know(first.ID, &first.Endpoint)
		m.d.know(last.ID, &last.Endpoint)
		from, to := m.d.team(first.ID, at), m.d.team(last.ID, at)
		if from == to || m.team != "" && from != m.team && to != m.team {
			continue
		}
		x := m.by[[2]string{from, to}]
		if x == nil {
			x = &handoff{kinds: map[flow.Kind]int64{}}
			m.by[[2]string{from, to}] = x
		}
		x.count++
		x.kinds[h.Kind]++
		if wentWrong(h.Outcome) {
			x.failed++
		}
		if h.Wait > 0 {
			x.waits = append(x.waits, h.Wait)
		}
	}
}

// wentWrong reports an outcome that somebody has to look at.
func wentWrong(o flow.Outcome) bool {
	switch o {
	case flow.FailedHop, flow.TimedOut, flow.DeadLettered, flow.Stuck:
		return true
	}
	return false
}

func (m *handoffs) list() []Handoff {
	out := []Handoff{}
	for teams, x := range m.by {
		slices.Sort(x.waits)
		h := Handoff{FromTeam: orNil(teams[0]), FromName: m.d.name(teams[0]), ToTeam: orNil(teams[1]), ToName: m.d.name(teams[1]),
			Count: x.count, Failed: x.failed, Kinds: []string{}, WaitCount: int64(len(x.waits)),
			WaitP50Ns: quantile(x.waits, 50), WaitP95Ns: quantile(x.waits, 95), WaitMaxNs: quantile(x.waits, 100)}
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

// quantile is the value at a rank of sorted values, in percent; 0 for none.
func quantile(sorted []int64, percent int) int64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}
