package joinerextension

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
)

// maxCorrelations bounds what a row shows of a flow's keys; all of them stay
// searchable.
const maxCorrelations = 16

// unseenPatience is how long a side that sent no span may still send one before
// it is listed as an outside party: SDKs export every five seconds.
const unseenPatience = 10 * time.Second

// unseen reports whether some side of the flow is known by name only, and not
// listed yet.
func (j *joiner) unseen(s *flow.Story) bool {
	return slices.ContainsFunc(s.Hops, func(h flow.Hop) bool {
		return slices.ContainsFunc(h.Parties, func(p flow.Party) bool {
			return p.Span < 0 && p.Role == flow.Provider && !j.write.endpoints[p.ID]
		})
	})
}

// row makes the flow's line on the list, nil when that says what it said.
func (j *joiner) row(ctx context.Context, ts *tenantState, f *flowState, v flow.Judgement, o *flow.Outline, story *flow.Story, quiet time.Duration) (*flow.Flow, error) {
	r := &flow.Flow{Tenant: ts.name, ID: f.id, Revision: j.revision(), Verdict: v.Verdict, FailedAt: v.FailedAt, CheckAt: v.CheckAt, Culprit: v.Culprit}
	known, err := j.endpoints(ctx, ts, f)
	if err != nil {
		return nil, err
	}
	set, services := &j.ids, j.services[:0]
	*set = (*set)[:0]
	touch := func(service string, id uint64) {
		*set = append(*set, id)
		if service != "" && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	f.each(func(_ *trace, s *flow.Span, _ bool) {
		r.Spans++
		if r.Start == 0 || s.Start < r.Start {
			r.Start = s.Start
		}
		r.LastActivity = max(r.LastActivity, s.End())
		if r.Environment == "" {
			r.Environment = s.Environment()
		}
		if s.Kind != flow.DB && (s.Kind != flow.Internal || s.Role != flow.NoRole) {
			touch(s.Service(), s.Endpoint)
		}
	})
	entry := uint64(0)
	if o != nil {
		r.Hops, entry = uint32(o.Hops), o.EntryEndpoint()
		o.Sides(j.channels(set))
		if j.outsideOf(o, nil) {
			if err := j.askOutside(ctx, ts, f, o, quiet); err != nil {
				return nil, err
			}
		}
		j.outsideOf(o, set)
	} else {
		story.Sides(j.channels(set))
		j.outsideIn(story)
		r.Hops = uint32(len(story.Hops))
		if story.Entry >= 0 {
			entry = story.Facts[story.Entry].EndpointID
		}
		for i := range story.Hops {
			for _, p := range story.Hops[i].Parties {
				if p.Span >= 0 && p.ID == story.Facts[p.Span].EndpointID {
					continue
				}
				touch(p.Endpoint.Service, p.ID)
				culprit := v.Culprit != nil && v.Culprit.Endpoint == p.ID
				if p.Role == flow.Channel || culprit || quiet >= unseenPatience {
					j.write.endpoint(p.Endpoint, p.ID)
				}
			}
		}
	}
	if v.Culprit != nil {
		*set = append(*set, v.Culprit.Endpoint)
	}
	r.Type = flow.FlowType{ID: entry, Service: known[entry].Service, Operation: known[entry].Operation}
	slices.Sort(*set)
	r.Endpoints = slices.Clone(slices.Compact(*set))
	slices.Sort(services)
	r.Services, j.services = slices.Clone(services), services
	f.identify(r)
	said := digest(r)
	if said == f.said {
		return nil, nil
	}
	if f.said = said; o != nil {
		r.Shares = o.Shares(r.Endpoints, j.calledBy)
	} else {
		r.Shares = story.Shares(r.Endpoints, v.Culprit)
	}
	return r, nil
}

var digestSeed = maphash.MakeSeed()

// digest stands for what a row says that is worth writing it again, and is never 0.
func digest(r *flow.Flow) uint64 {
	var h maphash.Hash
	h.SetSeed(digestSeed)
	for _, n := range [...]int64{int64(r.Verdict), int64(r.Spans), int64(r.Traces), r.LastActivity, r.Start, r.FailedAt, r.CheckAt} {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:])
	}
	for i := range r.TraceIDs {
		_, _ = h.Write(r.TraceIDs[i][:])
	}
	if r.Culprit != nil {
		maphash.WriteComparable(&h, *r.Culprit)
	}
	return max(h.Sum64(), 1)
}

