package store

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

var granules = regexp.MustCompile(`Granules: (\d+)/(\d+)`)

// A trace is found by the key: of the granules of each part one or two are
// read, however many there are.
func TestTracesAreFoundByTheirKey(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	var trace flow.TraceID
	const parts = 3
	for i := range parts {
		requests := estate(20_000, uint64(i))
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
