package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

// BenchmarkRead is what pages and the joiner wait for, on 200,000 spans in ten batches.
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
		read func(i int) error
	}{
		{"trace", func(i int) error {
			_, err := s.ReadTraces(ctx, "", traces[i%len(traces):][:1], 1000)
			return err
		}},
		{"100 traces as facts", func(i int) error {
			_, err := s.ReadFacts(ctx, "", traces[:100])
			return err
		}},
		{"correlation", func(i int) error {
			_, err := s.TracesByHash(ctx, "", []uint64{flow.HashKey("prod", "order.id", fmt.Sprintf("ord-%08d", i%1000))})
			return err
		}},
		{"flow", func(i int) error {
			_, err := s.GetFlow(ctx, "", flows[i%len(flows)].ID)
			return err
		}},
		{"newest flows", func(int) error { _, err := s.ListFlows(ctx, FlowQuery{FlowFilter: hour}); return err }},
		{"failed flows", func(int) error { _, err := s.ListFlows(ctx, FlowQuery{FlowFilter: bad}); return err }},
		{"failures", func(int) error { _, err := s.Failures(ctx, hour); return err }},
		{"histogram", func(int) error { _, err := s.FlowHistogram(ctx, hour, time.Minute); return err }},
		{"traffic", func(int) error { _, err := s.Traffic(ctx, "", hour.From, hour.To); return err }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			require.NoError(b, tt.read(0))
			for i := 0; b.Loop(); i++ {
				if err := tt.read(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
