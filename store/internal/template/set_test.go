package template

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/store/internal/wire"
)

// written is what a store would have: the contents of templates by id.
type written map[uint64][]byte

// roundTrip encodes attributes and reads them back through their content.
func (w written) roundTrip(t testing.TB, s *Set, m pcommon.Map) *Template {
	t.Helper()
	vals, tmpl := s.Encode("a", m, []byte("before"))
	require.Equal(t, "before", string(vals[:6]))
	if tmpl == nil {
		require.Len(t, vals, 6, "nothing was appended")
		return nil
	}
	content := wire.AppendShape(nil, tmpl.Slots())
	if had, ok := w[tmpl.ID]; ok {
		require.Equal(t, had, content, "an id has one content")
	}
	w[tmpl.ID] = content
	shape, err := wire.ReadShape(content)
	require.NoError(t, err)
	got := pcommon.NewMap()
	r := wire.NewReader(vals[6:])
	r.Slots(shape, got)
	require.NoError(t, r.Err())
	require.Equal(t, wire.AppendMap(nil, m), wire.AppendMap(nil, got), "want %v, got %v", m.AsRaw(), got.AsRaw())
	return tmpl
}

// taught is the template after the shape's trial.
func taught(t testing.TB, s *Set, w written, m pcommon.Map) *Template {
	t.Helper()
	for range trial {
		w.roundTrip(t, s, m)
	}
	return w.roundTrip(t, s, m)
}

func newSet() *Set {
	s := new(Set)
	s.Begin(1, 1)
	return s
}

func constants(t *Template) (keys []string) {
	for _, s := range t.Slots() {
		if s.Const {
			keys = append(keys, s.Key)
		}
	}
	return keys
}

// span makes the attributes of the i-th span of one code.
func attributes(i int, put func(pcommon.Map, int)) pcommon.Map {
	m := pcommon.NewMap()
	m.PutStr("method", "GET")
	put(m, i)
	return m
}

func TestWhatIsConstant(t *testing.T) {
	for _, tt := range []struct {
		name     string
		put      func(m pcommon.Map, i int)
		constant bool
	}{
		{"64 strings", func(m pcommon.Map, i int) { m.PutStr("x", fmt.Sprint(i%64)) }, true},
		{"65 strings", func(m pcommon.Map, i int) { m.PutStr("x", fmt.Sprint(i%65)) }, false},
		{"6 integers", func(m pcommon.Map, i int) { m.PutInt("x", int64(i%6)-3) }, true},
		{"7 integers", func(m pcommon.Map, i int) { m.PutInt("x", int64(i%7)) }, false},
		{"booleans", func(m pcommon.Map, i int) { m.PutBool("x", i%3 == 0) }, true},
		{"empty strings", func(m pcommon.Map, _ int) { m.PutStr("x", "") }, true},
		{"long strings", func(m pcommon.Map, i int) { m.PutStr("x", strings.Repeat("x", maxText+i%2)) }, false},
		{"the separator", func(m pcommon.Map, _ int) { m.PutStr("x", "a\x00b") }, true},
		{"doubles", func(m pcommon.Map, _ int) { m.PutDouble("x", 0.5) }, false},
		{"no value", func(m pcommon.Map, _ int) { m.PutEmpty("x") }, false},
		{"bytes", func(m pcommon.Map, _ int) { m.PutEmptyBytes("x").FromRaw([]byte{0, 1}) }, false},
		{"arrays", func(m pcommon.Map, _ int) { m.PutEmptySlice("x").AppendEmpty().SetInt(1) }, false},
		{"maps", func(m pcommon.Map, _ int) { m.PutEmptyMap("x").PutBool("y", true) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, w := newSet(), written{}
			var last *Template
			for i := range trial + 300 {
				last = w.roundTrip(t, s, attributes(i, tt.put))
			}
			require.NotNil(t, last)
			if tt.constant {
				require.Equal(t, []string{"method", "x"}, constants(last))
			} else {
				require.Equal(t, []string{"method"}, constants(last))
			}
			require.LessOrEqual(t, len(w), 1+64+6, "what varies cost no templates")
			before := len(w)
			for i := range 300 {
				w.roundTrip(t, s, attributes(i, tt.put))
			}
			require.Len(t, w, before, "what was learned stays")
		})
	}
}

func TestKeysAndTypesTellShapesApart(t *testing.T) {
	s, w := newSet(), written{}
	ids := map[uint64]string{}
	for name, put := range map[string]func(m pcommon.Map){
		"text":           func(m pcommon.Map) { m.PutStr("a", "1") },
		"number":         func(m pcommon.Map) { m.PutInt("a", 1) },
		"order":          func(m pcommon.Map) { m.PutStr("a", "1"); m.PutStr("b", "2") },
		"another order":  func(m pcommon.Map) { m.PutStr("b", "2"); m.PutStr("a", "1") },
		"another value":  func(m pcommon.Map) { m.PutStr("b", "2"); m.PutStr("a", "2") },
		"an empty key":   func(m pcommon.Map) { m.PutStr("", "1") },
		"key and nought": func(m pcommon.Map) { m.PutStr("a\x00", "1") },
	} {
		m := pcommon.NewMap()
		put(m)
		tmpl := taught(t, s, w, m)
		require.NotContains(t, ids, tmpl.ID, "%s is not %s", name, ids[tmpl.ID])
		ids[tmpl.ID] = name
	}
	m := pcommon.NewMap()
	m.PutStr("a", "1")
	_, other := s.Encode("b", m, nil)
	require.NotContains(t, ids, other.ID, "tenants share nothing")
}

