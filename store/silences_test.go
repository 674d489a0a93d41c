package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestSilences(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	ctx := context.Background()
	send := func(service, operation string, minutes ...int) {
		var all []ptrace.Traces
		for i, m := range minutes {
			start := noon.Add(time.Duration(m) * time.Minute).UnixNano()
			all = append(all, spansOf(t, span{trace: byte(i + 1), id: byte(i + 1), service: service, name: operation, kind: ptrace.SpanKindServer,
				start: start, end: start + 1e6, attrs: map[string]any{"http.request.method": "GET", "http.route": operation}}))
		}
		insert(t, s, fmt.Sprint(service, operation), "", all...)
	}
	each := func(from, to, step int) (m []int) {
		for ; from < to; from += step {
			m = append(m, from)
		}
		return m
	}
	send("steady", "/a", each(0, 60, 1)...)
	send("silent", "/a", each(0, 40, 1)...)
	send("silent", "/b", 3, 39)
	send("goes-on", "/a", each(0, 40, 1)...)
	send("goes-on", "/b", 59) // by another operation
	send("seldom", "/a", each(0, 40, 8)...)
	send("young", "/a", each(35, 40, 1)...)
	send("pauses", "/a", each(0, 54, 1)...)

	found, err := s.Silences(ctx, "", noon, noon.Add(time.Hour))
	require.NoError(t, err)
	var names []string
	for _, x := range found {
		names = append(names, x.Service)
	}
	require.Equal(t, []string{"silent", "pauses"}, names)
	require.Equal(t, noon.Add(39*time.Minute), found[0].Last)
	require.EqualValues(t, 42, found[0].Spans)
	byID, err := s.EndpointsByID(ctx, "", []uint64{found[0].Endpoint})
	require.NoError(t, err)
	require.Equal(t, "GET /a", byID[found[0].Endpoint].Operation)

	none, err := s.Silences(ctx, "", noon, noon.Add(40*time.Minute))
	require.NoError(t, err)
	require.Empty(t, none)
}
