package estate

import (
	"testing"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// BenchmarkSimulate plays flows and builds full requests: what the generator costs without sending. It reports spans,
// bytes and attributes as the wire sees them.
func BenchmarkSimulate(b *testing.B) {
	p := NewPlanner(1, start, 1000, 0.03)
	pending := make([][]sim.Span, Fleet.Processes())
	var spans, flows, bytes int
	var out []byte
	for b.Loop() {
		f := Simulate(p.Next(), 1)
		flows++
		spans += len(f.Spans)
		for _, s := range f.Spans {
			q := append(pending[s.Process], s)
			if len(q) == 512 {
				out = Fleet.AppendRequest(out[:0], s.Process, q)
				bytes += len(out)
				q = q[:0]
			}
			pending[s.Process] = q
		}
	}
	b.ReportMetric(float64(spans)/b.Elapsed().Seconds(), "spans/s")
	b.ReportMetric(float64(spans)/float64(flows), "spans/flow")
	b.ReportMetric(float64(bytes)/float64(spans), "B/span")
}
