package flow

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// bigFlow is a flow of n spans as an estate sends them: per order 40 spans in
// three traces, with calls, databases, a message, a workflow and, if wanted, errors.
func bigFlow(n int, errors bool) []Wide {
	rnd := rand.New(rand.NewPCG(1, 1))
	id := func() (s SpanID) { binary.BigEndian.PutUint64(s[:], rnd.Uint64()|1); return s }
	res := []*Resource{{Service: "shop"}, {Service: "billing"}, {Service: "worker"}}
	var out []Wide
	at, spans := int64(1e18), 0
	for k := 0; spans < n; k++ {
		var send SpanID
		var sent TraceID
		for part, r := range res {
			w := Wide{}
			binary.BigEndian.PutUint64(w.Trace[:], rnd.Uint64())
			binary.BigEndian.PutUint64(w.Trace[8:], rnd.Uint64())
			add := func(parent SpanID, kind Kind, sk SpanKind, step Step, role Role, name string, took int64) *Facts {
				at += 1000
				e := Endpoint{Service: r.Service, Kind: kind, Operation: name, Role: role}
				f := &Facts{Trace: w.Trace, ID: id(), Parent: parent, Start: at, Duration: took, Name: name, SpanKind: sk, Kind: kind, Role: role, Step: step,
					Resource: r, Endpoint: e, EndpointID: e.ID()}
				w.Facts = append(w.Facts, f)
				spans++
				return f
			}
			var root *Facts
			if part == 0 {
				root = add(SpanID{}, API, KindServer, Serve, Provider, "POST /orders", 1e6)
			} else {
				root = add(SpanID{}, Queue, KindConsumer, Process, Consumer, fmt.Sprint("q", part, " process"), 1e6)
				root.Links = []Link{{sent, send}}
				root.Flags |= FlagTakes
			}
			for c := range 4 {
				call := add(root.ID, API, KindClient, Call, Caller, fmt.Sprint("GET /", c), 8000)
				serve := add(call.ID, API, KindServer, Serve, Provider, fmt.Sprint("GET /", c), 6000)
				add(serve.ID, DB, KindClient, Call, Caller, "SELECT", 100)
				if errors && c == 1 && k%3 == 0 {
					for _, f := range []*Facts{call, serve} {
						f.Status, f.HTTPStatus, f.Message = StatusError, 500, "boom"
						f.Flags |= FlagError | FlagSuspect
					}
				}
			}
			s := add(root.ID, Queue, KindProducer, Send, Producer, fmt.Sprint("q", part+1, " send"), 100)
			s.Flags |= FlagAwaits
			send, sent = s.ID, w.Trace
			out = append(out, w)
		}
	}
	return out
}

func piecesOf(wide []Wide) []Piece {
	var out []Piece
	for _, w := range wide {
		p := Piece{Trace: w.Trace, Shared: w.Shared}
		for _, f := range w.Facts {
			p.Spans = append(p.Spans, f.Narrow())
		}
		out = append(out, p)
	}
	return out
}

