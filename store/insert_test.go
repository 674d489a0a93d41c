package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// insert writes requests as one batch.
func insert(t testing.TB, s *Store, id, tenant string, tds ...ptrace.Traces) {
	t.Helper()
	b := s.NewBatch(id)
	defer b.Release()
	for _, td := range tds {
		b.Add(tenant, td)
	}
	require.NoError(t, s.Insert(context.Background(), b))
}

func TestRoundTrip(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	want := rich()
	insert(t, s, "a", "", rich())
	got, err := s.ReadTraces(ctx, "", []flow.TraceID{flow.TraceID(want.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceID())}, 100)
	require.NoError(t, err)
	var m ptrace.JSONMarshaler
	wantJSON, err := m.MarshalTraces(want)
	require.NoError(t, err)
	gotJSON, err := m.MarshalTraces(got)
	require.NoError(t, err)
	require.Equal(t, string(wantJSON), string(gotJSON))
	require.Equal(t, want, got)
}

// Values that are constant for a while, vary, or are of any type: every span is
// read as it was sent, while the templates are being learned and afterwards.
func TestEveryAttributeIsReadAsItWasSent(t *testing.T) {
	s := testStore(t)
	trace := traceID(5)
	request := func(from, to int) ptrace.Traces {
		td := ptrace.NewTraces()
		spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
		for i := from; i < to; i++ {
			sp := spans.AppendEmpty()
			sp.SetTraceID(pcommon.TraceID(trace))
			sp.SetSpanID(pcommon.SpanID{1, byte(i >> 8), byte(i)})
			sp.SetStartTimestamp(pcommon.Timestamp(noon.UnixNano() + int64(i)))
			sp.SetEndTimestamp(sp.StartTimestamp() + 5)
			m := sp.Attributes()
			m.PutStr("constant", "always")
			m.PutStr("one of seven", fmt.Sprint(i%7))
			m.PutStr("varies", fmt.Sprint("order-", i))
			m.PutInt("code", int64(200+i%3))
			m.PutInt("size", int64(i))
			m.PutBool("even", i%2 == 0)
			m.PutStr("text of nought", "a\x00b")
			if i%5 == 0 {
				everyType(m)
			}
			if i%11 == 0 {
				m.PutStr("varies", "\x00") // breaks the separation of values
			}
			m.PutStr("varies after a while", fmt.Sprint(i/8))
		}
		return td
	}
	const n = 1500
	for i := range 3 {
		insert(t, s, fmt.Sprint(i), "", request(i*n/3, (i+1)*n/3))
	}
	got, err := s.ReadTraces(context.Background(), "", []flow.TraceID{trace}, n)
	require.NoError(t, err)
	require.Equal(t, request(0, n), got)
	require.NotZero(t, count(t, s, "SELECT count() FROM shapes WHERE has(dynamic, 0)"))
	require.NotZero(t, count(t, s, "SELECT count() FROM shapes WHERE has(dynamic, 1) AND has(dynamic, 0)"))
	// The same through plain SQL.
	const view = "SELECT count() FROM spans_view WHERE attributes['constant'] = 'always' AND (attributes['varies'] = concat('order-', attributes['size']) OR attributes['varies'] = char(0))" +
		" AND attributes['one of seven'] = toString(toUInt32OrZero(attributes['size']) % 7) AND attributes['varies after a while'] = toString(intDiv(toUInt32OrZero(attributes['size']), 8))"
	require.EqualValues(t, count(t, s, "SELECT count() FROM spans WHERE shape != 0"), count(t, s, view))
}

// What a release without constants wrote is read as before.
func TestPlainShapesAreRead(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "1", "", order(t)...)
	old := traceID(9)
	require.NoError(t, s.read.Exec(ctx, `INSERT INTO shapes (tenant, day, id, keys, content)
		VALUES ('', '2026-03-14', 77, ['http.route', 'size', 'on'], unhex('0A687474702E726F757465010473697A6502026F6E04'))`))
	require.NoError(t, s.read.Exec(ctx, `INSERT INTO spans (tenant, arrived, trace_id, ids, start, dur, name, res, shape, vals)
		SELECT '', arrived, unhex('`+old.String()+`'), ids, start, dur, 'old', res, 77, '/orders\0-42\0true' FROM spans WHERE name = 'work'`))
	require.NoError(t, s.read.Exec(ctx, "INSERT INTO traces SELECT tenant, arrived, reinterpretAsUInt64(substring(unhex('"+old.String()+"'), 9)), bucket FROM traces"))
	got, err := s.ReadTraces(ctx, "", []flow.TraceID{old}, 10)
	require.NoError(t, err)
	require.Equal(t, 1, got.SpanCount())
	require.Equal(t, map[string]any{"http.route": "/orders", "size": int64(-42), "on": true}, one(got).Attributes().AsRaw())
	require.EqualValues(t, 1, count(t, s, "SELECT count() FROM spans_view WHERE name = 'old' AND attributes = map('http.route', '/orders', 'size', '-42', 'on', 'true')"))
}
