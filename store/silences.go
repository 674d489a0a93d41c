package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Silence is a service that sent spans all the time and then none.
type Silence struct {
	Environment, Service string
	Endpoint             uint64    // the one of which most spans came
	Spans                uint64    // before
	First, Last          time.Time // minutes
}

const maxSilences = 50

// Silences lists the services that fell silent between two moments while others
// did not, the longest silence first.
func (s *Store) Silences(ctx context.Context, tenant string, since, to time.Time) ([]Silence, error) {
	minute := func(t time.Time) uint32 { return unixMinute(max(t.UnixNano(), 0)) }
	var out []Silence
	p := params{"tenant": tenant, "since": minute(since), "to": minute(to.Add(time.Minute - 1)), "limit": uint64(maxSilences)}
	err := s.each(ctx, "silences", p, func(r driver.Rows) error {
		var x Silence
		var first, last uint32
		var active uint64
		err := r.Scan(&x.Environment, &x.Service, &x.Endpoint, &x.Spans, &first, &last, &active)
		x.First, x.Last = time.Unix(int64(first)*60, 0).UTC(), time.Unix(int64(last)*60, 0).UTC()
		out = append(out, x)
		return err
	})
	return out, err
}
