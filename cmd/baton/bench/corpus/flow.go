package corpus

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// draw is a flow with everything decided that its spans share.
type draw struct {
	shape    *shape
	random   rand.PCG
	start    int64
	stretch  int64 // of all times, in 1024ths
	traces   [maxTraces][16]byte
	messages [maxHops][36]byte
	spans    [longest]uint64
	noise    [longest]uint64 // of the spans' times

	correlation, run [36]byte
	session          [32]byte
	order            [10]byte
}

const (
	maxTraces = 8
	maxHops   = 4
)

// draw decides flow i.
func (c *Corpus) draw(i int64, f *draw) {
	f.random = c.random(i)
	r := &f.random
	f.shape = c.pick(r)
	f.start = c.startOf(i)
	f.stretch = int64(768 + r.Uint64()%512)
	for k := range f.shape.traces {
		binary.LittleEndian.PutUint64(f.traces[k][:], r.Uint64())
		binary.LittleEndian.PutUint64(f.traces[k][8:], r.Uint64())
	}
	for k := range f.shape.messages {
		f.messages[k] = guid(r)
	}
	for k := range f.shape.spans {
		f.spans[k], f.noise[k] = r.Uint64(), r.Uint64()
	}
	f.correlation, f.run, f.order = guid(r), guid(r), orderNumber(c.options.Seed, i)
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:], r.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], r.Uint64())
	hex.Encode(f.session[:], raw[:])
}

func (c *Corpus) startOf(i int64) int64 {
	return c.options.Start.UnixNano() + i*int64(c.options.Gap)
}

// times is when span k began and ended. A leaf may be quicker than its place in the shape; nothing is ever slower, so that
// children stay within their parents.
func (f *draw) times(k int) (start, end int64) {
	t, noise := &f.shape.spans[k], f.noise[k]
	start = f.start + t.after*f.stretch>>10 + int64(noise&0xffff)
	lasts := t.lasts * f.stretch >> 10
	if t.leaf {
		lasts = lasts * int64(512+noise>>16&511) >> 10
	}
	return start, f.start + (t.after * f.stretch >> 10) + lasts + int64(noise>>32&0x3fff)
}

// Flow is what is true of a flow.
type Flow struct {
	Number      int64
	Traces      []pcommon.TraceID
	Spans       map[pcommon.TraceID][]pcommon.SpanID
	Correlation string
	Order       string
	Failed      bool
	Culprit     string   // service; empty unless the flow failed
	Teams       []string // that own its services
	Start, End  time.Time
}

// SpanCount is how many spans the flow has.
func (f *Flow) SpanCount() (n int) {
	for _, s := range f.Spans {
		n += len(s)
	}
	return n
}

// Flow answers what is true of flow i.
func (c *Corpus) Flow(i int64) Flow {
	var d draw
	c.draw(i, &d)
	out := Flow{Number: i, Correlation: string(d.correlation[:]), Order: "ord-" + string(d.order[:]), Teams: d.shape.teams,
		Spans: map[pcommon.TraceID][]pcommon.SpanID{}, Start: time.Unix(0, d.start)}
	if d.shape.culprit >= 0 {
		out.Failed, out.Culprit = true, c.services[d.shape.culprit].name
	}
	for k := range d.shape.traces {
		out.Traces = append(out.Traces, d.traces[k])
	}
	last := int64(0)
	for k := range d.shape.spans {
		trace := pcommon.TraceID(d.traces[d.shape.spans[k].trace])
		var id pcommon.SpanID
		binary.LittleEndian.PutUint64(id[:], d.spans[k])
		out.Spans[trace] = append(out.Spans[trace], id)
		_, end := d.times(k)
		last = max(last, end)
	}
	out.End = time.Unix(0, last)
	return out
}

// Failed reports whether flow i fails, for much less than Flow.
func (c *Corpus) Failed(i int64) bool {
	r := c.random(i)
	return c.pick(&r).culprit >= 0
}

// Sent answers the spans of flow i as they were sent, decoded.
func (c *Corpus) Sent(i int64) (ptrace.Traces, error) {
	all := ptrace.NewTraces()
	s := c.One(i)
	for {
		request, n := s.Next(nil)
		if n == 0 {
			return all, nil
		}
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(request)
		if err != nil {
			return all, err
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
}

// StartOf is when flow i begins.
func (c *Corpus) StartOf(i int64) time.Time { return time.Unix(0, c.startOf(i)) }
