package enginetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	for _, name := range []string{"one", "another"} {
		t.Run(name, func(t *testing.T) {
			conn := Open(t)
			require.NoError(t, conn.Exec(context.Background(), "CREATE TABLE mine (a UInt8) ENGINE = Memory"))
			require.NoError(t, conn.Exec(context.Background(), "INSERT INTO mine VALUES (1)"))
			var n uint64
			require.NoError(t, conn.QueryRow(context.Background(), "SELECT count() FROM mine").Scan(&n))
			require.EqualValues(t, 1, n)
		})
	}
	var left uint64
	conn := Open(t)
	require.NoError(t, conn.QueryRow(context.Background(), "SELECT count() FROM system.tables WHERE name = 'mine'").Scan(&left))
	require.Zero(t, left)
}
