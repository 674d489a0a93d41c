package web

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
)

// listen opens a stream and hands out its data lines.
func listen(t *testing.T, url string) (lines chan string, resp *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/flows/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err = http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	lines = make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				lines <- data
			}
		}
	}()
	t.Cleanup(func() { _ = resp.Body.Close() })
	return lines, resp
}

func next(t *testing.T, lines chan string) string {
	t.Helper()
	select {
	case l, ok := <-lines:
		if !ok {
			return "end"
		}
		return l
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
	}
	return ""
}

func liveServer(t *testing.T, limit int, revision func(context.Context) (uint64, error)) (*Server, string, chan time.Time) {
	t.Helper()
	s, err := New(Config{Endpoint: "localhost:0", MaxLive: limit}, estate(t).deps())
	if err != nil {
		t.Fatal(err)
	}
	ticks := make(chan time.Time)
	s.live = newLive(revision, limit, zap.NewNop())
	s.live.tick = func(time.Duration) (<-chan time.Time, func()) { return ticks, func() {} }
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = s.HTTPServer()
	srv.Start()
	t.Cleanup(func() {
		s.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		srv.Close()
	})
	return s, srv.URL, ticks
}

func TestLiveTellsOfChangesOnly(t *testing.T) {
	var rev atomic.Uint64
	var failing atomic.Bool
	rev.Store(5)
	_, url, ticks := liveServer(t, 4, func(context.Context) (uint64, error) {
		if failing.Load() {
			return 0, errors.New("away")
		}
		return rev.Load(), nil
	})
	lines, resp := listen(t, url)
	if resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%v", resp.Header)
	}
	// One event at once, then one for the first revision that was read.
	if first, second := next(t, lines), next(t, lines); first != `{"revision":0}` || second != `{"revision":5}` {
		t.Fatalf("%s, %s", first, second)
	}
	tick := func() { ticks <- time.Time{} }
	tick() // nothing new
	tick()
	failing.Store(true)
	tick()
	tick()
	failing.Store(false)
	rev.Store(6)
	tick()
	if got := next(t, lines); got != `{"revision":6}` {
		t.Errorf("%s", got)
	}
}

func TestLiveIsBoundedAndEndsOnClose(t *testing.T) {
	s, url, _ := liveServer(t, 1, func(context.Context) (uint64, error) { return 1, nil })
	lines, _ := listen(t, url)
	next(t, lines)
	_, resp := listen(t, url)
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("second listener: %d", resp.StatusCode)
	}
	s.Close()
	for next(t, lines) != "end" {
	}
	_, resp = listen(t, url)
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after close: %d", resp.StatusCode)
	}
}

func TestLivePollsOnlyWhileSomebodyListens(t *testing.T) {
	var asked atomic.Int64
	l := newLive(func(context.Context) (uint64, error) { asked.Add(1); return 1, nil }, 2, zap.NewNop())
	ticks := make(chan time.Time)
	l.tick = func(time.Duration) (<-chan time.Time, func()) { return ticks, func() {} }
	a, err := l.join()
	if err != nil {
		t.Fatal(err)
	}
	ticks <- time.Time{}
	l.leave(a)
	l.poller.Wait()
	before := asked.Load()
	select {
	case ticks <- time.Time{}:
		t.Error("somebody still polls")
	default:
	}
	if asked.Load() != before || before == 0 {
		t.Errorf("asked %d, then %d times", before, asked.Load())
	}
	l.close()
}

func TestSlowListenerBlocksNobody(t *testing.T) {
	l := newLive(nil, 2, zap.NewNop())
	ch := make(chan uint64, 1)
	l.listeners[ch] = struct{}{}
	for rev := range uint64(100) {
		l.publish(rev)
	}
	if got := <-ch; got != 99 {
		t.Errorf("the listener sees revision %d, not the latest", got)
	}
}
