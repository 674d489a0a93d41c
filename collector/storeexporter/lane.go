package storeexporter

import (
	"sync"

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
}

type lanePart struct {
	part
	bytes int
}

// laneBytes bounds the records whose spans are kept, by their size on the wire;
// decoded they take about three times that. The inserter takes a record from here
// as soon as it is in the log, so that the lane is as short as the inserter is behind.
const laneBytes = 8 << 20

// put keeps the spans of a record that is about to be appended.
func (l *lane) put(key uint64, p part, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bytes+bytes > laneBytes {
		return
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

// take returns the spans of a record once; release them after use.
func (l *lane) take(key uint64) (part, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.parts[key]
	if ok {
		delete(l.parts, key)
		l.bytes -= p.bytes
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
