package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// where makes conditions of key=value.
func where(conditions ...string) (out []Condition) {
	for _, c := range conditions {
		k, v, _ := strings.Cut(c, "=")
		out = append(out, Condition{k, v})
	}
	return out
}

// hourAround is a search of the hour around noon.
func hourAround(conditions ...string) SpanSearch {
	return SpanSearch{From: noon.Add(-time.Hour), To: noon.Add(time.Hour), Where: where(conditions...), Limit: MaxFound}
}

// search asks for all pages and returns the span ids as found.
func search(t testing.TB, s *Store, q SpanSearch) []flow.SpanID {
	t.Helper()
	var ids []flow.SpanID
	for pages := 0; ; pages++ {
		require.Less(t, pages, 10_000, "a search must end")
		page, err := s.SearchSpans(context.Background(), q)
		require.NoError(t, err)
		for _, f := range page.Spans {
			ids = append(ids, f.Span)
		}
		if page.Next == nil {
			require.Equal(t, q.From.UnixNano(), page.From)
			return ids
		}
		q.After = page.Next
	}
}

func TestSearchByEveryTypeOfValue(t *testing.T) {
	s := testStore(t)
	td := rich()
	td.ResourceSpans().At(0).Resource().Attributes().RemoveIf(func(k string, _ pcommon.Value) bool { return k != "service.name" })
	insert(t, s, "1", "", td)
	insert(t, s, "resource", "b", rich()) // where the resource has the same attributes as a span
	one := []flow.SpanID{{1, 7: 8}}
	for _, tt := range []struct {
		name  string
		where []string
		found bool
	}{
		{"string", []string{"string=grün"}, true},
		{"another string", []string{"string=grü"}, false},
		{"case", []string{"string=Grün"}, false},
		{"empty string", []string{"empty string="}, true},
		{"int", []string{"int=-42"}, true},
		{"another int", []string{"int=42"}, false},
		{"int written otherwise", []string{"int=-42.0"}, false},
		{"largest int", []string{fmt.Sprint("max=", math.MaxInt64)}, true},
		{"double", []string{"double=0.1"}, true},
		{"double written otherwise", []string{"double=1e-1"}, true},
		{"infinite", []string{"inf=-Infinity"}, true},
		{"negative zero", []string{"negative zero=0"}, true},
		{"true", []string{"true=true"}, true},
		{"false", []string{"false=false"}, true},
		{"not false", []string{"false=true"}, false},
		{"bytes", []string{"bytes=AAH/"}, true},
		{"array", []string{"array=two"}, false},
		{"nothing", []string{"empty="}, false},
		{"unknown key", []string{"unknown=1"}, false},
		{"resource", []string{"service.name=orders"}, true},
		{"another resource", []string{"service.name=order"}, false},
		{"resource and span", []string{"service.name=orders", "string=grün"}, true},
		{"one of two", []string{"string=grün", "int=7"}, false},
		{"five", []string{"string=grün", "int=-42", "true=true", "service.name=orders", "double=0.1"}, true},
		{"name", []string{"name=POST /orders/{id}"}, true},
		{"name and value", []string{"name=POST /orders/{id}", "int=-42"}, true},
		{"another name", []string{"name=POST"}, false},
		{"service", []string{"service=orders", "string=grün"}, true},
		{"another service", []string{"service=payments", "string=grün"}, false},
		{"status", []string{"status=error"}, true},
		{"another status", []string{"status=ok"}, false},
		{"kind", []string{"kind=server"}, true},
		{"status and kind", []string{"status=error", "kind=client"}, false},
		{"quotes", []string{`string='), ('\'`}, false},
		{"quotes in a key", []string{`'"\=x`}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := hourAround(tt.where...)
			want := one
			if !tt.found {
				want = nil
			}
			if slices.Contains(tt.where, "service.name=orders") && len(tt.where) == 1 {
				want = []flow.SpanID{{2}, {1, 7: 8}} // every span of the service, the newest first
			}
			require.Equal(t, want, search(t, s, q))
			if q.Tenant = "b"; tt.found && !strings.Contains(tt.where[0], "POST") && !strings.Contains(tt.where[0], "status") && !strings.Contains(tt.where[0], "kind") {
				want = []flow.SpanID{{2}, {1, 7: 8}}
			}
			require.Equal(t, want, search(t, s, q), "in the resource")
			q.Tenant = "c"
			require.Empty(t, search(t, s, q), "another tenant")
		})
	}
}

