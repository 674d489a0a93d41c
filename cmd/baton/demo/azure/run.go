package azure

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// run plays one flow, or the several flows that share a batch.
type run struct {
	kind  *Kind // what goes wrong, nil for nothing
	env   string
	scale float64
	start int64
	rng   *rand.Rand // times and ids of traces
	ids   *rand.Rand // ids that the business gives, the same in a twin environment

	spans []*span
	pod   int

	// What the flow carries.
	key         string // the business key: order.id
	correlation string
	talk        string // the conversation that its messages are part of, where libraries write one
	session     string
	customer    int64
	tasks       int64
	instance    string // id of its orchestration
	execution   string
	traced      bool // its client sends a traceparent, and so API Management is in the same trace
	allIDs      bool // every consumer names the message that it takes up, also those that usually do not
	fresh       bool // a service on the way makes up a correlation id of its own
	bare        bool // messages carry neither context nor correlation id
	eternal     bool // it signals an orchestration that never ends

	number int64 // of the flow within its kind
	flows  int   // that it plays
	hurt   map[int]bool
	skew   map[*service]time.Duration // of clocks
}

// place is where in a flow some code runs.
type place struct {
	svc    *service
	site   // trace, and the span that is the parent of what the code does
	remote bool
	owner  int
	corr   string // the correlation id that the code knows
	key    string // the business key that it knows
}

// step is one thing that code does. It begins at t, in Unix nanoseconds, and ends at the time it answers, with what went
// wrong, if anything did.
type step interface {
	play(r *run, p place, t int64) (int64, *failure)
}

// failure is what a caller sees of something that went wrong.
type failure struct {
	status  int64  // HTTP status of the answer, 0 when none came
	kind    string // exception or error type
	message string
	refused bool // the caller's own fault: servers leave their status unset
	late    bool // nobody answered in time
}

// onward is what becomes of a failure in a service that could not go on because of it.
func (f *failure) onward(s *service) *failure {
	kind := map[stack]string{dotnet: "System.Net.Http.HttpRequestException", isolated: "System.Net.Http.HttpRequestException",
		java: "java.io.IOException", python: "httpx.HTTPStatusError", snake: "httpx.HTTPStatusError", golang: "*url.Error"}[s.stack]
	out := &failure{status: 500, kind: kind, message: f.message}
	if f.status != 0 {
		out.message = fmt.Sprintf("Response status code does not indicate success: %d", f.status)
	}
	return out
}

// dist is a log-normal duration: the median and the 99th percentile, cut off at twice the latter, so that nothing the
// estate does by itself is ever called slow.
type dist struct{ median, p99 time.Duration }

const ms = time.Millisecond

var (
	network = dist{400 * time.Microsecond, 3 * ms} // one way
	lying   = dist{25 * ms, 180 * ms}              // a message in its queue
	backOff = dist{60 * ms, 160 * ms}
	logging = dist{45 * time.Second, 150 * time.Second} // until a diagnostic log record is read
)

// draw picks a duration of business time.
func (r *run) draw(d dist) int64 {
	if d.median == 0 {
		return 0
	}
	// 2.326 standard deviations reach the 99th percentile of a normal distribution.
	sigma := math.Log(float64(d.p99)/float64(d.median)) / 2.326
	v := float64(d.median) * math.Exp(sigma*r.rng.NormFloat64())
	return r.scaled(time.Duration(min(v, 2*float64(d.p99))))
}

// scaled is a duration of business time, at least a microsecond unless it is none.
func (r *run) scaled(d time.Duration) int64 {
	if d == 0 {
		return 0
	}
	return max(int64(float64(d)/r.scale), 1000)
}

// around spreads what an effect takes, so that no two flows are alike.
func (r *run) around(d time.Duration) int64 {
	return r.scaled(time.Duration(float64(d) * (0.8 + 0.4*r.rng.Float64())))
}

func (r *run) newTrace() (id traceID) {
	binary.LittleEndian.PutUint64(id[:], r.rng.Uint64()|1)
	binary.LittleEndian.PutUint64(id[8:], r.rng.Uint64())
	return id
}

func (r *run) newSpan() (id spanID) {
	binary.LittleEndian.PutUint64(id[:], r.rng.Uint64()|1)
	return id
}

// uuid is an id that the business or a broker gives.
func (r *run) uuid() string { return uuid(r.ids) }

func uuid(rng *rand.Rand) string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], rng.Uint64())
	binary.LittleEndian.PutUint64(b[8:], rng.Uint64())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// emit takes a span in.
func (r *run) emit(p place, s span) *span {
	s.svc, s.env, s.owner = p.svc, r.env, p.owner
	if s.trace == (traceID{}) {
		s.trace = p.trace
	}
	out := &s
	r.spans = append(r.spans, out)
	return out
}

// sequence plays steps one after the other, with own spread around them, until one fails.
func (r *run) sequence(p place, t, own int64, steps []step) (int64, *failure) {
	pause := own / int64(len(steps)+1)
	t += pause
	for _, s := range steps {
		end, f := s.play(r, p, t)
		if f != nil {
			return end, f
		}
		t = end + pause
	}
	return t, nil
}

// serve plays the code behind an entry: its own time, its steps, and what a fault makes of it.
func (r *run) serve(p place, t int64, own dist, steps []step, hit *effect) (int64, *failure) {
	took := r.draw(own)
	if hit != nil {
		switch hit.how {
		case answers:
			return t + took, &failure{status: hit.status, message: hit.message, refused: hit.status >= 400 && hit.status < 500}
		case starves, outlasts:
			took += r.around(hit.delay)
		}
	}
	t, f := r.sequence(p, t, took, steps)
	switch {
	case f != nil:
		return t, f.onward(p.svc)
	case hit != nil && hit.how == throws:
		return t, &failure{status: 500, kind: hit.exception, message: hit.message}
	}
	return t, nil
}

// lives plays a step whose failure the code lives with.
type lives struct{ step }

func (l lives) play(r *run, p place, t int64) (int64, *failure) {
	end, _ := l.step.play(r, p, t)
	return end, nil
}
