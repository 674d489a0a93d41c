package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/store/engine"
)

// Status is how the store is doing.
type Status struct {
	Engine        *engine.State // nil for a server
	SchemaVersion uint32
	OldestDay     time.Time // of arrival; zero when there is no data
	Rows, Bytes   uint64    // on disk, of all tables
	Tables        []TableStatus
	// Of the last hour:
	Batches, Spans, Repaired uint64
	LastCommit               time.Time
}

// TableStatus is one table on disk.
type TableStatus struct {
	Name        string
	Rows, Bytes uint64
	Parts       uint64
}

// Status asks how the store is doing. While it is away only what is known of
// the engine is set, beside ErrUnavailable.
func (s *Store) Status(ctx context.Context) (Status, error) {
	var st Status
	if e, ok := s.Engine(); ok {
		st.Engine = &e
	}
	err := s.each(ctx, "status_tables", nil, func(r driver.Rows) error {
		var t TableStatus
		err := r.Scan(&t.Name, &t.Rows, &t.Bytes, &t.Parts)
		st.Tables = append(st.Tables, t)
		st.Rows += t.Rows
		st.Bytes += t.Bytes
		return err
	})
	if err != nil {
		return st, err
	}
	since := s.clock().Add(-time.Hour).UnixMilli()
	err = s.each(ctx, "status_ingest", params{"since": since}, func(r driver.Rows) error {
		return r.Scan(&st.Batches, &st.Spans, &st.Repaired, &st.LastCommit)
	})
	if err != nil {
		return st, err
	}
	err = s.each(ctx, "schema_read", nil, func(r driver.Rows) error {
		var name, checksum string
		return r.Scan(&st.SchemaVersion, &name, &checksum)
	})
	if err != nil {
		return st, err
	}
	parts, _, err := s.parts(ctx)
	for _, p := range parts {
		if p.table == "spans" && (st.OldestDay.IsZero() || p.day.Before(st.OldestDay)) {
			st.OldestDay = p.day
		}
	}
	return st, err
}
