package spanlog

import (
	"errors"
	"fmt"
	"time"
)

// groupBytes bounds one write, so that the first of a large group does not wait for all of it.
const groupBytes = 8 << 20

// run is the writer: it takes what waits and writes it as one, until the queue is closed and empty.
func (l *Log) run() {
	defer close(l.stopped)
	var tick <-chan time.Time
	if l.every > 0 {
		ticker := time.NewTicker(l.every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-l.queue.wake:
		case <-tick:
			l.syncDirty()
		}
		for {
			group, finished := l.queue.take()
			if finished {
				l.syncDirty()
				return
			}
			if len(group) == 0 {
				break
			}
			l.commit(group)
		}
	}
}

// commit writes the group in order, in parts that fit a segment and the bounds, and answers each part as it is done.
func (l *Log) commit(group []*request) {
	for len(group) > 0 {
		n, err := l.fitting(group)
		if err == nil {
			if err = l.write(group[:n]); noRoom(err) && l.relieve() {
				err = l.write(group[:n])
			}
		}
		if noRoom(err) {
			err = fmt.Errorf("%w: %w", ErrFull, err)
		}
		if errors.Is(err, ErrFull) {
			l.counters.refused.Add(int64(n))
		}
		l.answer(group[:n], err)
		group = group[n:]
	}
}

func (l *Log) answer(part []*request, err error) {
	var bytes int64
	for _, r := range part {
		bytes += r.size()
		if err != nil {
			r.err = err
			l.duplicates.settle(r, 0, false)
		}
		close(r.done)
	}
	l.queue.release(bytes)
}

// fitting is how many of the group's first requests one write may take; with an error it is for the first one alone.
func (l *Log) fitting(group []*request) (int, error) {
	size := group[0].size()
	room, err := l.room(size)
	if errors.Is(err, ErrFull) && l.relieve() {
		room, err = l.room(size)
	}
	if err != nil {
		return 1, err
	}
	if s := l.newest(); s != nil && s.size > segmentHeader && s.size+size > l.cfg.SegmentSize {
		l.seal()
		l.reclaim()
	}
	if s := l.newest(); s != nil {
		room = min(room, l.cfg.SegmentSize-s.size)
	} else {
		room = min(room, l.cfg.SegmentSize-segmentHeader)
	}
	room = min(room, groupBytes) - size
	n := 1
	for n < len(group) && n < maxVectors/2 && group[n].size() <= room {
		room -= group[n].size()
		n++
	}
	return n, nil
}

// room is how many bytes may be written now: at least size, or ErrFull with the bound that is reached.
func (l *Log) room(size int64) (int64, error) {
	used := l.diskBytes()
	room := l.max - used - segmentHeader
	if room < size {
		return 0, fmt.Errorf("%w: %d of %d bytes used, %d more wanted", ErrFull, used, l.max, size)
	}
	if l.cfg.ReserveFree > 0 {
		free, err := freeBytes(l.cfg.Dir)
		if err != nil {
			return 0, fmt.Errorf("free space of the log: %w", err)
		}
		room = min(room, free-l.cfg.ReserveFree)
		if room < size {
			return 0, fmt.Errorf("%w: %d bytes free on disk and %d reserved, %d wanted", ErrFull, free, l.cfg.ReserveFree, size)
		}
	}
	return room, nil
}

// relieve frees a newest segment of which everything is done, which is else kept until it is of full size.
func (l *Log) relieve() bool {
	if l.floor().Records >= l.end().Records {
		if s := l.newest(); s != nil && s.size > segmentHeader {
			l.seal()
		}
	}
	return l.reclaim() > 0
}

// write puts the part on disk and makes it visible, or leaves everything as it was.
func (l *Log) write(part []*request) error {
	if l.active == nil {
		if err := l.begin(); err != nil {
			return err
		}
	}
	seg, at, now := l.newest(), l.end(), l.now().UnixNano()
	headers := make([]byte, frameHeader*len(part))
	vectors := make([][]byte, 0, 2*len(part))
	for i, r := range part {
		f := frame{length: uint32(len(r.record)), rows: r.rows, at: at, time: now, digest: r.digest}
		h := headers[i*frameHeader : (i+1)*frameHeader]
		f.put(h)
		vectors = append(vectors, h)
		if len(r.record) > 0 {
			vectors = append(vectors, r.record)
		}
		r.pos, at = at, f.end()
	}
	err := writeVectors(l.active, vectors, seg.size)
	if err == nil {
		l.dirty = true
		if l.always {
			err = l.sync()
		}
	}
	if err != nil {
		l.rollBack(seg, err)
		return err
	}
	for _, r := range part {
		l.duplicates.settle(r, now, true)
	}
	l.counters.appended.Add(int64(len(part)))
	l.mu.Lock()
	written := int64(at.Offset - l.head.Offset)
	seg.size += written
	l.bytes += written
	l.head = at
	close(l.grown)
	l.grown = make(chan struct{})
	l.mu.Unlock()
	return nil
}

// rollBack cuts the file back to its last committed record. After an error other than a full disk the file is not
// trusted any more and the next record begins a new one.
func (l *Log) rollBack(seg *segment, cause error) {
	err := l.active.Truncate(seg.size)
	if err == nil && noRoom(cause) {
		return
	}
	l.log.Error("write to the log did not work: its last file is closed and a new one begun",
		pathField(seg.path), errField(errors.Join(cause, err)))
	l.dirty = false
	l.seal()
}

// begin makes the next segment.
func (l *Log) begin() error {
	f, seg, err := createSegment(l.cfg.Dir, l.end().Offset, l.seed)
	if err != nil {
		return err
	}
	if l.syncs {
		if err := syncDir(l.cfg.Dir); err != nil {
			return errors.Join(err, f.Close(), removeFile(seg.path))
		}
	}
	l.active = f
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append(l.segments, seg)
	l.head.Offset = seg.end()
	l.bytes += seg.size
	return nil
}

// seal ends the newest segment; one without a record is deleted, since the next takes its name.
func (l *Log) seal() {
	l.syncDirty()
	if err := l.active.Close(); err != nil {
		l.log.Warn("segment of the log closed with an error", errField(err))
	}
	l.active = nil
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.segments) - 1
	seg := l.segments[last]
	seg.sealed = true
	if seg.size > segmentHeader {
		return
	}
	l.segments = l.segments[:last]
	l.head.Offset -= segmentHeader
	l.bytes -= seg.size
	if err := removeFile(seg.path); err != nil {
		// The name is taken, so the next segment begins one byte further.
		l.head.Offset = seg.base + 1
	}
}

func (l *Log) sync() error {
	l.counters.fsyncs.Add(1)
	if err := l.active.Sync(); err != nil {
		return err
	}
	l.dirty = false
	return nil
}

// syncDirty is the sync at intervals and at the end of a file: nobody waits for it, so an error can only be told.
func (l *Log) syncDirty() {
	if !l.syncs || !l.dirty || l.active == nil {
		return
	}
	if err := l.sync(); err != nil {
		l.counters.fsyncErrors.Add(1)
		l.dirty = false
		l.log.Error("sync of the log did not work: acknowledged records may not survive a power cut", errField(err))
	}
}

// newest is the segment being written, which only the writer changes; nil when the next write begins one.
func (l *Log) newest() *segment {
	if l.active == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segments[len(l.segments)-1]
}

func (l *Log) diskBytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytes
}
