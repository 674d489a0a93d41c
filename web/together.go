package web

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// together lets questions for the same thing that are asked at the same time
// share one answer, as the two are with which a page of a flow begins. What is
// shared must not be changed. Unlike singleflight it stops the asking when the
// last who asked has gone away.
type together[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*call[V]
}

type call[V any] struct {
	waiting int // how many ask; with the last of them the call ends
	cancel  context.CancelFunc
	done    chan struct{}
	value   V
	err     error
}

// do answers with what ask does, which one of those who ask at the same time runs.
func (t *together[K, V]) do(ctx context.Context, key K, ask func(context.Context) (V, error)) (V, error) {
	t.mu.Lock()
	c := t.calls[key]
	if c == nil {
		c = t.begin(ctx, key, ask)
	}
	c.waiting++
	t.mu.Unlock()
	defer t.leave(key, c)
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

func (t *together[K, V]) begin(ctx context.Context, key K, ask func(context.Context) (V, error)) *call[V] {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // forget calls it
	c := &call[V]{cancel: cancel, done: make(chan struct{})}
	if t.calls == nil {
		t.calls = map[K]*call[V]{}
	}
	t.calls[key] = c
	go func() {
		defer func() {
			if p := recover(); p != nil {
				c.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			t.mu.Lock()
			t.forget(key, c)
			t.mu.Unlock()
			close(c.done)
		}()
		c.value, c.err = ask(own)
	}()
	return c
}

// leave is called by each who asked; nobody is left waiting for a call that is
// cancelled.
func (t *together[K, V]) leave(key K, c *call[V]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.waiting--; c.waiting == 0 {
		t.forget(key, c)
		c.cancel()
	}
}

// forget has whoever asks from now on ask anew.
func (t *together[K, V]) forget(key K, c *call[V]) {
	if t.calls[key] == c {
		delete(t.calls, key)
	}
}
