package joinerextension

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// fakeStore keeps what the joiner reads and writes in maps, so that thousands
// of orders of arrival can be tried in a second. The end-to-end tests run the
// joiner on the real engine.
type fakeStore struct {
	batches  []store.BatchFeed
	spans    map[flow.TraceID]map[spanKey]flow.Facts
	hashes   map[uint64]map[flow.TraceID]time.Time
	segments map[string]store.Segment
	flows    map[flow.FlowID]flow.Flow
	alias    map[flow.FlowID]flow.FlowID
	state    map[string][]byte
	gone     map[flow.FlowID]uint64
	ends     map[uint64]flow.Endpoint // of spans that were sent
	listed   map[uint64]bool          // endpoints that the joiner wrote
	fail     int                      // the next n writes are refused
	deaf     int                      // of the next reads one in three is refused, n in all
	asked    int
	revision map[string]uint64      // of state
	late     func()                 // what happens while the next write is on its way
	troubled map[flow.FlowID]uint64 // the highest revision among flows in trouble; odd ends it
	torn     int                    // the next write is cut off before its last n parts, as when the writer dies
	profile  map[string][]store.ProfileRow
	unsaid   int // the next n profiles are taken and their writer is told that they were not
}

func newFakeStore() *fakeStore {
	return &fakeStore{spans: map[flow.TraceID]map[spanKey]flow.Facts{}, hashes: map[uint64]map[flow.TraceID]time.Time{},
		segments: map[string]store.Segment{}, flows: map[flow.FlowID]flow.Flow{}, alias: map[flow.FlowID]flow.FlowID{}, state: map[string][]byte{}, revision: map[string]uint64{}, gone: map[flow.FlowID]uint64{}, ends: map[uint64]flow.Endpoint{}, listed: map[uint64]bool{}, troubled: map[flow.FlowID]uint64{}, profile: map[string][]store.ProfileRow{}}
}

// away reports whether the engine is away when something is asked.
func (f *fakeStore) away() error {
	if f.asked++; f.deaf == 0 || f.asked%3 != 0 {
		return nil
	}
	f.deaf--
	return store.ErrUnavailable
}

// commit stores one batch of facts, as ingest does.
func (f *fakeStore) commit(at time.Time, facts ...flow.Facts) {
	byTrace := map[flow.TraceID][]flow.Span{}
	var order []flow.TraceID
	for _, x := range facts {
		if f.spans[x.Trace] == nil {
			f.spans[x.Trace] = map[spanKey]flow.Facts{}
		}
		k := spanKey{x.ID, x.SpanKind}
		if old, ok := f.spans[x.Trace][k]; !ok || x.Duration > old.Duration {
			f.spans[x.Trace][k] = x
		}
		f.ends[x.EndpointID] = x.Endpoint
		for _, h := range hashesOf(&x) {
			if f.hashes[h] == nil {
				f.hashes[h] = map[flow.TraceID]time.Time{}
			}
			f.hashes[h][x.Trace] = at
		}
		if byTrace[x.Trace] == nil {
			order = append(order, x.Trace)
		}
		byTrace[x.Trace] = append(byTrace[x.Trace], x.Narrow())
	}
	b := store.BatchFeed{ID: fmt.Sprint("b", len(f.batches)), IngestedAt: at}
	for _, t := range order {
		b.Traces = append(b.Traces, flow.TraceSpans{Trace: t, Spans: byTrace[t]})
	}
	f.batches = append(f.batches, b)
}

func hashesOf(x *flow.Facts) []uint64 {
	var out []uint64
	for _, k := range x.Keys {
		out = append(out, k.Hash)
	}
	for _, l := range x.Links {
		out = append(out, flow.TraceHash(l.Trace))
	}
	if x.MessageID != 0 {
		out = append(out, x.MessageID)
	}
	return out
}

func (f *fakeStore) Batches(_ context.Context, since time.Time, known func(string) bool) ([]store.BatchFeed, error) {
	var out []store.BatchFeed
	for _, b := range f.batches {
		if !b.IngestedAt.Before(since) && !known(b.ID) && len(out) < 7 {
			out = append(out, b)
		}
	}
	return out, nil
}

func (f *fakeStore) KnownHashes(_ context.Context, add func(uint64)) error {
	for h := range f.hashes {
		add(h)
	}
	for t := range f.spans {
		add(flow.TraceHash(t))
	}
	return nil
}

func (f *fakeStore) Tenants(context.Context) ([]string, error) { return []string{""}, nil }

func (f *fakeStore) ReadFacts(_ context.Context, _ string, ids []flow.TraceID) ([]flow.Facts, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	var out []flow.Facts
	for _, id := range ids {
		for _, x := range f.spans[id] {
			out = append(out, x)
		}
	}
	return out, nil
}

func (f *fakeStore) TracesByHash(_ context.Context, _ string, hashes []uint64) (map[uint64][]store.SeenTrace, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	out := map[uint64][]store.SeenTrace{}
	for _, h := range hashes {
		for t, at := range f.hashes[h] {
			out[h] = append(out[h], store.SeenTrace{Trace: t, Seen: at})
		}
	}
	return out, nil
}

