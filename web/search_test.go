package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// SearchSpans looks at the names, services and keys of spans, and comes a
// minute far on one page.
func (w *world) SearchSpans(ctx context.Context, q store.SpanSearch) (page store.SpanPage, err error) {
	w.searches = append(w.searches, q)
	end := q.To.UnixNano()
	if q.After != nil {
		end = q.After.Start
	}
	page.From = max(end-int64(time.Minute), q.From.UnixNano())
	if page.From > q.From.UnixNano() {
		page.Next = &store.SpanPosition{Start: page.From, Trace: traceNo(9), IDs: [16]byte{1, 15: 2}, Kind: flow.KindServer}
	}
	for _, p := range w.wide {
		for _, f := range p.Facts {
			has := map[string]string{"name": f.Name, "service": f.Resource.Service}
			for _, k := range f.Keys {
				has[k.Name] = k.Value
			}
			found := store.FoundSpan{Trace: f.Trace, Span: f.ID, Start: f.Start, Duration: f.Duration, Name: f.Name, Service: f.Resource.Service,
				Environment: "prod", Kind: f.SpanKind, Status: f.Status}
			for _, c := range q.Where {
				if has[c.Key] == c.Value {
					found.Matched = append(found.Matched, store.Match{Key: c.Key, Value: pcommon.NewValueStr(c.Value)})
				}
			}
			if len(found.Matched) == len(q.Where) && f.Start >= page.From && f.Start < end {
				page.Spans = append(page.Spans, found)
			}
		}
	}
	return page, w.wait(ctx)
}

func (w *world) FlowsOfTraces(ctx context.Context, _ string, ids []flow.TraceID) (out []store.Segment, err error) {
	for i := range w.flows {
		for _, t := range w.flows[i].TraceIDs {
			if slices.Contains(ids, t) {
				out = append(out, store.Segment{SegmentID: flow.SegmentID{Trace: t}, Flow: w.flows[i].ID})
			}
		}
	}
	return out, w.fail
}

// pages follows cursors to the end.
func searchPages(t *testing.T, w *world, path string) (spans []FoundSpan, pages int) {
	t.Helper()
	next := ""
	for {
		pages++
		page := ask[FoundSpans](t, w, path+next)
		spans = append(spans, page.Spans...)
		if page.Complete != (page.NextCursor == nil) || page.Complete != page.SearchedFrom.Equal(page.From.Time) {
			t.Fatalf("complete %v, next %v, searched from %s of %s", page.Complete, page.NextCursor, page.SearchedFrom, page.From)
		}
		if page.Complete {
			return spans, pages
		}
		next = "&cursor=" + *page.NextCursor
	}
}

func TestSearchSaysHowFarItCameAndGoesOn(t *testing.T) {
	w := estate(t)
	spans, pages := searchPages(t, w, "/api/v1/spans?from=now-15m&where="+url.QueryEscape("order.id=ORD-1"))
	if pages != 15 || len(spans) != 1 {
		t.Fatalf("%d spans on %d pages", len(spans), pages)
	}
	got := spans[0]
	if got.TraceID != trace1 || got.Service != "order-api" || deref(got.FlowID) != flow1 || got.Error || got.SpanKind != "server" {
		t.Errorf("got %+v", got)
	}
	if m := got.Matched; len(m) != 1 || m[0].Key != "order.id" || m[0].Value != "ORD-1" || m[0].Type != "string" || m[0].Place != "span" {
		t.Errorf("matched %+v", m)
	}
	last := w.searches[len(w.searches)-1]
	if a := last.After; a == nil || a.Trace != traceNo(9) || a.IDs != [16]byte{1, 15: 2} || a.Kind != flow.KindServer {
		t.Errorf("the position became %+v", a)
	}
	if !w.searches[0].To.Equal(last.To) || !w.searches[0].From.Equal(last.From) {
		t.Error("the window moved between pages")
	}
}

func TestSearchPassesEverythingOn(t *testing.T) {
	w := estate(t)
	where := []string{"service=shipping", "a b=1=2", "empty="}
	ask[FoundSpans](t, w, "/api/v1/spans?"+url.Values{"where": where, "environment": {"prod"}, "limit": {"7"}, "from": {"now-24h"}}.Encode())
	q := w.searches[0]
	want := []store.Condition{{Key: "service", Value: "shipping"}, {Key: "a b", Value: "1=2"}, {Key: "empty"}}
	if !slices.Equal(q.Where, want) || q.Limit != 7 || q.Environment != "prod" || q.To.Sub(q.From) != 24*time.Hour {
		t.Errorf("asked for %+v", q)
	}
}

func TestSearchGivesAFlowOnlyWhereThereIsOne(t *testing.T) {
	w := estate(t)
	w.flows[3].TraceIDs = []flow.TraceID{traceNo(1)}
	spans, _ := searchPages(t, w, "/api/v1/spans?from=now-15m&where=service=order-api")
	if len(spans) != 2 || spans[0].FlowID != nil {
		t.Errorf("got %+v", spans)
	}
}

func TestSearchErrors(t *testing.T) {
	w := estate(t)
	w.fail = errors.Join(store.ErrTooExpensive, errors.New("memory"))
	rec := get(serve(t, w), "/api/v1/spans?where=a=b")
	if rec.Code != http.StatusGatewayTimeout || !strings.Contains(rec.Body.String(), "Narrow the window") {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
	// A cursor of another search is none.
	w.fail = nil
	page := ask[FoundSpans](t, w, "/api/v1/spans?where=a=b")
	rec = get(serve(t, w), "/api/v1/spans?where=a=c&cursor="+*page.NextCursor)
	if rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "other filters") {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
}