func TestDuplicateKeysAreKept(t *testing.T) {
	s, w := newSet(), written{}
	// As a decoder makes them: pdata's own methods would not.
	r := wire.NewReader([]byte("\x02\x01a\x01\x01x\x01a\x01\x01y"))
	m := pcommon.NewMap()
	r.Map(m)
	require.NoError(t, r.Err())
	require.Equal(t, 2, m.Len())
	taught(t, s, w, m)
}

func TestNaN(t *testing.T) {
	m := pcommon.NewMap()
	m.PutDouble("x", math.NaN())
	require.Empty(t, constants(written{}.roundTrip(t, newSet(), m)))
}

func TestWhatCarriesItsKeys(t *testing.T) {
	s, w := newSet(), written{}
	many := pcommon.NewMap()
	for i := range MaxSlots + 1 {
		many.PutInt(fmt.Sprint(i), 1)
	}
	require.Nil(t, w.roundTrip(t, s, many))
	require.Nil(t, w.roundTrip(t, s, pcommon.NewMap()))
	m := pcommon.NewMap()
	m.PutStr("x", strings.Repeat("\x00", maxText+1)) // varies, and breaks the separation
	m.PutDouble("y", 1)
	for range trial + 2 {
		require.Nil(t, w.roundTrip(t, s, m))
	}
}

// Every slot has few values, and together they have very many.
func TestProductsOfValues(t *testing.T) {
	s, w := newSet(), written{}
	seed := uint64(1)
	product := func() pcommon.Map {
		m := pcommon.NewMap()
		for k := range 12 {
			seed = seed*6364136223846793005 + 1442695040888963407
			m.PutStr(fmt.Sprint("k", k), fmt.Sprint("value", seed>>33%10))
		}
		return m
	}
	for range 50_000 {
		w.roundTrip(t, s, product())
	}
	require.LessOrEqual(t, len(w), maxSpentShape+1)
	tmpl := w.roundTrip(t, s, product())
	before := len(w)
	for range 10_000 {
		w.roundTrip(t, s, product())
	}
	require.Len(t, w, before, "it has come to rest")
	require.NotEmpty(t, constants(tmpl), "and what fits is still constant")
}

// A sender that changes everything spends the day's templates; the shapes are plain then.
func TestADayHasOnlySoManyTemplates(t *testing.T) {
	s, w := newSet(), written{}
	for i := 0; s.spent < maxSpent; i++ {
		require.Less(t, i, 3*maxSpent)
		m := pcommon.NewMap()
		m.PutStr(fmt.Sprint("shape", i/1500), "x")
		m.PutStr("few", fmt.Sprint(i%63))
		m.PutStr("many", fmt.Sprint(i/63%62))
		m.PutBool("even", i%3 == 0)
		w.roundTrip(t, s, m)
	}
	m := pcommon.NewMap()
	m.PutStr("late", "x")
	require.Empty(t, constants(taught(t, s, w, m)))
	s.Begin(2, 9_000_000)
	require.Equal(t, []string{"late"}, constants(taught(t, s, w, m)), "tomorrow they are learned again")
}

func TestNewShapesAreFewAMinute(t *testing.T) {
	s, w := newSet(), written{}
	key := func(i int) pcommon.Map {
		m := pcommon.NewMap()
		m.PutInt(fmt.Sprint("key", i), int64(i))
		return m
	}
	for i := range MaxFreshShapes {
		require.NotNil(t, w.roundTrip(t, s, key(i)))
	}
	require.Nil(t, w.roundTrip(t, s, key(-1)))
	require.NotNil(t, w.roundTrip(t, s, key(7)), "known ones go on")
	s.Begin(1, 2)
	require.NotNil(t, w.roundTrip(t, s, key(-1)))
}

// What is remembered is bounded in number and in bytes.
func TestMemoryIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys int
	}{{"many shapes", 1}, {"large shapes", 200}} {
		t.Run(tt.name, func(t *testing.T) {
			s, w := newSet(), written{}
			for i := range maxShapes + 100 {
				s.Begin(1, int64(i))
				m := pcommon.NewMap()
				for k := range tt.keys {
					m.PutInt(fmt.Sprint("key", i, ".", k), 1)
				}
				w.roundTrip(t, s, m)
				require.LessOrEqual(t, s.shapes, maxShapes)
				require.Less(t, s.bytes, maxBytes+maxBytes/8)
			}
			require.Less(t, s.shapes, maxShapes, "forgotten at least once")
		})
	}
}

func TestEncodingDoesNotAllocate(t *testing.T) {
	s := newSet()
	spans := make([]pcommon.Map, 100)
	for i := range spans {
		spans[i] = attributes(i, func(m pcommon.Map, i int) {
			m.PutStr("order.id", fmt.Sprint("order-", i))
			m.PutStr("route", fmt.Sprint("/", i%10))
			m.PutInt("status", int64(200+i%3))
			m.PutInt("size", int64(i))
		})
	}
	var buf []byte
	all := func() {
		for _, m := range spans {
			buf, _ = s.Encode("", m, buf[:0])
		}
	}
	for range trial / len(spans) * 2 {
		all()
	}
	require.Zero(t, testing.AllocsPerRun(10, all))
}

func BenchmarkEncode(b *testing.B) {
	s := newSet()
	spans := make([]pcommon.Map, 512)
	for i := range spans {
		m := pcommon.NewMap()
		for k := range 10 {
			m.PutStr(fmt.Sprint("a.usual.attribute.", k), fmt.Sprint("its value ", (i*k)%(k+1)))
		}
		m.PutInt("http.response.status_code", 200)
		m.PutInt("thread.id", int64(i))
		m.PutStr("order.id", fmt.Sprint("order-", i))
		m.PutStr("url.path", fmt.Sprint("/orders/", i))
		spans[i] = m
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range spans {
			buf, _ = s.Encode("", m, buf[:0])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(spans)), "ns/span")
}
