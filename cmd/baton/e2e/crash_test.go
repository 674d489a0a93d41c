package e2e

import "testing"

// deaths are what a crash test does to Baton.
var deaths = []struct {
	name string
	of   func(b *baton)
}{
	{"engine", func(b *baton) { b.killEngine() }},
	{"Baton", func(b *baton) { b.kill(); b.start() }},
	{"both", func(b *baton) {
		b.killEngine()
		b.kill()
		b.start()
	}},
}

// TestCrash: a kill -9 of the engine, of Baton and of both, each while spans are being sent, loses no span that was
// acknowledged and stores none twice.
func TestCrash(t *testing.T) {
	r := referenceOf(t)
	crash(t, shortRun(), r, 1)
}

func TestSoakCrash(t *testing.T) {
	needSoak(t)
	s := newScenario(6000)
	crash(t, s, undisturbed(t, s), 10)
}

func crash(t *testing.T, s scenario, r reference, rounds int) {
	t.Helper()
	b := serve(t, smallRanges...)
	amounts := make([]int64, rounds*len(deaths))
	for i := range amounts {
		amounts[i] = s.bytes() * int64(i+1) / int64(len(amounts)+1)
	}
	g := newGate(t, b.grpc, amounts...)
	d := startDemo(t, g.address, s.args()...)
	for i, stop := range g.stops {
		reached(t, d, stop)
		death := deaths[i%len(deaths)]
		t.Logf("kill -9 of %s after %d bytes", death.name, stop.at)
		death.of(b)
		close(stop.on)
	}
	flows, spans := d.finish(t, limit(s))
	if spans != r.spans {
		t.Fatalf("%d spans were acknowledged, want %d as without a crash", spans, r.spans)
	}
	a := b.account(b.settled(flows, spans, limit(s)))
	a.whole(t, b, r.account, spans)
	a.same(t, r.account)
	b.awaitHealth() // the engine is back as well
	b.stop()
}
