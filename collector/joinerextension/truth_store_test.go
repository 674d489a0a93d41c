package joinerextension

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// leanStore is a fakeStore for hundreds of thousands of spans: it keeps them as narrow as the feed carries them, and
// finds everything by index.
type leanStore struct {
	*fakeStore
	traces  map[flow.TraceID][]flow.Span
	seen    map[uint64][]store.SeenTrace
	queue   []store.BatchFeed
	bySeg   map[string]store.Segment
	ofTrace map[flow.TraceID]map[string]struct{}
	ofFlow  map[flow.FlowID]map[string]struct{}
	batches int
	stalled map[flow.FlowID]bool // was called so at some time
	peers   map[peerOf][2]string // host and service that a call names
}

type peerOf struct {
	trace flow.TraceID
	span  flow.SpanID
}

func newLeanStore() *leanStore {
	return &leanStore{peers: map[peerOf][2]string{}, fakeStore: newFakeStore(), traces: map[flow.TraceID][]flow.Span{}, seen: map[uint64][]store.SeenTrace{}, bySeg: map[string]store.Segment{},
		ofTrace: map[flow.TraceID]map[string]struct{}{}, ofFlow: map[flow.FlowID]map[string]struct{}{}, stalled: map[flow.FlowID]bool{}}
}

// commit stores one batch of facts the way the feed carries it.
func (f *leanStore) commit(at time.Time, facts ...flow.Facts) error {
	byTrace := map[flow.TraceID]int{}
	var traces []flow.TraceSpans
	for i := range facts {
		x := &facts[i]
		if _, ok := f.ends[x.EndpointID]; !ok {
			f.ends[x.EndpointID] = x.Endpoint
		}
		n, ok := byTrace[x.Trace]
		if !ok {
			n = len(traces)
			byTrace[x.Trace] = n
			traces = append(traces, flow.TraceSpans{Trace: x.Trace})
		}
		traces[n].Spans = append(traces[n].Spans, x.Narrow())
		if x.Host != "" || x.PeerService != "" {
			f.peers[peerOf{x.Trace, x.ID}] = [2]string{strings.Clone(x.Host), strings.Clone(x.PeerService)}
		}
		for _, h := range hashesOf(x) {
			if !slices.ContainsFunc(f.seen[h], func(s store.SeenTrace) bool { return s.Trace == x.Trace }) {
				f.seen[h] = append(f.seen[h], store.SeenTrace{Trace: x.Trace, Seen: at})
			}
		}
	}
	traces, err := flow.DecodeFeed(flow.AppendFeed(nil, traces))
	if err != nil {
		return err
	}
	for _, t := range traces {
		for _, s := range t.Spans {
			have := f.traces[t.Trace]
			if i := slices.IndexFunc(have, func(o flow.Span) bool { return o.ID == s.ID && o.SpanKind == s.SpanKind }); i < 0 {
				f.traces[t.Trace] = append(have, s)
			} else if s.Duration > have[i].Duration {
				have[i] = s
			}
		}
	}
	f.batches++
	f.queue = append(f.queue, store.BatchFeed{ID: fmt.Sprint("b", f.batches), IngestedAt: at, Traces: traces})
	return nil
}

func (f *leanStore) Batches(_ context.Context, since time.Time, known func(string) bool) ([]store.BatchFeed, error) {
	var out []store.BatchFeed
	keep := f.queue[:0]
	for _, b := range f.queue {
		if b.IngestedAt.Before(since) {
			continue
		}
		keep = append(keep, b)
		if !known(b.ID) {
			out = append(out, b)
		}
	}
	f.queue = keep
	return out, nil
}

func (f *leanStore) ReadFacts(_ context.Context, _ string, ids []flow.TraceID) ([]flow.Facts, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	var out []flow.Facts
	for _, id := range ids {
		for i := range f.traces[id] {
			s := &f.traces[id][i]
			e := f.ends[s.Endpoint]
			wide := s.Wide(id, &e)
			if p, ok := f.peers[peerOf{id, s.ID}]; ok {
				wide.Host, wide.PeerService = p[0], p[1]
			}
			out = append(out, *wide)
		}
	}
	return out, nil
}

func (f *leanStore) TracesByHash(_ context.Context, _ string, hashes []uint64) (map[uint64][]store.SeenTrace, error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	out := map[uint64][]store.SeenTrace{}
	for _, h := range hashes {
		if s := f.seen[h]; len(s) > 0 {
			out[h] = s
		}
	}
	return out, nil
}

func (f *leanStore) KnownHashes(_ context.Context, add func(uint64)) error {
	for h := range f.seen {
		add(h)
	}
	for t := range f.traces {
		add(flow.TraceHash(t))
	}
	return nil
}

func (f *leanStore) collect(keys map[string]struct{}, out []store.Segment) []store.Segment {
	for k := range keys {
		if s := f.bySeg[k]; !s.Gone {
			out = append(out, s)
		}
	}
	return out
}

func (f *leanStore) FlowsOfTraces(_ context.Context, _ string, ids []flow.TraceID) (out []store.Segment, _ error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	for _, id := range ids {
		out = f.collect(f.ofTrace[id], out)
	}
	return out, nil
}

func (f *leanStore) SegmentsOfFlows(_ context.Context, _ string, ids []flow.FlowID) (out []store.Segment, _ error) {
	if err := f.away(); err != nil {
		return nil, err
	}
	for _, id := range ids {
		out = f.collect(f.ofFlow[id], out)
	}
	return out, nil
}

func (f *leanStore) WriteFlows(ctx context.Context, w store.FlowWrite) error {
	if f.torn > 1 || f.fail > 0 {
		w.Segments = nil
	}
	for _, s := range w.Segments {
		k := s.Trace.String() + s.Root.String()
		if s.Shared {
			k += s.Flow.String()
		}
		if old, ok := f.bySeg[k]; ok {
			delete(f.ofFlow[old.Flow], k)
		}
		f.bySeg[k] = s
		put(f.ofTrace, s.Trace, k)
		put(f.ofFlow, s.Flow, k)
	}
	for _, e := range w.Endpoints {
		f.ends[e.ID()] = e
	}
	for i := range w.Flows {
		if w.Flows[i].Verdict == flow.Stalled {
			f.stalled[w.Flows[i].ID] = true
		}
	}
	w.Segments = nil
	return f.fakeStore.WriteFlows(ctx, w)
}

func put[K comparable](m map[K]map[string]struct{}, k K, v string) {
	if m[k] == nil {
		m[k] = map[string]struct{}{}
	}
	m[k][v] = struct{}{}
}
