package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/store/internal/wire"
)

// contentCache keeps shapes and resources as read, by their content's id. The
// id is a hash over the tenant and the content, so an entry never changes.
type contentCache struct {
	mu        sync.Mutex
	shapes    map[uint64]wire.Shape
	resources map[uint64][]byte
}

// maxContents entries take some tens of megabytes. Past it all are read again.
const maxContents = 1 << 15

// cached copies what the cache has of the ids to out, and returns the other ids.
// Both in one step: the cache may start anew at any time.
func cached[V any](mu *sync.Mutex, have *map[uint64]V, ids map[uint64]struct{}, out map[uint64]V) (missing []uint64) {
	mu.Lock()
	defer mu.Unlock()
	for id := range ids {
		if v, ok := (*have)[id]; ok {
			out[id] = v
		} else {
			missing = append(missing, id)
		}
	}
	return missing
}

func remember[V any](mu *sync.Mutex, have *map[uint64]V, id uint64, v V) {
	mu.Lock()
	defer mu.Unlock()
	if *have == nil || len(*have) >= maxContents {
		*have = map[uint64]V{}
	}
	(*have)[id] = v
}

// shapesOf reads the shapes of the ids, most of them from memory.
func (s *Store) shapesOf(ctx context.Context, tenant string, ids map[uint64]struct{}) (map[uint64]wire.Shape, error) {
	c := &s.contents
	out := make(map[uint64]wire.Shape, len(ids))
	err := s.contentOf(ctx, "shapes_by_id", tenant, cached(&c.mu, &c.shapes, ids, out), func(id uint64, content []byte) error {
		shape, err := wire.ReadShape(content)
		if err != nil {
			return fmt.Errorf("shape %016x: %w", id, err)
		}
		remember(&c.mu, &c.shapes, id, shape)
		out[id] = shape
		return nil
	})
	return out, err
}

// resourcesOf reads the contents of resources, most of them from memory.
func (s *Store) resourcesOf(ctx context.Context, tenant string, ids map[uint64]struct{}) (map[uint64][]byte, error) {
	c := &s.contents
	out := make(map[uint64][]byte, len(ids))
	err := s.contentOf(ctx, "resources_by_id", tenant, cached(&c.mu, &c.resources, ids, out), func(id uint64, content []byte) error {
		remember(&c.mu, &c.resources, id, content)
		out[id] = content
		return nil
	})
	return out, err
}

func (s *Store) contentOf(ctx context.Context, statement, tenant string, ids []uint64, f func(uint64, []byte) error) error {
	for len(ids) > 0 {
		n := min(len(ids), maxIDs)
		err := s.each(ctx, statement, params{"tenant": tenant, "ids": ids[:n]}, func(r driver.Rows) error {
			var id uint64
			var content string
			if err := r.Scan(&id, &content); err != nil {
				return err
			}
			return f(id, []byte(content))
		})
		if err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}
