package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/store/engine/enginetest"
)

// reader reads the feed as a joiner does.
type reader struct {
	t     *testing.T
	s     *Store
	mark  time.Time
	seen  map[string]bool
	taken map[string]bool // with what they brought; true: before the mark was last saved
}

func newReader(t *testing.T, s *Store) *reader {
	return &reader{t: t, s: s, seen: map[string]bool{}, taken: map[string]bool{}}
}

func (r *reader) step() {
	r.t.Helper()
	feeds, err := r.s.Batches(context.Background(), r.mark.Add(-time.Minute), func(id string) bool { return r.seen[id] })
	require.NoError(r.t, err)
	for _, f := range feeds {
		r.seen[f.ID] = true
		if f.IngestedAt.After(r.mark) {
			r.mark = f.IngestedAt
		}
		if _, ok := r.taken[f.ID]; !ok && len(f.Traces) > 0 {
			r.taken[f.ID] = false
		}
	}
}

func (r *reader) save() {
	r.t.Helper()
	b, err := json.Marshal(r.mark)
	require.NoError(r.t, err)
	require.NoError(r.t, r.s.SaveState(context.Background(), watermark, b))
	for id := range r.taken {
		r.taken[id] = true
	}
}

// crash forgets what a process forgets: what it took in since it saved.
func (r *reader) crash() {
	r.t.Helper()
	b, err := r.s.LoadState(context.Background(), watermark)
	require.NoError(r.t, err)
	r.mark, r.seen = time.Time{}, map[string]bool{}
	if len(b) > 0 {
		require.NoError(r.t, json.Unmarshal(b, &r.mark))
	}
	maps.DeleteFunc(r.taken, func(_ string, saved bool) bool { return !saved })
}

func retain(t *testing.T, s *Store, clock *testClock) {
	t.Helper()
	_, err := s.Retain(context.Background(), clock.now(), 0, 0)
	require.NoError(t, err)
}

func small(t *testing.T, s *Store, id string) {
	t.Helper()
	insert(t, s, id, "", spansOf(t, span{trace: 1, id: 1, name: "x", start: 1, end: 2}))
}

func TestFeedIsTrimmedBehindTheJoiner(t *testing.T) {
	clock := newClock()
	s := testStore(t, clock.with)
	bodies := func() uint64 { return count(t, s, "SELECT count() FROM feed") }
	for i := range 10 {
		clock.set(noon.Add(time.Duration(i) * time.Minute))
		small(t, s, fmt.Sprint(i))
	}
	retain(t, s, clock)
	require.EqualValues(t, 10, bodies(), "no joiner has said anything")

	j := newReader(t, s)
	j.mark = noon.Add(5 * time.Minute)
	j.save()
	retain(t, s, clock)
	require.EqualValues(t, 8, bodies(), "minutes 0 and 1 are dead")
	require.EqualValues(t, 10, count(t, s, "SELECT count() FROM batches"), "commit records stay")

	for range 5 { // it is down: its mark stays, whatever the time
		clock.set(clock.now().Add(time.Hour))
		retain(t, s, clock)
	}
	require.EqualValues(t, 8, bodies())
	for range 3 { // it lives and does not get on
		j.save()
		clock.set(clock.now().Add(time.Minute))
		retain(t, s, clock)
	}
	require.EqualValues(t, 8, bodies(), "what is newer than the mark waits")

	j.step()
	require.Len(t, j.taken, 6, "4 to 9: the overlap and what was unread")
	for range 4 {
		j.save()
		retain(t, s, clock)
	}
	require.EqualValues(t, 4, bodies(), "before the mark less the margin")
	for range 3 {
		clock.set(clock.now().Add(time.Minute))
		retain(t, s, clock)
	}
	require.EqualValues(t, 0, bodies(), "it has taken all there is, and lives")
	clock.set(clock.now().Add(time.Second))
	small(t, s, "next")
	j.step()
	require.Contains(t, j.taken, "next")

	require.NoError(t, s.SaveState(context.Background(), watermark, []byte("yesterday")))
	retain(t, s, clock)
	require.EqualValues(t, 1, bodies(), "a mark that cannot be read trims nothing")
	clock.set(clock.now().Add(27 * time.Hour))
	retain(t, s, clock)
	require.Zero(t, bodies(), "but a day is the end")
}

// Whatever happens in which order, every batch is taken in by the joiner, in
// this process or another one, before its body goes.
func TestTrimmingLosesNothingUnread(t *testing.T) {
	for _, same := range []bool{true, false} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("same process %v, %d", same, seed), func(t *testing.T) {
				clock := newClock()
				options := enginetest.New(t)
				on := func(c *Config) { c.Options = options; c.Clock = clock.now }
				writer := testStore(t, on)
				other := writer
				if !same {
					other = testStore(t, on)
				}
				j := newReader(t, other)
				r := rand.New(rand.NewPCG(seed, 7))
				healthy := writer.write
				n := 0
				for range 80 {
					clock.set(clock.now().Add(time.Duration(r.IntN(30_000)) * time.Millisecond))
					if !same {
						other.recent.asked = time.Time{} // as if the two seconds between two looks at the table had passed
					}
					switch r.IntN(9) {
					case 0, 1, 2:
						n++
						small(t, writer, fmt.Sprint(n))
					case 3: // an insert that breaks somewhere, and comes again later
						n++
						b := writer.NewBatch(fmt.Sprint(n))
						b.Add("", spansOf(t, span{trace: 1, id: 1, name: "x", start: 1, end: 2}))
						writer.write = &brokenSender{sender: healthy, left: r.IntN(6), after: r.IntN(2) == 0}
						_ = writer.Insert(context.Background(), b) // it may be one block fewer than the sender lets pass
						writer.write = healthy
						clock.set(clock.now().Add(time.Duration(r.IntN(90)) * time.Second))
						require.NoError(t, writer.Insert(context.Background(), b))
						b.Release()
					case 4:
						j.step()
					case 5:
						j.step()
						j.save()
					case 6:
						j.save()
					case 7:
						retain(t, writer, clock)
						retain(t, other, clock)
					case 8:
						j.crash()
					}
				}
				for range 5 {
					j.step()
					other.recent.asked = time.Time{}
				}
				for i := range n {
					require.Contains(t, j.taken, fmt.Sprint(i+1))
				}
				require.Less(t, count(t, writer, "SELECT count() FROM feed"), uint64(n), "and something was trimmed")
			})
		}
	}
}
