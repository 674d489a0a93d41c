package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
)

const (
	livePoll      = time.Second      // also the shortest time between two events
	liveKeepAlive = 15 * time.Second // below the idle limit of common proxies
)

// live tells listeners when flows have changed. One goroutine asks the store
// for all of them, and only while somebody listens, so an idle page costs one
// small query a second however many people look.
type live struct {
	revision func(context.Context) (uint64, error)
	log      *zap.Logger
	max      int
	tick     func(time.Duration) (<-chan time.Time, func())

	mu        sync.Mutex
	listeners map[chan uint64]struct{}
	stop      context.CancelFunc // of the running poller, or nil
	closed    bool
	done      chan struct{} // closed by close
	poller    sync.WaitGroup
}

func newLive(revision func(context.Context) (uint64, error), limit int, log *zap.Logger) *live {
	return &live{revision: revision, max: limit, log: log, tick: ticker, listeners: map[chan uint64]struct{}{}, done: make(chan struct{})}
}

func ticker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// join adds a listener. Its channel holds the latest revision only, so a slow
// reader skips revisions and never blocks the poller.
func (l *live) join() (chan uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, unavailable("closing", "Baton is shutting down.", 5, nil)
	case len(l.listeners) >= l.max:
		return nil, unavailable("busy", fmt.Sprintf("%d clients listen already. Ask for the list now and then instead.", l.max), 15, nil)
	}
	ch := make(chan uint64, 1)
	l.listeners[ch] = struct{}{}
	if l.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		l.stop = stop
		l.poller.Go(func() { l.poll(ctx) })
	}
	return ch, nil
}

func (l *live) leave(ch chan uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.listeners, ch)
	if len(l.listeners) == 0 && l.stop != nil {
		l.stop()
		l.stop = nil
	}
}

func (l *live) poll(ctx context.Context) {
	ticks, stop := l.tick(livePoll)
	defer stop()
	var last uint64
	failing := false
	for {
		rev, err := l.revision(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			l.log.Warn("live updates pause", zap.Error(err))
			failing = true
		case err == nil && rev != last:
			last = rev
			l.publish(rev)
		}
		failing = failing && err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
	}
}

func (l *live) publish(rev uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ch := range l.listeners {
		select {
		case <-ch:
		default:
		}
		ch <- rev
	}
}

func (l *live) close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.done)
	}
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
	l.mu.Unlock()
	l.poller.Wait()
}

// LiveFlows streams events until the client or the server goes away.
func (s *Server) LiveFlows(c echo.Context) error {
	h := c.Response().Header()
	if c.Request().Method == http.MethodHead {
		h.Set(echo.HeaderContentType, "text/event-stream")
		return c.NoContent(http.StatusOK)
	}
	ch, err := s.live.join()
	if err != nil {
		return err
	}
	defer s.live.leave(ch)
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	keepAlive := time.NewTicker(liveKeepAlive)
	defer keepAlive.Stop()
	conn := http.NewResponseController(c.Response())
	// The first event comes at once, whatever the store's state.
	line := "retry: 2000\nevent: changed\ndata: {\"revision\":0}\n\n"
	for {
		_ = conn.SetWriteDeadline(time.Now().Add(liveKeepAlive))
		if _, err := c.Response().Write([]byte(line)); err != nil {
			return nil // the client is gone
		}
		if err := conn.Flush(); err != nil {
			return nil
		}
		select {
		case <-c.Request().Context().Done():
			return nil
		case <-s.live.done:
			return nil
		case rev := <-ch:
			line = fmt.Sprintf("id: %d\nevent: changed\ndata: {\"revision\":%d}\n\n", rev, rev)
		case <-keepAlive.C:
			line = ": keep\n\n"
		}
	}
}
