package store

import (
	"math"
	"time"
)

// bucketNs is the width of the time buckets that the table spans is sorted by.
// Its width does not matter for size, and a trace is in one or two of them.
const bucketNs = int64(10 * time.Minute)

func timeBucket(startNs int64) uint32 { return uint32(startNs / bucketNs) }

// unixMinute of a time in Unix ns.
func unixMinute(ns int64) uint32 { return uint32(ns / int64(time.Minute)) }

// unixDay is the day of arrival as ClickHouse's Date counts it.
func unixDay(t time.Time) uint16 {
	return uint16(min(max(t.Unix()/86400, 0), math.MaxUint16))
}
