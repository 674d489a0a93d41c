package store

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/template"
	"github.com/baton-observability/baton/store/internal/wire"
)

// one returns the first span of a request.
func one(td ptrace.Traces) ptrace.Span {
	return td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
}

// Whatever is sent is kept, and what could not be kept as it was is counted.
func TestHostileSpans(t *testing.T) {
	s := testStore(t)
	for _, tt := range []struct {
		name     string
		change   func(ptrace.Span)
		repaired int
		changed  bool // it does not read back as it was sent
	}{
		{"1970", func(s ptrace.Span) { s.SetStartTimestamp(0); s.SetEndTimestamp(1) }, 0, false},
		{"2100", func(s ptrace.Span) { s.SetStartTimestamp(4102444800e9); s.SetEndTimestamp(4102444800e9 + 5) }, 0, false},
		{"ends before it starts", func(s ptrace.Span) { s.SetEndTimestamp(s.StartTimestamp() - 7) }, 1, false},
		{"never ends", func(s ptrace.Span) { s.SetEndTimestamp(math.MaxUint64) }, 0, false},
		{"starts after the end of time", func(s ptrace.Span) {
			s.SetStartTimestamp(math.MaxUint64 - 1)
			s.SetEndTimestamp(math.MaxUint64)
		}, 1, true},
		{"no trace id", func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{}) }, 1, false},
		{"no span id", func(s ptrace.Span) { s.SetSpanID(pcommon.SpanID{}) }, 1, false},
		{"unknown kind", func(s ptrace.Span) { s.SetKind(777) }, 1, false},
		{"unknown status", func(s ptrace.Span) { s.Status().SetCode(-3) }, 1, false},
		{"invalid UTF-8", func(s ptrace.Span) {
			s.SetName("\xff\xfe")
			s.Attributes().PutStr("\xc3", "\x80")
		}, 0, false},
		{"a NUL in a value", func(s ptrace.Span) { s.Attributes().PutStr("a", "b\x00c"); s.Attributes().PutStr("d", "e") }, 0, false},
		{"only a NUL", func(s ptrace.Span) { s.Attributes().PutStr("a", "\x00") }, 0, false},
		{"no attributes", func(s ptrace.Span) {}, 0, false},
		{"one empty value", func(s ptrace.Span) { s.Attributes().PutStr("a", "") }, 0, false},
		{"10,000 attributes", func(s ptrace.Span) {
			for i := range 10_000 {
				s.Attributes().PutInt(fmt.Sprintf("key.%d", i), int64(i))
			}
		}, 0, false},
		{"a megabyte in a name", func(s ptrace.Span) { s.SetName(strings.Repeat("n", 1<<20)) }, 0, false},
		{"deep nesting", func(s ptrace.Span) {
			v := s.Attributes().PutEmptyMap("deep")
			for range 40 {
				v = v.PutEmptyMap("deeper")
			}
			v.PutStr("end", "here")
		}, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			td := spansOf(t, span{trace: 1, id: 1, service: "a", name: "call", start: noon.UnixNano(), end: noon.UnixNano() + 5})
			tt.change(one(td))
			b := s.NewBatch(tt.name)
			b.Add(tt.name, td)
			require.Equal(t, tt.repaired, b.Repaired())
			require.NoError(t, s.Insert(context.Background(), b))
			id := one(td).TraceID() // repaired ids are written into the request
			require.False(t, id.IsEmpty())
			require.False(t, one(td).SpanID().IsEmpty())
			got, err := s.ReadTraces(context.Background(), tt.name, []flow.TraceID{flow.TraceID(id)}, 10)
			require.NoError(t, err)
			require.Equal(t, 1, got.SpanCount())
			if !tt.changed {
				require.Equal(t, td, got)
			}
			require.EqualValues(t, tt.repaired, count(t, s, "SELECT repaired::UInt64 FROM batches WHERE id = ?", tt.name))
		})
	}
}

// A sender that invents attribute keys must not fill the table of shapes.
func TestTooManyShapes(t *testing.T) {
	s := testStore(t)
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	const n = template.MaxFreshShapes + 100
	for i := range n {
		sp := spans.AppendEmpty()
		sp.SetTraceID(pcommon.TraceID(traceID(1)))
		sp.SetSpanID(pcommon.SpanID{1, byte(i >> 8), byte(i)})
		sp.SetStartTimestamp(pcommon.Timestamp(noon.UnixNano() + int64(i)))
		sp.SetEndTimestamp(sp.StartTimestamp())
		sp.Attributes().PutInt(fmt.Sprintf("key.%d", i), int64(i))
	}
	insert(t, s, "x", "", td)
	require.EqualValues(t, template.MaxFreshShapes, count(t, s, "SELECT count() FROM shapes"))
	require.EqualValues(t, 100, count(t, s, "SELECT count() FROM spans WHERE shape = ?", wire.GenericShape))
	got, err := s.ReadTraces(context.Background(), "", []flow.TraceID{traceID(1)}, n)
	require.NoError(t, err)
	require.Equal(t, td, got)
}

func TestShapesAreWrittenAgainTheNextDay(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	for i := range 4 {
		insert(t, s, fmt.Sprint(i), "", rich())
		if i == 1 {
			clock.set(noon.Add(24 * time.Hour))
		}
	}
	require.EqualValues(t, 2, count(t, s, "SELECT count() FROM shapes"), "one a day, of two batches")
	require.EqualValues(t, 2, count(t, s, "SELECT count() FROM resources"))
}
