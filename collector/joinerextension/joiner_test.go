package joinerextension

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/flow"
)

// play sends the estate's spans in a random order, in random batches, some of
// them twice, with restarts, refused and torn writes and a memory too small to hold it
// all, and returns what the joiner made of it.
func play(t *testing.T, e *estate, seed uint64, wild bool) *fakeStore {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 2))
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	cfg := defaultConfig().(*Config)
	facts := append([]flow.Facts(nil), e.facts...)
	if wild {
		cfg.MaxSpans = max(40, e.maxSpans)
		rnd.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		for range len(facts) / 10 {
			facts = append(facts, facts[rnd.IntN(len(facts))])
		}
	}
	restart := func() *joiner {
		j := newJoiner(cfg, st, st, st, st, zap.NewNop(), clock)
		if err := j.start(context.Background()); err != nil {
			t.Fatal(err)
		}
		return j
	}
	j := restart()
	step := func() {
		for tries := 0; ; tries++ {
			n, err := j.step(context.Background())
			if err != nil && tries > 10 {
				t.Fatal(err)
			}
			for _, ts := range j.tenants {
				if is := tears(ts); is != ts.torn {
					t.Fatalf("%d values that are gone are counted, and there are %d", ts.torn, is)
				}
			}
			if err == nil && n == 0 {
				return
			}
		}
	}
	for len(facts) > 0 {
		n := min(1+rnd.IntN(60), len(facts))
		st.commit(now, facts[:n]...)
		facts = facts[n:]
		if wild && rnd.IntN(8) == 0 {
			st.fail = 1
		}
		if wild && rnd.IntN(10) == 0 { // dies in the middle of a write
			st.torn = 1 + rnd.IntN(3)
			_, _ = j.step(context.Background())
			st.torn = 0
			j = restart()
		}
		step()
		now = now.Add(time.Duration(rnd.IntN(1500)) * time.Millisecond)
		if wild && rnd.IntN(15) == 0 {
			j = restart()
		}
	}
	for range 40 {
		now = now.Add(3 * time.Second)
		step()
	}
	return st
}

// tears counts how often segments in memory are registered under values that are gone.
func tears(ts *tenantState) (n int) {
	for _, t := range ts.traces {
		for _, s := range t.segs {
			for _, v := range s.values {
				n += map[bool]int{true: 1}[v.gone]
			}
		}
	}
	return n
}

// partition says for every span which flow has it, by the smallest span of that flow.
func check(t *testing.T, e *estate, st *fakeStore) {
	t.Helper()
	flowOf := map[string]flow.FlowID{}
	for _, s := range st.segments {
		if !s.Gone && !s.Shared {
			flowOf[s.Trace.String()+s.Root.String()] = s.Flow
		}
	}
	number := map[flow.FlowID]int{}
	flows := map[int]flow.FlowID{}
	at := func(what string, f flow.FlowID, ok bool, n int) {
		if !ok {
			t.Errorf("%s of flow %d is in no flow", what, n)
			return
		}
		if m, seen := number[f]; seen && m != n {
			t.Errorf("flow %s has traces of %d and %d", f, m, n)
		}
		if o, seen := flows[n]; seen && o != f {
			t.Errorf("flow %d was split: %s and %s", n, o, f)
		}
		number[f], flows[n] = n, f
	}
	for trace, n := range e.truth {
		if n >= 0 {
			f, ok := flowOf[trace.String()+flow.SpanID{}.String()]
			at("trace "+trace.String(), f, ok, n)
		}
	}
	for trace, n := range e.truth {
		for span, item := range e.items {
			if f, ok := flowOf[trace.String()+span.String()]; ok && n < 0 {
				at("item "+span.String(), f, ok, item)
			}
		}
	}
	for n, want := range e.want {
		row, ok := st.flows[flows[n]]
		if !ok {
			t.Errorf("flow %d has no row", n)
			continue
		}
		if row.Verdict != want {
			t.Errorf("flow %d is %s (%+v), want %s", n, row.Verdict, row.Culprit, want)
		}
		if c := row.Culprit; e.owner[n] != "" && (c == nil || c.Service != e.owner[n]) {
			t.Errorf("flow %d: culprit %+v, want %s", n, c, e.owner[n])
		}
	}
	for id := range st.flows {
		if _, ok := number[id]; !ok {
			t.Errorf("flow %s was made of nothing known", id)
		}
	}
}