// channels adds the queues and topics between the two sides of a hop, once where
// the sides know different things of the same one.
func (j *joiner) channels(set *[]uint64) func(from, to uint64) {
	return func(from, to uint64) {
		pair := [2]uint64{from, to}
		ids, ok := j.between[pair]
		if !ok {
			a, knowA := j.known[from]
			b, knowB := j.known[to]
			sides := [2]*flow.Endpoint{&a, &b}
			if !knowA {
				sides[0] = nil
			}
			if !knowB {
				sides[1] = nil
			}
			for _, c := range flow.Channels(sides[0], sides[1]) {
				id := c.ID()
				ids = append(ids, id)
				j.write.endpoint(c, id)
			}
			if (from == 0 || knowA) && (to == 0 || knowB) {
				if j.between == nil || len(j.between) >= maxEndpoints {
					j.between = map[[2]uint64][]uint64{}
				}
				j.between[pair] = ids
			}
		}
		*set = append(*set, ids...)
	}
}

// identify fills in the flow's traces and correlations.
func (f *flowState) identify(r *flow.Flow) {
	type start struct {
		id flow.TraceID
		at int64
	}
	traces := make([]start, 0, len(f.shared)+len(f.segs))
	var keys []*flow.Key
	visit := func(s *seg) {
		if i := slices.IndexFunc(traces, func(t start) bool { return t.id == s.ID.Trace }); i < 0 {
			traces = append(traces, start{s.ID.Trace, s.Start})
		} else {
			traces[i].at = min(traces[i].at, s.Start)
		}
		if s.Shared && len(f.segs) > 0 {
			return
		}
		for i := range s.Keys {
			if k := &s.Keys[i]; k.Name != traceConcept && !slices.ContainsFunc(keys, func(o *flow.Key) bool { return o.Hash == k.Hash }) {
				keys = append(keys, k)
			}
		}
	}
	for _, s := range f.shared {
		visit(s)
	}
	for _, s := range f.segs {
		visit(s)
	}
	slices.SortFunc(traces, func(a, b start) int { return cmp.Or(cmp.Compare(a.at, b.at), bytes.Compare(a.id[:], b.id[:])) })
	r.Traces = uint32(len(traces))
	r.TraceIDs = make([]flow.TraceID, 0, min(len(traces), flow.MaxListedTraces))
	for _, t := range traces[:min(len(traces), flow.MaxListedTraces)] {
		r.TraceIDs = append(r.TraceIDs, t.id)
	}
	slices.SortFunc(keys, func(a, b *flow.Key) int {
		if a.Identifying != b.Identifying {
			if a.Identifying {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
	})
	r.Correlations = make([]flow.KeyValue, 0, min(len(keys), maxCorrelations))
	for _, k := range keys[:min(len(keys), maxCorrelations)] {
		r.Correlations = append(r.Correlations, flow.KeyValue{Key: k.Name, Value: k.Value})
	}
}

// each visits the flow's spans.
func (f *flowState) each(visit func(t *trace, s *flow.Span, shared bool)) {
	for _, s := range f.shared {
		for _, i := range s.Spans {
			visit(s.trace, &s.trace.spans[i], true)
		}
	}
	for _, s := range f.segs {
		for _, i := range s.Spans {
			visit(s.trace, &s.trace.spans[i], false)
		}
	}
}

// maxEndpoints bounds the endpoints remembered; past it the memory starts anew.
const maxEndpoints = 200_000

// endpoints looks up what the flow's endpoint ids stand for.
func (j *joiner) endpoints(ctx context.Context, ts *tenantState, f *flowState) (map[uint64]flow.Endpoint, error) {
	var ask []uint64
	f.each(func(_ *trace, s *flow.Span, _ bool) {
		if _, ok := j.known[s.Endpoint]; !ok && !slices.Contains(ask, s.Endpoint) {
			ask = append(ask, s.Endpoint)
		}
	})
	if len(ask) == 0 {
		return j.known, nil
	}
	found, err := j.sink.EndpointsByID(ctx, ts.name, ask)
	if err != nil {
		return nil, fmt.Errorf("look up %d endpoints: %w", len(ask), err)
	}
	if len(j.known) > maxEndpoints {
		clear(j.known)
	}
	for id, e := range found {
		j.known[id] = e
	}
	return j.known, nil
}
