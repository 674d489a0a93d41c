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
	content := AppendShape(nil, []Slot{{Key: "a", Type: TypeString}, {Key: "n", Type: TypeInt}})
	require.Equal(t, "\x01a\x01\x01n\x02", string(content))
	content = AppendShape(nil, []Slot{{Key: "a", Type: TypeString}, {Key: "n", Type: TypeInt, Const: true, Text: "-3"}})
	require.Equal(t, "\x01a\x01\x01n\x82\x02-3", string(content))
}

func TestSlots(t *testing.T) {
	str, num, yes := Slot{Key: "s", Type: TypeString}, Slot{Key: "n", Type: TypeInt}, Slot{Key: "b", Type: TypeBool}
	fixed := func(s Slot, text string) Slot {
		s.Const, s.Text = true, text
		return s
	}
	for _, tt := range []struct {
		name  string
		slots []Slot
		vals  string
		want  map[string]any // nil: corrupt
	}{
		{"all in the row", []Slot{str, num, yes}, "x\x00-3\x00true", map[string]any{"s": "x", "n": int64(-3), "b": true}},
		{"none in the row", []Slot{fixed(str, "x"), fixed(num, "7"), fixed(yes, "false")}, "", map[string]any{"s": "x", "n": int64(7), "b": false}},
		{"the first", []Slot{str, fixed(num, "7")}, "x", map[string]any{"s": "x", "n": int64(7)}},
		{"the last", []Slot{fixed(num, "7"), str}, "x", map[string]any{"s": "x", "n": int64(7)}},
		{"around one", []Slot{str, fixed(yes, "true"), num}, "x\x007", map[string]any{"s": "x", "n": int64(7), "b": true}},
		{"a constant with the separator", []Slot{fixed(str, "a\x00b"), num}, "1", map[string]any{"s": "a\x00b", "n": int64(1)}},
		{"empty", []Slot{str, fixed(num, "7")}, "", map[string]any{"s": "", "n": int64(7)}},
		{"too few values", []Slot{str, num, yes}, "x\x00-3", nil},
		{"a constant that is no number", []Slot{fixed(num, "seven")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shape, err := ReadShape(AppendShape(nil, tt.slots))
			require.NoError(t, err)
			require.Equal(t, tt.slots, shape.Slots)
			m := pcommon.NewMap()
			r := NewReader([]byte(tt.vals))
			r.Slots(shape, m)
			if tt.want == nil {
				require.ErrorIs(t, r.Err(), ErrCorrupt)
				return
			}
			require.NoError(t, r.Err())
			require.Equal(t, tt.want, m.AsRaw())
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
