package store

import (
	"encoding/binary"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/baton-observability/baton/flow"
)

// traceGroups are the traces of a batch, their narrow spans in order of
// arrival, and what was already noted of each trace.
type traceGroups struct {
	at     map[traceKey]uint32
	traces []traceGroup
	narrow []flow.Span
	owner  []uint32 // of narrow: the index of the trace
	last   uint32
}

type traceKey struct {
	tenant string
	trace  flow.TraceID
}

type traceGroup struct {
	traceKey
	spans   int
	buckets recent[uint32]
	hashes  recent[uint64]
	narrow  flow.Narrower
}

// recent remembers the last few values: enough to write most things once. What
// slips through is written twice, and the table merges it.
type recent[T comparable] struct {
	values [8]T
	n      int
}

func (r *recent[T]) add(v T) (isNew bool) {
	for _, have := range r.values[:min(r.n, len(r.values))] {
		if have == v {
			return false
		}
	}
	r.values[r.n%len(r.values)] = v
	r.n++
	return true
}

func (g *traceGroups) reset() {
	if len(g.at) > 1<<15 {
		g.at = nil
	}
	clear(g.at)
	clear(g.narrow) // they keep the strings of requests alive
	clear(g.traces)
	g.traces, g.narrow, g.owner, g.last = g.traces[:0], g.narrow[:0], g.owner[:0], 0
}

func (g *traceGroups) group(tenant string, trace flow.TraceID) *traceGroup {
	key := traceKey{tenant, trace}
	if int(g.last) < len(g.traces) && g.traces[g.last].traceKey == key {
		return &g.traces[g.last]
	}
	i, ok := g.at[key]
	if !ok {
		if g.at == nil {
			g.at = map[traceKey]uint32{}
		}
		i = uint32(len(g.traces))
		g.traces = append(g.traces, traceGroup{traceKey: key})
		g.at[key] = i
	}
	g.last = i
	return &g.traces[i]
}

// feed is the narrow spans by trace, in order of arrival. It is the caller's. The
// joiner lets go of traces one by one, so that each has an array of its own.
func (g *traceGroups) feed() []flow.TraceSpans {
	feed := make([]flow.TraceSpans, len(g.traces))
	for i := range g.traces {
		t := &g.traces[i]
		feed[i] = flow.TraceSpans{Tenant: t.tenant, Trace: t.trace, Spans: make([]flow.Span, 0, t.spans)}
	}
	for i, o := range g.owner {
		feed[o].Spans = append(feed[o].Spans, g.narrow[i])
	}
	return feed
}

// addToTrace notes where the trace is found, what it joins, and its narrow span.
func (b *Batch) addToTrace(tenant string, f *flow.Facts) {
	g := b.groups.group(tenant, f.Trace)
	g.spans++
	b.groups.owner = append(b.groups.owner, b.groups.last)
	b.groups.narrow = append(b.groups.narrow, g.narrow.Narrow(f))
	if bucket := timeBucket(f.Start); g.buckets.add(bucket) {
		c := b.traces
		c.tenant.Append(tenant)
		c.arrived.AppendRaw(proto.DateTime(b.second()))
		c.k = append(c.k, shortKey(f.Trace))
		c.bucket = append(c.bucket, bucket)
	}
	for i := range f.Keys {
		b.correlate(tenant, g, f.Keys[i].Hash)
	}
	for i := range f.Links {
		b.correlate(tenant, g, flow.TraceHash(f.Links[i].Trace))
	}
	if f.MessageID != 0 {
		b.correlate(tenant, g, f.MessageID)
	}
}

// correlate notes that the trace carries the value with this hash.
func (b *Batch) correlate(tenant string, g *traceGroup, hash uint64) {
	if !g.hashes.add(hash) {
		return
	}
	c := b.correlations
	c.tenant.Append(tenant)
	c.day = append(c.day, proto.Date(b.day))
	c.h = append(c.h, hash)
	c.trace.Buf = append(c.trace.Buf, g.trace[:]...)
	c.seen = append(c.seen, b.second())
}

// shortKey is the part of a trace id that the table traces is sorted by: the
// end, because some senders fill the beginning with zeros or the time.
func shortKey(t flow.TraceID) uint64 { return binary.LittleEndian.Uint64(t[8:]) }
