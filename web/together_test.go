package web

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestTogetherAsksOnce(t *testing.T) {
	var q together[string, int]
	var asked atomic.Int32
	enter, leave := make(chan struct{}), make(chan struct{})
	ask := func(context.Context) (int, error) {
		asked.Add(1)
		close(enter)
		<-leave
		return 7, nil
	}
	var all sync.WaitGroup
	answer := func() {
		if n, err := q.do(t.Context(), "a", ask); n != 7 || err != nil {
			t.Errorf("answered %d, %v", n, err)
		}
	}
	all.Go(answer)
	<-enter
	for range 5 {
		all.Go(answer)
	}
	for { // until all of them wait
		q.mu.Lock()
		n := q.calls["a"].waiting
		q.mu.Unlock()
		if n == 6 {
			break
		}
	}
	close(leave)
	all.Wait()
	if n := asked.Load(); n != 1 || len(q.calls) != 0 {
		t.Errorf("asked %d times, %d left", n, len(q.calls))
	}
}

func TestTogetherEndsWithTheLastWhoAsks(t *testing.T) {
	var q together[string, int]
	enter, ended := make(chan struct{}), make(chan error, 1)
	ask := func(ctx context.Context) (int, error) {
		close(enter)
		<-ctx.Done()
		ended <- ctx.Err()
		return 0, ctx.Err()
	}
	first, goAway := context.WithCancel(t.Context())
	second, goToo := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _, _ = q.do(first, "a", ask) })
	<-enter
	q.mu.Lock()
	q.calls["a"].waiting++ // the second is about to ask
	q.mu.Unlock()
	goAway()
	all.Wait()
	select {
	case <-ended:
		t.Fatal("it ended though somebody waits")
	default:
	}
	q.mu.Lock()
	q.calls["a"].waiting--
	q.mu.Unlock()
	all.Go(func() {
		if _, err := q.do(second, "a", ask); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	goToo()
	all.Wait()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if len(q.calls) != 0 {
		t.Errorf("%d calls are left", len(q.calls))
	}
}

func TestTogetherTellsOfAPanic(t *testing.T) {
	var q together[string, int]
	if _, err := q.do(t.Context(), "a", func(context.Context) (int, error) { panic("the secret") }); err == nil || !strings.Contains(err.Error(), "the secret") {
		t.Errorf("%v", err)
	}
}
