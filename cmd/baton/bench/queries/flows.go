package queries

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/web"
)

// trace reads a trace: it must have exactly the spans that were sent.
func (s *Set) trace(ctx context.Context, f *corpus.Flow, n int) (time.Duration, error) {
	id := f.Traces[n]
	var t web.SpanTable
	took, err := s.fetch(ctx, "/api/v1/traces/"+id.String(), &t)
	if err != nil {
		return took, err
	}
	return took, same("trace "+id.String(), spanIDs(&t), f.Spans[id])
}

// spanIDs are the ids in a table of spans.
func spanIDs(t *web.SpanTable) (out []pcommon.SpanID) {
	raw, _ := hex.DecodeString(t.Columns.SpanIds) // what is no id is missed below
	for i := 0; i+8 <= len(raw); i += 8 {
		out = append(out, pcommon.SpanID(raw[i:i+8]))
	}
	return out
}

// same compares sets of ids.
func same[T interface {
	comparable
	String() string
}](what string, got, want []T) error {
	order := func(a, b T) int { return cmp.Compare(a.String(), b.String()) }
	got, want = slices.SortedFunc(slices.Values(got), order), slices.SortedFunc(slices.Values(want), order)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s: %d of %d ids, or others than were sent", what, len(got), len(want))
	}
	return nil
}

// correlation finds the one flow of a value and answers its id.
func (s *Set) correlation(ctx context.Context, f *corpus.Flow) (time.Duration, string, error) {
	var list web.FlowList
	v := url.Values{"key": {"correlation.id"}, "value": {f.Correlation}}
	took, err := s.fetch(ctx, "/api/v1/flows/by-correlation?"+v.Encode(), &list)
	if err != nil {
		return took, "", err
	}
	if len(list.Flows) != 1 {
		return took, "", fmt.Errorf("correlation value %s: %d flows instead of one", f.Correlation, len(list.Flows))
	}
	return took, list.Flows[0].ID, s.matches(&list.Flows[0], f)
}

// matches holds a flow in an answer against the corpus.
func (s *Set) matches(got *web.Flow, want *corpus.Flow) error {
	status, culprit := "completed", ""
	if want.Failed {
		status = "failed"
	}
	if got.Culprit != nil && got.Status == "failed" {
		culprit = got.Culprit.Service
	}
	switch {
	case got.Status != status:
		return fmt.Errorf("flow %s (number %d) is %s, not %s", got.ID, want.Number, got.Status, status)
	case got.SpanCount != int64(want.SpanCount()) || got.TraceCount != int64(len(want.Traces)):
		return fmt.Errorf("flow %s (number %d) has %d spans in %d traces, not %d in %d", got.ID, want.Number, got.SpanCount, got.TraceCount,
			want.SpanCount(), len(want.Traces))
	case culprit != want.Culprit:
		return fmt.Errorf("flow %s (number %d) failed by %q, not by %q", got.ID, want.Number, culprit, want.Culprit)
	case want.Failed && (got.Culprit.Team == nil || *got.Culprit.Team != s.Corpus.Team(want.Culprit)):
		return fmt.Errorf("flow %s (number %d): the culprit is not owned by %s", got.ID, want.Number, s.Corpus.Team(want.Culprit))
	}
	for _, team := range want.Teams {
		if !slices.Contains(got.Teams, team) {
			return fmt.Errorf("flow %s (number %d) does not touch team %s", got.ID, want.Number, team)
		}
	}
	return nil
}

// page reads what the page of a flow shows, both parts at the same time, as the page does.
func (s *Set) page(ctx context.Context, f *corpus.Flow, id string) (time.Duration, error) {
	var hops, spans []byte
	var errHops, errSpans error
	began := time.Now()
	var both sync.WaitGroup
	both.Go(func() { hops, _, errHops = s.API.Fetch(ctx, "/api/v1/flows/"+id) })
	both.Go(func() { spans, _, errSpans = s.API.Fetch(ctx, "/api/v1/flows/"+id+"/spans") })
	both.Wait()
	took := time.Since(began)
	if err := cmp.Or(errHops, errSpans); err != nil {
		return took, err
	}
	return took, s.pageMatches(hops, spans, f)
}
