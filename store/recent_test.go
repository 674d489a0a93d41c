package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

func nothing(string) bool { return false }

func recentOf(id string, at time.Time, spans int) recentBatch {
	return recentBatch{BatchFeed{ID: id, IngestedAt: at, Traces: []flow.TraceSpans{{Tenant: id}}}, spans, 100}
}

func idsOf(feeds []BatchFeed) (ids []string) {
	for _, f := range feeds {
		ids = append(ids, f.ID)
	}
	return ids
}

func TestRecentBatchesSpareTheTable(t *testing.T) {
	var r recentBatches
	r.put(recentOf("before anybody reads", noon, 10))
	_, ok := r.next(noon, nothing)
	require.False(t, ok, "the table is asked first")
	require.Empty(t, r.batches)

	// It had nothing more: what follows is here.
	require.Empty(t, r.fill(nil, false))
	r.asked = time.Now().Add(time.Hour) // however slow this test is
	r.put(recentOf("b", noon.Add(time.Second), 10))
	r.put(recentOf("a", noon.Add(time.Second), 10))
	r.put(recentOf("0", noon, 10))
	feeds, ok := r.next(noon, nothing)
	require.True(t, ok)
	require.Equal(t, []string{"0", "a", "b"}, idsOf(feeds), "in order of commit")
	feeds, ok = r.next(noon, func(id string) bool { return id == "a" })
	require.True(t, ok)
	require.Equal(t, []string{"0", "b"}, idsOf(feeds))
	require.Equal(t, 20, r.spans)
	feeds, _ = r.next(noon.Add(time.Second), nothing)
	require.Equal(t, []string{"b"}, idsOf(feeds), "what is too old is let go")
}

func TestTheTableIsAskedWhenItMayHaveMore(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after func(r *recentBatches)
	}{
		{"a step was full", func(r *recentBatches) { r.fill(nil, true) }},
		{"it had what is not here", func(r *recentBatches) {
			require.Len(t, r.fill([]BatchFeed{{ID: "other"}}, false), 1)
		}},
		{"some time has passed", func(r *recentBatches) { r.asked = time.Now().Add(-askEvery - time.Second) }},
		{"the joiner is behind", func(r *recentBatches) {
			for i := range 20 {
				r.put(recentOf(fmt.Sprint(i), noon, maxRecent/10))
			}
			require.LessOrEqual(t, r.spans, maxRecent)
		}},
		{"nobody read for long", func(r *recentBatches) {
			r.read = time.Now().Add(-notRead - time.Second)
			r.put(recentOf("x", noon, 1))
			require.Empty(t, r.batches)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r recentBatches
			_, _ = r.next(noon, nothing)
			require.Empty(t, r.fill(nil, false))
			r.asked = time.Now().Add(time.Hour) // however slow this test is
			_, ok := r.next(noon, nothing)
			require.True(t, ok)
			tt.after(&r)
			_, ok = r.next(noon, nothing)
			require.False(t, ok)
		})
	}
}

func TestFillTakesWhatIsHere(t *testing.T) {
	var r recentBatches
	_, _ = r.next(noon, nothing)
	r.put(recentOf("here", noon, 1))
	feeds := []BatchFeed{{ID: "elsewhere"}, {ID: "here"}}
	missing := r.fill(feeds, false)
	require.Len(t, missing, 1)
	require.Equal(t, "elsewhere", missing[0].ID)
	require.NotEmpty(t, feeds[1].Traces)
}

func TestTheTableIsSeldomAskedWhereNobodyElseCommits(t *testing.T) {
	r := recentBatches{alone: true}
	_, _ = r.next(noon, nothing)
	r.fill(nil, false)
	r.asked = time.Now().Add(-askAlone / 2)
	_, ok := r.next(noon, nothing)
	require.True(t, ok)
	r.asked = time.Now().Add(-askAlone - time.Second)
	_, ok = r.next(noon, nothing)
	require.False(t, ok)
}
