package store

import (
	"context"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Interaction is a step from a caller endpoint to a callee endpoint, with what
// was learned about it in a form that is its writer's own.
type Interaction struct {
	ID             uint64
	Caller, Callee uint64 // endpoints
	Stats          []byte
	FirstSeen      time.Time
	LastSeen       time.Time
}

// LoadInteractions reads what was learned of a tenant.
func (s *Store) LoadInteractions(ctx context.Context, tenant string) ([]Interaction, error) {
	var out []Interaction
	err := s.each(ctx, "interactions", params{"tenant": tenant, "limit": uint64(maxEndpoints)}, func(r driver.Rows) error {
		var i Interaction
		var stats string
		err := r.Scan(&i.ID, &i.Caller, &i.Callee, &stats, &i.FirstSeen, &i.LastSeen)
		i.Stats = []byte(stats)
		out = append(out, i)
		return err
	})
	return out, err
}

// SaveInteractions writes what changed. The last write counts, but for the
// times, of which the widest do.
func (s *Store) SaveInteractions(ctx context.Context, tenant string, interactions []Interaction) error {
	if len(interactions) == 0 {
		return nil
	}
	revision, err := s.nextRevision(ctx)
	if err != nil {
		return err
	}
	tenants, first, last := newStrings(), millis(), millis()
	var ids, callers, callees, revisions proto.ColUInt64
	var stats proto.ColStr
	for _, i := range interactions {
		tenants.Append(tenant)
		ids = append(ids, i.ID)
		callers, callees = append(callers, i.Caller), append(callees, i.Callee)
		stats.AppendBytes(i.Stats)
		first.Append(i.FirstSeen.UTC())
		last.Append(i.LastSeen.UTC())
		revisions = append(revisions, revision)
	}
	return s.write.send(ctx, "interactions", "", proto.Input{
		{Name: "tenant", Data: tenants}, {Name: "id", Data: &ids}, {Name: "caller", Data: &callers}, {Name: "callee", Data: &callees},
		{Name: "stats", Data: &stats}, {Name: "first_seen", Data: first}, {Name: "last_seen", Data: last}, {Name: "revision", Data: &revisions},
	})
}
