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

// playTwo lets two instances ingest, with clocks that are apart, and two joiners
// take turns: each may freeze for as long as it likes, be restarted, and have a
// write arrive only after the other took over.
func playTwo(t *testing.T, e *estate, seed uint64) *fakeStore {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 7))
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	cfg := defaultConfig().(*Config)
	cfg.MaxSpans = 200
	var workers [2]*worker
	start := func(n int) *worker {
		off := []time.Duration{0, -3 * time.Second}[n]
		clock := func() time.Time { return now.Add(off) }
		return &worker{stats: &counters{}, make: func() *joiner { return newJoiner(cfg, st, st, st, st, zap.NewNop(), clock) },
			lease: &lease{memory: st, holder: fmt.Sprint("w", n, "/", rnd.Uint32()), term: leaseTerm, clock: clock}}
	}
	for n := range workers {
		workers[n] = start(n)
	}
	turns := 0
	step := func(n int) {
		for tries := range 40 {
			took, err := workers[n].step(context.Background())
			if err != nil && tries == 39 {
				t.Fatal(err)
			}
			if err == nil && took == 0 {
				return
			}
		}
	}
	frozen := [2]time.Time{}
	facts := append([]flow.Facts(nil), e.facts...)
	rnd.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
	for range len(facts) / 10 {
		facts = append(facts, facts[rnd.IntN(len(facts))])
	}
	tick := func() {
		n := rnd.IntN(2)
		if now.Before(frozen[n]) {
			return
		}
		switch rnd.IntN(25) {
		case 0:
			frozen[n] = now.Add(time.Duration(rnd.IntN(40)) * time.Second)
		case 1:
			if rnd.IntN(2) == 0 {
				_ = workers[n].stop(context.Background())
			}
			workers[n] = start(n)
		case 2:
			st.torn = 1 + rnd.IntN(3)
			_, _ = workers[n].step(context.Background())
			st.torn = 0
		case 4:
			st.deaf = rnd.IntN(10)
			step(n)
			st.deaf = 0
		case 3:
			if workers[n].standby() {
				return
			}
			st.late = func() {
				turns++
				for range 6 {
					step(1 - n)
					now = now.Add(leaseTerm / 4)
				}
			}
			_, _ = workers[n].step(context.Background())
			st.late = nil
		default:
			step(n)
		}
	}
	for len(facts) > 0 {
		k := min(1+rnd.IntN(20), len(facts))
		st.commit(now.Add(-time.Duration(rnd.IntN(5))*time.Second), facts[:k]...)
		facts = facts[k:]
		for range rnd.IntN(4) {
			tick()
		}
		now = now.Add(time.Duration(rnd.IntN(2500)) * time.Millisecond)
	}
	frozen = [2]time.Time{}
	for range 60 {
		now = now.Add(3 * time.Second)
		step(0)
		step(1)
	}
	if workers[0].standby() == workers[1].standby() {
		t.Error("one of two joins, the other stands by")
	}
	if turns == 0 {
		t.Log("no write came late")
	}
	return st
}

func TestTwoJoinersAndTwoWriters(t *testing.T) {
	for seed := range uint64(40) {
		e := newEstate(t, seed)
		for n := range 60 {
			e.order(n, n*50)
		}
		e.batch(1000, 5, 4000)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { check(t, e, playTwo(t, e, seed)) })
	}
}

func TestLease(t *testing.T) {
	st := newFakeStore()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	one := &lease{memory: st, holder: "one", term: leaseTerm, clock: func() time.Time { return now }}
	two := &lease{memory: st, holder: "two", term: leaseTerm, clock: func() time.Time { return now.Add(-time.Hour) }}
	want := func(what string, l *lease, held, anew bool) {
		t.Helper()
		h, a, err := l.held(context.Background())
		if err != nil || h != held || a != anew {
			t.Errorf("%s: held %v, anew %v, %v; want %v, %v", what, h, a, err, held, anew)
		}
	}
	want("the first", one, true, true)
	want("the second", two, false, false)
	now = now.Add(leaseTerm * 2 / 3)
	want("the first renews", one, true, false)
	now = now.Add(leaseTerm * 2 / 3)
	want("the second sees a new sign of life", two, false, false)
	now = now.Add(leaseTerm * 2 / 3)
	want("a term has not passed since", two, false, false)
	now = now.Add(leaseTerm / 2)
	want("a term has passed", two, true, true)
	want("the first finds that it was replaced", one, false, false)
	now = now.Add(leaseTerm)
	want("the second looks again at what was written late", two, true, true)
	want("and only once", two, true, false)
	if err := two.release(context.Background()); err != nil {
		t.Fatal(err)
	}
	want("after a release at once", one, true, true)
	if err := two.release(context.Background()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(leaseTerm)
	want("who does not hold it cannot release it", one, true, false)
}
