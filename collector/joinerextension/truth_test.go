package joinerextension

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/cmd/baton/demo/azure"
	"github.com/baton-observability/baton/cmd/baton/demo/score"
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
)

// TestTruth plays the labelled Azure estate in virtual time, through the real encoder, extractor and joiner, and scores
// what comes out, by kind of fault. It takes a minute or two, so that it runs when it is asked for: make truth.
//
// BATON_TRUTH is a number of flows, BATON_TRUTH_KINDS narrows the kinds, BATON_TRUTH_KEYS=none leaves the business keys
// out, BATON_TRUTH_SEED plays other flows, BATON_TRUTH_MISSES=3 lists so many wrong flows of each kind, BATON_TRUTH_RAISE=1 raises the floors and writes the
// tables into docs/accuracy.md.
func TestTruth(t *testing.T) {
	flows := 10_000
	if v := os.Getenv("BATON_TRUTH"); v == "" {
		t.Skip("set BATON_TRUTH, or run make truth")
	} else if _, err := fmt.Sscan(v, &flows); err != nil {
		t.Fatalf("BATON_TRUTH=%q: want a number of flows", v)
	}
	names := []string{"all"}
	if v := os.Getenv("BATON_TRUTH_KINDS"); v != "" {
		names = strings.Split(v, ",")
	}
	kinds, unknown := azure.KindsNamed(names...)
	if unknown != "" {
		t.Fatalf("BATON_TRUTH_KINDS: no kind %q", unknown)
	}
	keys := []string{"order.id", "shipment.id*", "invoice.id*"}
	if os.Getenv("BATON_TRUTH_KEYS") == "none" {
		keys = nil
	}
	seed := uint64(1)
	_, _ = fmt.Sscan(os.Getenv("BATON_TRUTH_SEED"), &seed)
	p := newTruthPlay(t, azure.Options{Seed: seed, Kinds: kinds, FaultRate: 0.5, Learn: int64(flows / 4), Silent: int64(flows - flows/6)})
	p.run(flows, keys)
	answers := p.answers()
	rows := score.Kinds(p.truths, answers, azure.Named)
	t.Logf("%d flows, %d spans, %v of event time, %d joined flows, %d were called stalled at some time, %v",
		len(p.truths), p.spans, p.now.Sub(truthStart).Round(time.Minute), len(answers), len(p.store.stalled), p.took.Round(100*time.Millisecond))
	report(t, rows, len(names) == 1 && names[0] == "all" && keys != nil && seed == 1)
}

// TestFlowsThatAreWell plays a few hundred flows in which nothing goes wrong, without any business key: every one must
// be joined from exactly its traces, and none may be called failed or stalled.
func TestFlowsThatAreWell(t *testing.T) {
	p := newTruthPlay(t, azure.Options{Seed: 5})
	p.run(400, []string{"shipment.id*", "invoice.id*"})
	rows := score.Kinds(p.truths, p.answers(), azure.Named)
	if all := score.Sum("", rows); all.Precision.Percent() < 100 || all.Recall.Percent() < 100 || all.Flows < 400 || p.spans < 5000 {
		t.Errorf("%d spans\n%s%s", p.spans, score.Table(rows), score.Misses(rows, 2))
	}
	for _, f := range p.store.flows {
		if f.Verdict == flow.Failed || f.Verdict == flow.Stalled || f.Verdict == flow.Rejected {
			t.Errorf("flow %s is %s: %+v", f.ID, f.Verdict, f.Culprit)
		}
	}
}

