package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/baton-observability/baton/store"
)

// listed is the endpoints of a tenant as they were a moment ago. Reading all of
// them for every page of a flow would cost more than the flow.
type listed struct {
	at   time.Time
	all  []store.EndpointRecord
	byID map[uint64]*store.EndpointRecord
}

// lists remembers the endpoints of a few tenants, and those that were looked up
// one by one: an id is made of what the endpoint is, so that it stays true.
type lists struct {
	mu  sync.Mutex
	of  map[string]*listed
	met map[uint64]*store.EndpointRecord
}

const (
	// fresh is how old a list may be for a page that lists or counts endpoints.
	fresh = time.Second
	// known is how old it may be for a page that looks up the few that it shows,
	// and asks for those that it does not find.
	known      = time.Minute
	maxListed  = 8       // tenants
	maxRecords = 100_000 // of a tenant, beyond which its list is not kept
)

// endpoints are those of a tenant as they were at most so long ago.
func (s *Server) endpoints(ctx context.Context, tenant string, age time.Duration) (*listed, error) {
	now := time.Now()
	s.lists.mu.Lock()
	l := s.lists.of[tenant]
	s.lists.mu.Unlock()
	if l != nil && now.Sub(l.at) < age {
		return l, nil
	}
	all, err := s.deps.Endpoints.Endpoints(ctx, tenant)
	if err != nil {
		return nil, err
	}
	l = index(all)
	l.at = now
	if len(all) > maxRecords {
		return l, nil
	}
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	if s.lists.of == nil || len(s.lists.of) >= maxListed {
		s.lists.of = map[string]*listed{}
	}
	s.lists.of[tenant] = l
	return l, nil
}

// meet looks up endpoints that the directory does not know: those that are newer
// than its list, and those that no list tells of, such as internal work, calls
// to a database and the sides of hops whose spans know no kinds.
func (s *Server) meet(ctx context.Context, tenant string, ids []uint64, d *directory) error {
	var ask []uint64
	s.lists.mu.Lock()
	for _, id := range ids {
		if id == 0 || d.find(id) != nil {
			continue
		}
		if e := s.lists.met[id]; e != nil && e.Tenant == tenant {
			d.know(id, &e.Endpoint)
			continue
		}
		ask = append(ask, id)
	}
	s.lists.mu.Unlock()
	if len(ask) == 0 {
		return nil
	}
	slices.Sort(ask)
	found, err := s.deps.Endpoints.EndpointsByID(ctx, tenant, slices.Compact(ask))
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	if s.lists.met == nil || len(s.lists.met)+len(found) > maxRecords {
		s.lists.met = map[uint64]*store.EndpointRecord{}
	}
	for id, e := range found {
		d.know(id, &e)
		s.lists.met[id] = d.met[id]
	}
	return err
}

func index(all []store.EndpointRecord) *listed {
	l := &listed{all: all, byID: make(map[uint64]*store.EndpointRecord, len(all))}
	for i := range all {
		l.byID[all[i].ID] = &all[i]
	}
	return l
}
