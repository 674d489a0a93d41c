package enginetest

import (
	"context"
	"testing"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"one", "another"} {
		t.Run(name, func(t *testing.T) {
			conn := Open(t)
			if err := conn.Exec(ctx, "CREATE TABLE mine (a UInt8) ENGINE = Memory AS SELECT 1"); err != nil {
				t.Fatal(err)
			}
			var n uint64
			if err := conn.QueryRow(ctx, "SELECT count() FROM mine").Scan(&n); err != nil || n != 1 {
				t.Fatalf("%d rows, error %v", n, err)
			}
		})
	}
	var left uint64
	if err := Open(t).QueryRow(ctx, "SELECT count() FROM system.tables WHERE name = 'mine'").Scan(&left); err != nil || left != 0 {
		t.Fatalf("%d tables left behind, error %v", left, err)
	}
}
