package spanlog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

var (
	// ErrFull means that the log or the disk has no room: the sender should try again later.
	ErrFull = errors.New("log is full")
	// ErrClosed means that the log is closed or closing.
	ErrClosed = errors.New("log is closed")
	// ErrTooLarge means that a record is above Config.MaxRecord and will never be taken.
	ErrTooLarge = errors.New("record is too large for the log")

	errWithdrawn = errors.New("caller left before the record was queued")
)

// Log is safe for concurrent use.
type Log struct {
	cfg    Config
	log    *zap.Logger
	now    func() time.Time
	always bool          // sync each group
	every  time.Duration // or at this interval, unless 0
	syncs  bool          // either of the two
	max    int64         // bytes of all segments
	seed   uint64        // of digests
	lock   *os.File
	closed atomic.Bool

	queue      *queue
	duplicates *duplicates
	stopped    chan struct{} // closed when the writer has ended
	active     *os.File      // the file of the newest segment; the writer's own
	dirty      bool          // written since the last sync; the writer's own

	ranges    sync.Mutex // guards state and nextRange; taken before mu
	state     state
	store     *stateStore
	epoch     [16]byte
	nextRange uint64

	reclaiming sync.Mutex // guards digests and ended; taken before ranges and mu
	digests    *digestFiles
	ended      bool

	mu       sync.Mutex
	segments []*segment
	head     Position      // the end of the last committed record
	bytes    int64         // of all segments
	trimmed  uint64        // segments before it were deleted
	grown    chan struct{} // closed and replaced when head moves or the log closes
	damaged  map[uint64]struct{}

	counters counters
}

// Append returns when the record is on disk. rows is what it counts for in ranges and Stats. duplicate means that a
// byte-identical record was appended within the window: nothing is stored, and the caller may acknowledge.
//
// The context ends a wait for room in the queue, not a write that has begun. The record may be used again on return.
// Errors: ErrFull (try again later), ErrTooLarge (never), ErrClosed, that of the context, or one of the disk.
func (l *Log) Append(ctx context.Context, record []byte, rows int) (pos Position, duplicate bool, err error) {
	if int64(len(record)) > l.cfg.MaxRecord {
		return Position{}, false, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(record), l.cfg.MaxRecord)
	}
	if rows < 0 || int64(rows) > math.MaxUint32 {
		return Position{}, false, fmt.Errorf("record of %d rows", rows)
	}
	r := &request{record: record, rows: uint32(rows), digest: digestOf(record, l.seed), done: make(chan struct{})}
	known, err := l.duplicates.claim(ctx, r, l.now())
	if err != nil {
		return Position{}, false, err
	}
	if known {
		l.counters.duplicates.Add(1)
		return Position{}, true, nil
	}
	if err := l.queue.push(r); err != nil {
		l.abandon(r, err)
		return Position{}, false, err
	}
	if err := l.queue.wait(ctx, r); errors.Is(err, errWithdrawn) {
		l.abandon(r, err)
		return Position{}, false, ctx.Err()
	}
	return r.pos, false, r.err
}

// abandon ends a request that never reached the writer.
func (l *Log) abandon(r *request, err error) {
	r.err = err
	l.duplicates.settle(r, 0, false)
	close(r.done)
}

// Close writes what is queued, syncs it when syncing is on, and ends readers with ErrClosed.
func (l *Log) Close() error {
	if l.closed.Swap(true) {
		<-l.stopped
		return nil
	}
	l.queue.close()
	<-l.stopped
	l.mu.Lock()
	close(l.grown)
	l.grown = nil
	l.mu.Unlock()
	l.reclaiming.Lock()
	err := l.digests.close()
	l.ended = true
	l.reclaiming.Unlock()
	l.ranges.Lock()
	defer l.ranges.Unlock()
	if l.active != nil {
		err = errors.Join(err, l.active.Close())
	}
	return errors.Join(err, l.store.file.Close(), l.lock.Close())
}

// end is where the last committed record ends.
func (l *Log) end() Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

func pathField(path string) zap.Field { return zap.String("path", path) }
func errField(err error) zap.Field    { return zap.Error(err) }
func countField(n int) zap.Field      { return zap.Int("count", n) }
