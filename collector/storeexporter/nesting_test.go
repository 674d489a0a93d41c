package storeexporter

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// nest puts lists, maps or both within one another.
func nest(v pcommon.Value, levels int, list func(level int) bool) {
	for n := range levels {
		if list(n) {
			v = v.SetEmptySlice().AppendEmpty()
		} else {
			m := v.SetEmptyMap()
			m.PutStr("beside", "it")
			v = m.PutEmpty("inner")
		}
	}
	v.SetStr("at last")
}

// What is taken is what can be read again; what is not is refused by name.
func TestNestingIsBounded(t *testing.T) {
	kinds := map[string]func(int) bool{
		"lists": func(int) bool { return true },
		"maps":  func(int) bool { return false },
		"both":  func(n int) bool { return n%2 == 0 },
	}
	places := map[string]func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) pcommon.Map{
		"resource": func(rs ptrace.ResourceSpans, _ ptrace.ScopeSpans, _ ptrace.Span) pcommon.Map {
			return rs.Resource().Attributes()
		},
		"scope": func(_ ptrace.ResourceSpans, ss ptrace.ScopeSpans, _ ptrace.Span) pcommon.Map {
			return ss.Scope().Attributes()
		},
		"span 0700000000000000": func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) pcommon.Map { return s.Attributes() },
		"event of span 0700000000000000": func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) pcommon.Map {
			return s.Events().AppendEmpty().Attributes()
		},
		"link of span 0700000000000000: ": func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) pcommon.Map {
			return s.Links().AppendEmpty().Attributes()
		},
	}
	for kind, list := range kinds {
		for place, attributes := range places {
			t.Run(kind+" of a "+place, func(t *testing.T) {
				spans := func(levels int) ptrace.Traces {
					td := ptrace.NewTraces()
					rs := td.ResourceSpans().AppendEmpty()
					ss := rs.ScopeSpans().AppendEmpty()
					ss.Spans().AppendEmpty().SetName("another")
					s := ss.Spans().AppendEmpty()
					s.SetSpanID([8]byte{7})
					m := attributes(rs, ss, s)
					m.PutStr("flat", "value")
					nest(m.PutEmpty("deep.one"), levels, list)
					return td
				}
				td := spans(maxNesting)
				require.NoError(t, checkNesting(td))
				record, err := encodeRecord(nil, "", td)
				require.NoError(t, err)
				_, read, err := decodeRecord(record)
				require.NoError(t, err, "what is taken is read from the log")
				again, err := encodeRecord(nil, "", read)
				require.NoError(t, err)
				require.True(t, bytes.Equal(record, again))

				err = checkNesting(spans(maxNesting + 1))
				require.ErrorContains(t, err, place)
				require.ErrorContains(t, err, `"deep.one"`)
			})
		}
	}
}

func BenchmarkCheckNesting(b *testing.B) {
	td := ptrace.NewTraces()
	ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	for range 512 {
		s := ss.Spans().AppendEmpty()
		for _, k := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"} {
			s.Attributes().PutStr(k, "value")
		}
	}
	for b.Loop() {
		if checkNesting(td) != nil {
			b.Fatal()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/512, "ns/span")
}
