package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Shift is an endpoint that takes longer than it did.
type Shift struct {
	Endpoint    uint64
	Before, Now uint64        // how often it was seen
	Was, Is     time.Duration // medians
}

const (
	// leastOfShift is how often an endpoint must have been seen before and now:
	// the median of fewer moves by itself.
	leastOfShift = 20
	maxShifts    = 500
)

// Shifts lists the endpoints whose median duration in a window is at least half
// as long again as between since and the window, to the minute.
func (s *Store) Shifts(ctx context.Context, tenant string, since, from, to time.Time) ([]Shift, error) {
	minute := func(t time.Time) uint32 { return unixMinute(max(t.UnixNano(), 0)) }
	var out []Shift
	p := params{"tenant": tenant, "since": minute(since), "from": minute(from), "to": minute(to.Add(time.Minute - 1)),
		"least": uint64(leastOfShift), "limit": uint64(maxShifts)}
	err := s.each(ctx, "shifts", p, func(r driver.Rows) error {
		var x Shift
		var was, is uint16
		err := r.Scan(&x.Endpoint, &x.Before, &x.Now, &was, &is)
		x.Was, x.Is = time.Duration(BucketDuration(was)), time.Duration(BucketDuration(is))
		out = append(out, x)
		return err
	})
	return out, err
}