// hostileFlow is one trace of n spans of one of the shapes that would make a
// quadratic step show.
func hostileFlow(shape string, n int) []Wide {
	w := Wide{Trace: TraceID{1}}
	r := &Resource{Service: "shop"}
	add := func(parent SpanID, kind Kind, sk SpanKind, step Step, took int64) *Facts {
		i := len(w.Facts) + 1
		e := Endpoint{Service: "shop", Kind: kind, Operation: "op", Role: Caller}
		f := &Facts{Trace: w.Trace, Parent: parent, Start: int64(i) * 1000, Duration: took, Name: "op", SpanKind: sk, Kind: kind, Role: Caller, Step: step, Resource: r, Endpoint: e, EndpointID: e.ID()}
		binary.BigEndian.PutUint64(f.ID[:], uint64(i))
		w.Facts = append(w.Facts, f)
		return f
	}
	fail := func(f *Facts) *Facts {
		f.Status, f.HTTPStatus, f.Flags = StatusError, 500, f.Flags|FlagError|FlagSuspect
		return f
	}
	root := fail(add(SpanID{}, API, KindServer, Serve, int64(n)*2000))
	last := root
	for i := 1; i < n; i++ {
		switch shape {
		case "deep": // every span in the one before, all failing
			last = fail(add(last.ID, API, []SpanKind{KindServer, KindClient}[i%2], []Step{Serve, Call}[i%2], int64(n)*2000))
		case "retries": // one call tried again and again
			last = fail(add(root.ID, API, KindClient, Call, 10))
		case "parallel": // failing calls that overlap
			last = fail(add(root.ID, API, KindClient, Call, int64(n)*2000))
		case "fan-out": // one event, many consumers
			if i == 1 {
				last = add(root.ID, Event, KindProducer, Send, 10)
				last.Flags |= FlagAwaits
				continue
			}
			c := add(last.ID, Event, KindConsumer, Process, 10)
			c.EndpointID += uint64(i)
		case "redelivered": // one message, taken again and again, each attempt with an error inside
			if i == 1 {
				last = add(root.ID, Queue, KindProducer, Send, 10)
				continue
			}
			if i%2 == 0 {
				fail(add(last.ID, Queue, KindConsumer, Process, 10))
			} else {
				fail(add(w.Facts[len(w.Facts)-1].ID, API, KindClient, Call, 5))
			}
		case "keys": // every span with values of its own
			f := add(root.ID, Internal, KindInternal, NoStep, 10)
			f.Keys = []Key{{Name: "k", Hash: uint64(i), Trust: 3}, {Name: "k", Hash: uint64(i + n), Trust: 3}}
		case "steps": // a run with failing steps, each undone
			f := add(root.ID, Workflow, KindInternal, Run, 10)
			f.Role, f.EndpointID = Activity, f.EndpointID+uint64(i%7)
			if i%2 == 0 {
				fail(f)
			} else {
				f.Flags |= FlagCompensates
			}
		}
	}
	if shape == "steps" {
		root.Kind, root.Step, root.Role = Workflow, Run, Orchestrator
	}
	return []Wide{w}
}

var shapes = []string{"deep", "retries", "parallel", "fan-out", "redelivered", "keys", "steps"}

// TestNothingIsQuadratic gives hostile flows a limit that linear work meets with
// a hundredfold margin and quadratic work does not.
func TestNothingIsQuadratic(t *testing.T) {
	for _, shape := range shapes {
		t.Run(shape, func(t *testing.T) {
			wide := hostileFlow(shape, 50_000)
			began := time.Now()
			spans := make([]Span, len(wide[0].Facts))
			for i, f := range wide[0].Facts {
				spans[i] = f.narrow(f.aside(nil))
			}
			Cut(wide[0].Trace, spans)
			o := Sketch(piecesOf(wide))
			o.Handovers()
			o.Judge(expectations{}, Clock{Now: 1 << 62, Quiet: time.Hour})
			s := Assemble(wide)
			s.Judge(expectations{}, Clock{Now: 1 << 62, Quiet: time.Hour})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("50,000 spans took %v", took)
			} else {
				t.Logf("%v", took)
			}
		})
	}
}

func perSpan(b *testing.B, spans int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans), "ns/span")
}

func BenchmarkFold(b *testing.B) {
	for _, n := range []int{40, 50_000} {
		wide := bigFlow(n, false)
		bad := bigFlow(n, true)
		pieces := piecesOf(wide)
		spans := 0
		for _, p := range pieces {
			spans += len(p.Spans)
		}
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
				perSpan(b, spans)
			})
		}
		clock := Clock{Now: 1 << 62, Quiet: time.Hour}
		run("Sketch", func() { o := Sketch(pieces); o.Close() })
		run("SketchJudge", func() { o := Sketch(pieces); o.Judge(expectations{}, clock); o.Close() })
		run("Assemble", func() { Assemble(wide) })
		run("AssembleJudge", func() { Assemble(bad).Judge(expectations{}, clock) })
		run("Cut", func() {
			for i := range pieces {
				Cut(pieces[i].Trace, pieces[i].Spans)
			}
		})
	}
}

func BenchmarkPartition(b *testing.B) {
	for _, n := range []int{40, 50_000} {
		wide := bigFlow(n, false)
		pieces := piecesOf(wide)
		at := map[TraceID]int{}
		var nodes []Node
		for i := range pieces {
			for _, g := range Cut(pieces[i].Trace, pieces[i].Spans) {
				at[g.ID.Trace] = len(nodes)
				nodes = append(nodes, Node{Segment: &g})
			}
		}
		for i := range nodes {
			for _, l := range nodes[i].Segment.Links {
				nodes[i].Links = append(nodes[i].Links, at[l.Trace])
			}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Partition(nodes, DefaultLimits(), nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(nodes)), "ns/segment")
		})
	}
}
