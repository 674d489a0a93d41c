package store

import (
	"math"
	"math/bits"
	"time"
)

// bucketNs is the width of the time buckets that the table spans is sorted by.
// Its width does not matter for size, and a trace is in one or two of them.
const bucketNs = int64(10 * time.Minute)

func timeBucket(startNs int64) uint32 { return uint32(startNs / bucketNs) }

// unixMinute of a time in Unix ns.
func unixMinute(ns int64) uint32 { return uint32(ns / int64(time.Minute)) }

// durationBucket puts durations into 8 buckets per power of two, so that a
// bucket is at most 12.5 % wide. Negative durations are in bucket 0.
func durationBucket(ns int64) uint16 {
	if ns < 8 {
		return uint16(max(ns, 0))
	}
	e := bits.Len64(uint64(ns)) - 1
	return uint16((e-2)*8) + uint16(uint64(ns)>>(e-3)&7)
}

// BucketDuration is the middle of a duration bucket, in ns.
func BucketDuration(bucket uint16) int64 {
	if bucket < 8 {
		return int64(bucket)
	}
	e, m := int(bucket/8)+2, uint64(bucket%8)
	low := (8 + m) << (e - 3)
	return int64(min(low+1<<(e-3)/2, math.MaxInt64))
}

// unixDay is the day of arrival as ClickHouse's Date counts it.
func unixDay(t time.Time) uint16 {
	return uint16(min(max(t.Unix()/86400, 0), math.MaxUint16))
}
