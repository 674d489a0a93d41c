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

var granules = regexp.MustCompile(`(Parts|Granules): (\d+)/(\d+)`)

// looks is what an index leaves of all parts or granules.
type looks struct{ left, all int }

// plan tells what reading a trace's spans looks at, the first index first.
func plan(t *testing.T, s *Store, trace flow.TraceID) (parts, granule []looks) {
	t.Helper()
	p := tracesParams("", []flow.TraceID{trace})
	p["limit"] = uint64(10)
	rs, err := s.read.Query(context.Background(), "EXPLAIN indexes = 1 "+asked(query("trace_spans"), p), p.args()...)
	require.NoError(t, err)
	defer rs.Close()
	for rs.Next() {
		var line string
		require.NoError(t, rs.Scan(&line))
		if m := granules.FindStringSubmatch(line); m != nil {
			var l looks
			l.left, _ = strconv.Atoi(m[2])
			l.all, _ = strconv.Atoi(m[3])
			if m[1] == "Parts" {
				parts = append(parts, l)
			} else {
				granule = append(granule, l)
			}
		}
	}
	require.NoError(t, rs.Err())
	return parts, granule
}

// A trace is found by the key: of the granules of each part one or two are
// read, however many there are, and however many ten minutes are in the part.
func TestTracesAreFoundByTheirKey(t *testing.T) {
	s := testStore(t)
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
	_, granules := plan(t, s, trace)
	require.Greater(t, granules[0].all, 50)
	require.LessOrEqual(t, granules[len(granules)-1].left, 2*parts)
}

// Parts that came at another time than the trace are not opened, though they have
// spans of the same ten minutes. A trace that came in two parts is read whole.
func TestPartsOfOtherTimesAreNotOpened(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	require.NoError(t, s.read.Exec(context.Background(), query("merges_stop")))
	const batches = 12
	var trace flow.TraceID
	for i := range batches {
		clock.set(noon.Add(time.Duration(i) * 2 * time.Second))
		requests := estate(100, uint64(i))
		if i == 5 {
			trace = flow.TraceID(one(requests[0]).TraceID())
		}
		insert(t, s, fmt.Sprint(i), "", requests...)
	}
	parts, _ := plan(t, s, trace)
	require.Equal(t, looks{1, batches}, parts[0])
	before, err := s.ReadTraces(context.Background(), "", []flow.TraceID{trace}, 1000)
	require.NoError(t, err)

	clock.set(noon.Add(time.Minute))
	late := estate(1, 99)
	one(late[0]).SetTraceID(pcommon.TraceID(trace))
	insert(t, s, "late", "", late...)
	parts, _ = plan(t, s, trace)
	require.Equal(t, looks{2, batches + 1}, parts[0])
	after, err := s.ReadTraces(context.Background(), "", []flow.TraceID{trace}, 1000)
	require.NoError(t, err)
	require.Equal(t, before.SpanCount()+1, after.SpanCount())
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
