package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// EndpointRecord is an endpoint with the time in which it was seen, right to
// the hour.
type EndpointRecord struct {
	flow.Endpoint
	ID                  uint64
	FirstSeen, LastSeen int64 // Unix ns
}

// maxEndpoints is what one answer holds at most. Templating keeps an estate to
// some thousands.
const maxEndpoints = 200_000

// Endpoints reads every endpoint of a tenant, by id.
func (s *Store) Endpoints(ctx context.Context, tenant string) ([]EndpointRecord, error) {
	var out []EndpointRecord
	err := s.each(ctx, "endpoints", params{"tenant": tenant, "limit": uint64(maxEndpoints)}, func(r driver.Rows) error {
		e, err := scanEndpoint(r, tenant)
		out = append(out, e)
		return err
	})
	return out, err
}

// EndpointsByID reads endpoints; those that are not there are left out.
func (s *Store) EndpointsByID(ctx context.Context, tenant string, ids []uint64) (map[uint64]flow.Endpoint, error) {
	out := make(map[uint64]flow.Endpoint, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), maxIDs)
		err := s.each(ctx, "endpoints_by_id", params{"tenant": tenant, "ids": ids[:n]}, func(r driver.Rows) error {
			e, err := scanEndpoint(r, tenant)
			out[e.ID] = e.Endpoint
			return err
		})
		if err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func scanEndpoint(r driver.Rows, tenant string) (EndpointRecord, error) {
	e := EndpointRecord{Endpoint: flow.Endpoint{Tenant: tenant}}
	var kind, role uint8
	var keys, values []string
	err := r.Scan(&e.ID, &e.Environment, &e.Namespace, &e.Service, &kind, &e.System, &e.Operation, &e.Destination, &e.Workflow,
		&e.Host, &role, &keys, &values, &e.FirstSeen, &e.LastSeen)
	if err != nil {
		return e, err
	}
	e.Kind, e.Role = flow.Kind(kind), flow.Role(role)
	for i := range keys {
		e.Attrs = append(e.Attrs, flow.Attr{Key: keys[i], Value: values[i]})
	}
	e.FirstSeen *= int64(time.Millisecond)
	e.LastSeen *= int64(time.Millisecond)
	return e, nil
}

// Traffic is what an endpoint did in a window.
type Traffic struct{ Spans, Errors uint64 }

// Traffic counts the spans of each endpoint that started in a window, to the minute.
func (s *Store) Traffic(ctx context.Context, tenant string, from, to time.Time) (map[uint64]Traffic, error) {
	out := map[uint64]Traffic{}
	p := params{"tenant": tenant, "from": unixMinute(max(from.UnixNano(), 0)), "to": unixMinute(max(to.UnixNano(), 0))}
	err := s.each(ctx, "traffic", p, func(r driver.Rows) error {
		var id uint64
		var t Traffic
		err := r.Scan(&id, &t.Spans, &t.Errors)
		out[id] = t
		return err
	})
	return out, err
}

// Tenants lists the tenants that have endpoints.
func (s *Store) Tenants(ctx context.Context) ([]string, error) {
	var out []string
	err := s.each(ctx, "tenants", nil, func(r driver.Rows) error {
		var t string
		err := r.Scan(&t)
		out = append(out, t)
		return err
	})
	return out, err
}