func TestJoinerFindsEveryFlow(t *testing.T) {
	for seed := range uint64(20) {
		e := newEstate(t, seed)
		for n := range 60 {
			e.order(n, n*50)
		}
		e.batch(1000, 5, 4000)
		t.Run(fmt.Sprint("in order/", seed), func(t *testing.T) { check(t, e, play(t, e, seed, false)) })
		for k := range uint64(3) {
			t.Run(fmt.Sprint("wild/", seed, "/", k), func(t *testing.T) { check(t, e, play(t, e, seed*10+k, true)) })
		}
	}
}

// A batch of a thousand orders is a thousand flows that refer to one hop.
func TestABatchOfAThousand(t *testing.T) {
	e := newEstate(t, 1)
	e.batch(0, 1000, 0)
	for _, wild := range []bool{false, true} {
		t.Run(fmt.Sprint(wild), func(t *testing.T) {
			if wild {
				e.maxSpans = 5000
			}
			st := play(t, e, 1, wild)
			check(t, e, st)
			if n := len(st.flows); n != 1000 {
				t.Errorf("%d flows", n)
			}
			for _, f := range st.flows {
				if f.Spans > 10 {
					t.Fatalf("flow %s has %d spans: those of other orders are in it", f.ID, f.Spans)
				}
			}
		})
	}
}

// What is remembered as done leaves out a flow that waits for its verdict: or it
// would keep an old one when the process ends then.
func TestWhatWaitsIsNotDone(t *testing.T) {
	e := newEstate(t, 1)
	e.order(0, 0)
	first, rest := e.facts[:1], e.facts[1:]
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	j := newJoiner(defaultConfig().(*Config), st, st, st, st, zap.NewNop(), func() time.Time { return now })
	step := func() {
		if _, err := j.step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	st.commit(now, first...)
	step()
	if got := j.done(); !got.Equal(now) {
		t.Errorf("all is judged, and done is up to %s", got)
	}
	grown := now.Add(100 * time.Millisecond)
	now = grown
	st.commit(grown, rest...)
	e.facts = nil
	e.order(1, 300_000)
	st.commit(grown.Add(5*time.Minute), e.facts...)
	step()
	if got := j.done(); !got.Equal(grown) {
		t.Errorf("a flow waits since %s, and done is up to %s", grown, got)
	}
	now = now.Add(10 * time.Minute)
	step()
	if got := j.done(); !got.Equal(grown.Add(5 * time.Minute)) {
		t.Errorf("nothing waits, and done is up to %s", got)
	}
}

// A joiner that starts again does not take in again what was joined and judged,
// but for the last seconds of it.
func TestARestartGoesOn(t *testing.T) {
	e := newEstate(t, 1)
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	begin := func() *joiner {
		j := newJoiner(defaultConfig().(*Config), st, st, st, st, zap.NewNop(), func() time.Time { return now })
		if err := j.start(context.Background()); err != nil {
			t.Fatal(err)
		}
		return j
	}
	j := begin()
	for n := range 7 { // what one step takes
		e.facts = nil
		e.order(n, n*1000)
		st.commit(now, e.facts...)
		if _, err := j.step(context.Background()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
	now = now.Add(time.Minute)
	if _, err := j.step(context.Background()); err != nil { // all is judged
		t.Fatal(err)
	}
	if err := j.save(context.Background(), now, true); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		alone bool
		want  int
	}{{true, 2}, {false, 7}} {
		j = newJoiner(defaultConfig().(*Config), st, st, st, st, zap.NewNop(), func() time.Time { return now })
		j.alone = tc.alone
		if err := j.start(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n, err := j.step(context.Background()); err != nil || n != tc.want {
			t.Errorf("alone: %v: %d batches were taken in again, %v, want %d", tc.alone, n, err, tc.want)
		}
	}
}
