package store

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// params are the bound values of a statement.
type params map[string]any

func (p params) args() []any {
	args := make([]any, 0, len(p))
	for k, v := range p {
		args = append(args, clickhouse.Named(k, v))
	}
	return args
}

// each runs the statement of a file and calls row for every row; row scans.
func (s *Store) each(ctx context.Context, name string, p params, row func(driver.Rows) error) error {
	return s.eachOf(ctx, name, query(name), p, row)
}

// eachOf is each for a statement that is made from its file.
func (s *Store) eachOf(ctx context.Context, name, statement string, p params, row func(driver.Rows) error) error {
	rs, err := s.read.Query(ctx, asked(statement, p), p.args()...)
	if err != nil {
		return readError(name, err)
	}
	defer rs.Close()
	for rs.Next() {
		if err := row(rs); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return readError(name, rs.Err())
}

// hexes writes binary ids as text, because parameters are text.
func hexes[T ~[16]byte](ids []T) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = hex.EncodeToString(id[:])
	}
	return out
}

// maxIDs is how many ids one statement is asked for: parameters travel in the
// head of a request, of which a server takes a megabyte at most, and a tenth of
// that is as fast.
const maxIDs = 2000
