package storeexporter

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/baton-observability/baton/collector/storeexporter/spanlog"
	"github.com/baton-observability/baton/store"
)

// inserter takes the log to the store in fixed ranges. Ranges that were cut
// before a crash come back first, exactly as they were, under the same ids, so
// that the store recognises what it has.
type inserter struct {
	cfg    *Config
	wal    *spanlog.Log
	store  *store.Store
	log    *zap.Logger
	lane   *lane
	counts *counts
	busy   atomic.Bool  // a range is being inserted
	took   atomic.Int64 // ns, what the last one took
	last   time.Time    // when a range was cut last
}

// run ends with the context. One goroutine fills the next range's columns while
// this one inserts the last.
func (in *inserter) run(ctx context.Context) {
	ready := make(chan *store.Batch)
	go func() {
		defer close(ready)
		in.read(ctx, ready)
	}()
	for b := range ready {
		in.busy.Store(true)
		began := time.Now()
		in.insert(ctx, b)
		in.took.Store(int64(time.Since(began)))
		b.Release()
		in.busy.Store(false)
	}
}

func (in *inserter) read(ctx context.Context, ready chan<- *store.Batch) {
	send := func(b *store.Batch) bool {
		select {
		case ready <- b:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for _, rg := range in.wal.Ranges() {
		b, err := in.replay(ctx, rg)
		if err != nil || !send(b) {
			return
		}
	}
	r := in.wal.Reader(in.wal.Uncut())
	defer r.Close()
	for ctx.Err() == nil {
		b, ok := in.gather(ctx, r)
		if !ok || !send(b) {
			return
		}
	}
}

// replay reads a range that was cut before.
func (in *inserter) replay(ctx context.Context, rg spanlog.Range) (*store.Batch, error) {
	b := in.store.NewBatch(rg.ID)
	r := in.wal.ReadRange(rg)
	defer r.Close()
	for first := true; ; first = false {
		rec, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if first {
			b.ArrivedAt(rec.Time)
		}
		in.add(b, rec)
	}
}

// cutAt is when a range is cut whose first record is read now, the last one having
// been cut then.
func cutAt(now, last time.Time, every time.Duration) time.Time {
	soon, paced := now.Add(every/8), last.Add(every)
	if paced.After(soon) {
		return paced
	}
	return soon
}

// ripe reports whether a range is cut now, though more may come. Between ranges of
// many rows half the time is enough, if the store is idle half of the time: when it
// has all to do, few large ranges cost less.
func (in *inserter) ripe(rows int, now, due time.Time) bool {
	if in.busy.Load() {
		return false
	}
	enough := max(in.cfg.RangeTime/2, 2*time.Duration(in.took.Load()))
	return !now.Before(due) || rows >= in.cfg.RangeRows/3 && now.Sub(in.last) >= enough
}

// gather reads records until there are enough for a range, or the range is ripe:
// while the store is busy a range can only wait, and a larger one costs less. What
// comes after a pause waits for a moment only: most requests do not come alone. Each
// record goes into the columns at once, so that decoded spans, which are ten times as
// large, do not pile up.
func (in *inserter) gather(ctx context.Context, r *spanlog.Reader) (*store.Batch, bool) {
	rec, ok := in.next(ctx, r)
	if !ok {
		return nil, false
	}
	due := cutAt(time.Now(), in.last, in.cfg.RangeTime)
	b := in.store.NewBatch(in.wal.NextID())
	b.ArrivedAt(rec.Time)
	in.add(b, rec)
	rows, bytes, end := max(rec.Rows, 1), len(rec.Data), rec.End
	for rows < in.cfg.RangeRows && bytes < rangeBytes {
		now := time.Now()
		if in.ripe(rows, now, due) {
			break
		}
		wait, cancel := context.WithTimeout(ctx, max(due.Sub(now), busyWait))
		rec, ok := in.next(wait, r)
		cancel()
		if ok { // what was read is in the range: the cut behind it covers it
			in.add(b, rec)
			rows, bytes, end = rows+max(rec.Rows, 1), bytes+len(rec.Data), rec.End
		} else if ctx.Err() != nil {
			return nil, false
		}
	}
	for {
		_, err := in.wal.Cut(end)
		if err == nil {
			in.last = time.Now()
			return b, true
		}
		in.note("cut a range of the log", err)
		if !sleep(ctx, time.Second) {
			return nil, false
		}
	}
}

// rangeBytes bounds a range of large spans; one of usual spans has a quarter of it.
const rangeBytes = 64 << 20

// busyWait is how often a range that is due asks whether the store is free.
const busyWait = 10 * time.Millisecond

// next reads a record; it gives up when the context ends or the log is closed.
func (in *inserter) next(ctx context.Context, r *spanlog.Reader) (spanlog.Record, bool) {
	for {
		rec, err := r.Next(ctx)
		if err == nil {
			return rec, true
		}
		if ctx.Err() != nil || errors.Is(err, spanlog.ErrClosed) {
			return rec, false // the deadline of a range is no failure
		}
		in.note("read the log", err)
		if !sleep(ctx, time.Second) {
			return rec, false
		}
	}
}

// add puts a record into the batch. One that cannot be read is counted and
// left out: its bytes passed their checksum, so another release wrote it.
func (in *inserter) add(b *store.Batch, rec spanlog.Record) {
	if p, ok := in.lane.take(recordKey(rec.Data)); ok {
		b.Add(p.tenant, p.spans)
		p.release()
		return
	}
	tenant, td, err := decodeRecord(rec.Data)
	if err != nil {
		in.counts.setAside.Add(int64(rec.Rows))
		in.note("read a record of the log", err)
		return
	}
	b.Add(tenant, td)
}

// insert tries until the store has the range. An engine that is away costs
// nothing but disk: senders are acknowledged by the log meanwhile.
func (in *inserter) insert(ctx context.Context, b *store.Batch) {
	backoff := 50 * time.Millisecond
	for {
		err := in.store.Insert(ctx, b)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return // it is in the log, and comes again
		}
		in.counts.retries.Add(1)
		in.note("insert "+b.ID(), err)
		if store.IsPoison(err) {
			in.log.Error("the store refuses a range for its data; it stays in the log and is tried every minute", zap.String("range", b.ID()), zap.Error(err))
			backoff = time.Minute
		}
		if !sleep(ctx, backoff) {
			return
		}
		backoff = min(2*backoff, 5*time.Second)
	}
	in.counts.inserted.Add(int64(b.Spans()))
	in.counts.repaired.Add(int64(b.Repaired()))
	for {
		err := in.wal.Done(b.ID())
		if err == nil {
			in.counts.lastErr.Store(nil)
			return
		}
		in.note("mark a range as stored", err)
		if !sleep(ctx, time.Second) {
			return
		}
	}
}

func (in *inserter) note(what string, err error) {
	text := what + ": " + err.Error()
	if old := in.counts.lastErr.Swap(&text); old == nil || *old != text {
		in.log.Warn("the inserter waits", zap.String("what", what), zap.Error(err))
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
