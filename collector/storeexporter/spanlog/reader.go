package spanlog

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// Record as it was appended. Data is valid until the next call of Next.
type Record struct {
	Data []byte
	Rows int
	// Time is when the record was written, by the clock of the log.
	Time time.Time
	// Pos is where the record begins and End where it ends: Cut(End) makes it the last of a range.
	Pos, End Position
}

// Reader reads records in order. It is for one goroutine; a log may have many.
type Reader struct {
	log     *Log
	pos     Position
	until   *Position
	trimmed bool // the place was deleted, so a jump in the counts is no loss
	path    string
	file    *os.File
	buf     []byte
}

// keepBuffer is the largest buffer a reader keeps between records, so that one huge record does not stay in memory.
const keepBuffer = 4 << 20

// Reader reads from a position (that of Uncut, usually) and waits at the end of the log for more.
func (l *Log) Reader(from Position) *Reader { return &Reader{log: l, pos: from} }

// ReadRange reads the records of a range that is not done, then io.EOF.
func (l *Log) ReadRange(r Range) *Reader { return &Reader{log: l, pos: r.From, until: &r.To} }

// Next returns the next whole, committed record, waiting for it if need be. Damaged bytes and records are skipped:
// counted in Stats and logged. Errors: that of the context, ErrClosed, io.EOF at the end of a range, or one of reading
// the disk, after which Next may be tried again.
func (r *Reader) Next(ctx context.Context) (Record, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Record{}, err
		}
		if r.until != nil && r.pos.Offset >= r.until.Offset {
			return Record{}, r.finish()
		}
		seg, trimmed, grown, err := r.log.locate(r.pos.Offset)
		if err != nil {
			return Record{}, err
		}
		r.trimmed = r.trimmed || trimmed
		if grown != nil {
			if r.until != nil {
				return Record{}, r.finish()
			}
			select {
			case <-grown:
			case <-ctx.Done():
			}
			continue
		}
		rec, ok, err := r.read(seg)
		if ok || err != nil {
			return rec, err
		}
	}
}

// finish is the end of a range; records that should have been in it are counted as lost.
func (r *Reader) finish() error {
	r.gap(*r.until)
	r.pos = *r.until
	return io.EOF
}

// read takes one step in a segment: a record, or past what is none (ok is false).
func (r *Reader) read(seg segment) (rec Record, ok bool, err error) {
	if err := r.open(seg.path); errors.Is(err, fs.ErrNotExist) {
		r.pos.Offset, r.trimmed = seg.end(), true
		return Record{}, false, nil
	} else if err != nil {
		return Record{}, false, err
	}
	from := max(r.pos.Offset, seg.base) - seg.base
	f, skipped, ok, err := nextFrame(r.file, seg.base, int64(from), seg.size)
	if err != nil {
		return Record{}, false, err
	}
	if skipped > 0 {
		r.log.skipped(seg, seg.base+from, skipped)
	}
	if !ok {
		r.pos.Offset = seg.end()
		return Record{}, false, nil
	}
	if r.until != nil && f.at.Offset >= r.until.Offset {
		r.pos.Offset = f.at.Offset
		return Record{}, false, nil
	}
	r.gap(f.at)
	data := r.buffer(int(f.length))
	if err := readFull(r.file, data, int64(f.at.Offset-seg.base)+frameHeader); err != nil {
		return Record{}, false, err
	}
	r.pos = f.end()
	if digestOf(data, seg.seed) != f.digest {
		r.log.damagedRecord(seg, f)
		return Record{}, false, nil
	}
	return Record{Data: data, Rows: int(f.rows), Time: time.Unix(0, f.time), Pos: f.at, End: r.pos}, true, nil
}

// gap takes the count of a frame over and reports the records that should have come before it.
func (r *Reader) gap(at Position) {
	if at.Records > r.pos.Records && !r.trimmed {
		r.log.lost(r.pos, at)
	}
	r.pos.Records, r.pos.Rows, r.trimmed = at.Records, at.Rows, false
}

func (r *Reader) open(path string) error {
	if r.path == path {
		return nil
	}
	if err := r.Close(); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	r.file, r.path = f, path
	return nil
}

func (r *Reader) buffer(n int) []byte {
	if cap(r.buf) < n || (cap(r.buf) > keepBuffer && n <= keepBuffer) {
		r.buf = make([]byte, n)
	}
	return r.buf[:n]
}

// Close lets go of the file. Next may still be called, and opens it again.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file, r.path = nil, ""
	return err
}

// locate finds the first segment with something at or behind offset, or else the channel that closes when there may be.
// trimmed is true when what was at offset has been deleted as done.
func (l *Log) locate(offset uint64) (seg segment, trimmed bool, grown <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown == nil {
		return segment{}, false, nil, ErrClosed
	}
	trimmed = offset < l.trimmed
	for _, s := range l.segments {
		if s.size > segmentHeader && s.end() > offset {
			return *s, trimmed, nil, nil
		}
	}
	return segment{}, trimmed, l.grown, nil
}
