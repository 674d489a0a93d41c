package estate

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

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
	flow    *sim.Flow
	end     int64
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
func Simulate(p Plan, scale float64) *sim.Flow {
	rng := rand.New(rand.NewPCG(p.Seed, uint64(p.Number)*0x9e3779b97f4a7c15+1))
	r := &run{flow: &sim.Flow{}, plan: p, rng: rng, scale: scale}
	r.buf = make([]byte, 0, p.Scenario.size)
	r.flow.Spans = make([]sim.Span, 0, p.Scenario.spans)
	r.scratch = make([]byte, 0, 128)
	r.business = p.Scenario.prefix + strconv.FormatUint(1<<50+rng.Uint64()>>14, 36)
	r.correlation, r.request, r.conversation, r.runID = r.newID(), r.newID(), r.newID(), r.newID()
	r.customer = 10_000 + rng.Int64N(5_000)
	r.session = "s-" + strconv.FormatInt(r.customer*7919, 36)
	r.pod = rng.IntN(24)
	start := p.Start.UnixNano()
	r.do(p.Scenario.entry, &site{trace: r.newTrace(), correlated: true, business: true}, start)
	r.tell(start)
	r.flow.Close()
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
	t.Start, t.End = time.Unix(0, start).UTC(), time.Unix(0, r.end).UTC()
	for _, id := range r.traces {
		t.TraceIDs = append(t.TraceIDs, hex.EncodeToString(id[:]))
	}
	if f := r.plan.Fault; f != nil {
		t.Verdict, t.Fault, t.CulpritService, t.CulpritTeam = f.Verdict, f.Kind, f.Culprit, TeamOf(f.Culprit)
	}
}
