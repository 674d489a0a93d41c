package corpus

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

func corpusOf(t testing.TB, change func(*Options)) *Corpus {
	t.Helper()
	o := Defaults()
	o.Start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	require.NoError(t, err)
	return c
}

// all is every request of a stream.
func all(s *Stream) (requests [][]byte, spans int) {
	for {
		b, n := s.Next(nil)
		if n == 0 {
			return requests, spans
		}
		requests, spans = append(requests, b), spans+n
	}
}

func TestSameOptionsSameBytes(t *testing.T) {
	want, _ := all(corpusOf(t, nil).Stream(0, 50_000))
	got, _ := all(corpusOf(t, nil).Stream(0, 50_000))
	require.Equal(t, len(want), len(got))
	for i := range want {
		require.True(t, bytes.Equal(want[i], got[i]), "request %d", i)
	}
	other, _ := all(corpusOf(t, func(o *Options) { o.Seed = 2 }).Stream(0, 50_000))
	require.False(t, bytes.Equal(want[0], other[0]), "another seed must give other bytes")
}

func TestAveragesAreAsStated(t *testing.T) {
	const n = 100_000
	requests, spans := all(corpusOf(t, nil).Stream(0, n))
	require.GreaterOrEqual(t, spans, n)
	require.Less(t, spans, n+longest)

	total, attributes, full := 0, 0, 0
	kinds := map[ptrace.SpanKind]int{}
	types := map[pcommon.ValueType]int{}
	services := map[string]bool{}
	for _, b := range requests {
		total += len(b)
		request := ptraceotlp.NewExportRequest()
		require.NoError(t, request.UnmarshalProto(b))
		if request.Traces().SpanCount() == PerRequest {
			full++
		}
		eachSpan(request.Traces(), func(r pcommon.Resource, s ptrace.Span) {
			name, _ := r.Attributes().Get("service.name")
			services[name.Str()] = true
			attributes += s.Attributes().Len()
			kinds[s.Kind()]++
			for _, v := range s.Attributes().All() {
				types[v.Type()]++
			}
			require.NotZero(t, s.StartTimestamp())
			require.Greater(t, s.EndTimestamp(), s.StartTimestamp(), s.Name())
			for _, e := range s.Events().All() {
				require.Equal(t, s.EndTimestamp(), e.Timestamp())
			}
		})
	}
	perSpan := float64(total) / float64(spans)
	t.Logf("%.0f bytes and %.2f attributes a span, %d requests of which %d are full, kinds %v, types %v",
		perSpan, float64(attributes)/float64(spans), len(requests), full, kinds, types)
	require.InDelta(t, 580, perSpan, 15, "bytes a span on the wire")
	require.InDelta(t, 14, float64(attributes)/float64(spans), 0.2, "attributes a span")
	require.GreaterOrEqual(t, full, len(requests)-len(services), "all but the last request of a process are full")
	require.Len(t, services, 25)
	require.Len(t, kinds, 5)
	for _, typ := range []pcommon.ValueType{pcommon.ValueTypeStr, pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool,
		pcommon.ValueTypeSlice, pcommon.ValueTypeMap, pcommon.ValueTypeBytes} {
		require.NotZero(t, types[typ], typ.String())
	}
}

func eachSpan(td ptrace.Traces, f func(pcommon.Resource, ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				f(rs.Resource(), s)
			}
		}
	}
}

func TestFlows(t *testing.T) {
	const n = 20_000
	c := corpusOf(t, nil)
	failed, spans, traces := 0, 0, 0
	for i := range int64(n) {
		f := c.Flow(i)
		require.Equal(t, f.Failed, c.Failed(i))
		require.Equal(t, f.Failed, f.Culprit != "")
		require.GreaterOrEqual(t, f.SpanCount(), shortest)
		require.LessOrEqual(t, f.SpanCount(), longest)
		require.GreaterOrEqual(t, len(f.Traces), 2)
		if f.Failed {
			failed++
			require.Contains(t, f.Teams, c.Team(f.Culprit))
		}
		spans, traces = spans+f.SpanCount(), traces+len(f.Traces)
	}
	t.Logf("%.1f spans in %.1f traces a flow, %.2f %% failed", float64(spans)/n, float64(traces)/n, 100*float64(failed)/n)
	require.InDelta(t, 0.03, float64(failed)/n, 0.005)
	require.InDelta(t, MeanSpans, float64(spans)/n, 0.5)
}

