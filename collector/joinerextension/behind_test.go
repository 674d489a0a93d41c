package joinerextension

import (
	"context"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
)

// A joiner that was away finds minutes of commits at once, and takes them in step
// by step: a flow whose next spans are in the next step is not stalled.
func TestWhoIsBehindTakesNothingForMissing(t *testing.T) {
	e := newEstate(t, 5)
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var j *joiner
	start := func() {
		j = newJoiner(defaultConfig().(*Config), st, st, st, st, zap.NewNop(), func() time.Time { return now })
		if err := j.start(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	start()
	at, flows := 0, 0 // ms of event time
	parcel := func() (sent, taken []flow.Facts) {
		a, b := e.trace(flows), e.trace(flows)
		n := len(e.facts)
		root := e.span("shop", a, flow.SpanID{}, server, "POST /parcels", at, 10, attr("http.request.method", "POST"), attr("http.route", "/parcels"))
		send := e.span("shop", a, root, producer, "parcels send", at+2, 1, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "send"), attr("messaging.destination.name", "parcels"))
		sent = e.facts[n:len(e.facts):len(e.facts)]
		n = len(e.facts)
		e.span("depot", b, flow.SpanID{}, consumer, "parcels process", at+900, 5, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "process"), attr("messaging.destination.name", "parcels"), link(a, send))
		flows++
		return sent, e.facts[n:len(e.facts):len(e.facts)]
	}
	step := func() {
		t.Helper()
		for more := true; more; {
			n, err := j.step(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			more = n > 0
			for id, f := range st.flows {
				if f.Verdict != flow.Running && f.Verdict != flow.Completed {
					t.Fatalf("flow %s is %s", id, f.Verdict)
				}
			}
		}
	}
	second := func(d int) { now, at = now.Add(time.Duration(d)*time.Second), at+1000*d }
	for range 200 {
		sent, taken := parcel()
		st.commit(now, sent...)
		second(1)
		st.commit(now, taken...)
		step()
	}
	for range 20 { // what they taught counts
		second(3)
		step()
	}
	var last []flow.Facts
	for range 300 { // the joiner is away
		sent, taken := parcel()
		st.commit(now, append(sent, last...)...)
		last = taken
		second(1)
	}
	st.commit(now, last...)
	second(1)
	step()
	for range 10 {
		second(3)
		step()
	}
	// All of Baton is away: what was not taken up in time waits with its sender, who tries again some seconds after the start.
	sent, taken := parcel()
	st.commit(now, sent...)
	second(1)
	step()
	second(60)
	start()
	step()
	second(4)
	step()
	st.commit(now, taken...)
	second(1)
	step()
	completed := 0
	for _, f := range st.flows {
		if f.Verdict == flow.Completed {
			completed++
		}
	}
	if completed != flows || len(st.flows) != flows {
		t.Errorf("%d of %d flows are completed; there are %d", completed, flows, len(st.flows))
	}
}
