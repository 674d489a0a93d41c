package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// flowsOfKey finds the flows with a trace that carries a value. Values never join
// across environments, so a value has a hash in each of them.
func (s *Store) flowsOfKey(ctx context.Context, q *FlowQuery) ([]flow.FlowID, error) {
	value, ok := flow.NormalizeValue(q.Key.Value)
	if !ok {
		return nil, nil
	}
	if q.Environment != "" {
		return s.flowsOfValue(ctx, q, value, []string{q.Environment})
	}
	environments, now, err := s.environments.of(ctx, s, q.Tenant, environmentsKept)
	if err != nil {
		return nil, err
	}
	ids, err := s.flowsOfValue(ctx, q, value, environments)
	if err != nil || len(ids) > 0 || now {
		return ids, err
	}
	newer, _, err := s.environments.of(ctx, s, q.Tenant, 0)
	if err != nil || slices.Equal(newer, environments) {
		return nil, err
	}
	return s.flowsOfValue(ctx, q, value, newer)
}

func (s *Store) flowsOfValue(ctx context.Context, q *FlowQuery, value string, environments []string) ([]flow.FlowID, error) {
	var hashes []uint64
	for _, e := range environments {
		hashes = append(hashes, flow.HashKey(e, q.Key.Key, value), flow.HashKey(e, flow.KeyConcept(q.Key.Key), value))
	}
	slices.Sort(hashes)
	var ids []flow.FlowID
	for part := range slices.Chunk(slices.Compact(hashes), maxIDs) {
		p := params{"tenant": q.Tenant, "hashes": part, "most": uint64(MaxTracesPerHash)}
		err := s.each(ctx, "flows_of_hashes", p, func(r driver.Rows) error {
			var id flow.FlowID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// environmentsKept is how long the environments of a tenant are remembered.
const environmentsKept = 5 * time.Second

// environments remembers those of a few tenants.
type environments struct {
	mu    sync.Mutex
	known map[string]knownEnvironments
}

type knownEnvironments struct {
	at    time.Time
	names []string
}

const maxEnvironmentTenants = 1000

// of are the environments that a tenant had at most so long ago, and whether they
// were read just now.
func (e *environments) of(ctx context.Context, s *Store, tenant string, age time.Duration) ([]string, bool, error) {
	now := time.Now()
	e.mu.Lock()
	have, ok := e.known[tenant]
	e.mu.Unlock()
	if ok && now.Sub(have.at) < age {
		return have.names, false, nil
	}
	read := knownEnvironments{at: now}
	err := s.each(ctx, "environments", params{"tenant": tenant}, func(r driver.Rows) error {
		var name string
		err := r.Scan(&name)
		read.names = append(read.names, name)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil || len(e.known) >= maxEnvironmentTenants {
		e.known = map[string]knownEnvironments{}
	}
	e.known[tenant] = read
	return read.names, true, nil
}
