package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// LastRevision is the highest revision of any flow's row: a joiner that starts
// goes on above it, whatever its clock says.
func (s *Store) LastRevision(ctx context.Context) (uint64, error) {
	var n uint64
	err := s.each(ctx, "flows_last_revision", nil, func(r driver.Rows) error { return r.Scan(&n) })
	return n, err
}
