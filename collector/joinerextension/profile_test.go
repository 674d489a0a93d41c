package joinerextension

import (
	"context"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
)

// Every flow that went well is counted once in what tells of changes, also when
// the store refuses writes, tears them, or takes them and does not say so.
func TestEveryFlowIsInTheProfileOnce(t *testing.T) {
	e := newEstate(t, 5)
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	j := newJoiner(defaultConfig().(*Config), st, st, st, st, zap.NewNop(), func() time.Time { return now })
	if err := j.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	step := func() {
		for range 5 {
			if _, err := j.step(context.Background()); err == nil {
				return
			}
		}
		t.Fatal("the store never takes it")
	}
	const flows = 60
	var ends [3]uint64 // of the shop, of what it sends, and of the depot
	for i := range flows {
		at := 1000 * i
		a, b := e.trace(i), e.trace(i)
		n := len(e.facts)
		root := e.span("shop", a, flow.SpanID{}, server, "POST /parcels", at, 10, attr("http.request.method", "POST"), attr("http.route", "/parcels"))
		send := e.span("shop", a, root, producer, "parcels send", at+2, 1, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "send"), attr("messaging.destination.name", "parcels"))
		e.span("depot", b, flow.SpanID{}, consumer, "parcels process", at+900, 5, attr("messaging.system", "servicebus"), attr("messaging.operation.type", "process"), attr("messaging.destination.name", "parcels"), link(a, send))
		for k := range ends {
			ends[k] = e.facts[n+k].EndpointID
		}
		st.commit(now, e.facts[n:]...)
		switch i % 7 {
		case 1:
			st.fail = 1
		case 3:
			st.torn = 1
		case 5:
			st.unsaid = 1
		}
		now = now.Add(time.Second)
		step()
	}
	for range 20 {
		now = now.Add(3 * time.Second)
		step()
	}
	type what struct {
		kind flow.TraitKind
		a, b uint64
	}
	sums, minutes := map[what]uint32{}, map[uint32]bool{}
	for _, rows := range st.profile {
		for _, r := range rows {
			sums[what{r.What, r.A, r.B}] += r.N
			minutes[r.Minute] = true
			if took := map[flow.TraitKind]time.Duration{flow.OwnTime: 5 * time.Millisecond, flow.Waited: 897 * time.Millisecond}[r.What]; took > 0 && r.A != ends[0] {
				if from, to := bounds(int(r.Bucket)); took < from || took >= to {
					t.Errorf("kind %d of %x is in the bucket of %v to %v", r.What, r.A, from, to)
				}
			}
		}
	}
	want := map[what]uint32{{flow.OwnTime, ends[0], 0}: flows, {flow.OwnTime, ends[2], 0}: flows, {flow.Waited, ends[1], ends[2]}: flows,
		{flow.Acted, ends[0], 0}: flows, {flow.Acted, ends[2], 0}: flows, {flow.Stepped, ends[0], ends[1]}: flows}
	for k, n := range want {
		if sums[k] != n {
			t.Errorf("%+v is counted %d times, want %d", k, sums[k], n)
		}
	}
	if len(sums) != len(want) || len(minutes) != 1 {
		t.Errorf("%d things in %d minutes are counted: %v", len(sums), len(minutes), sums)
	}
}
