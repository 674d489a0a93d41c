package storeexporter

import (
	"context"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
)

// lane keeps the spans of records on their way through the log, so that the
// inserter need not decode what the receiver has just decoded. It is a short
// cut and no more: what is not in it is read from the log.
type lane struct {
	mu    sync.Mutex
	parts map[uint64]lanePart // by hash of the record
	bytes int
	taken time.Time     // when the inserter last took something
	room  chan struct{} // closed at the next time; nil when nobody waits
}

type lanePart struct {
	part
	bytes int
}

// laneBytes bounds the records whose spans are kept, by their size on the wire;
// decoded they take about three times that. The inserter takes a record from here
// as soon as it is in the log, so that the lane is as short as the inserter is behind.
const laneBytes = 8 << 20

// laneWait is how long a sender waits at most for the inserter to make room, and
// how long the inserter may have stood still for that.
const laneWait = time.Second

// put keeps the spans of a record that is about to be appended. While the
// inserter gets on and is behind, it waits: at full rate a sender that is
// answered a little later costs less than its spans do when they are decoded
// twice. When the store is away the log alone takes what comes, at once.
func (l *lane) put(ctx context.Context, key uint64, p part, bytes int) {
	if bytes > laneBytes {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var late <-chan time.Time
	for l.bytes+bytes > laneBytes {
		if time.Since(l.taken) > laneWait {
			return
		}
		if l.room == nil {
			l.room = make(chan struct{})
		}
		if late == nil {
			t := time.NewTimer(laneWait)
			defer t.Stop()
			late = t.C
		}
		room := l.room
		l.mu.Unlock()
		over := false
		select {
		case <-room:
		case <-late:
			over = true
		case <-ctx.Done():
			over = true
		}
		l.mu.Lock()
		if over {
			return
		}
	}
	if l.parts == nil {
		l.parts = map[uint64]lanePart{}
	}
	if _, ok := l.parts[key]; ok {
		return // the same record twice: the log tells
	}
	pref.RefTraces(p.spans) // with pdata's pooling on they would be given to the next request
	l.parts[key] = lanePart{p, bytes}
	l.bytes += bytes
}

// take gives the inserter the spans of a record once; release them after use.
func (l *lane) take(key uint64) (part, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = time.Now() // also when they are not here: the inserter gets on
	return l.remove(key)
}

// drop lets go of a record that the log did not take.
func (l *lane) drop(key uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.remove(key); ok {
		p.release()
	}
}

func (l *lane) remove(key uint64) (part, bool) {
	p, ok := l.parts[key]
	if ok {
		delete(l.parts, key)
		l.bytes -= p.bytes
	}
	if l.room != nil {
		close(l.room)
		l.room = nil
	}
	return p.part, ok
}

func recordKey(record []byte) uint64 { return xxhash.Sum64(record) }

// part is one record, decoded.
type part struct {
	tenant string
	spans  ptrace.Traces
}

func (p part) release() { pref.UnrefTraces(p.spans) }
