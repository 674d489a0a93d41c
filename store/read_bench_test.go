package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// explaining also plans each statement without running it, and adds up how long that takes.
type explaining struct {
	driver.Conn
	took atomic.Int64
}

func (e *explaining) Query(ctx context.Context, statement string, args ...any) (driver.Rows, error) {
	began := time.Now()
	plan, err := e.Conn.Query(ctx, "EXPLAIN "+statement, args...)
	if err != nil {
		return nil, err
	}
	for plan.Next() {
	}
	if err := errors.Join(plan.Err(), plan.Close()); err != nil {
		return nil, err
	}
	e.took.Add(int64(time.Since(began)))
	return e.Conn.Query(ctx, statement, args...)
}

// BenchmarkRead is what pages and the joiner wait for, on 200,000 spans in ten
// batches, and as plan-ns/op what the engine takes to plan its statements, run
// one after the other: no layout of rows makes an answer faster than that.
func BenchmarkRead(b *testing.B) {
	s := testStore(b)
	ctx := context.Background()
	var traces []flow.TraceID
	for i := range 10 {
		requests := estate(20_000, uint64(i))
		insert(b, s, fmt.Sprint(i), "", requests...)
		for _, td := range requests {
			traces = append(traces, flow.TraceID(one(td).TraceID()))
		}
	}
	flows := make([]flow.Flow, 20_000)
	for i := range flows {
		flows[i] = flowAt(noon.Add(-time.Duration(i)*100*time.Millisecond), byte(i), func(f *flow.Flow) {
			f.TraceIDs[0] = flow.TraceID{0: byte(i >> 8), 1: byte(i)}
			f.ID = flow.MintFlowID(noon.Add(-time.Duration(i)*100*time.Millisecond), "", flow.SegmentID{Trace: f.TraceIDs[0]})
			if i%33 == 0 {
				failed(5, time.Second)(f)
			}
		})
	}
	write(b, s, flows...)
	hour := FlowFilter{From: noon.Add(-time.Hour), To: noon.Add(time.Hour)}
	bad := hour
	bad.Verdicts = []flow.Verdict{flow.Failed}
	for _, tt := range []struct {
		name string
		read func(s *Store, i int) error
	}{
		{"trace", func(s *Store, i int) error {
			_, err := s.ReadTraces(ctx, "", traces[i%len(traces):][:1], 1000)
			return err
		}},
		{"100 traces as facts", func(s *Store, i int) error {
			_, err := s.ReadFacts(ctx, "", traces[:100])
			return err
		}},
		{"correlation", func(s *Store, i int) error {
			_, err := s.TracesByHash(ctx, "", []uint64{flow.HashKey("prod", "order.id", fmt.Sprintf("ord-%08d", i%1000))})
			return err
		}},
		{"flow", func(s *Store, i int) error {
			_, err := s.GetFlow(ctx, "", flows[i%len(flows)].ID)
			return err
		}},
		{"newest flows", func(s *Store, _ int) error { _, err := s.ListFlows(ctx, FlowQuery{FlowFilter: hour}); return err }},
		{"failed flows", func(s *Store, _ int) error { _, err := s.ListFlows(ctx, FlowQuery{FlowFilter: bad}); return err }},
		{"failures", func(s *Store, _ int) error { _, err := s.Failures(ctx, hour); return err }},
		{"histogram", func(s *Store, _ int) error { _, err := s.FlowHistogram(ctx, hour, time.Minute); return err }},
		{"traffic", func(s *Store, _ int) error { _, err := s.Traffic(ctx, "", hour.From, hour.To); return err }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			require.NoError(b, tt.read(s, 0))
			n := 0
			for ; b.Loop(); n++ {
				if err := tt.read(s, n); err != nil {
					b.Fatal(err)
				}
			}
			plans := &explaining{Conn: s.read}
			planned := &Store{config: s.config, log: s.log, clock: s.clock, extract: s.extract, read: plans}
			require.NoError(b, tt.read(planned, 0)) // what both then know
			plans.took.Store(0)
			for i := range n {
				require.NoError(b, tt.read(planned, i))
			}
			b.ReportMetric(float64(plans.took.Load())/float64(n), "plan-ns/op")
		})
	}
}