// many makes spans a second apart whose attributes come in every way in which
// the store keeps them.
func many(n int) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "orders")
	rs.Resource().Attributes().PutStr("deployment.environment.name", "prod")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range n {
		sp := spans.AppendEmpty()
		sp.SetTraceID(pcommon.TraceID{15: byte(i % 7), 14: 1})
		sp.SetSpanID(pcommon.SpanID{1, byte(i >> 8), byte(i)})
		sp.SetStartTimestamp(pcommon.Timestamp(noon.Add(-time.Duration(i) * time.Second).UnixNano()))
		sp.SetEndTimestamp(sp.StartTimestamp() + 5)
		m := sp.Attributes()
		m.PutStr("constant", "always")
		m.PutInt("rest", int64(i%3))
		m.PutStr("varies", fmt.Sprint("order-", i))
		m.PutBool("odd", i%2 == 1)
		m.PutDouble("weight", float64(i)*1e6)
		switch i % 5 {
		case 3: // text that would break the separation of values
			m.PutStr("broken", "a\x00b")
		case 4:
			m.PutStr("more", "yes")
		}
	}
	return td
}

// Learned constants, values in rows, and attributes that carry their keys: what
// is found is what a look at every span finds.
func TestSearchFindsWhatAScanFinds(t *testing.T) {
	s := testStore(t)
	const n = 1500
	td := many(n)
	insert(t, s, "1", "", td)
	all := one0(td)
	for _, conditions := range [][]string{
		{"varies=order-1234"}, {"varies=order-1233"}, {"varies=order-1"}, {"constant=always", "rest=2", "odd=true", "more=yes"},
		{"rest=0", "varies=order-1401"}, {"weight=7000000"}, {"weight=1.013e+09"}, {"odd=false", "rest=0"}, {"rest=3"}, {"broken=a"},
		{"service.name=orders", "varies=order-8"}, {"service=orders", "kind=unspecified", "rest=2"},
	} {
		t.Run(strings.Join(conditions, " "), func(t *testing.T) {
			q := hourAround(conditions...)
			var want []flow.SpanID
			for i := range all.Len() {
				sp := all.At(i)
				r := foundRow{spanRow: spanRow{name: sp.Name(), kind: uint8(sp.Kind())}, service: "orders"}
				if q.matches(&r, sp.Attributes(), td.ResourceSpans().At(0).Resource().Attributes()) != nil {
					want = append(want, flow.SpanID(sp.SpanID()))
				}
			}
			for _, limit := range []int{60, MaxFound} {
				q.Limit = limit
				require.Equal(t, want, search(t, s, q))
			}
			q.Budget, q.step = -1, 1 // a bucket a page
			require.Equal(t, want, search(t, s, q))
		})
	}
}

func one0(td ptrace.Traces) ptrace.SpanSlice {
	return td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
}

func TestSearchKeepsToItsWindow(t *testing.T) {
	s := testStore(t)
	insert(t, s, "1", "", many(1000))
	q := hourAround("constant=always")
	q.From, q.To = noon.Add(-12*time.Second), noon.Add(-9*time.Second)
	require.Equal(t, []flow.SpanID{{1, 0, 10}, {1, 0, 11}, {1, 0, 12}}, search(t, s, q), "from is inside, to is not")
	q.Environment = "prod"
	require.Len(t, search(t, s, q), 3)
	q.Environment = "test"
	require.Empty(t, search(t, s, q))
	q = hourAround("constant=always")
	q.Limit = 3
	page, err := s.SearchSpans(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, page.Spans, 3)
	require.Equal(t, page.Spans[2].Start, page.From)
	require.NotNil(t, page.Next)
	f := page.Spans[1]
	require.Equal(t, "orders", f.Service)
	require.Equal(t, "prod", f.Environment)
	require.EqualValues(t, 5, f.Duration)
	require.Equal(t, []Match{{Key: "constant", Place: InSpan, Value: pcommon.NewValueStr("always")}}, f.Matched)
}

// A span that came twice is one, and of the same nanosecond all are found.
func TestSearchFindsEverySpanOnce(t *testing.T) {
	s := testStore(t)
	at := noon.UnixNano()
	var same []span
	for i := range 20 {
		same = append(same, span{trace: byte(1 + i%3), id: byte(i + 1), service: "a", start: at, end: at + 5, attrs: map[string]any{"k": "v"}})
	}
	insert(t, s, "1", "", spansOf(t, same...))
	same[0].end += 7
	insert(t, s, "2", "", spansOf(t, same[:1]...))
	q := hourAround("k=v")
	for _, limit := range []int{3, MaxFound} {
		q.Limit = limit
		ids := search(t, s, q)
		slices.SortFunc(ids, func(a, b flow.SpanID) int { return int(a[0]) - int(b[0]) })
		require.Len(t, slices.Compact(ids), 20, "limit %d", limit)
	}
	require.Len(t, search(t, s, q), 20)
}

func TestSearchRefusesWhatCostsTooMuch(t *testing.T) {
	s := testStore(t)
	q := hourAround()
	_, err := s.SearchSpans(context.Background(), q)
	require.ErrorContains(t, err, "one to five conditions")
	q = hourAround("a=b")
	q.From = q.To.Add(-25 * time.Hour)
	_, err = s.SearchSpans(context.Background(), q)
	require.ErrorContains(t, err, "24 hours")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = s.SearchSpans(ctx, hourAround("a=b"))
	require.ErrorIs(t, err, context.Canceled)
}
