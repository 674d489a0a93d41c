package joinerextension

import (
	"slices"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
)

func TestBucketsCoverAllDurations(t *testing.T) {
	last := -1
	for us := int64(0); us < 1<<22; us += 1 + us/64 {
		d := time.Duration(us) * time.Microsecond
		b := bucketOf(d)
		from, to := bounds(b)
		if b < last || d < from || d >= to {
			t.Fatalf("%v is in bucket %d of %v to %v, after bucket %d", d, b, from, to, last)
		}
		last = b
	}
	for _, d := range []time.Duration{-1, 1 << 62} {
		if b := bucketOf(d); b < 0 || b >= buckets {
			t.Errorf("%v is in bucket %d", d, b)
		}
	}
}

func TestUsual(t *testing.T) {
	var d durations
	if _, ok := d.get(); ok {
		t.Error("something is usual that was never seen")
	}
	for i := range 1000 {
		d.add(time.Duration(100+i/10) * time.Millisecond) // 100 to 199 ms
	}
	u, _ := d.get()
	if u.N != 992 || u.Mid < 140*time.Millisecond || u.Mid > 170*time.Millisecond || u.Most < 195*time.Millisecond || u.Most > 240*time.Millisecond {
		t.Errorf("%+v", u)
	}
	for range 20 * remembered {
		d.add(time.Second)
	}
	if u, _ = d.get(); u.Mid < 900*time.Millisecond || d.n > remembered {
		t.Errorf("old times do not fade: %+v of %d", u, d.n)
	}
}

func (l *learned) measured(m flow.Measured, took time.Duration, slow bool, hs ...flow.Handover) *lesson {
	return &lesson{took: []timing{l.time(m, took)}, slow: slow, handovers: hs}
}

func TestLessonsAreTakenBack(t *testing.T) {
	l := newLearned()
	m := flow.Measured{What: flow.Callee, A: 1, B: 2}
	hs := []flow.Handover{{Sender: 7, Takers: []flow.Taker{{Endpoint: 8, Wait: int64(time.Second)}}}}
	for range 10 {
		l.learn(l.measured(m, time.Second, false, hs...), time.Time{})
	}
	if early := []flow.Handover{{Sender: 7}}; l.complete(early) || !l.complete(hs) { // before its consumer's spans had come
		t.Error("what is not taken up is complete")
	} else {
		miss := l.measured(m, time.Second, false, early...)
		l.learn(miss, time.Time{})
		l.unlearn(miss)
	}
	long := l.measured(m, time.Hour, false)
	l.learn(long, time.Time{})
	l.unlearn(long)
	if early := l.measured(m, time.Hour, false); true {
		if l.unlearn(early); !early.dropped {
			t.Error("what was not learned yet is not dropped")
		}
	}
	if s := l.Senders[7]; s.Sent != 10 || s.Takers[8].Taken != 10 {
		t.Errorf("%+v", s)
	}
	if u, _ := l.usual[m].get(); u.N != 10 || u.Most > 2*time.Second {
		t.Errorf("%+v", u)
	}
	l.unlearn(nil)
}

func TestSlowFlowsTeachLittle(t *testing.T) {
	l := newLearned()
	m := flow.Measured{What: flow.WholeFlow, A: 1}
	for range 100 {
		l.learn(l.measured(m, time.Second, true), time.Time{})
	}
	if n := l.usual[m].n; n != 10 {
		t.Errorf("%d of 100 slow flows count", n)
	}
}

func TestLearnedSurvivesARestart(t *testing.T) {
	l := newLearned()
	for i := range uint64(50) {
		for k := range i + 1 {
			l.learn(l.measured(flow.Measured{What: flow.Transfer, A: i, B: 1 << 63}, time.Duration(k)*time.Millisecond, false), time.Now())
		}
	}
	b, err := l.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeLearned(b)
	if err != nil || len(got.usual) != 50 {
		t.Fatalf("%d measures, %v", len(got.usual), err)
	}
	for m, want := range l.usual {
		want.sum() // as a process that starts does
		w, _ := want.get()
		if g, _ := got.usual[m].get(); g != w {
			t.Errorf("%+v: %+v, want %+v", m, g, w)
		}
		if g := got.usual[m].past; !slices.EqualFunc(g, want.past, func(a, b known) bool { return a.Usual == b.Usual && a.since == b.since && a.at.Equal(b.at) }) {
			t.Errorf("%+v was %+v, want %+v", m, g, want.past)
		}
	}
	l.Took = l.encodeUsual()
	for n := range l.Took { // cut anywhere: an error or less of it, never a panic
		short := newLearned()
		short.Took = l.Took[:n]
		_ = short.decodeUsual()
	}
}

