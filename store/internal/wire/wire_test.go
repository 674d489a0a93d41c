package wire

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The stored types are OTLP's numbers as pdata has them; should they change
// there, they must not change here.
func TestTypesAreForEver(t *testing.T) {
	v := pcommon.NewValueEmpty()
	require.EqualValues(t, 0, Type(v))
	v.SetStr("")
	require.EqualValues(t, 1, Type(v))
	v.SetInt(1)
	require.EqualValues(t, 2, Type(v))
	v.SetDouble(1)
	require.EqualValues(t, 3, Type(v))
	v.SetBool(true)
	require.EqualValues(t, 4, Type(v))
	v.SetEmptyMap()
	require.EqualValues(t, 5, Type(v))
	v.SetEmptySlice()
	require.EqualValues(t, 6, Type(v))
	v.SetEmptyBytes()
	require.EqualValues(t, 7, Type(v))
}

// A stored byte string of an earlier release must read the same for ever.
func TestGolden(t *testing.T) {
	m := pcommon.NewMap()
	m.PutStr("a", "b")
	m.PutInt("n", -3)
	require.Equal(t, []byte("\x02\x01a\x01\x01b\x01n\x02\x05"), AppendMap(nil, m))
	vals, content, ok := AppendSlots(nil, nil, m)
	require.True(t, ok)
	require.Equal(t, "b\x00-3", string(vals))
	require.Equal(t, "\x01a\x01\x01n\x02", string(content))
}

func TestSlotsRefuseTheSeparator(t *testing.T) {
	for name, m := range map[string]map[string]any{
		"inside":        {"a": "x\x00y"},
		"alone":         {"a": "\x00"},
		"one for two":   {"a": "\x00", "b": "c"},
		"in every slot": {"a": "\x00", "b": "\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			p := pcommon.NewMap()
			require.NoError(t, p.FromRaw(m))
			vals, _, ok := AppendSlots([]byte("before"), nil, p)
			require.False(t, ok)
			require.Equal(t, "before", string(vals))
		})
	}
}

func TestTooDeepIsKeptAsText(t *testing.T) {
	m := pcommon.NewMap()
	at := m
	for range MaxDepth + 10 {
		at = at.PutEmptyMap("d")
	}
	at.PutStr("end", "here")
	got := pcommon.NewMap()
	r := NewReader(AppendMap(nil, m))
	r.Map(got)
	require.NoError(t, r.Err())
	for range MaxDepth {
		v, ok := got.Get("d")
		require.True(t, ok)
		if v.Type() == pcommon.ValueTypeStr {
			require.True(t, strings.Contains(v.Str(), `"end":"here"`))
			return
		}
		got = v.Map()
	}
	v, _ := got.Get("d")
	require.Equal(t, pcommon.ValueTypeStr, v.Type())
}

// fill builds a map from fuzzed bytes: every byte chooses a type.
func fill(m pcommon.Map, b []byte, depth int) []byte {
	for n := 0; len(b) > 0 && n < 8; n++ {
		op := b[0]
		b = b[1:]
		take := func(n int) []byte {
			n = min(n, len(b))
			t := b[:n]
			b = b[n:]
			return t
		}
		key := string(take(int(op >> 5)))
		switch op & 7 {
		case 0:
			m.PutEmpty(key)
		case 1:
			m.PutStr(key, string(take(int(op>>3))))
		case 2:
			m.PutInt(key, int64(len(b))*math.MaxInt64/7)
		case 3:
			m.PutDouble(key, math.Float64frombits(uint64(op)<<56|uint64(len(b))))
		case 4:
			m.PutBool(key, op > 99)
		case 5:
			if depth < 5 {
				b = fill(m.PutEmptyMap(key), b, depth+1)
			}
		case 6:
			s := m.PutEmptySlice(key)
			for range op >> 6 {
				s.AppendEmpty().SetStr(string(take(2)))
			}
		case 7:
			m.PutEmptyBytes(key).FromRaw(take(3))
		}
	}
	return b
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("\x21ab\x45\x02\x83\x04\xa7xyz\xc6qq\x05\x01"))
	f.Add(bytes.Repeat([]byte{5}, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := pcommon.NewMap()
		fill(m, b, 0)
		got := pcommon.NewMap()
		r := NewReader(AppendMap(nil, m))
		r.Map(got)
		require.NoError(t, r.Err())
		require.Zero(t, r.Len())
		require.True(t, m.Equal(got) || hasNaN(m))

		vals, content, ok := AppendSlots(nil, nil, m)
		if !ok {
			return
		}
		shape, err := ReadShape(content)
		require.NoError(t, err)
		slots := pcommon.NewMap()
		r = NewReader(vals)
		r.Slots(shape, slots)
		require.NoError(t, r.Err())
		require.True(t, m.Equal(slots) || hasNaN(m))
	})
}

func hasNaN(m pcommon.Map) bool {
	for _, v := range m.All() {
		if v.Type() == pcommon.ValueTypeDouble && math.IsNaN(v.Double()) || v.Type() == pcommon.ValueTypeMap && hasNaN(v.Map()) {
			return true
		}
	}
	return false
}

// Whatever bytes are read, nothing panics and nothing grows beyond them.
func FuzzReader(f *testing.F) {
	m := pcommon.NewMap()
	fill(m, []byte("\x21ab\x45\x02\x83\x04\xa7xyz\xc6qq\x05\x01"), 0)
	f.Add(AppendMap(nil, m))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		td := ptrace.NewTraces()
		rs := td.ResourceSpans().AppendEmpty()
		ss := rs.ScopeSpans().AppendEmpty()
		NewReader(b).Resource(rs, ss)
		NewReader(b).Extra(1, ss.Spans().AppendEmpty())
		NewReader(b).Map(pcommon.NewMap())
		if s, err := ReadShape(b); err == nil {
			NewReader(b).Slots(s, pcommon.NewMap())
		}
	})
}