// TestSentIsTrue holds that what is told of a flow is what its spans say.
func TestSentIsTrue(t *testing.T) {
	c := corpusOf(t, nil)
	for i := range int64(400) {
		f := c.Flow(i)
		td, err := c.Sent(i)
		require.NoError(t, err)
		require.Equal(t, f.SpanCount(), td.SpanCount())
		parents := map[pcommon.SpanID]ptrace.Span{}
		got := map[pcommon.TraceID][]pcommon.SpanID{}
		last, errors, correlated, linked := pcommon.Timestamp(0), 0, 0, 0
		eachSpan(td, func(_ pcommon.Resource, s ptrace.Span) {
			parents[s.SpanID()] = s
			got[s.TraceID()] = append(got[s.TraceID()], s.SpanID())
			last = max(last, s.EndTimestamp())
			if s.Status().Code() == ptrace.StatusCodeError {
				errors++
			}
			if v, ok := s.Attributes().Get("correlation.id"); ok {
				require.Equal(t, f.Correlation, v.Str())
				correlated++
			}
			if v, ok := s.Attributes().Get("order.id"); ok {
				require.Equal(t, f.Order, v.Str())
			}
			for _, l := range s.Links().All() {
				require.Contains(t, f.Spans[l.TraceID()], l.SpanID())
				linked++
			}
		})
		require.Len(t, got, len(f.Spans))
		for trace, ids := range f.Spans {
			require.ElementsMatch(t, ids, got[trace])
		}
		require.Equal(t, f.End.UnixNano(), int64(last))
		require.Equal(t, f.Failed, errors > 0)
		require.NotZero(t, correlated)
		eachSpan(td, func(_ pcommon.Resource, s ptrace.Span) {
			if p, ok := parents[s.ParentSpanID()]; ok {
				require.LessOrEqual(t, p.StartTimestamp(), s.StartTimestamp())
				require.GreaterOrEqual(t, p.EndTimestamp(), s.EndTimestamp())
				require.Equal(t, p.TraceID(), s.TraceID())
			} else {
				require.True(t, s.ParentSpanID().IsEmpty(), "the parent of %s is nowhere", s.Name())
			}
		})
	}
}

func TestStreamsGoOn(t *testing.T) {
	c := corpusOf(t, nil)
	s := c.Stream(0, 10_000)
	_, first := all(s)
	next := c.Stream(s.Flows(), 10_000)
	_, second := all(next)
	want := 0
	for i := range next.Flows() {
		f := c.Flow(i)
		want += f.SpanCount()
	}
	require.Equal(t, want, first+second)
}

func TestEventTime(t *testing.T) {
	c := corpusOf(t, func(o *Options) { o.Gap = GapAt(50_000) })
	s := c.Stream(0, 100_000)
	all(s)
	f := c.Flow(s.Flows() - 1)
	require.InDelta(t, 2, f.Start.Sub(c.options.Start).Seconds(), 0.1, "100,000 spans at 50,000 a second")
}

func TestOptions(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"few services":    func(o *Options) { o.Services = 3 },
		"many services":   func(o *Options) { o.Services = 501 },
		"no attributes":   func(o *Options) { o.Attributes = 0 },
		"failures":        func(o *Options) { o.Failures = 1.1 },
		"not a number":    func(o *Options) { o.Gap = 0 },
		"negative share":  func(o *Options) { o.Failures = -0.1 },
		"many attributes": func(o *Options) { o.Attributes = 101 },
	} {
		t.Run(name, func(t *testing.T) {
			o := Defaults()
			change(&o)
			_, err := New(o)
			require.Error(t, err)
		})
	}
	c := corpusOf(t, func(o *Options) { o.Services, o.Attributes, o.Failures = 60, 30, 1 })
	_, n := all(c.Stream(0, 5000))
	require.GreaterOrEqual(t, n, 5000)
	require.True(t, c.Failed(0))
	require.False(t, math.IsNaN(MeanSpans))
}

func BenchmarkStream(b *testing.B) {
	c := corpusOf(b, nil)
	s := c.Stream(0, math.MaxInt64)
	buf := make([]byte, 0, 1<<20)
	spans := 0
	b.ReportAllocs()
	for b.Loop() {
		var n int
		buf, n = s.Next(buf[:0])
		spans += n
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(spans), "ns/span")
}
