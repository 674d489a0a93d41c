package spanlog

import (
	"os"
	"sync/atomic"
	"time"
)

// Stats of a log. Counts are since Open, unless said otherwise.
type Stats struct {
	Bytes    int64 // of all segments on disk
	MaxBytes int64 // beyond which Append answers ErrFull
	Segments int
	// QueuedBytes wait for the disk, of at most Config.QueueBytes.
	QueuedBytes int64
	// Waiting is what is on disk and in no range that is done.
	WaitingRecords int64
	WaitingRows    int64
	// OldestWaiting is the age of the oldest of it.
	OldestWaiting time.Duration
	OpenRanges    int

	Appended   int64
	Duplicates int64
	Refused    int64 // with ErrFull
	// Digests are kept now to recognise duplicates, of at most DigestLimit; DigestsEvicted left before their time.
	Digests        int
	DigestLimit    int
	DigestsEvicted int64

	Fsyncs      int64
	FsyncErrors int64

	// TornBytes were cut off the end of the log at Open: a write that had not ended, so nobody had been answered.
	TornBytes int64
	// Damaged bytes were skipped while reading. Lost records were acknowledged and cannot be read.
	DamagedBytes int64
	LostRecords  int64
	LostRows     int64
}

type counters struct {
	appended, duplicates, refused atomic.Int64
	fsyncs, fsyncErrors           atomic.Int64
	tornBytes, damagedBytes       atomic.Int64
	lostRecords, lostRows         atomic.Int64
}

// Stats reads one frame header for the age, and is meant to be called every few seconds.
func (l *Log) Stats() Stats {
	c := &l.counters
	s := Stats{
		MaxBytes: l.max, QueuedBytes: l.queue.waiting(), DigestLimit: l.cfg.DuplicateLimit,
		Appended: c.appended.Load(), Duplicates: c.duplicates.Load(), Refused: c.refused.Load(),
		Fsyncs: c.fsyncs.Load(), FsyncErrors: c.fsyncErrors.Load(), TornBytes: c.tornBytes.Load(),
		DamagedBytes: c.damagedBytes.Load(), LostRecords: c.lostRecords.Load(), LostRows: c.lostRows.Load(),
	}
	s.Digests, s.DigestsEvicted = l.duplicates.count()
	l.ranges.Lock()
	oldest := l.state.uncut
	s.OpenRanges = len(l.state.ranges)
	head := l.end()
	s.WaitingRecords = int64(head.Records - l.state.uncut.Records)
	s.WaitingRows = int64(head.Rows - l.state.uncut.Rows)
	for i, r := range l.state.ranges {
		if i == 0 {
			oldest = r.From
		}
		s.WaitingRecords += int64(r.Records())
		s.WaitingRows += int64(r.Rows())
	}
	l.ranges.Unlock()
	l.mu.Lock()
	s.Bytes, s.Segments = l.bytes, len(l.segments)
	l.mu.Unlock()
	if s.WaitingRecords > 0 {
		s.OldestWaiting = l.ageAt(oldest)
	}
	return s
}

// ageAt is the age of the first readable record at or behind pos, 0 when there is none.
func (l *Log) ageAt(pos Position) time.Duration {
	seg, _, grown, err := l.locate(pos.Offset)
	if grown != nil || err != nil {
		return 0
	}
	file, err := os.Open(seg.path)
	if err != nil {
		return 0
	}
	defer file.Close()
	f, _, ok, err := nextFrame(file, seg.base, int64(max(pos.Offset, seg.base)-seg.base), seg.size)
	if !ok || err != nil {
		return 0
	}
	return max(l.now().Sub(time.Unix(0, f.time)), 0)
}
