package spanlog

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Range is a fixed stretch of the log that is inserted as one. Its ID is unique across logs and restarts: the 16 random
// bytes are drawn at every Open, so that a copy or a restored backup of the folder never gives an old id to new records.
type Range struct {
	ID     string
	From   Position
	To     Position
	epoch  [16]byte
	number uint64
}

// Rows in the range as appended.
func (r Range) Rows() int { return int(r.To.Rows - r.From.Rows) }

// Records in the range as appended.
func (r Range) Records() int { return int(r.To.Records - r.From.Records) }

func rangeID(epoch [16]byte, number uint64) string {
	return hex.EncodeToString(epoch[:]) + "-" + strconv.FormatUint(number, 10)
}

var (
	// ErrNothingToCut is the answer to a Cut at or before the end of the last range, or behind the last record.
	ErrNothingToCut = errors.New("no records between the last range and the position")
	// ErrTooManyRanges is the answer to a Cut while 512 ranges are not done.
	ErrTooManyRanges = errors.New("too many ranges of the log are not done")
	// ErrUnknownRange is the answer to a Done for a range that is not open.
	ErrUnknownRange = errors.New("no such open range")
)

// Cut makes a range of all records between the last range and to, which is the End of a record that a reader
// returned. The boundary is on disk when Cut returns, and a replay gives the same range. A full disk does not stop it.
func (l *Log) Cut(to Position) (Range, error) {
	l.ranges.Lock()
	defer l.ranges.Unlock()
	switch {
	case l.closed.Load():
		return Range{}, ErrClosed
	case to.Offset <= l.state.uncut.Offset || to.Offset > l.end().Offset:
		return Range{}, ErrNothingToCut
	case len(l.state.ranges) == maxRanges:
		return Range{}, ErrTooManyRanges
	}
	r := Range{From: l.state.uncut, To: to, epoch: l.epoch, number: l.nextRange}
	r.ID = rangeID(r.epoch, r.number)
	next := l.state
	next.uncut = to
	next.ranges = append(slices.Clone(l.state.ranges), r)
	if err := l.store.write(&next); err != nil {
		return Range{}, fmt.Errorf("writing the range %s: %w", r.ID, err)
	}
	l.state = next
	l.nextRange++
	return r, nil
}

// NextID is the id that the next Cut gives, so that a range can be prepared while it is read.
func (l *Log) NextID() string {
	l.ranges.Lock()
	defer l.ranges.Unlock()
	return rangeID(l.epoch, l.nextRange)
}

// Done marks a range as stored, in any order, and frees the segments that are wholly done. Until it returned nil the
// range comes back at the next Open.
func (l *Log) Done(id string) error {
	if err := l.markDone(id); err != nil {
		return err
	}
	l.reclaim()
	return nil
}

func (l *Log) markDone(id string) error {
	l.ranges.Lock()
	defer l.ranges.Unlock()
	if l.closed.Load() {
		return ErrClosed
	}
	i := slices.IndexFunc(l.state.ranges, func(r Range) bool { return r.ID == id })
	if i < 0 {
		return fmt.Errorf("%w: %q", ErrUnknownRange, id)
	}
	next := l.state
	next.ranges = slices.Delete(slices.Clone(l.state.ranges), i, i+1)
	if err := l.store.write(&next); err != nil {
		return fmt.Errorf("marking the range %s as done: %w", id, err)
	}
	l.state = next
	return nil
}

// Ranges are those cut and not done, in the order of the log.
func (l *Log) Ranges() []Range {
	l.ranges.Lock()
	defer l.ranges.Unlock()
	return slices.Clone(l.state.ranges)
}

// Uncut is the end of the last range: where a reader for the next ranges begins.
func (l *Log) Uncut() Position {
	l.ranges.Lock()
	defer l.ranges.Unlock()
	return l.state.uncut
}

// floor is the position before which every range is done.
func (l *Log) floor() Position {
	l.ranges.Lock()
	defer l.ranges.Unlock()
	if len(l.state.ranges) > 0 {
		return l.state.ranges[0].From
	}
	return l.state.uncut
}

// reclaim deletes the sealed segments that are wholly done and returns how many bytes that freed. Their digests are
// written elsewhere first; where there is no room for that the file goes first, since else nothing would ever free it.
func (l *Log) reclaim() (freed int64) {
	l.reclaiming.Lock()
	defer l.reclaiming.Unlock()
	if l.ended {
		return 0
	}
	for _, s := range l.forgetSegments(l.floor()) {
		now := l.now()
		digests := l.duplicates.unsaved(s.end(), now)
		saveErr := l.digests.save(digests, now, l.syncs)
		if err := removeFile(s.path); err != nil {
			l.log.Error("segment of the log is done but could not be deleted", pathField(s.path), errField(err))
		}
		if saveErr != nil {
			saveErr = l.digests.save(digests, now, l.syncs)
		}
		if saveErr != nil {
			l.log.Warn("digests of deleted records could not be kept: after a restart their retries are stored again",
				countField(len(digests)), errField(saveErr))
		}
		freed += s.size
	}
	return freed
}

// forgetSegments takes the done segments off the list. A reader that still has one open reads on.
func (l *Log) forgetSegments(floor Position) []segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	var gone []segment
	for len(l.segments) > 0 && l.segments[0].sealed {
		s := l.segments[0]
		if s.end() > floor.Offset && floor.Records < l.head.Records {
			break
		}
		gone = append(gone, *s)
		l.segments = l.segments[1:]
		l.bytes -= s.size
		l.trimmed = s.end()
	}
	return gone
}