func (f *fakeStore) FlowsOfTraces(_ context.Context, _ string, ids []flow.TraceID) ([]store.Segment, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	var out []store.Segment
	for _, s := range f.segments {
		if !s.Gone && slices.Contains(ids, s.Trace) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (f *fakeStore) SegmentsOfFlows(_ context.Context, _ string, ids []flow.FlowID) ([]store.Segment, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	var out []store.Segment
	for _, s := range f.segments {
		if !s.Gone && slices.Contains(ids, s.Flow) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (f *fakeStore) WriteFlows(_ context.Context, w store.FlowWrite) error {
	if late := f.late; late != nil { // it is on its way while the world goes on
		f.late = nil
		late()
	}
	if f.fail > 0 {
		f.fail--
		return store.ErrUnavailable
	}
	for _, e := range w.Endpoints {
		f.listed[e.ID()] = true
	}
	// In the order in which the store writes.
	parts := []func(){func() { f.end(w.Aliases) }, func() { f.assign(w.Segments) }, func() { f.replace(w.Flows) }}
	torn := f.torn
	f.torn = 0
	for _, part := range parts[:len(parts)-torn] {
		part()
	}
	if torn > 0 {
		return store.ErrUnavailable
	}
	if len(w.Profile) > 0 {
		f.profile[w.ProfileToken] = w.Profile
		if f.unsaid > 0 { // it was taken, and nobody heard
			f.unsaid--
			return store.ErrUnavailable
		}
	}
	return nil
}

func (f *fakeStore) assign(segments []store.Segment) {
	for _, s := range segments {
		k := s.Trace.String() + s.Root.String()
		if s.Shared {
			k += s.Flow.String()
		}
		f.segments[k] = s
	}
}

func (f *fakeStore) end(aliases []store.Alias) {
	for _, a := range aliases {
		f.alias[a.Old] = a.New
		f.gone[a.Old] = max(f.gone[a.Old], a.Revision)
		if a.Old != a.New && !a.Calm {
			f.troubled[a.Old] = max(f.troubled[a.Old], 2*a.Revision+1)
		}
	}
	f.replace(nil)
}

func (f *fakeStore) replace(flows []flow.Flow) {
	for _, x := range flows {
		if troubled := x.Verdict.Troubled(); troubled || !x.Calm {
			f.troubled[x.ID] = max(f.troubled[x.ID], 2*x.Revision+map[bool]uint64{false: 1}[troubled])
		}
		if old, ok := f.flows[x.ID]; !ok || old.Revision < x.Revision {
			f.flows[x.ID] = x
		}
	}
	for id, x := range f.flows {
		if x.Revision <= f.gone[id] {
			delete(f.flows, id)
		}
	}
	for id, last := range f.troubled {
		x, alive := f.flows[id]
		if said := last > 0 && last%2 == 0; said != (alive && x.Verdict.Troubled()) {
			panic(fmt.Sprintf("flow %s, %+v (there: %v), is said to be in trouble: %v", id, x, alive, said))
		}
	}
}

func (f *fakeStore) FlowsSince(_ context.Context, _ string, revision uint64) (map[flow.FlowID][]flow.TraceID, error) {
	out := map[flow.FlowID][]flow.TraceID{}
	for id, x := range f.flows {
		if x.Revision >= revision {
			out[id] = x.TraceIDs
		}
	}
	return out, nil
}

func (f *fakeStore) FlowsJoinedBy(_ context.Context, _ string, keys, services []string, _ int) ([]flow.FlowID, error) {
	var out []flow.FlowID
	for id, x := range f.flows {
		if slices.ContainsFunc(x.Correlations, func(c flow.KeyValue) bool { return slices.Contains(keys, c.Key) }) ||
			slices.ContainsFunc(services, func(s string) bool { return slices.Contains(x.Services, s) }) {
			out = append(out, id)
		}
	}
	return out, nil
}

func (f *fakeStore) OpenFlows(context.Context, string) ([]flow.FlowID, error) {
	var out []flow.FlowID
	for id, x := range f.flows {
		if x.CheckAt > 0 {
			out = append(out, id)
		}
	}
	return out, nil
}

func (f *fakeStore) EndpointsByID(_ context.Context, _ string, ids []uint64) (map[uint64]flow.Endpoint, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	out := map[uint64]flow.Endpoint{}
	for _, id := range ids {
		if e, ok := f.ends[id]; ok {
			out[id] = e
		}
	}
	return out, nil
}

func (f *fakeStore) StateAt(_ context.Context, key string) ([]byte, uint64, error) {
	return f.state[key], f.revision[key], nil
}

func (f *fakeStore) SwapState(_ context.Context, key string, b []byte, read uint64) (bool, error) {
	if f.revision[key] != read {
		return false, nil
	}
	f.state[key], f.revision[key] = b, read+1
	return true, nil
}

func (f *fakeStore) LoadState(_ context.Context, key string) ([]byte, error) {
	return f.state[key], nil
}

func (f *fakeStore) SaveState(_ context.Context, key string, b []byte) error {
	f.state[key] = b
	return nil
}

func (f *fakeStore) LastRevision(context.Context) (uint64, error) {
	var last uint64
	for _, x := range f.flows {
		last = max(last, x.Revision)
	}
	for _, r := range f.gone {
		last = max(last, r)
	}
	return last, nil
}
