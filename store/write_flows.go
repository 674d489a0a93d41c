package store

import (
	"context"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/baton-observability/baton/flow"
)

// Segment says to which flow a segment belongs or, when it is shared, that a
// flow refers to it. A shared segment may be in many flows.
type Segment struct {
	Tenant string
	flow.SegmentID
	Flow flow.FlowID
	// Arrived is when the first span of the segment arrived; it must not
	// change from one write to the next.
	Arrived time.Time
	Shared  bool
	// Gone takes back what was written before: the flow does not have the
	// segment any more, and no other flow takes it.
	Gone bool
}

// Alias leads from a flow that is no more to the one that took it in. An alias
// from a flow to itself takes an alias back: the flow lives again.
type Alias struct {
	Tenant   string
	Old, New flow.FlowID
	// Revision ends the old flow: it is above every revision of it that was
	// written, and a flow that lives again is written above this one.
	Revision uint64
	Calm     bool // no revision of Old was in trouble
}

// FlowWrite is what changed. It is written in an order in which no reader sees
// a flow before its segments and aliases, and in which a writer that dies in
// between leaves nothing that the next one cannot know of: flows end before
// their segments say that they belong to others. Were it the other way round,
// nobody would end them any more.
type FlowWrite struct {
	Flows     []flow.Flow
	Segments  []Segment
	Aliases   []Alias
	Endpoints []flow.Endpoint // that no span carries: channels, external parties
	Profile   []ProfileRow
	// ProfileToken stands for these very rows: a retry does not count them again.
	ProfileToken string
}

// WriteFlows writes changes of flows. Writing the same again changes nothing,
// and an older revision of a flow never hides a newer one. Of segments the last
// write counts.
func (s *Store) WriteFlows(ctx context.Context, w FlowWrite) error {
	revision, err := s.nextRevision(ctx)
	if err != nil {
		return err
	}
	endpoints, fresh := s.endpointRows(w.Endpoints)
	for _, step := range [][]insertion{
		// segments_of_flow only narrows the search: better too much than too little.
		{{"endpoints", endpoints}, {"flow_alias", aliasRows(w.Aliases, revision)}, {"segments_of_flow", tracesOfFlowRows(w.Segments)}},
		{{"flows", flowRows(nil, w.Aliases)}, {"troubled_flows", troubledRows(nil, w.Aliases)}},
		{{"flow_of_segment", segmentRows(w.Segments, revision)}},
		{{"flows", flowRows(w.Flows, nil)}, {"troubled_flows", troubledRows(w.Flows, nil)}},
	} {
		if err := s.sendTogether(ctx, step); err != nil {
			return err
		}
	}
	s.known.mark(fresh)
	if len(w.Profile) > 0 {
		return s.write.send(ctx, "profile", w.ProfileToken, s.profileRows(w.Profile))
	}
	return nil
}

type insertion struct {
	table string
	rows  proto.Input
}

// sendTogether writes into several tables at once: the engine lets each insert
// wait, and the joiner would wait for the sum of it.
func (s *Store) sendTogether(ctx context.Context, inserts []insertion) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, in := range inserts {
		if rows(in.rows) > 0 {
			all.Go(func() error { return s.write.send(ctx, in.table, "", in.rows) })
		}
	}
	return all.Wait()
}

// nextRevision is for rows whose last write counts. It is the clock as long as
// the clock goes forward, and never below what is stored already: a clock that
// was set back must not make new rows older than old ones.
func (s *Store) nextRevision(ctx context.Context) (uint64, error) {
	if s.stamp.Load() == 0 {
		var stored uint64
		err := s.each(ctx, "last_revision", nil, func(r driver.Rows) error { return r.Scan(&stored) })
		if err != nil {
			return 0, err
		}
		s.stamp.CompareAndSwap(0, max(stored, 1))
	}
	for {
		last := s.stamp.Load()
		next := max(uint64(max(s.clock().UnixNano(), 0)), last+1)
		if s.stamp.CompareAndSwap(last, next) {
			return next, nil
		}
	}
}

