package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/template"
)

var errBroken = errors.New("the connection broke")

// brokenSender passes a number of blocks on and then fails, before or after
// the engine has the block.
type brokenSender struct {
	sender
	left  int
	after bool
}

func (b *brokenSender) send(ctx context.Context, table, token string, in proto.Input) error {
	if b.left == 0 {
		if b.after {
			_ = b.sender.send(ctx, table, token, in)
		}
		return &InsertError{Table: table, Err: errBroken}
	}
	b.left--
	return b.sender.send(ctx, table, token, in)
}

// tableCounts is what must not change however often a batch is sent. Tables of
// things that are named by their content may have them twice until they merge.
func tableCounts(t testing.TB, s *Store, tenant string) map[string]uint64 {
	t.Helper()
	counts := map[string]uint64{}
	for _, table := range []string{"spans", "traces", "correlations"} {
		counts[table] = count(t, s, "SELECT count() FROM "+table+" WHERE tenant = ?", tenant)
	}
	for _, table := range []string{"resources", "endpoints"} { // of shapes a process that knows nothing brings others
		counts[table] = count(t, s, "SELECT uniqExact(id) FROM "+table+" WHERE tenant = ?", tenant)
	}
	counts["rollup"] = count(t, s, "SELECT sum(n) FROM rollup WHERE tenant = ?", tenant)
	counts["batches"] = count(t, s, "SELECT count() FROM batches WHERE id = ?", tenant)
	return counts
}

func order(t testing.TB) []ptrace.Traces {
	return []ptrace.Traces{
		rich(),
		spansOf(t,
			span{trace: 1, id: 1, service: "a", name: "POST /orders", kind: ptrace.SpanKindServer, start: noon.UnixNano(), end: noon.UnixNano() + 5,
				attrs: map[string]any{"http.request.method": "POST", "http.route": "/orders", "order.id": "ord-1"}},
			span{trace: 1, id: 2, parent: 1, service: "a", name: "POST", kind: ptrace.SpanKindClient, start: noon.UnixNano() + 1, end: noon.UnixNano() + 4,
				attrs: map[string]any{"http.request.method": "POST", "server.address": "psp.example.com"}},
			span{trace: 2, id: 1, service: "b", name: "work", start: noon.UnixNano(), end: noon.UnixNano() + 5}),
	}
}

// A batch is interrupted at every table, and comes again from the same process
// or from one that knows nothing: in the end all of it is there, once.
func TestReplayAfterInterruption(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "reference", "reference", order(t)...)
	want := tableCounts(t, s, "reference")
	require.EqualValues(t, 5, want["spans"])
	require.EqualValues(t, 1, want["batches"])
	require.NotZero(t, want["rollup"])
	require.NotZero(t, want["correlations"])

	const tables = 9
	healthy := s.write
	for at := range tables {
		for _, after := range []bool{false, true} {
			for _, restarted := range []bool{false, true} {
				name := fmt.Sprintf("table %d, after %v, restarted %v", at, after, restarted)
				t.Run(name, func(t *testing.T) {
					s.write = &brokenSender{sender: healthy, left: at, after: after}
					b := s.NewBatch(name)
					for _, td := range order(t) {
						b.Add(name, td)
					}
					err := s.Insert(ctx, b)
					require.ErrorIs(t, err, errBroken)
					require.False(t, IsPoison(err))
					if !after || at < tables-1 {
						require.Zero(t, tableCounts(t, s, name)["batches"], "no commit record without the data")
					}
					s.write = healthy
					if restarted {
						s.known = known{}
						insert(t, s, name, name, order(t)...)
					} else {
						require.NoError(t, s.Insert(ctx, b))
					}
					require.NoError(t, s.Insert(ctx, b))
					require.Equal(t, want, tableCounts(t, s, name))
					facts, err := s.ReadFacts(ctx, name, []flow.TraceID{traceID(1), traceID(2)})
					require.NoError(t, err)
					require.Len(t, facts, 3)
				})
			}
		}
	}
}

// A process that had learned other templates, or had seen too many shapes, dies;
// the one that replays knows nothing.
func TestReplayWithOtherTemplates(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	insert(t, s, "before", "", estate(3000, 1)...) // teaches
	teach := make([]ptrace.Traces, template.MaxFreshShapes)
	for i := range teach {
		teach[i] = spansOf(t, span{trace: 9, id: 1, name: "x", start: noon.UnixNano(), end: noon.UnixNano(), attrs: map[string]any{fmt.Sprint("key", i): 1}})
	}
	insert(t, s, "many", "other", teach...)
	healthy := s.write
	s.write = &brokenSender{sender: healthy, left: 3} // before spans
	b := s.NewBatch("x")
	requests := append(order(t), estate(300, 2)...)
	for _, td := range requests {
		b.Add("", td)
	}
	require.Error(t, s.Insert(ctx, b))
	s.write, s.known, s.templates = healthy, known{}, template.Set{}
	insert(t, s, "x", "", append(order(t), estate(300, 2)...)...)
	facts, err := s.ReadFacts(ctx, "", []flow.TraceID{traceID(1), traceID(2)})
	require.NoError(t, err)
	require.Len(t, facts, 3)
	all := map[flow.TraceID]struct{}{}
	for _, rs := range requests[2].ResourceSpans().All() {
		for _, sp := range rs.ScopeSpans().At(0).Spans().All() {
			all[flow.TraceID(sp.TraceID())] = struct{}{}
		}
	}
	facts, err = s.ReadFacts(ctx, "", slices.Collect(maps.Keys(all)))
	require.NoError(t, err)
	require.Len(t, facts, 300)
}

func TestReplayOnAnotherDayKeepsItsDay(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	for range 2 {
		b := s.NewBatch("x")
		b.ArrivedAt(noon)
		for _, td := range order(t) {
			b.Add("", td)
		}
		require.NoError(t, s.Insert(context.Background(), b))
		b.Release()
		s.known = known{}
		clock.set(noon.Add(24 * time.Hour))
	}
	require.EqualValues(t, 5, count(t, s, "SELECT count() FROM spans"))
	require.EqualValues(t, 1, count(t, s, "SELECT uniqExact(day) FROM spans"))
}

func TestDuplicatesInOtherBatchesAreReadOnce(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	start := noon.UnixNano()
	short := span{trace: 1, id: 1, service: "a", name: "call", kind: ptrace.SpanKindServer, start: start, end: start + 5}
	long := short
	long.end = start + 50
	client := short
	client.kind = ptrace.SpanKindClient // Zipkin's two sides share an id
	insert(t, s, "1", "", spansOf(t, short))
	insert(t, s, "2", "", spansOf(t, long, client))
	insert(t, s, "3", "", spansOf(t, short))
	facts, err := s.ReadFacts(ctx, "", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Len(t, facts, 2)
	for _, f := range facts {
		if f.SpanKind == flow.KindServer {
			require.EqualValues(t, 50, f.Duration, "the longest is the last state")
		}
	}
}
