package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// ErrSchema is wrapped when data is of a version this program must not touch.
var ErrSchema = errors.New("the schema of the data is not ours")

// migrate brings a database to the newest schema. It looks before it writes: a
// database that is newer, changed or somebody else's is left as it is.
func migrate(ctx context.Context, conn driver.Conn, ms []migration, now time.Time) error {
	applied, err := appliedMigrations(ctx, conn)
	if err != nil {
		return err
	}
	if err := checkApplied(applied, ms); err != nil {
		return err
	}
	ddl := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		// LowCardinality(UInt64) is what endpoint, resource and shape ids are.
		"allow_suspicious_low_cardinality_types": 1,
		// A table that is copied takes as long as it takes, and may have many days. Blocks of a million rows would not fit.
		"max_execution_time": 0, "max_partitions_per_insert_block": 0, "max_table_size_to_drop": 0,
		"min_insert_block_size_rows": 100_000, "min_insert_block_size_bytes": 32 << 20,
	}))
	if err := conn.Exec(ddl, query("schema_create")); err != nil {
		return fmt.Errorf("create schema_version: %w", meaning(err))
	}
	for _, m := range ms[len(applied):] {
		if err := conn.Exec(ddl, m.sql); err != nil {
			return fmt.Errorf("migration %04d_%s: %w", m.version, m.name, meaning(err))
		}
		// A crash between the two runs the statement again, so every statement can run twice.
		err := conn.Exec(ctx, query("schema_add"), clickhouse.Named("version", m.version), clickhouse.Named("name", m.name),
			clickhouse.Named("checksum", m.checksum), clickhouse.Named("applied", now.UnixMilli()))
		if err != nil {
			return fmt.Errorf("record migration %04d_%s: %w", m.version, m.name, meaning(err))
		}
	}
	return nil
}

// appliedMigrations reads what ran, in order. A database without any table is
// new; one with tables but without schema_version is not ours.
func appliedMigrations(ctx context.Context, conn driver.Conn) ([]migration, error) {
	var tables, versioned uint64
	if err := conn.QueryRow(ctx, query("schema_tables")).Scan(&tables, &versioned); err != nil {
		return nil, readError("look for the schema", err)
	}
	if versioned == 0 {
		if tables > 0 {
			return nil, fmt.Errorf("%w: the database has %d tables and none is schema_version: give Baton a data folder or a database of its own", ErrSchema, tables)
		}
		return nil, nil
	}
	rs, err := conn.Query(ctx, query("schema_read"))
	if err != nil {
		return nil, readError("read schema_version", err)
	}
	defer rs.Close()
	var ms []migration
	for rs.Next() {
		var m migration
		if err := rs.Scan(&m.version, &m.name, &m.checksum); err != nil {
			return nil, readError("read schema_version", err)
		}
		ms = append(ms, m)
	}
	return ms, readError("read schema_version", rs.Err())
}

func checkApplied(applied, ours []migration) error {
	if n := len(applied); n > 0 && int(applied[n-1].version) > len(ours) {
		return fmt.Errorf("%w: it has version %d and this Baton knows %d: run a Baton at least as new as the one that wrote it, or choose another data folder",
			ErrSchema, applied[n-1].version, len(ours))
	}
	for i, a := range applied {
		m := ours[i]
		if a.version != m.version || a.checksum != m.checksum {
			return fmt.Errorf("%w: its migration %04d_%s (%s) differs from this Baton's %04d_%s (%s): it was written by a build with other migrations, so run that build, or choose another data folder",
				ErrSchema, a.version, a.name, a.checksum, m.version, m.name, m.checksum)
		}
	}
	return nil
}
