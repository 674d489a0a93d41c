package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestShifts(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	ctx := context.Background()
	serve := func(batch, service string, start time.Time, n int, took time.Duration, failed bool) {
		var all []ptrace.Traces
		for i := range n {
			td := spansOf(t, span{trace: byte(i + 1), id: byte(i + 1), service: service, name: "POST /orders", kind: ptrace.SpanKindServer,
				start: start.Add(time.Duration(i) * time.Second).UnixNano(), end: start.Add(time.Duration(i)*time.Second + took).UnixNano(),
				attrs: map[string]any{"http.request.method": "POST", "http.route": "/orders"}})
			if failed {
				one(td).Status().SetCode(ptrace.StatusCodeError)
			}
			all = append(all, td)
		}
		insert(t, s, batch+service, "", all...)
	}
	window := noon.Add(time.Hour)
	for i, x := range []struct {
		service     string
		before, now int
		was, is     time.Duration
	}{
		{"starved", 100, 100, 20 * time.Millisecond, 90 * time.Millisecond},
		{"steady", 100, 100, 20 * time.Millisecond, 22 * time.Millisecond},
		{"faster", 100, 100, 90 * time.Millisecond, 20 * time.Millisecond},
		{"rare", 100, 10, 20 * time.Millisecond, 90 * time.Millisecond},
		{"new", 10, 100, 20 * time.Millisecond, 90 * time.Millisecond},
	} {
		serve(fmt.Sprint("before", i), x.service, noon, x.before, x.was, false)
		serve(fmt.Sprint("now", i), x.service, window, x.now, x.is, false)
	}
	serve("before", "failing", noon, 100, 20*time.Millisecond, false)
	serve("now", "failing", window, 100, 90*time.Millisecond, true) // how long errors take says nothing

	found, err := s.Shifts(ctx, "", noon, window, window.Add(10*time.Minute))
	require.NoError(t, err)
	require.Len(t, found, 1)
	byID, err := s.EndpointsByID(ctx, "", []uint64{found[0].Endpoint})
	require.NoError(t, err)
	require.Equal(t, "starved", byID[found[0].Endpoint].Service)
	require.EqualValues(t, 100, found[0].Before)
	require.EqualValues(t, 100, found[0].Now)
	require.InEpsilon(t, float64(20*time.Millisecond), float64(found[0].Was), 0.13)
	require.InEpsilon(t, float64(90*time.Millisecond), float64(found[0].Is), 0.13)

	other, err := s.Shifts(ctx, "other", noon, window, window.Add(10*time.Minute))
	require.NoError(t, err)
	require.Empty(t, other)
}
