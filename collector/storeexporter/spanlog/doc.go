// Package spanlog is the durable log behind an acknowledgement: Append returns when a record is on disk, an inserter
// reads the records back in fixed ranges, and a range that is in the store is marked Done and its disk space freed.
//
// On disk a log is one folder:
//
//	lock                      held (flock) while a process has the log open
//	state                     which ranges are cut and not done; two preallocated, checksummed slots, see state.go
//	<base>.log                segments: a 32 byte header, then frames of a 64 byte header and the record, see frame.go
//	<number>.digests          digests of recent records whose segments are gone, see digests.go
//
// What survives. The death of the process: everything acknowledged. A power cut: with Fsync "always" everything
// acknowledged, with an interval all but the last interval, with "never" what the kernel had written back (about the
// last 30 seconds are at risk). Whatever is lost or damaged is skipped, counted in Stats and logged, never a crash.
//
// Ranges are exact. Cut writes the boundaries of a range to the state file before the range is inserted, so after a
// crash the same records come back under the same range id, which the store uses to drop a second insert.
package spanlog
