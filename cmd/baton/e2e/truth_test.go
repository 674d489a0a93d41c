package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// scenario is a run of the demo that can be repeated: the same flows, spans and ids every time.
type scenario struct {
	flows int
	begin time.Time
}

// shortRun has every fault of the demo about twice; one flow in thirteen fails, so that a few hundred say something.
var shortRun = sync.OnceValue(func() scenario { return newScenario(600) })

func newScenario(flows int) scenario {
	// A minute ago, as live traffic that was delayed is.
	return scenario{flows: flows, begin: time.Now().Add(-time.Minute).UTC().Truncate(time.Millisecond)}
}

func (s scenario) args(more ...string) []string {
	return append([]string{"--full-speed", "--flows", fmt.Sprint(s.flows), "--seed", "1", "--start", s.begin.Format(time.RFC3339Nano)}, more...)
}

// bytes is about what the run sends: some 40 spans of 500 bytes a flow.
func (s scenario) bytes() int64 { return int64(s.flows) * 20_000 }

// reference is the account of an undisturbed run, made once for all tests that compare with it.
type reference struct {
	account
	truth []truth
	spans int
}

var shortReference struct {
	sync.Mutex
	made *reference
}

func referenceOf(t *testing.T) reference {
	t.Helper()
	shortReference.Lock()
	defer shortReference.Unlock()
	if shortReference.made == nil {
		r := undisturbed(t, shortRun())
		shortReference.made = &r
	}
	return *shortReference.made
}

func undisturbed(t *testing.T, s scenario) reference {
	t.Helper()
	b := serve(t)
	var r reference
	r.truth, r.spans = startDemo(t, b.grpc, s.args()...).finish(t, limit(s))
	r.account = b.account(b.settled(r.truth, r.spans, limit(s)))
	r.whole(t, b, r.account, r.spans)
	b.stop()
	return r
}

// limit is generous: a busy machine must not fail a test.
func limit(s scenario) time.Duration {
	return time.Minute + time.Duration(s.flows)*100*time.Millisecond
}

// TestTruth: Baton's flows, verdicts and culprits are those that the demo knows to be true.
func TestTruth(t *testing.T) {
	r := referenceOf(t)
	r.score(t, r.truth)
}

func TestSoakTruth(t *testing.T) {
	needSoak(t)
	s := newScenario(10_000)
	r := undisturbed(t, s)
	r.score(t, r.truth)
	disordered(t, s, r)
}

// TestDisorder: the order of requests, how they are cut, duplicates, a restart and a crash change nothing.
func TestDisorder(t *testing.T) { disordered(t, shortRun(), referenceOf(t)) }

func disordered(t *testing.T, s scenario, r reference) {
	t.Helper()
	b := serve(t, smallRanges...)
	g := newGate(t, b.grpc, s.bytes()/3, s.bytes()*2/3)
	d := startDemo(t, g.address, s.args("--shuffle", "--split", "--duplicate", "0.05")...)
	reached(t, d, g.stops[0])
	b.stop()
	b.start()
	close(g.stops[0].on)
	reached(t, d, g.stops[1])
	b.kill()
	b.start()
	close(g.stops[1].on)
	flows, sent := d.finish(t, limit(s))
	if sent <= r.spans {
		t.Errorf("%d spans sent, want more than %d: some twice", sent, r.spans)
	}
	a := b.account(b.settled(flows, r.spans, limit(s)))
	a.same(t, r.account)
	a.whole(t, b, r.account, r.spans)
	b.stop()
}

// smallRanges make the log's ranges full, as they are under a load that a test does not make.
var smallRanges = []string{"--set", "exporters::baton::range_rows=2000"}

// reached waits until the demo has sent so much.
func reached(t *testing.T, d *demo, s stop) {
	t.Helper()
	select {
	case <-s.reached:
	case <-d.exited:
		t.Fatalf("the demo ended before it had sent %d bytes: %v", s.at, d.err)
	case <-time.After(2 * time.Minute):
		t.Fatalf("the demo did not send %d bytes", s.at)
	}
}
