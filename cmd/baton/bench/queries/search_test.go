package queries

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/web"
)

// The answer comes in two pages, the first of them empty.
func TestRareValueIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		change func([]pcommon.SpanID) []pcommon.SpanID
		end    bool // the search stops without being complete
		wrong  string
	}{
		"right":             {func(ids []pcommon.SpanID) []pcommon.SpanID { return ids }, false, ""},
		"a span is missing": {func(ids []pcommon.SpanID) []pcommon.SpanID { return ids[1:] }, false, "or others than were sent"},
		"a span twice":      {func(ids []pcommon.SpanID) []pcommon.SpanID { return append(ids, ids[0]) }, false, "or others than were sent"},
		"not an id":         {func(ids []pcommon.SpanID) []pcommon.SpanID { return append(ids[1:], pcommon.SpanID{}) }, false, "or others than were sent"},
		"cut short":         {func(ids []pcommon.SpanID) []pcommon.SpanID { return ids }, true, "does not go on"},
	} {
		t.Run(name, func(t *testing.T) {
			var ids []pcommon.SpanID
			var order string
			s := setOf(t, 3, func(w http.ResponseWriter, r *http.Request) {
				page, next := web.FoundSpans{Spans: []web.FoundSpan{}}, "next"
				switch {
				case r.FormValue("where") != "order.id="+order:
					http.Error(w, "another question", http.StatusBadRequest)
					return
				case tt.end:
				case r.FormValue("cursor") == "":
					page.NextCursor = &next
				default:
					page.Complete = true
					for _, id := range ids {
						page.Spans = append(page.Spans, web.FoundSpan{SpanID: id.String()})
					}
				}
				answer(t, w, page)
			})
			f := s.Corpus.Flow(1)
			order = f.Order
			sent, err := s.carriers(&f)
			require.NoError(t, err)
			require.NotEmpty(t, sent)
			ids = tt.change(sent)
			_, err = s.rare(t.Context(), &f, s.Now.Add(-time.Hour), s.Now)
			if tt.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wrong)
		})
	}
}
