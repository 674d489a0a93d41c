package store

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/cespare/xxhash/v2"
)

// OwnerChange says that an endpoint had a new owner from a moment on.
type OwnerChange struct {
	Endpoint uint64
	At       int64  // Unix ns
	Team     string // empty for nobody
	Source   string // of the owner: rule, catalogue, attribute or none
	Origin   string // the catalogue, by name
	Why      string // for people
}

// maxOwnerChanges is what one answer holds at most: every endpoint of a large
// estate changing hands five times.
const maxOwnerChanges = 1_000_000

// OwnerHistory reads every change of owner of a tenant, the oldest first.
func (s *Store) OwnerHistory(ctx context.Context, tenant string) ([]OwnerChange, error) {
	return s.ownerHistory(ctx, tenant, 0)
}

// EndpointOwners reads the owners that one endpoint had, the oldest first.
func (s *Store) EndpointOwners(ctx context.Context, tenant string, endpoint uint64) ([]OwnerChange, error) {
	return s.ownerHistory(ctx, tenant, endpoint)
}

func (s *Store) ownerHistory(ctx context.Context, tenant string, endpoint uint64) ([]OwnerChange, error) {
	var out []OwnerChange
	p := params{"tenant": tenant, "endpoint": endpoint, "limit": uint64(maxOwnerChanges + 1)}
	err := s.each(ctx, "owner_history", p, func(r driver.Rows) error {
		var c OwnerChange
		err := r.Scan(&c.Endpoint, &c.At, &c.Team, &c.Source, &c.Origin, &c.Why)
		out = append(out, c)
		return err
	})
	return out, err
}

// LastOwners are the owners that were recorded last.
type LastOwners struct {
	By    map[uint64]OwnerChange // by endpoint, without why
	count uint64                 // of all changes
}

// LastOwners reads the last recorded owner of each endpoint of a tenant.
func (s *Store) LastOwners(ctx context.Context, tenant string) (LastOwners, error) {
	last := LastOwners{By: map[uint64]OwnerChange{}}
	err := s.each(ctx, "owners_last", params{"tenant": tenant}, func(r driver.Rows) error {
		var c OwnerChange
		var n uint64
		err := r.Scan(&c.Endpoint, &c.At, &c.Team, &c.Source, &c.Origin, &n)
		last.By[c.Endpoint] = c
		last.count += n
		return err
	})
	return last, err
}

// TenantsWithoutOwners lists the tenants that have an endpoint of which no
// owner was ever recorded. It reads ids alone, so it may be asked often.
func (s *Store) TenantsWithoutOwners(ctx context.Context) ([]string, error) {
	var out []string
	err := s.each(ctx, "owners_missing", nil, func(r driver.Rows) error {
		var t string
		err := r.Scan(&t)
		out = append(out, t)
		return err
	})
	return out, err
}

// ownerRows is how many changes one insert carries.
const ownerRows = 50_000

// RecordOwners appends changes that were found by comparing with what was
// recorded last. Of several instances that found the same changes at the same
// time one is heard; one that comes later finds nothing to record.
func (s *Store) RecordOwners(ctx context.Context, tenant string, last LastOwners, changes []OwnerChange) error {
	for part := 0; len(changes) > 0; part++ {
		n := min(len(changes), ownerRows)
		if err := s.write.send(ctx, "owners", ownersToken(tenant, last, part, changes[:n]), ownerInput(tenant, changes[:n])); err != nil {
			return err
		}
		changes = changes[n:]
	}
	return nil
}

// ownersToken leaves the times out: they are those of the instance.
func ownersToken(tenant string, last LastOwners, part int, changes []OwnerChange) string {
	h := xxhash.New()
	for i := range changes {
		c := &changes[i]
		_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, c.Endpoint))
		for _, text := range [...]string{c.Team, c.Source, c.Origin} {
			_, _ = h.WriteString(text)
			_, _ = h.Write([]byte{0})
		}
	}
	return fmt.Sprintf("%d/%d/%x/%s", last.count, part, h.Sum64(), tenant)
}

func ownerInput(tenant string, changes []OwnerChange) proto.Input {
	tenants, teams, sources, origins := newStrings(), newStrings(), newStrings(), newStrings()
	var endpoints proto.ColUInt64
	var at proto.ColInt64
	var why proto.ColStr
	for i := range changes {
		c := &changes[i]
		tenants.Append(tenant)
		endpoints = append(endpoints, c.Endpoint)
		at = append(at, c.At)
		teams.Append(c.Team)
		sources.Append(c.Source)
		origins.Append(c.Origin)
		why.Append(c.Why)
	}
	return proto.Input{
		{Name: "tenant", Data: tenants}, {Name: "endpoint", Data: &endpoints}, {Name: "at", Data: &at}, {Name: "team", Data: teams},
		{Name: "source", Data: sources}, {Name: "origin", Data: origins}, {Name: "why", Data: &why},
	}
}
