package estate

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// Span is one finished span: its encoded body, and what is needed to put it into a request of the right process.
type Span struct {
	Process int
	Scope   Scope
	End     int64 // unix nanoseconds: a span leaves its process when it ends
	Body    []byte
	Flow    *Flow
}

// Flow is one simulated business transaction with everything it will ever send, and the truth about it.
type Flow struct {
	Spans []Span
	Truth Truth
	start int64
	end   int64
	left  atomic.Int64 // spans not yet acknowledged
}

// Acknowledge counts one span as accepted by the receiver and reports whether it was the flow's last.
func (f *Flow) Acknowledge() bool { return f.left.Add(-1) == 0 }

// site is where in a flow a span is: its trace, its parent, and what the code running there knows.
type site struct {
	trace      [16]byte
	parent     [8]byte
	remote     bool // the parent is in another process
	correlated bool // this trace carries the correlation id
	business   bool // this trace carries the business key
	message    *message
	delivery   int
	activity   int
	resend     int
}

type message struct {
	id        [36]byte
	partition int64
	offset    int64
	sent      int64
	producer  site // trace and span to link to
}

// run is the simulation of one flow.
type run struct {
	flow    *Flow
	plan    Plan
	rng     *rand.Rand
	scale   float64
	buf     []byte
	scratch []byte
	traces  [][16]byte

	business, correlation, request, session, conversation, runID string
	customer                                                     int64
	pod                                                          int
	activities                                                   int
}

// Simulate plays one planned flow from beginning to end. It is a pure function of the plan: equal plans give equal
// bytes. Scale is how much faster than life business time runs.
func Simulate(p Plan, scale float64) *Flow {
	rng := rand.New(rand.NewPCG(p.Seed, uint64(p.Number)*0x9e3779b97f4a7c15+1))
	r := &run{flow: &Flow{start: p.Start.UnixNano()}, plan: p, rng: rng, scale: scale}
	r.buf = make([]byte, 0, p.Scenario.size)
	r.flow.Spans = make([]Span, 0, p.Scenario.spans)
	r.scratch = make([]byte, 0, 128)
	r.business = p.Scenario.prefix + strconv.FormatUint(1<<50+rng.Uint64()>>14, 36)
	r.correlation, r.request, r.conversation, r.runID = r.newID(), r.newID(), r.newID(), r.newID()
	r.customer = 10_000 + rng.Int64N(5_000)
	r.session = "s-" + strconv.FormatInt(r.customer*7919, 36)
	r.pod = rng.IntN(24)
	start := r.flow.start
	r.do(p.Scenario.entry, &site{trace: r.newTrace(), correlated: true, business: true}, start)
	r.tell(start)
	r.flow.left.Store(int64(len(r.flow.Spans)))
	for i := range r.flow.Spans {
		r.flow.Spans[i].Flow = r.flow
	}
	return r.flow
}

func (r *run) newID() string {
	id := r.newUUID()
	return string(id[:])
}

func (r *run) newUUID() [36]byte {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], r.rng.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], r.rng.Uint64())
	return uuid(raw)
}

func (r *run) newTrace() (id [16]byte) {
	binary.LittleEndian.PutUint64(id[:8], r.rng.Uint64()|1)
	binary.LittleEndian.PutUint64(id[8:], r.rng.Uint64())
	return id
}

func (r *run) newSpan() (id [8]byte) {
	binary.LittleEndian.PutUint64(id[:], r.rng.Uint64()|1)
	return id
}

// draw picks a duration in nanoseconds of scaled time.
func (r *run) draw(d dist) int64 {
	if d.median == 0 {
		return 0
	}
	// 2.326 standard deviations reach the 99th percentile of a normal distribution.
	sigma := math.Log(float64(d.p99)/float64(d.median)) / 2.326
	v := float64(d.median) * math.Exp(sigma*r.rng.NormFloat64())
	return r.scaled(time.Duration(min(v, 2*float64(d.p99))))
}

func (r *run) scaled(d time.Duration) int64 { return max(int64(float64(d)/r.scale), 1000) }

func (r *run) sawTrace(id [16]byte) {
	for _, have := range r.traces {
		if have == id {
			return
		}
	}
	r.traces = append(r.traces, id)
}

// tell writes the truth once the flow has been played.
func (r *run) tell(start int64) {
	t := &r.flow.Truth
	t.Flow, t.Type = r.business, r.plan.Scenario.Name
	t.Verdict = "completed"
	t.Start, t.End = time.Unix(0, start).UTC(), time.Unix(0, r.flow.end).UTC()
	for _, id := range r.traces {
		t.TraceIDs = append(t.TraceIDs, hex.EncodeToString(id[:]))
	}
	if f := r.plan.Fault; f != nil {
		t.Verdict, t.Fault, t.CulpritService, t.CulpritTeam = f.Verdict, f.Kind, f.Culprit, TeamOf(f.Culprit)
	}
}
