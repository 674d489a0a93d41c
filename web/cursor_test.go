package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// pages follows next_cursor to the end and returns what each page held.
func pages[T any](t *testing.T, h http.Handler, path string, list func([]byte) ([]T, *string)) [][]T {
	t.Helper()
	var out [][]T
	next := ""
	for range 100 {
		rec := get(h, path+next)
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path+next, rec.Code, rec.Body)
		}
		rows, cursor := list(rec.Body.Bytes())
		out = append(out, rows)
		if cursor == nil {
			return out
		}
		next = "&cursor=" + url.QueryEscape(*cursor)
	}
	t.Fatal("the pages never end")
	return nil
}

func TestPagingSeesEveryRowOnce(t *testing.T) {
	h := serve(t, estate(t))
	flows := func(b []byte) ([]string, *string) {
		var l FlowList
		mustRead(t, b, &l)
		ids := []string{}
		for _, f := range l.Flows {
			ids = append(ids, f.ID)
		}
		return ids, l.NextCursor
	}
	tests := []struct {
		name, path string
		rows       int
		list       func([]byte) ([]string, *string)
	}{
		{"flows", "/api/v1/flows?limit=3", 8, flows},
		{"flows, worst first", "/api/v1/flows?limit=1&sort=worst", 8, flows},
		{"flows of a trace", "/api/v1/flows/by-trace/" + trace1 + "?limit=1", 1, flows},
		{"teams", "/api/v1/teams?limit=1", 2, func(b []byte) ([]string, *string) {
			var l TeamList
			mustRead(t, b, &l)
			return []string{l.Teams[0].ID}, l.NextCursor
		}},
		{"endpoints", "/api/v1/endpoints?limit=1", 4, func(b []byte) ([]string, *string) {
			var l EndpointList
			mustRead(t, b, &l)
			return []string{l.Endpoints[0].ID}, l.NextCursor
		}},
		{"failures", "/api/v1/failures?limit=1", 2, func(b []byte) ([]string, *string) {
			var l FailureList
			mustRead(t, b, &l)
			return []string{l.Failures[0].ID}, l.NextCursor
		}},
		{"hops", "/api/v1/flows/" + flow1 + "?limit=1", 2, func(b []byte) ([]string, *string) {
			var l FlowDetail
			mustRead(t, b, &l)
			return []string{l.Hops[0].ID}, l.NextCursor
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			seen := map[string]int{}
			for _, page := range pages(t, h, tc.path, tc.list) {
				for _, id := range page {
					seen[id]++
				}
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%s was shown %d times", id, n)
				}
			}
			if len(seen) != tc.rows {
				t.Errorf("saw %d rows, want %d", len(seen), tc.rows)
			}
		})
	}
}

func mustRead(t testing.TB, b []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%v\n%.500s", err, b)
	}
}

func TestRelativeWindowIsFrozenInTheCursor(t *testing.T) {
	w := estate(t)
	h := serve(t, w)
	var l FlowList
	mustRead(t, get(h, "/api/v1/flows?from=now-30m&limit=2").Body.Bytes(), &l)
	get(h, "/api/v1/flows?from=now-30m&limit=2&cursor="+*l.NextCursor)
	first, second := w.queries[0], w.queries[1]
	if !first.From.Equal(second.From) || !first.To.Equal(second.To) || second.After == nil {
		t.Errorf("windows differ: %v-%v, then %v-%v", first.From, first.To, second.From, second.To)
	}
}

func TestCursorOfAnotherListIsRefused(t *testing.T) {
	h := serve(t, estate(t))
	var l FlowList
	mustRead(t, get(h, "/api/v1/flows?limit=2").Body.Bytes(), &l)
	for _, path := range []string{"/api/v1/flows?status=failed&cursor=", "/api/v1/endpoints?cursor=", "/api/v1/flows/by-trace/" + trace1 + "?cursor="} {
		if rec := get(h, path+*l.NextCursor); rec.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func FuzzCursor(f *testing.F) {
	good := cursor{Query: 7, From: 1, To: 2, Offset: 3, Rank: 1, Time: 5, ID: flow1}.encode()
	f.Add(*good)
	f.Add("")
	f.Add("e30")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"v":1,"q":7,"o":-1}`)))
	f.Fuzz(func(t *testing.T, s string) {
		c, wrong := decodeCursor(s, 7)
		if wrong != nil {
			if wrong.Field != "cursor" || wrong.Remedy == "" {
				t.Errorf("bad refusal: %+v", wrong)
			}
			return
		}
		again, wrong := decodeCursor(*c.encode(), 7)
		if wrong != nil || again != c {
			t.Errorf("%+v became %+v (%v)", c, again, wrong)
		}
		if from, to := c.window(); from.After(to) || c.Offset < 0 {
			t.Errorf("accepted %+v", c)
		}
	})
}
