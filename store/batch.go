package store

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/template"
	"github.com/baton-observability/baton/store/internal/wire"
)

// Batch collects spans as columns, to be written together by Insert. It is not
// for concurrent use. Its memory comes from a pool: Release gives it back.
type Batch struct {
	store    *Store
	id       string
	number   uint64 // of this process's batches
	arrived  time.Time
	day      uint16
	repaired int

	facts  flow.Facts
	header []byte // the content of the current resource and scope

	spans        *spanColumns
	shapes       *shapeColumns
	resources    *resourceColumns
	endpoints    *endpointColumns
	traces       *traceColumns
	correlations *correlationColumns
	rollup       *rollupColumns
	feed         *feedColumns
	commit       *commitColumns

	fresh  []knownKey // what Insert adds to the store's known
	groups traceGroups
	narrow []flow.TraceSpans // what the feed says, once it is filled
	counts rollupCounts
}

func newBatch(s *Store) *Batch {
	return &Batch{
		store: s, spans: newSpanColumns(), shapes: newShapeColumns(), resources: newResourceColumns(), endpoints: newEndpointColumns(),
		traces: newTraceColumns(), correlations: newCorrelationColumns(), rollup: newRollupColumns(), feed: newFeedColumns(), commit: newCommitColumns(),
	}
}

// NewBatch starts a batch. The id names its content: two batches of one id are
// one, and the second is not written again. It arrives now, see ArrivedAt.
func (s *Store) NewBatch(id string) *Batch {
	b := s.batches.take()
	b.id = id
	b.number = s.numbers.Add(1)
	b.ArrivedAt(s.clock())
	return b
}

// ArrivedAt says when the data arrived, before the first Add. A batch that may
// be inserted again by another process must say the same time again, because
// data is kept by arrival day, and what was written on another day is not
// recognised as the same.
func (b *Batch) ArrivedAt(t time.Time) {
	b.arrived = t.UTC()
	b.day = unixDay(t)
}

// second of arrival, Unix.
func (b *Batch) second() uint32 { return uint32(min(max(b.arrived.Unix(), 0), math.MaxUint32)) }

// ID is the name of the batch.
func (b *Batch) ID() string { return b.id }

// Spans is the number of spans added.
func (b *Batch) Spans() int { return b.spans.start.Rows() }

// Repaired is the number of spans that were changed to be kept: ids that were
// missing, times out of range, ends before starts, kinds unknown.
func (b *Batch) Repaired() int { return b.repaired }

// Release returns the memory of a batch that is no longer needed.
func (b *Batch) Release() {
	for _, in := range []proto.Input{b.spans.input, b.shapes.input, b.resources.input, b.endpoints.input, b.traces.input, b.correlations.input, b.rollup.input, b.feed.input, b.commit.input} {
		in.Reset()
	}
	b.id, b.repaired, b.facts = "", 0, flow.Facts{Keys: b.facts.Keys[:0], Links: b.facts.Links[:0]}
	b.fresh = b.fresh[:0]
	b.groups.reset()
	b.narrow = nil
	b.counts.reset()
	if cap(b.spans.vals.Buf) <= maxKept && cap(b.spans.extra.Buf) <= maxKept {
		b.store.batches.give(b)
	}
}

// Add puts all spans of td into the columns, in one pass. Spans without ids get
// some, in td too. Strings of td are used until the batch is inserted.
func (b *Batch) Add(tenant string, td ptrace.Traces) {
	b.store.learning.Lock()
	defer b.store.learning.Unlock()
	b.store.templates.Begin(b.day, b.arrived.Unix()/60)
	for _, rs := range td.ResourceSpans().All() {
		b.header = wire.AppendResource(b.header[:0], rs)
		end := len(b.header)
		resource := b.store.resources.get(template.ContentID(tenant, b.header), tenant, rs.Resource(), b.store.extract)
		for _, ss := range rs.ScopeSpans().All() {
			b.header = wire.AppendScope(b.header[:end], ss)
			res := template.ContentID(tenant, b.header)
			b.addResource(tenant, res, resource, rs.Resource().Attributes())
			scope := ss.Scope().Name()
			for _, s := range ss.Spans().All() {
				b.addSpan(tenant, resource, res, scope, s)
			}
		}
	}
}

