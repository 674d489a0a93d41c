package store

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

var granules = regexp.MustCompile(`Granules: (\d+)/(\d+)`)

// A trace is found by the key: of the granules of each part one or two are
// read, however many there are, and however many ten minutes are in the part.
func TestTracesAreFoundByTheirKey(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	var trace flow.TraceID
	const parts = 3
	for i := range parts {
		requests := estate(20_000, uint64(i))
		for n := range requests {
			later(requests[n], time.Duration(n)*time.Hour)
		}
		insert(t, s, fmt.Sprint(i), "", requests...)
		trace = flow.TraceID(one(requests[3]).TraceID())
	}
	p := tracesParams("", []flow.TraceID{trace})
	p["span"], p["limit"] = "", uint64(10)
	rs, err := s.read.Query(ctx, "EXPLAIN indexes = 1 "+query("trace_spans"), p.args()...)
	require.NoError(t, err)
	defer rs.Close()
	read, all := 0, 0
	for rs.Next() {
		var line string
		require.NoError(t, rs.Scan(&line))
		if m := granules.FindStringSubmatch(line); m != nil { // the last index has the last word
			read, _ = strconv.Atoi(m[1])
			all, _ = strconv.Atoi(m[2])
		}
	}
	require.NoError(t, rs.Err())
	require.Greater(t, all, 50)
	require.LessOrEqual(t, read, 2*parts)
}

// later moves all spans of a request.
func later(td ptrace.Traces, by time.Duration) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				sp.SetStartTimestamp(sp.StartTimestamp() + pcommon.Timestamp(by))
				sp.SetEndTimestamp(sp.EndTimestamp() + pcommon.Timestamp(by))
			}
		}
	}
}

// A span that claims to have begun before 1970, or in the far future, is found.
func TestTracesOfImpossibleTimesAreFound(t *testing.T) {
	s := testStore(t)
	requests := estate(500, 1)
	trace := flow.TraceID(one(requests[0]).TraceID())
	starts := []pcommon.Timestamp{0, 1, math.MaxInt64, math.MaxUint64, 1 << 63}
	n := 0
	for _, rs := range requests[0].ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				sp.SetTraceID(pcommon.TraceID(trace))
				sp.SetStartTimestamp(starts[n%len(starts)])
				n++
			}
		}
	}
	insert(t, s, "x", "", requests...)
	td, err := s.ReadTraces(context.Background(), "", []flow.TraceID{trace}, n+1)
	require.NoError(t, err)
	require.Equal(t, n, td.SpanCount())
}
