package spanlog

import (
	"context"
	"errors"
	"sync"
	"time"
)

// duplicates remembers the digests of the window and which records are being written at this moment. Digests are kept
// in the order of the log; those of records that are on disk only as digests (saved) come first.
type duplicates struct {
	window time.Duration
	limit  int

	mu      sync.Mutex
	writing map[digest]*request
	// known maps to the offset of the record, to tell a forgotten and re-appended digest from its older entry.
	known   map[digest]uint64
	entries []entry
	first   int // entries before it have left the window
	saved   int // entries before it are in a digests file
	evicted int64
}

// entry is the digest of the record that began at offset.
type entry struct {
	digest digest
	time   int64
	offset uint64
}

func newDuplicates(window time.Duration, limit int) *duplicates {
	return &duplicates{window: window, limit: limit, writing: map[digest]*request{}, known: map[digest]uint64{}}
}

// claim answers whether the record is known. When the same bytes are being written by another caller it waits for that
// result: written means known, refused means refused for both, and a caller that went away leaves its place.
func (d *duplicates) claim(ctx context.Context, r *request, now time.Time) (known bool, err error) {
	if d.window == 0 {
		return false, nil
	}
	for {
		d.mu.Lock()
		d.expire(now)
		if _, ok := d.known[r.digest]; ok {
			d.mu.Unlock()
			return true, nil
		}
		other := d.writing[r.digest]
		if other == nil {
			d.writing[r.digest] = r
			d.mu.Unlock()
			return false, nil
		}
		d.mu.Unlock()
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-other.done:
		}
		if other.err == nil {
			return true, nil
		}
		if !errors.Is(other.err, errWithdrawn) {
			return false, other.err
		}
	}
}

// settle ends the claim of a request: its digest is known from now on when it was written, else free again.
func (d *duplicates) settle(r *request, now int64, written bool) {
	if d.window == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.writing, r.digest)
	if written {
		d.add(entry{r.digest, now, r.pos.Offset})
	}
}

func (d *duplicates) add(e entry) {
	if _, ok := d.known[e.digest]; ok {
		return
	}
	d.known[e.digest] = e.offset
	d.entries = append(d.entries, e)
	for len(d.entries)-d.first > d.limit {
		d.drop()
		d.evicted++
	}
}

// load takes entries found at Open.
func (d *duplicates) load(entries []entry, now time.Time, saved bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range entries {
		if d.window > 0 && now.UnixNano()-e.time < int64(d.window) {
			d.add(e)
		}
	}
	if saved {
		d.saved = len(d.entries)
	}
}

func (d *duplicates) expire(now time.Time) {
	for d.first < len(d.entries) && now.UnixNano()-d.entries[d.first].time >= int64(d.window) {
		d.drop()
	}
}

// drop forgets the oldest entry and, now and then, moves the rest to the front of the slice.
func (d *duplicates) drop() {
	e := d.entries[d.first]
	if at, ok := d.known[e.digest]; ok && at == e.offset {
		delete(d.known, e.digest)
	}
	d.first++
	d.saved = max(d.saved, d.first)
	if d.first > 1024 && d.first > len(d.entries)/2 {
		d.entries = append([]entry(nil), d.entries[d.first:]...)
		d.saved -= d.first
		d.first = 0
	}
}

// forget makes room for a retry of a record whose bytes turned out to be damaged on disk.
func (d *duplicates) forget(f frame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at, ok := d.known[f.digest]; ok && at == f.at.Offset {
		delete(d.known, f.digest)
	}
}

// unsaved returns the entries of records before end that no digests file has, and takes them as saved.
func (d *duplicates) unsaved(end uint64, now time.Time) []entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.expire(now)
	var found []entry
	for ; d.saved < len(d.entries) && d.entries[d.saved].offset < end; d.saved++ {
		e := d.entries[d.saved]
		if at, ok := d.known[e.digest]; ok && at == e.offset {
			found = append(found, e)
		}
	}
	return found
}

func (d *duplicates) count() (kept int, evicted int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.known), d.evicted
}
