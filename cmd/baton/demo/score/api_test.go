package score

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// The API's own tests hold the contract; here it is the paging, the traces and the errors that count.
func TestAnswersOfTheAPI(t *testing.T) {
	refuse := false
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/flows", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("authorization") != "Bearer x" || r.URL.Query().Get("from") != "2026-03-01T09:00:00Z" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		if r.URL.Query().Get("cursor") == "" {
			fmt.Fprint(w, `{"flows":[{"id":"f1","status":"failed","correlations":[{"key":"order.id","value":"o-1"}],"culprit":{"service":"x","role":"consumer","team":"t","reason":"r","rule":"u",
				"alternatives":[{"service":"y","team":null}]}}],"next_cursor":"c"}`)
			return
		}
		fmt.Fprint(w, `{"flows":[{"id":"f2","status":"completed","correlations":[],"culprit":null}],"next_cursor":null}`)
	})
	mux.HandleFunc("/api/v1/flows/{id}", func(w http.ResponseWriter, r *http.Request) {
		if refuse {
			http.Error(w, "gone", http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `{"id":%q,"trace_ids":["trace-of-%s"]}`, r.PathValue("id"), r.PathValue("id"))
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	a := &API{Address: s.URL + "/", Headers: map[string]string{"authorization": "Bearer x"}, Client: s.Client()}
	from := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	got, err := a.Answers(t.Context(), from, from.Add(time.Hour))
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	f := got[0]
	if f.ID != "f1" || f.Verdict != "failed" || !slices.Equal(f.Traces, []string{"trace-of-f1"}) || !slices.Equal(f.Keys, []string{"o-1"}) ||
		len(f.Suspects) != 2 || f.Suspects[0].Team != "t" || f.Suspects[1].Service != "y" || got[1].Verdict != "completed" || len(got[1].Suspects) != 0 {
		t.Errorf("%+v", got)
	}
	refuse = true
	if _, err := a.Answers(t.Context(), from, from.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a page that is gone: %v", err)
	}
	a.Headers = nil
	if _, err := a.Answers(t.Context(), from, from.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a list that is refused: %v", err)
	}
}