func TestAFlowIsHeldAgainstWhatWasKnownWhenItCame(t *testing.T) {
	l, m := newLearned(), flow.Measured{What: flow.WholeFlow, A: 1}
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	came := func(n int) moment { // a flow a second, that is counted ten seconds later
		at := start.Add(time.Duration(n) * time.Second)
		return moment{at.UnixNano(), at.Add(time.Second).UnixNano()}
	}
	after := func(n int) time.Time { return time.Unix(0, came(n).arrived) }
	for n := range 1000 {
		s := l.measured(m, time.Duration(n)*time.Millisecond, false)
		s.moment = came(n)
		l.learn(s, after(n).Add(10*time.Second))
	}
	at := func(of moment) uint64 {
		u, _ := expectations{learned: l, of: of}.Usual(m)
		return u.N
	}
	for n, want := range map[int]uint64{-1: 0, 0: 1, 2: 2, 100: 64, 254: 128, 255: 992, 2000: 992} { // all, but for news of less than a sixteenth
		if got := at(came(n)); got != want {
			t.Errorf("flow %d is held against %d others, want %d", n, got, want)
		}
	}
	late := came(2)
	if late.arrived += int64(300 * time.Second); at(late) != 128 { // since a minute before it
		t.Errorf("one that came five minutes late is held against %d others", at(late))
	}
	d := l.usual[m]
	if d.forgetPast(after(1000)); len(d.past) == 0 {
		t.Error("the past is forgotten at once")
	}
	if d.forgetPast(after(5000)); len(d.past) != 0 || at(came(2)) != 992 {
		t.Error("the past is never forgotten")
	}
}

// What is measured beyond the limit is not learned, gets no numbers without end, and of a callee
// that is known in all flows counts among these.
func TestTooMuchIsMeasured(t *testing.T) {
	l := newLearned()
	callee := func(kind, endpoint uint64) flow.Measured {
		return flow.Measured{What: flow.Callee, A: kind, B: endpoint}
	}
	first := l.time(callee(1, 7), time.Second)
	if again := l.time(callee(1, 7), time.Minute); again.among != first.among || again.took != time.Minute {
		t.Errorf("%+v and %+v", first, again)
	}
	for n := uint64(0); len(l.usual) < maxMeasured; n++ {
		l.time(flow.Measured{What: flow.Wait, A: n}, time.Second)
	}
	numbers := len(l.among)
	for n := uint64(2); n < 100; n++ {
		if a := l.among[l.time(callee(n, 7), time.Second).among]; a.durations != [2]*durations{nil, l.usual[callee(0, 7)]} {
			t.Fatalf("a callee that is known counts among %v", a)
		}
		if a := l.among[l.time(callee(n, 100+n), time.Second).among]; a.durations != [2]*durations{} {
			t.Fatalf("a callee that is not known counts among %v", a)
		}
	}
	if more := len(l.among) - numbers; more != 2 {
		t.Errorf("%d numbers more", more)
	}
}

// Everything measured counts among its like, and a callee among its like of all flows.
func TestWhatDurationsCountAmong(t *testing.T) {
	l := newLearned()
	own := func(n int) flow.Measured { return flow.Measured{What: flow.Callee, A: uint64(n), B: 9} }
	for range 20 {
		for n := 1; n <= 3; n++ {
			l.learn(l.measured(own(n), time.Duration(n)*time.Second, false), time.Time{})
		}
		l.learn(l.measured(flow.Measured{What: flow.WholeFlow, A: 1}, time.Minute, false), time.Time{})
	}
	expect := func(m flow.Measured, n uint64, mid time.Duration) {
		t.Helper()
		d := l.usual[m]
		if d == nil {
			t.Fatalf("%+v is not known", m)
		}
		if u, _ := d.get(); u.N != n || u.Mid < mid*3/4 || u.Mid > mid*5/4 {
			t.Errorf("%+v: %+v, want %d of %v", m, u, n, mid)
		}
	}
	for n := 1; n <= 3; n++ {
		expect(own(n), 20, time.Duration(n)*time.Second)
	}
	expect(flow.Measured{What: flow.Callee, B: 9}, 60, 2*time.Second)
	expect(flow.Measured{What: flow.WholeFlow, A: 1}, 20, time.Minute)
}
