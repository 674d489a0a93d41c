package store

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

func ourMigrations(t testing.TB) []migration {
	t.Helper()
	ms, err := loadMigrations(migrationFiles)
	require.NoError(t, err)
	return ms
}

func tables(t testing.TB, conn clickhouse.Conn) (n uint64) {
	t.Helper()
	require.NoError(t, conn.QueryRow(context.Background(), "SELECT count() FROM system.tables WHERE database = currentDatabase()").Scan(&n))
	return n
}

func TestMigrateFreshAndAgain(t *testing.T) {
	conn := enginetest.Open(t)
	ms := ourMigrations(t)
	require.NoError(t, migrate(context.Background(), conn, ms[:3], noon))
	require.NoError(t, migrate(context.Background(), conn, ms, noon), "from an older version")
	n := tables(t, conn)
	created := 1 // schema_version
	for _, m := range ms {
		if strings.Contains(m.sql, "CREATE TABLE") || strings.Contains(m.sql, "VIEW IF NOT EXISTS") {
			created++
		}
		if strings.Contains(m.sql, "DROP VIEW") {
			created--
		}
	}
	require.EqualValues(t, created, n)
	require.NoError(t, migrate(context.Background(), conn, ms, noon.Add(time.Hour)))
	require.Equal(t, n, tables(t, conn))
	applied, err := appliedMigrations(context.Background(), conn)
	require.NoError(t, err)
	require.Len(t, applied, len(ms))
}

func TestMigrateAfterACrashBetweenStatementAndRecord(t *testing.T) {
	conn := enginetest.Open(t)
	ms := ourMigrations(t)
	ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{"allow_suspicious_low_cardinality_types": 1}))
	require.NoError(t, conn.Exec(ctx, query("schema_create")))
	for _, m := range ms {
		require.NoError(t, conn.Exec(ctx, m.sql), m.name)
	}
	require.NoError(t, migrate(context.Background(), conn, ms, noon))
}

// Spans of a release that knew the day of arrival alone are found as before, also
// when the copy was interrupted before it was recorded.
func TestMigrateCopiesSpansOfDays(t *testing.T) {
	conn := enginetest.Open(t)
	ms := ourMigrations(t)
	ctx := context.Background()
	require.NoError(t, migrate(ctx, conn, ms[:30], noon))
	const n = 120 // days, of which an insert may have a hundred
	require.NoError(t, conn.Exec(clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_partitions_per_insert_block": 0})), `
		INSERT INTO spans (day, trace_id, ids, start, name)
		SELECT toDate('2026-01-01') + number, unhex('00000000000000000000000000000001'), toFixedString(toString(number), 16), number * 86400000000000, 'old' FROM numbers(120)`))
	require.NoError(t, conn.Exec(clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_partitions_per_insert_block": 0})), `
		INSERT INTO traces SELECT '', day, reinterpretAsUInt64(substring(trace_id, 9)), intDiv(start, 600000000000) FROM spans`))
	require.NoError(t, migrate(ctx, conn, ms[:31], noon))
	require.NoError(t, conn.Exec(ctx, "ALTER TABLE schema_version DELETE WHERE version = 31 SETTINGS mutations_sync = 2"))
	require.NoError(t, migrate(ctx, conn, ms, noon))
	p := tracesParams("", []flow.TraceID{{15: 1}})
	p["limit"] = uint64(1000)
	rs, err := conn.Query(ctx, asked(query("trace_spans"), p), p.args()...)
	require.NoError(t, err)
	defer rs.Close()
	found := 0
	for rs.Next() {
		found++
	}
	require.NoError(t, rs.Err())
	require.Equal(t, n, found)
	var days uint64
	require.NoError(t, conn.QueryRow(ctx, "SELECT uniqExact(partition_id) FROM system.parts WHERE active AND table = 'spans' AND database = currentDatabase()").Scan(&days))
	require.EqualValues(t, n, days, "they go with their day")
}

// Data that is not ours to change stays as it is, and the error says what to do.
// What a release with buckets of duration counted is still counted.
func TestMigrateSumsTheRollup(t *testing.T) {
	conn := enginetest.Open(t)
	ms := ourMigrations(t)
	ctx := context.Background()
	require.NoError(t, migrate(ctx, conn, ms[:32], noon))
	require.NoError(t, conn.Exec(ctx, "INSERT INTO rollup SELECT 'a', toDate('2026-01-01') + number % 3, number % 5, number % 7, number % 2, number, 1 + number % 4 FROM numbers(10000)"))
	sums := func() (out []string) {
		rows, err := conn.Query(ctx, "SELECT toString((tenant, day, minute, endpoint, outcome, sum(n))) FROM rollup GROUP BY tenant, day, minute, endpoint, outcome ORDER BY ALL")
		require.NoError(t, err)
		for rows.Next() {
			out = append(out, "")
			require.NoError(t, rows.Scan(&out[len(out)-1]))
		}
		require.NoError(t, rows.Err())
		return out
	}
	before := sums()
	require.Len(t, before, 210)
	require.NoError(t, migrate(ctx, conn, ms, noon))
	require.Equal(t, before, sums())
	require.NoError(t, conn.Exec(ctx, "ALTER TABLE schema_version DELETE WHERE version = 33 SETTINGS mutations_sync = 2"))
	require.NoError(t, migrate(ctx, conn, ms, noon), "a copy that was not recorded is made again")
	require.Equal(t, before, sums())
}

func TestMigrateRefuses(t *testing.T) {
	ms := ourMigrations(t)
	for _, tt := range []struct {
		name   string
		damage string
		advice string
	}{
		{"a newer schema", "INSERT INTO schema_version VALUES (999, 'future', 'x', now64())", "run a Baton at least as new"},
		{"a changed migration", "INSERT INTO schema_version VALUES (2, 'shapes', 'other', now64() + 1)", "run that build"},
		{"somebody else's tables", "DROP TABLE schema_version", "of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := enginetest.Open(t)
			ctx := context.Background()
			require.NoError(t, migrate(ctx, conn, ms[:5], noon))
			if tt.name == "a changed migration" {
				require.NoError(t, conn.Exec(ctx, "TRUNCATE TABLE schema_version"))
				require.NoError(t, conn.Exec(ctx, "INSERT INTO schema_version VALUES (1, 'spans', '"+ms[0].checksum+"', now64())"))
			}
			require.NoError(t, conn.Exec(ctx, tt.damage))
			before := tables(t, conn)
			err := migrate(ctx, conn, ms, noon)
			require.ErrorIs(t, err, ErrSchema)
			require.ErrorContains(t, err, tt.advice)
			require.Equal(t, before, tables(t, conn), "nothing was touched")
		})
	}
}

func TestMigrationFilesAreNumbered(t *testing.T) {
	for _, name := range []string{"0002_first.sql", "1_short.sql", "0001first.sql", "000x_a.sql"} {
		_, err := loadMigrations(fstest.MapFS{"migrations/" + name: {Data: []byte("SELECT 1")}})
		require.ErrorContains(t, err, "want 0001_name.sql", name)
	}
}
