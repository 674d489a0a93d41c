package queries

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/web"
)

// rareKey is an attribute of which every flow has a value of its own, on some of its spans.
const rareKey = "order.id"

// rare looks in a whole hour for the value of one flow, page by page to the end: exactly the spans that were sent with it.
func (s *Set) rare(ctx context.Context, f *corpus.Flow, from, to time.Time) (time.Duration, error) {
	want, err := s.carriers(f)
	if err != nil {
		return 0, err
	}
	v := url.Values{"where": {rareKey + "=" + f.Order}, "limit": {"200"}}
	var took time.Duration
	var got []pcommon.SpanID
	for {
		var page web.FoundSpans
		once, err := s.fetch(ctx, "/api/v1/spans"+between(from, to, v), &page)
		took += once
		if err != nil {
			return took, err
		}
		for i := range page.Spans {
			got = append(got, spanID(page.Spans[i].SpanID))
		}
		if page.Complete {
			return took, same(rareKey+" "+f.Order, got, want)
		}
		if page.NextCursor == nil {
			return took, fmt.Errorf("%s %s: the search is not complete and does not go on", rareKey, f.Order)
		}
		v.Set("cursor", *page.NextCursor)
	}
}

// carriers are the spans of a flow that have the rare attribute.
func (s *Set) carriers(f *corpus.Flow) (ids []pcommon.SpanID, err error) {
	sent, err := s.Corpus.Sent(f.Number)
	if err != nil {
		return nil, fmt.Errorf("flow %d: %w", f.Number, err)
	}
	for _, rs := range sent.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if v, ok := span.Attributes().Get(rareKey); ok && v.Str() == f.Order {
					ids = append(ids, span.SpanID())
				}
			}
		}
	}
	return ids, nil
}

// spanID reads an id; what is none is zero, and missed.
func spanID(text string) (id pcommon.SpanID) {
	if raw, err := hex.DecodeString(text); err == nil && len(raw) == len(id) {
		copy(id[:], raw)
	}
	return id
}