// endpointRows are the endpoints that are not known to be stored.
func (s *Store) endpointRows(endpoints []flow.Endpoint) (_ proto.Input, fresh []knownKey) {
	c := newEndpointColumns()
	now := s.clock().UTC()
	for i := range endpoints {
		id := endpoints[i].ID()
		key := knownKey{knownEndpoints, uint32(now.Unix() / 3600), id}
		if !s.known.has(key) {
			c.append(id, &endpoints[i], now)
			fresh = append(fresh, key)
		}
	}
	return c.input, fresh
}

func segmentRows(segments []Segment, revision uint64) proto.Input {
	tenant, arrived, trace, root, ref, id := newStrings(), millis(), fixed(16), fixed(8), fixed(16), fixed(16)
	var shared proto.ColUInt8
	var revisions proto.ColUInt64
	for i := range segments {
		g := &segments[i]
		var r, owner flow.FlowID
		if g.Shared {
			r = g.Flow
		}
		if !g.Gone {
			owner = g.Flow
		}
		tenant.Append(g.Tenant)
		arrived.Append(g.Arrived.UTC())
		trace.Append(g.Trace[:])
		root.Append(g.Root[:])
		ref.Append(r[:])
		id.Append(owner[:])
		shared = append(shared, boolByte(g.Shared))
		revisions = append(revisions, revision)
	}
	return proto.Input{
		{Name: "tenant", Data: tenant}, {Name: "arrived", Data: arrived}, {Name: "trace_id", Data: trace}, {Name: "root", Data: root},
		{Name: "ref", Data: ref}, {Name: "flow", Data: id}, {Name: "shared", Data: &shared}, {Name: "revision", Data: &revisions},
	}
}

func tracesOfFlowRows(segments []Segment) proto.Input {
	tenant, arrived, id, trace := newStrings(), millis(), fixed(16), fixed(16)
	for i := range segments {
		g := &segments[i]
		if g.Gone {
			continue
		}
		tenant.Append(g.Tenant)
		arrived.Append(g.Arrived.UTC())
		id.Append(g.Flow[:])
		trace.Append(g.Trace[:])
	}
	return proto.Input{{Name: "tenant", Data: tenant}, {Name: "arrived", Data: arrived}, {Name: "flow", Data: id}, {Name: "trace_id", Data: trace}}
}

func aliasRows(aliases []Alias, revision uint64) proto.Input {
	tenant, minted, old, now := newStrings(), millis(), fixed(16), fixed(16)
	var revisions proto.ColUInt64
	for i := range aliases {
		a := &aliases[i]
		tenant.Append(a.Tenant)
		minted.Append(a.New.Minted())
		old.Append(a.Old[:])
		now.Append(a.New[:])
		revisions = append(revisions, revision)
	}
	return proto.Input{
		{Name: "tenant", Data: tenant}, {Name: "minted", Data: minted}, {Name: "id", Data: old}, {Name: "flow", Data: now},
		{Name: "revision", Data: &revisions},
	}
}

// flowRows are the flows, and a last row for each flow that is no more.
func flowRows(flows []flow.Flow, aliases []Alias) proto.Input {
	c := newFlowColumns()
	for i := range flows {
		c.append(&flows[i], false)
	}
	for _, a := range aliases {
		if a.Old != a.New {
			c.append(&flow.Flow{Tenant: a.Tenant, ID: a.Old, Revision: a.Revision}, true)
		}
	}
	return c.input()
}

// troubledRows are those of flowRows that are in trouble, and a last row for each
// flow that is no more or was in trouble and is well.
func troubledRows(flows []flow.Flow, aliases []Alias) proto.Input {
	c := newFlowColumns()
	for i := range flows {
		f := &flows[i]
		switch {
		case f.Verdict.Troubled():
			c.append(f, false)
		case !f.Calm:
			c.append(&flow.Flow{Tenant: f.Tenant, ID: f.ID, Revision: f.Revision}, true)
		}
	}
	for _, a := range aliases {
		if a.Old != a.New && !a.Calm {
			c.append(&flow.Flow{Tenant: a.Tenant, ID: a.Old, Revision: a.Revision}, true)
		}
	}
	return c.input()
}
