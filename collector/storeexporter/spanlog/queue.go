package spanlog

import (
	"context"
	"slices"
	"sync"
)

// request is one record on its way to the disk. done closes when pos and err are set; until then the writer may read
// the record, so its caller waits.
type request struct {
	record []byte
	rows   uint32
	digest digest
	done   chan struct{}
	pos    Position
	err    error
}

func (r *request) size() int64 { return frameHeader + int64(len(r.record)) }

// queue holds what waits for the writer, bounded in bytes. Callers beyond the bound wait in order of arrival, so a
// large record is not starved by small ones. Bytes count until the disk has them, not only until they are taken.
type queue struct {
	limit int64
	// wake tells the writer that there is something to take.
	wake chan struct{}

	mu      sync.Mutex
	bytes   int64
	ready   []*request
	blocked []*request
	closed  bool
}

func newQueue(limit int64) *queue {
	return &queue{limit: limit, wake: make(chan struct{}, 1)}
}

// push queues the request, or lets it wait for room; wait tells which result it had.
func (q *queue) push(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.blocked = append(q.blocked, r)
	q.admit()
	return nil
}

// admit moves callers that fit into the queue. A record larger than the bound goes when the queue is empty.
func (q *queue) admit() {
	for len(q.blocked) > 0 && (q.bytes == 0 || q.bytes+q.blocked[0].size() <= q.limit) {
		r := q.blocked[0]
		q.blocked[0] = nil
		q.blocked = q.blocked[1:]
		q.bytes += r.size()
		q.ready = append(q.ready, r)
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// wait returns when the request is done. The context ends the wait for room; a record that the writer may already hold
// is waited for, because what became of it is otherwise unknown to the caller. errWithdrawn: it never reached the writer.
func (q *queue) wait(ctx context.Context, r *request) error {
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
	}
	q.mu.Lock()
	i := slices.Index(q.blocked, r)
	if i >= 0 {
		q.blocked = slices.Delete(q.blocked, i, i+1)
		q.admit()
	}
	q.mu.Unlock()
	if i >= 0 {
		return errWithdrawn
	}
	<-r.done
	return r.err
}

// take returns all that waits, and whether the queue is closed and empty for good.
func (q *queue) take() (group []*request, finished bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	group, q.ready = q.ready, nil
	return group, q.closed && len(group) == 0 && q.bytes == 0
}

// release gives back the room of requests that are done.
func (q *queue) release(bytes int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= bytes
	q.admit()
}

// close refuses what comes and what waits for room; what is queued is still written.
func (q *queue) close() {
	q.mu.Lock()
	blocked := q.blocked
	q.blocked, q.closed = nil, true
	q.mu.Unlock()
	for _, r := range blocked {
		r.err = ErrClosed
		close(r.done)
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) waiting() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}