func (b *Batch) addResource(tenant string, id uint64, r *flow.Resource, attributes pcommon.Map) {
	key := knownKey{knownResources, uint32(b.day), id}
	if b.spans.res.Has(id) || b.store.known.has(key) {
		return
	}
	c := b.resources
	c.tenant.Append(tenant)
	c.day = append(c.day, proto.Date(b.day))
	c.id = append(c.id, id)
	c.service.Append(r.Service)
	kvs := make([]proto.KV[string, string], 0, attributes.Len())
	for k, v := range attributes.All() {
		kvs = append(kvs, proto.KV[string, string]{Key: k, Value: v.AsString()})
	}
	c.attributes.AppendKV(kvs)
	c.content.AppendBytes(b.header)
	b.fresh = append(b.fresh, key)
}

func (b *Batch) addSpan(tenant string, r *flow.Resource, res uint64, scope string, s ptrace.Span) {
	b.repair(s)
	f := &b.facts
	b.store.extract.Span(r, scope, s, f)
	c := b.spans
	c.appendFacts(f, tenant, s.Name(), b.second())
	c.appendRaw(s, f.Start)
	if c.endpoint.Append(f.EndpointID) && f.EndpointID != 0 {
		b.addEndpoint(f)
	}
	c.res.Append(res)
	extra := len(c.extra.Buf)
	c.extra.Buf = wire.AppendExtra(c.extra.Buf, f.Start, s)
	c.extra.Pos = append(c.extra.Pos, proto.Position{Start: extra, End: len(c.extra.Buf)})
	b.addAttributes(tenant, s.Attributes())
	b.addToTrace(tenant, f)
	if f.EndpointID != 0 {
		b.counts.add(unixMinute(f.Start), c.endpoint.Key(), f.Flags&flow.FlagError != 0)
	}
}

func (b *Batch) addEndpoint(f *flow.Facts) {
	key := knownKey{knownEndpoints, uint32(b.arrived.Unix() / 3600), f.EndpointID}
	if b.store.known.has(key) {
		return
	}
	b.endpoints.append(f.EndpointID, &f.Endpoint, b.arrived)
	b.fresh = append(b.fresh, key)
}

func (b *Batch) addAttributes(tenant string, m pcommon.Map) {
	c := b.spans
	start := len(c.vals.Buf)
	var t *template.Template
	if c.vals.Buf, t = b.store.templates.Encode(tenant, m, c.vals.Buf); t == nil {
		if m.Len() > 0 {
			c.vals.Buf = wire.AppendMap(c.vals.Buf, m)
		}
		c.shape.Append(wire.GenericShape)
	} else if t.Used.Batch == b.number {
		c.shape.AppendKnown(t.ID, t.Used.Number)
	} else {
		b.addTemplate(tenant, t)
		c.shape.Append(t.ID)
		t.Used.Batch, t.Used.Number = b.number, c.shape.Key()
	}
	c.vals.Pos = append(c.vals.Pos, proto.Position{Start: start, End: len(c.vals.Buf)})
}

// addTemplate brings a template that is new to the batch.
func (b *Batch) addTemplate(tenant string, t *template.Template) {
	key := knownKey{knownShapes, uint32(b.day), t.ID}
	if b.spans.shape.Has(t.ID) || b.store.known.has(key) {
		return
	}
	b.shapes.append(tenant, b.day, t)
	b.fresh = append(b.fresh, key)
}

// repair makes a span one that can be kept. What it invents is a function of
// the batch and the span's place in it, so that a replay invents the same.
func (b *Batch) repair(s ptrace.Span) {
	repaired := false
	if s.TraceID().IsEmpty() {
		s.SetTraceID(pcommon.TraceID(b.invented(1)))
		repaired = true
	}
	if s.SpanID().IsEmpty() {
		id := b.invented(2)
		s.SetSpanID(pcommon.SpanID(id[:8]))
		repaired = true
	}
	if uint64(s.StartTimestamp()) > math.MaxInt64 || s.EndTimestamp() < s.StartTimestamp() {
		repaired = true // the extractor clamps the start, and takes the span for one without duration
	}
	if k := s.Kind(); k < 0 || k > ptrace.SpanKindConsumer {
		s.SetKind(ptrace.SpanKindUnspecified)
		repaired = true
	}
	if c := s.Status().Code(); c < 0 || c > ptrace.StatusCodeError {
		s.Status().SetCode(ptrace.StatusCodeUnset)
		repaired = true
	}
	if repaired {
		b.repaired++
	}
}

func (b *Batch) invented(what byte) (id [16]byte) {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(b.id)
	_, _ = d.Write(binary.LittleEndian.AppendUint64([]byte{0, what}, uint64(b.Spans())))
	binary.BigEndian.PutUint64(id[:8], max(d.Sum64(), 1))
	_, _ = d.Write([]byte{0})
	binary.BigEndian.PutUint64(id[8:], max(d.Sum64(), 1))
	return id
}
