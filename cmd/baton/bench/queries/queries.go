// Package queries asks a measured Baton what people ask, times the answers, and holds every one of them against the corpus:
// a fast wrong answer is not an answer.
package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/cmd/baton/bench/harness"
)

// Set is a corpus in a store and how it is asked about.
type Set struct {
	API    harness.API
	Corpus *corpus.Corpus
	Flows  int64 // those below this number are stored
	Now    time.Time
	Calls  int
	Seed   uint64
}

// Kind names a kind of question.
type Kind string

// The kinds, in the order in which they are asked.
const (
	Trace       Kind = "trace by id"
	Correlation Kind = "flow ids of a correlation value"
	FlowPage    Kind = "flow page: hops and waterfall"
	TeamFailed  Kind = "failed flows of a team, last hour"
	Failures    Kind = "failure groups, 24 h"
	Map         Kind = "map, last hour"
	Rare        Kind = "rare attribute value, last hour"
)

// Timing is how long the calls of a kind took.
type Timing struct {
	Kind       Kind    `json:"kind"`
	Calls      int     `json:"calls"`
	P50        float64 `json:"p50_ms"`
	P95        float64 `json:"p95_ms"`
	Wrong      int     `json:"wrong"`
	FirstWrong string  `json:"first_wrong,omitempty"`
	NotOffered string  `json:"not_offered,omitempty"` // why there is nothing to time
}

// question asks once; an error is a wrong answer.
type question func(ctx context.Context) (time.Duration, error)

// Run asks everything. An error means that it could not go on; wrong answers are counted.
func (s *Set) Run(ctx context.Context, progress func(Kind)) ([]Timing, error) {
	truth := s.truth()
	r := rand.New(rand.NewPCG(s.Seed, 7))
	// A flow anywhere in what is stored.
	some := func() corpus.Flow { return s.Corpus.Flow(r.Int64N(s.Flows)) }
	// A window of its own for each call, so that no answer is one that was kept.
	window := func(length time.Duration) (from, to time.Time) {
		to = s.Now.Add(time.Duration(r.IntN(1000)) * time.Millisecond)
		return to.Add(-length), to
	}
	teams := s.Corpus.Teams()
	questions := []struct {
		kind Kind
		ask  question
	}{
		{Trace, func(ctx context.Context) (time.Duration, error) {
			f := some()
			return s.trace(ctx, &f, r.IntN(len(f.Traces)))
		}},
		{Correlation, func(ctx context.Context) (time.Duration, error) {
			f := some()
			took, _, err := s.correlation(ctx, &f)
			return took, err
		}},
		{FlowPage, func(ctx context.Context) (time.Duration, error) {
			f := some()
			_, id, err := s.correlation(ctx, &f)
			if err != nil {
				return 0, err
			}
			return s.page(ctx, &f, id)
		}},
		{TeamFailed, func(ctx context.Context) (time.Duration, error) {
			from, to := window(time.Hour)
			return s.teamFailed(ctx, truth, teams[r.IntN(len(teams))], from, to)
		}},
		{Failures, func(ctx context.Context) (time.Duration, error) {
			from, to := window(24 * time.Hour)
			return s.failures(ctx, truth, from, to)
		}},
		{Map, func(ctx context.Context) (time.Duration, error) {
			from, to := window(time.Hour)
			return s.serviceMap(ctx, from, to)
		}},
		{Rare, func(ctx context.Context) (time.Duration, error) {
			from, to := window(time.Hour)
			// A flow that the hour surely holds, when it holds one.
			f := s.Corpus.Flow(min(truth.first, s.Flows-1) + r.Int64N(max(s.Flows-truth.first, 1)))
			return s.rare(ctx, &f, from, to)
		}},
	}
	var out []Timing
	for _, q := range questions {
		progress(q.kind)
		t, err := s.time(ctx, q.kind, q.ask)
		if err != nil {
			return out, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (s *Set) time(ctx context.Context, kind Kind, ask question) (Timing, error) {
	t := Timing{Kind: kind, Calls: s.Calls}
	var took []time.Duration
	for range s.Calls {
		d, err := ask(ctx)
		if ctx.Err() != nil {
			return t, context.Cause(ctx)
		}
		if err != nil {
			if t.Wrong++; t.Wrong == 1 {
				t.FirstWrong = err.Error()
			}
			continue
		}
		took = append(took, d)
	}
	t.P50, t.P95 = Percentiles(took)
	return t, nil
}

// Percentiles are the median and the 95th percentile in milliseconds, by nearest rank.
func Percentiles(of []time.Duration) (p50, p95 float64) {
	if len(of) == 0 {
		return 0, 0
	}
	of = slices.Sorted(slices.Values(of))
	rank := func(percent int) float64 {
		return float64(of[(len(of)*percent+99)/100-1]) / float64(time.Millisecond)
	}
	return rank(50), rank(95)
}

// fetch times the bytes of an answer, which is what Baton does; decoding them is the client's work.
func (s *Set) fetch(ctx context.Context, path string, into any) (time.Duration, error) {
	b, took, err := s.API.Fetch(ctx, path)
	if err != nil {
		return took, err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return took, fmt.Errorf("%s: %w", path, err)
	}
	return took, nil
}

// between is a window in a query string, with more parameters or nil.
func between(from, to time.Time, more url.Values) string {
	v := url.Values{"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {to.UTC().Format(time.RFC3339Nano)}}
	maps.Copy(v, more)
	return "?" + v.Encode()
}
