package spanlog

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"go.uber.org/zap"
)

// Open opens or makes the log in cfg.Dir. A write that the death of the process left unfinished is cut off.
func Open(cfg Config, logger *zap.Logger) (l *Log, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	l = &Log{
		cfg: cfg, log: logger, now: cfg.Clock,
		queue:      newQueue(cfg.QueueBytes),
		duplicates: newDuplicates(cfg.DuplicateWindow, cfg.DuplicateLimit),
		stopped:    make(chan struct{}),
		grown:      make(chan struct{}),
		damaged:    map[uint64]struct{}{},
		nextRange:  1,
	}
	if l.now == nil {
		l.now = time.Now
	}
	l.always, l.every, _ = cfg.syncing()
	l.syncs = l.always || l.every > 0
	rand.Read(l.epoch[:])
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	if l.lock, err = lockDir(cfg.Dir); err != nil {
		return nil, err
	}
	if err := l.restore(); err != nil {
		if l.store != nil {
			l.store.file.Close()
		}
		l.lock.Close()
		return nil, fmt.Errorf("opening the log in %s: %w", cfg.Dir, err)
	}
	go l.run()
	l.reclaim()
	return l, nil
}

// restore reads what is on disk: ranges, segments, digests and bounds, in this order.
func (l *Log) restore() error {
	var fresh bool
	var err error
	if l.store, l.state, fresh, err = openState(l.cfg.Dir, l.syncs); err != nil {
		return err
	}
	if fresh {
		var seed [8]byte
		rand.Read(seed[:])
		l.state.seed = binary.LittleEndian.Uint64(seed[:])
	}
	l.seed = l.state.seed
	if l.segments, err = listSegments(l.cfg.Dir, l.seed); err != nil {
		return err
	}
	first, err := l.firstPosition()
	if err != nil {
		return err
	}
	if fresh {
		l.state.uncut = first
		if len(l.segments) > 0 {
			l.log.Error("the state of the log is missing or damaged: all its records are read again, under new range ids",
				zap.Int("segments", len(l.segments)))
		}
		if err := l.store.write(&l.state); err != nil {
			return err
		}
	}
	l.trimmed = l.floor().Offset
	var saved []entry
	var damaged int
	if l.digests, saved, damaged, err = loadDigests(l.cfg.Dir, l.cfg.DuplicateWindow); err != nil {
		return err
	}
	if damaged > 0 {
		l.log.Warn("files of digests end early: some retries may be stored again", countField(damaged))
	}
	l.duplicates.load(saved, l.now(), true)
	if err := l.restoreSegments(); err != nil {
		return err
	}
	return l.restoreBounds()
}

// firstPosition is where the first frame stands, which tells how many records came before.
func (l *Log) firstPosition() (Position, error) {
	for _, s := range l.segments {
		file, err := os.Open(s.path)
		if err != nil {
			return Position{}, err
		}
		f, _, ok, err := nextFrame(file, s.base, 0, s.size)
		file.Close()
		if err != nil {
			return Position{}, err
		}
		if ok {
			return f.at, nil
		}
	}
	return Position{}, nil
}

// restoreSegments finds the end of the log, cuts a torn tail off, and collects the digests of the window, newest first.
func (l *Log) restoreSegments() error {
	l.head = l.state.uncut
	oldest := l.now().Add(-l.cfg.DuplicateWindow).UnixNano()
	var newest []([]entry)
	ended, kept := false, 0
	for i := len(l.segments) - 1; i >= 0; i-- {
		last := i == len(l.segments)-1
		found, err := inspect(*l.segments[i], last)
		if err != nil {
			return err
		}
		if last {
			if err := l.cutTail(found.end); err != nil {
				return err
			}
		}
		if len(found.entries) == 0 {
			continue
		}
		if !ended && found.head.Offset > l.head.Offset {
			l.head = found.head
		}
		ended = true
		newest = append(newest, found.entries)
		kept += len(found.entries)
		if found.entries[0].time < oldest || kept >= l.cfg.DuplicateLimit {
			break
		}
	}
	for _, entries := range slices.Backward(newest) {
		l.duplicates.load(entries, l.now(), false)
	}
	for _, s := range l.segments {
		l.bytes += s.size
		l.head.Offset = max(l.head.Offset, s.end())
	}
	return nil
}

// cutTail ends the last segment behind its last good record; a segment without one is deleted.
func (l *Log) cutTail(end int64) error {
	s := l.segments[len(l.segments)-1]
	torn := s.size - end
	if end <= segmentHeader {
		torn = max(s.size-segmentHeader, 0)
		l.segments = l.segments[:len(l.segments)-1]
	}
	if torn > 0 {
		l.counters.tornBytes.Add(torn)
		l.log.Warn("the log ends in a write that was not finished, which is cut off", pathField(s.path), zap.Int64("bytes", torn))
	}
	if end <= segmentHeader {
		return removeFile(s.path)
	}
	s.size = end
	return os.Truncate(s.path, end)
}

// inspected is what one pass over a segment finds: its digests, the end of its last record in the log and in the file.
type inspected struct {
	entries []entry
	head    Position
	end     int64
}

// inspect reads the frame headers of a segment, and with verify the records too. Damage in the middle is left for
// readers to report.
func inspect(s segment, verify bool) (found inspected, err error) {
	file, err := os.Open(s.path)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var buf []byte
	for pos := int64(segmentHeader); ; {
		f, _, ok, err := nextFrame(file, s.base, pos, s.size)
		if !ok || err != nil {
			return found, err
		}
		pos = int64(f.end().Offset - s.base)
		if verify {
			buf = slices.Grow(buf[:0], int(f.length))[:f.length]
			if err := readFull(file, buf, pos-int64(f.length)); err != nil {
				return found, err
			}
			if digestOf(buf, s.seed) != f.digest {
				continue
			}
		}
		found.entries = append(found.entries, entry{f.digest, f.time, f.at.Offset})
		found.head, found.end = f.end(), pos
	}
}

// restoreBounds sizes the log by the disk it is on.
func (l *Log) restoreBounds() error {
	l.max = l.cfg.MaxSize
	if l.max == 0 {
		free, err := freeBytes(l.cfg.Dir)
		if err != nil {
			return fmt.Errorf("free space: %w", err)
		}
		l.max = max((free+l.bytes-l.cfg.ReserveFree)/2, 1<<20)
	}
	// Space is freed in whole segments: with fewer than eight a log would be full while most of it is done.
	l.cfg.SegmentSize = min(l.cfg.SegmentSize, max(l.max/8, 4096))
	l.cfg.MaxRecord = min(l.cfg.MaxRecord, l.max-2*segmentHeader-frameHeader)
	return nil
}
