package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

func TestBatchesSayWhatArrived(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	ctx := context.Background()
	insert(t, s, "1", "a", order(t)...)
	clock.set(noon.Add(time.Second))
	insert(t, s, "2", "", order(t)...)

	feeds, err := s.Batches(ctx, noon, func(string) bool { return false })
	require.NoError(t, err)
	require.Len(t, feeds, 2)
	require.Equal(t, "1", feeds[0].ID)
	require.Equal(t, noon, feeds[0].IngestedAt)
	spans := map[flow.TraceID][]flow.Span{}
	for _, ts := range feeds[0].Traces {
		require.Equal(t, "a", ts.Tenant)
		spans[ts.Trace] = ts.Spans
	}
	require.Len(t, spans, 3)
	facts, err := s.ReadFacts(ctx, "a", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Len(t, facts, 2)
	for i := range facts {
		read, err := flow.DecodeFeed(flow.AppendFeed(nil, []flow.TraceSpans{{Spans: []flow.Span{facts[i].Narrow()}}}))
		require.NoError(t, err)
		require.Contains(t, spans[traceID(1)], read[0].Spans[0], "the feed has what a reader gets")
	}

	feeds, err = s.Batches(ctx, noon, func(id string) bool { return id == "1" })
	require.NoError(t, err)
	require.Len(t, feeds, 1)
	require.Equal(t, "2", feeds[0].ID)
	feeds, err = s.Batches(ctx, noon.Add(2*time.Second), func(string) bool { return false })
	require.NoError(t, err)
	require.Empty(t, feeds)
}

func TestBatchesComeInSteps(t *testing.T) {
	s := testStore(t)
	const n = maxIDs/4 + 20
	for i := range n {
		insert(t, s, fmt.Sprintf("%04d", i), "", spansOf(t, span{trace: 1, id: 1, name: "x", start: 1, end: 2}))
	}
	known := map[string]bool{}
	for {
		feeds, err := s.Batches(context.Background(), noon, func(id string) bool { return known[id] })
		require.NoError(t, err)
		if len(feeds) == 0 {
			break
		}
		for _, f := range feeds {
			require.False(t, known[f.ID])
			require.Len(t, f.Traces, 1)
			known[f.ID] = true
		}
	}
	require.Len(t, known, n)
}

func TestTracesByHash(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "1", "", order(t)...)
	key := flow.HashKey("", "order.id", "ord-1")
	link := flow.TraceHash(flow.TraceID{7, 15: 7}) // that rich links to
	found, err := s.TracesByHash(ctx, "", []uint64{key, link, 42})
	require.NoError(t, err)
	require.Equal(t, map[uint64][]SeenTrace{
		key:  {{Trace: traceID(1), Seen: noon}},
		link: {{Trace: flow.TraceID{1, 2, 3, 15: 16}, Seen: noon}},
	}, found)
	hashes := map[uint64]int{}
	require.NoError(t, s.KnownHashes(ctx, func(h uint64) { hashes[h]++ }))
	require.Equal(t, 1, hashes[key])
	require.Equal(t, 1, hashes[link])
}

func TestHotValuesAreCut(t *testing.T) {
	s := testStore(t)
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for i := range MaxTracesPerHash + 50 {
		sp := spans.AppendEmpty()
		sp.SetTraceID([16]byte{1, byte(i >> 8), byte(i), 15: 1})
		sp.SetSpanID([8]byte{1})
		sp.Attributes().PutStr("order.id", "everybody's")
	}
	insert(t, s, "1", "", td)
	key := flow.HashKey("", "order.id", "everybody's")
	found, err := s.TracesByHash(context.Background(), "", []uint64{key})
	require.NoError(t, err)
	require.Len(t, found[key], MaxTracesPerHash)
}

func TestAClockSetBackHidesNoCommit(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	insert(t, s, "1", "", order(t)...)
	clock.set(noon.Add(-3 * time.Hour))
	insert(t, s, "2", "", order(t)...)

	feeds, err := s.Batches(context.Background(), noon, func(id string) bool { return id == "1" })
	require.NoError(t, err)
	require.Len(t, feeds, 1, "a commit after the clock was set back is not older than the one before")
	require.Equal(t, "2", feeds[0].ID)
}
