package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/baton-observability/baton/flow"
)

// bigFlow is a flow of n spans in traces of 250: the trees are of twelve shapes,
// as a program makes them; ids and times are random, durations log-normal
// around 8 ms, children inside their parents.
func bigFlow(n int) []flow.Wide {
	r := rand.New(rand.NewPCG(1, 2))
	const size = 250
	type node struct {
		parent   int
		resource *flow.Resource
		endpoint flow.Endpoint
	}
	var shapes [12][size]node
	for i := range shapes {
		for k := range shapes[i] {
			res := &flow.Resource{Environment: "prod", Service: fmt.Sprintf("service-%d", r.IntN(25))}
			shapes[i][k] = node{r.IntN(max(k, 1)), res, flow.Endpoint{Environment: "prod", Service: res.Service, Kind: flow.API, System: "http",
				Role: flow.Provider, Operation: fmt.Sprintf("GET /things/%d/{id}", r.IntN(12))}}
		}
	}
	var wide []flow.Wide
	for len(wide)*size < n {
		p := flow.Wide{Trace: randomTrace(r)}
		shape := &shapes[r.IntN(len(shapes))]
		for k := range size {
			e := shape[k].endpoint
			id := randomTrace(r)
			f := &flow.Facts{Trace: p.Trace, ID: flow.SpanID(id[:8]), Start: at(0) + int64(len(wide))*2e9,
				Duration: int64(8e6 * math.Exp(1.5*r.NormFloat64())), Name: e.Operation, SpanKind: flow.KindServer, Kind: e.Kind, Role: e.Role,
				System: e.System, Operation: e.Operation, Step: flow.Serve, Endpoint: e, EndpointID: e.ID(), Resource: shape[k].resource}
			if k > 0 {
				parent := p.Facts[shape[k].parent]
				f.Parent, f.Start = parent.ID, parent.Start+r.Int64N(parent.Duration+1)
			}
			p.Facts = append(p.Facts, f)
		}
		wide = append(wide, p)
	}
	return wide
}

func randomTrace(r *rand.Rand) (t flow.TraceID) {
	for i := range t {
		t[i] = byte(r.Uint32())
	}
	return t
}

// TestLargeFlowFitsTheScreenBudget: a flow of 50,000 spans is at most 1 MiB on
// the wire.
func TestLargeFlowFitsTheScreenBudget(t *testing.T) {
	table := spanTable(flow.Assemble(bigFlow(50_000)), 50_000, false, nil, newDirectory(emptySet(), nil))
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzipLevel)
	if err := json.NewEncoder(z).Encode(table); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d spans are %d KiB", len(table.Columns.Depth), b.Len()>>10)
	if b.Len() > 1<<20 {
		t.Errorf("%d spans are %d bytes on the wire", len(table.Columns.Depth), b.Len())
	}
}

func BenchmarkWaterfall50k(b *testing.B) {
	wide := bigFlow(50_000)
	d := newDirectory(emptySet(), nil)
	b.Run("assemble", func(b *testing.B) {
		for b.Loop() {
			flow.Assemble(wide)
		}
	})
	story := flow.Assemble(wide)
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			spanTable(story, 50_000, false, nil, d)
		}
	})
	table := spanTable(story, 50_000, false, nil, d)
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(table); err != nil {
				b.Fatal(err)
			}
		}
	})
}
