package store

import (
	"context"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
)

// What a joiner that starts reads of everything stored must not need memory for all of it.
func TestKnownValuesAreStreamed(t *testing.T) {
	s := testStore(t)
	small := clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{
		"max_memory_usage": 24 << 20, "max_result_rows": 0, "max_block_size": 8192}))
	const n = 1_500_000
	for _, fill := range []string{
		"INSERT INTO correlations (h, trace_id) SELECT cityHash64(number), toFixedString(hex(number), 16) FROM numbers(1500000)",
		"INSERT INTO flow_of_segment (trace_id) SELECT toFixedString(hex(number), 16) FROM numbers(1500000)",
	} {
		require.NoError(t, s.read.Exec(context.Background(), fill))
	}
	for _, name := range []string{"known_hashes", "known_traces"} {
		rs, err := s.read.Query(small, query(name))
		require.NoError(t, err, name)
		got := 0
		for rs.Next() {
			got++
		}
		require.NoError(t, rs.Err(), name)
		require.NoError(t, rs.Close())
		require.Equal(t, n, got, name)
	}
}