var truthStart = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// report prints the table and holds it against the floors, or raises them and writes the table down.
func report(t *testing.T, rows []score.Row, hold bool) {
	t.Helper()
	var classes []string
	for _, c := range azure.Classes {
		classes = append(classes, string(c))
	}
	totals := score.Totals(rows, classes, func(kind string) string { return string(azure.ClassOf(kind)) })
	goals := score.GoalTable(score.Goals(rows, func(kind string) bool { return azure.ClassOf(kind) == azure.Slow }))
	table := score.Table(append(totals, rows...))
	fmt.Print(table, "\n", goals, "\n")
	misses := 0
	_, _ = fmt.Sscan(os.Getenv("BATON_TRUTH_MISSES"), &misses)
	fmt.Print(score.Misses(rows, misses))
	if !hold {
		return
	}
	const file, page = "testdata/truth_floors.json", "../../docs/accuracy.md"
	floors, err := score.ReadFloors(file)
	raise := os.Getenv("BATON_TRUTH_RAISE") != ""
	switch {
	case err != nil && !raise:
		t.Fatal(err)
	case err != nil:
		floors = score.Floors{}
	}
	all := append(totals, rows...)
	for _, b := range floors.Below(all) {
		t.Error(b)
	}
	if raise {
		floors.Raise(all)
		if err := errors.Join(floors.Write(file), score.Insert(page, "goals", goals), score.Insert(page, "table", table)); err != nil {
			t.Fatal(err)
		}
	}
}

// truthPlay drives one joiner through a world, on a clock of its own.
type truthPlay struct {
	t      *testing.T
	world  *azure.World
	store  *leanStore
	x      *flow.Extractor
	joiner *joiner
	rng    *rand.Rand
	now    time.Time
	truths []sim.Truth
	wait   spanHeap
	spans  int
	took   time.Duration
}

// newTruthPlay is a world of three flows a second, and a store that is empty.
func newTruthPlay(t *testing.T, o azure.Options) *truthPlay {
	o.Start, o.Rate, o.Scale = truthStart, 3, 1
	return &truthPlay{t: t, rng: rand.New(rand.NewPCG(o.Seed, 3)), world: azure.New(o), store: newLeanStore(), now: truthStart}
}

// exporter is how often an SDK sends what has ended.
const exporter = 5 * time.Second

func (p *truthPlay) run(flows int, keys []string) {
	p.t.Helper()
	var err error
	if p.x, err = flow.NewExtractor(flow.Rules{Keys: keys}); err != nil {
		p.t.Fatal(err)
	}
	ctx := context.Background()
	p.restart(ctx)
	began := time.Now()
	for half := false; len(p.truths) < flows || len(p.wait) > 0; {
		p.now = p.now.Add(500 * time.Millisecond)
		if !half && len(p.truths) > flows/2 {
			half = true
			p.restart(ctx)
		}
		for len(p.truths) < flows && p.world.NextStart().Before(p.now) {
			f := p.world.Next()
			p.truths = append(p.truths, f.Truths()...)
			for _, s := range f.Spans {
				heap.Push(&p.wait, sending{at: exported(s), n: p.spans, span: s})
				p.spans++
			}
		}
		if len(p.truths) >= flows && len(p.wait) > 0 && p.wait[0].at > p.now.Add(time.Minute).UnixNano() {
			p.idle(ctx, time.Unix(0, p.wait[0].at).Add(-time.Minute)) // what comes hours later
		}
		p.deliver()
		p.step(ctx)
	}
	p.idle(ctx, p.now.Add(15*time.Minute))
	p.took = time.Since(began)
}

func (p *truthPlay) newJoiner() *joiner {
	return newJoiner(defaultConfig().(*Config), p.store, p.store, p.store, p.store, zap.NewNop(), func() time.Time { return p.now })
}

// restart begins with what the store knows.
func (p *truthPlay) restart(ctx context.Context) {
	p.joiner = p.newJoiner()
	if err := p.joiner.start(ctx); err != nil {
		p.t.Fatal(err)
	}
}

// idle lets time pass in which nothing arrives.
func (p *truthPlay) idle(ctx context.Context, until time.Time) {
	for p.now.Before(until) {
		p.now = p.now.Add(5 * time.Second)
		p.step(ctx)
	}
}

