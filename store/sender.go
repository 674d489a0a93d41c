package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
)

// sender writes one block to one table. A block whose token was sent to the
// table before is dropped by the table; an empty token sends without that.
// Columns go out as they are: there is no row in between.
type sender interface {
	send(ctx context.Context, table, token string, in proto.Input) error
	// rest lets go of buffers that are kept for the next block, and reports whether
	// there were any.
	rest() bool
	close() error
}

// insertInto is the statement before a block. Table and column names are ours.
func insertInto(table string, in proto.Input) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (", table)
	for i, c := range in {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Name)
	}
	b.WriteByte(')')
	return b.String()
}
