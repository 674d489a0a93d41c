package spanlog

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func queued(size int) *request {
	return &request{record: make([]byte, size-frameHeader), done: make(chan struct{})}
}

func TestQueueIsBoundedAndInOrder(t *testing.T) {
	q := newQueue(1000)
	large, small := queued(900), queued(200)
	for _, r := range []*request{queued(600), large, small} {
		if err := q.push(r); err != nil {
			t.Fatal(err)
		}
	}
	group, _ := q.take()
	if len(group) != 1 || q.waiting() != 600 {
		t.Fatalf("%d taken, %d bytes: the small one overtook the large one", len(group), q.waiting())
	}
	if group, _ := q.take(); len(group) != 0 {
		t.Fatal("room was given before the disk had the bytes")
	}
	q.release(600)
	if group, _ := q.take(); len(group) != 1 || group[0] != large {
		t.Fatal("the large one did not follow")
	}
	q.release(900)
	if group, _ := q.take(); len(group) != 1 || group[0] != small {
		t.Fatal("the small one did not follow")
	}
}

func TestQueueWaitEndsWithTheContextOnlyWithoutRoom(t *testing.T) {
	q := newQueue(1000)
	first, second, third := queued(900), queued(500), queued(100)
	for _, r := range []*request{first, second, third} {
		if err := q.push(r); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := q.wait(ctx, second); err != errWithdrawn {
		t.Fatalf("without room: %v", err)
	}
	group, _ := q.take()
	if len(group) != 2 || group[1] != third {
		t.Fatalf("%d taken: the place was not given to the next", len(group))
	}
	synctest.Test(t, func(t *testing.T) {
		taken := &request{done: make(chan struct{})}
		got := make(chan error, 1)
		go func() { got <- q.wait(ctx, taken) }()
		synctest.Wait()
		if len(got) > 0 {
			t.Fatalf("left a record that the writer has: %v", <-got)
		}
		close(taken.done)
		if err := <-got; err != nil {
			t.Fatal(err)
		}
	})
}

func TestQueueCloseWritesWhatIsQueued(t *testing.T) {
	q := newQueue(1000)
	first, second := queued(900), queued(500)
	for _, r := range []*request{first, second} {
		if err := q.push(r); err != nil {
			t.Fatal(err)
		}
	}
	q.close()
	if err := q.wait(context.Background(), second); err != ErrClosed {
		t.Fatalf("blocked: %v", err)
	}
	group, finished := q.take()
	if len(group) != 1 || finished {
		t.Fatalf("%d taken, finished %v", len(group), finished)
	}
	q.release(900)
	if _, finished := q.take(); !finished {
		t.Fatal("not finished")
	}
	if err := q.push(queued(100)); err != ErrClosed {
		t.Fatal(err)
	}
}

// Many senders of large records never hold more than the bound, and none is lost in closing.
func TestAppendsDuringClose(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	cfg.MaxRecord, cfg.QueueBytes = 50_000, 60_000
	l := open(t, cfg)
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	started := make(chan struct{}, 1)
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; ; j++ {
				_, _, err := l.Append(context.Background(), record(i*10_000+j, 40_000), 1)
				if errors.Is(err, ErrClosed) || errors.Is(err, ErrFull) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken++
				mu.Unlock()
				select {
				case started <- struct{}{}:
				default:
				}
				if s := l.Stats(); s.QueuedBytes > cfg.QueueBytes {
					t.Errorf("%d bytes queued", s.QueuedBytes)
				}
			}
		}()
	}
	<-started
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	l = open(t, cfg)
	if got, _ := all(t, l, Position{}); len(got) != taken {
		t.Fatalf("%d records, %d acknowledged", len(got), taken)
	}
}