// exported is when a span is sent: each process sends at moments of its own.
func exported(s sim.Span) int64 {
	phase := int64(s.Process) * int64(613*time.Millisecond) % int64(exporter)
	return (s.End-phase)/int64(exporter)*int64(exporter) + int64(exporter) + phase
}

// deliver commits everything that has been sent up to now.
func (p *truthPlay) deliver() {
	byProcess := map[int][]sim.Span{}
	for len(p.wait) > 0 && p.wait[0].at <= p.now.UnixNano() {
		s := heap.Pop(&p.wait).(sending).span
		byProcess[s.Process] = append(byProcess[s.Process], s)
	}
	var facts []flow.Facts
	processes := make([]int, 0, len(byProcess))
	for n := range byProcess {
		processes = append(processes, n)
	}
	slices.Sort(processes)
	for _, n := range processes {
		if p.rng.IntN(100) == 0 { // a request whose answer was lost is sent again
			again := p.now.Add(time.Duration(5+p.rng.IntN(30)) * time.Second).UnixNano()
			for _, s := range byProcess[n] {
				heap.Push(&p.wait, sending{at: again, n: p.spans, span: s})
			}
		}
		facts = append(facts, p.read(p.world.AppendRequest(nil, n, byProcess[n]))...)
	}
	if len(facts) == 0 {
		return
	}
	if err := p.store.commit(p.now, facts...); err != nil {
		p.t.Fatal(err)
	}
}

// read takes a request the way of ingest.
func (p *truthPlay) read(request []byte) (out []flow.Facts) {
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalProto(request); err != nil {
		p.t.Fatal(err)
	}
	for _, rs := range req.Traces().ResourceSpans().All() {
		res := p.x.Resource("", rs.Resource())
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				var f flow.Facts
				p.x.Span(res, ss.Scope().Name(), s, &f)
				out = append(out, f)
			}
		}
	}
	return out
}

func (p *truthPlay) step(ctx context.Context) {
	for range 100 {
		n, err := p.joiner.step(ctx)
		if err != nil {
			p.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// answers are the joiner's flows as it wrote them.
func (p *truthPlay) answers() []score.Answer {
	var out []score.Answer
	for id, f := range p.store.flows {
		a := score.Answer{ID: id.String(), Verdict: f.Verdict.String()}
		for k := range p.store.ofFlow[id] {
			if s := p.store.bySeg[k]; !s.Gone && !slices.Contains(a.Traces, s.Trace.String()) {
				a.Traces = append(a.Traces, s.Trace.String())
			}
		}
		for _, kv := range f.Correlations {
			a.Keys = append(a.Keys, kv.Value)
		}
		if f.Culprit != nil {
			a.Suspects = append(a.Suspects, p.suspect(f.Culprit))
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b score.Answer) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// suspect is a culprit as the API shows it.
func (p *truthPlay) suspect(c *flow.Culprit) score.Suspect {
	out := score.Suspect{Service: c.Service, Role: c.Role.String(), Reason: c.Reason, Rule: c.Rule}
	if out.Service == "" {
		out.Service = c.Host
	}
	if c.Role == flow.Channel {
		out.Service = c.Operation
	}
	if c.Role == flow.NoRole && c.Between != [2]string{} {
		out.Role, out.Between = "hand-off", c.Between[:]
	}
	if e, ok := p.store.ends[c.Endpoint]; ok {
		out.Team = azure.Owners.Resolve(ownership.Subject{Environment: e.Environment, Namespace: e.Namespace, Service: e.Service, Kind: e.Kind.String(),
			System: e.System, Operation: e.Operation, Destination: e.Destination, Workflow: e.Workflow, Host: e.Host, Role: e.Role.String()}).Team
	}
	return out
}

// sending is a span on its way.
type sending struct {
	at   int64
	n    int // in order of emission, for equal times
	span sim.Span
}

type spanHeap []sending

func (h spanHeap) Len() int { return len(h) }
func (h spanHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].n < h[j].n
}
func (h spanHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *spanHeap) Push(x any)   { *h = append(*h, x.(sending)) }
func (h *spanHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
