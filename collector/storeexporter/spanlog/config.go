package spanlog

import (
	"errors"
	"fmt"
	"time"
)

const (
	// FsyncNever leaves writing back to the kernel: an acknowledged record survives the death of the process.
	FsyncNever = "never"
	// FsyncAlways syncs every group of records before acknowledging it: a record survives a power cut too.
	FsyncAlways = "always"
)

// Config of a log. Start from DefaultConfig; the zero value is refused by Validate.
type Config struct {
	// Dir is the folder of the log, made when missing. One process at a time may have it open.
	Dir string
	// SegmentSize is the size in bytes at which a new file begins; space is freed in whole segments.
	SegmentSize int64
	// MaxSize bounds the segments in bytes; beyond it Append answers ErrFull. 0 is half of what is free at Open.
	MaxSize int64
	// ReserveFree is the space in bytes that must stay free on the file system, for the store and everybody else.
	ReserveFree int64
	// MaxRecord bounds one record in bytes; a larger one is refused with ErrTooLarge.
	MaxRecord int64
	// QueueBytes bounds the records that wait for the disk; beyond it callers of Append block.
	QueueBytes int64
	// Fsync is "never", "always", or an interval such as "200ms" at which written records are synced.
	Fsync string
	// DuplicateWindow is how long a byte-identical record is recognised and not stored again; 0 turns that off.
	DuplicateWindow time.Duration
	// DuplicateLimit bounds the digests that are kept for the window.
	DuplicateLimit int
	// Clock stamps records and measures the window; nil is time.Now.
	Clock func() time.Time
}

// DefaultConfig is the configuration of a log in dir, with a reason for each number.
func DefaultConfig(dir string) Config {
	return Config{
		Dir: dir,
		// Large enough that making and deleting files does not show at 100 MB/s, small enough to free space soon.
		SegmentSize: 64 << 20,
		// The embedded engine needs room to merge and to delete; a file system filled to the brim stops it.
		ReserveFree: 256 << 20,
		// The OTLP receivers' own bounds are below this; it catches a mistake, not a large request.
		MaxRecord: 64 << 20,
		// One largest record, or 200 usual requests: more than a disk takes in the time a sender waits.
		QueueBytes: 64 << 20,
		// A sender keeps its own copy only until the answer; a power cut is rarer than every other loss on that way.
		Fsync: FsyncNever,
		// Retries of OTLP exporters end after five minutes by default; twice that.
		DuplicateWindow: 10 * time.Minute,
		// 400 requests a second for ten minutes; about 20 MB of memory when full.
		DuplicateLimit: 1 << 18,
	}
}

// Validate reports the first field that cannot work and what to set instead.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return errors.New("log folder is empty: set a path")
	case c.SegmentSize < 4096:
		return fmt.Errorf("segment size %d is below 4096 bytes: 64 MiB is usual", c.SegmentSize)
	case c.MaxSize < 0:
		return fmt.Errorf("log size %d is negative: 0 sizes it by the free space", c.MaxSize)
	case c.ReserveFree < 0:
		return fmt.Errorf("reserved free space %d is negative: 0 reserves nothing", c.ReserveFree)
	case c.MaxRecord < 1 || c.MaxRecord > 1<<30:
		return fmt.Errorf("record bound %d is not between 1 byte and 1 GiB: 64 MiB is usual", c.MaxRecord)
	case c.QueueBytes < c.MaxRecord:
		return fmt.Errorf("queue of %d bytes cannot hold one record of %d: raise it or lower the record bound", c.QueueBytes, c.MaxRecord)
	case c.DuplicateWindow < 0:
		return fmt.Errorf("duplicate window %s is negative: 0 turns it off", c.DuplicateWindow)
	case c.DuplicateWindow > 0 && c.DuplicateLimit < 1:
		return fmt.Errorf("duplicate limit %d keeps no digest: raise it or set the window to 0", c.DuplicateLimit)
	}
	_, _, err := c.syncing()
	return err
}

// syncing reads Fsync: whether each group is synced, or else the interval (0 is never).
func (c Config) syncing() (always bool, every time.Duration, err error) {
	switch c.Fsync {
	case FsyncNever:
		return false, 0, nil
	case FsyncAlways:
		return true, 0, nil
	}
	every, err = time.ParseDuration(c.Fsync)
	if err != nil || every < time.Millisecond {
		return false, 0, fmt.Errorf(`fsync %q: want "never", "always" or an interval of a millisecond or more, such as "200ms"`, c.Fsync)
	}
	return false, every, nil
}
