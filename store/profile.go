package store

import (
	"context"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// ProfileRow counts a trait of the flows that began in a minute.
type ProfileRow struct {
	Tenant string
	Minute uint32 // Unix
	What   flow.TraitKind
	A, B   uint64
	Bucket uint8
	N      uint32
}

func (s *Store) profileRows(rows []ProfileRow) proto.Input {
	tenant := newStrings()
	var day proto.ColDate
	var minute proto.ColUInt32
	var what, bucket proto.ColUInt8
	var a, b, n proto.ColUInt64
	today := proto.ToDate(s.clock().UTC())
	for i := range rows {
		r := &rows[i]
		tenant.Append(r.Tenant)
		day = append(day, today)
		minute = append(minute, r.Minute)
		what, bucket = append(what, uint8(r.What)), append(bucket, r.Bucket)
		a, b, n = append(a, r.A), append(b, r.B), append(n, uint64(r.N))
	}
	return proto.Input{
		{Name: "tenant", Data: tenant}, {Name: "day", Data: &day}, {Name: "minute", Data: &minute}, {Name: "what", Data: &what},
		{Name: "a", Data: &a}, {Name: "b", Data: &b}, {Name: "bucket", Data: &bucket}, {Name: "n", Data: &n},
	}
}

const (
	// maxMinutes of a window are looked at, and as many before it: what is usual
	// does not need every minute of a day.
	maxMinutes = 90
	maxChanges = 50_000
)

// Changes compares how flows went in a window with how they went between since
// and the window, to the minute.
func (s *Store) Changes(ctx context.Context, tenant string, since, from, to time.Time) ([]flow.Change, error) {
	minute := func(t time.Time) uint32 { return unixMinute(max(t.UnixNano(), 0)) }
	minutes := append(someOf(minute(since), minute(from)), someOf(minute(from), minute(to.Add(time.Minute-1)))...)
	var out []flow.Change
	p := params{"tenant": tenant, "from": minute(from), "minutes": minutes, "limit": uint64(maxChanges)}
	err := s.each(ctx, "changes", p, func(r driver.Rows) error {
		var c flow.Change
		var what uint8
		err := r.Scan(&what, &c.A, &c.B, &c.Before.N, &c.Before.Sum, &c.Before.Squares, &c.Now.N, &c.Now.Sum, &c.Now.Squares)
		c.What = flow.TraitKind(what)
		out = append(out, c)
		return err
	})
	return out, err
}

// someOf spreads over the minutes from one to before another.
func someOf(from, to uint32) []uint32 {
	if to <= from {
		return nil
	}
	n := min(to-from, maxMinutes)
	out := make([]uint32, n)
	for i := range n {
		out[i] = from + uint32(uint64(i)*uint64(to-from)/uint64(n))
	}
	return out
}
