package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	hour := now.Add(-time.Hour)
	tests := []struct {
		name, from, to   string
		wantFrom, wantTo time.Time
	}{
		{"default is the last hour", "", "", hour, now},
		{"from alone ends now", "now-15m", "", now.Add(-15 * time.Minute), now},
		{"to alone begins an hour before", "", "now-1d", now.Add(-25 * time.Hour), now.Add(-24 * time.Hour)},
		{"zones are converted", "2026-11-22T12:00:00+02:00", "now", now.Add(-2 * time.Hour), now},
		{"nanoseconds are kept", "2026-11-22T11:00:00.000000001Z", "", hour.Add(1), now},
		{"seconds", "now-90s", "now-30s", now.Add(-90 * time.Second), now.Add(-30 * time.Second)},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := &params{now: now}
			from, to := p.window(&tc.from, &tc.to)
			if p.err() != nil || !from.Equal(tc.wantFrom) || !to.Equal(tc.wantTo) {
				t.Errorf("got %v to %v (%v), want %v to %v", from, to, p.err(), tc.wantFrom, tc.wantTo)
			}
		})
	}
}

// FuzzQuery sends any query to a real server: whatever comes, the answer is
// 200, 400 or 404 and keeps the contract.
func FuzzQuery(f *testing.F) {
	c := loadContract(f)
	paths := []string{"/api/v1/flows", "/api/v1/flows/histogram", "/api/v1/flows/" + flow1, "/api/v1/failures", "/api/v1/teams",
		"/api/v1/endpoints", "/api/v1/ownership/report", "/api/v1/map", "/api/v1/flows/by-correlation"}
	f.Add(uint8(0), "from", "now-1h", "limit", "3")
	f.Add(uint8(1), "buckets", "200", "to", "1970-01-01T01:00:00Z")
	f.Add(uint8(3), "status", "failed,,x", "cursor", "e30")
	f.Add(uint8(8), "key", "a", "value", "\x00")
	f.Add(uint8(0), "from", "now-999999d", "to", "2199-12-31T23:59:59Z")
	w := estate(f)
	s, err := New(Config{Endpoint: "localhost:1", Now: func() time.Time { return now }}, w.deps())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, path uint8, k1, v1, k2, v2 string) {
		q := url.Values{k1: {v1}}
		q.Add(k2, v2)
		target := paths[int(path)%len(paths)] + "?" + q.Encode()
		rec := get(s.Handler(), target)
		if rec.Code != http.StatusOK && rec.Code != http.StatusBadRequest && rec.Code != http.StatusNotFound {
			t.Fatalf("%s: %d %s", target, rec.Code, rec.Body)
		}
		if format := rec.Header().Get("Content-Type"); strings.Contains(format, "json") {
			c.check(t, target, rec)
		}
		w.queries, w.filters = nil, nil
	})
}
