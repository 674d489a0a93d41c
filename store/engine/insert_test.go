//go:build linux

package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/baton-observability/baton/store/engine/enginetest"
)

// insertNumbers inserts the numbers [from, from+rows) by columns.
func insertNumbers(ctx context.Context, conn clickhouse.Conn, table string, from, rows uint64) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table+" (a, b)")
	if err != nil {
		return err
	}
	a, b := make([]uint64, rows), make([]string, rows)
	for i := range a {
		a[i], b[i] = from+uint64(i), fmt.Sprint("row ", from+uint64(i))
	}
	if err := batch.Column(0).Append(a); err != nil {
		return err
	}
	if err := batch.Column(1).Append(b); err != nil {
		return err
	}
	return batch.Send()
}

const numbersTable = "CREATE TABLE n (a UInt64, b String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 1000"

func TestInsertStreams(t *testing.T) {
	const rows = 200_000
	for name, method := range compressions {
		t.Run(name, func(t *testing.T) {
			conn := connect(t, compressed(enginetest.New(t), method))
			mustExec(t, conn, numbersTable)
			if err := insertNumbers(limited(t), conn, "n", 0, rows); err != nil {
				t.Fatal(err)
			}
			if got := mustGet[uint64](t, conn, "SELECT sum(a) + countIf(b = concat('row ', toString(a))) FROM n"); got != rows*(rows-1)/2+rows {
				t.Error(got)
			}
		})
	}
	t.Run("several at the same time", func(t *testing.T) {
		conn := enginetest.Open(t)
		mustExec(t, conn, numbersTable)
		err := together(8, func(i int) error { return insertNumbers(limited(t), conn, "n", uint64(i)*1000, 1000) })
		if err != nil {
			t.Fatal(err)
		}
		if got := mustGet[uint64](t, conn, "SELECT uniqExact(a) FROM n"); got != 8000 {
			t.Error(got)
		}
	})
	t.Run("as a format", func(t *testing.T) {
		conn := enginetest.Open(t)
		mustExec(t, conn, numbersTable)
		data := strings.Repeat(`{"a": 1, "b": "x"}`+"\n", 5000)
		if err := conn.InsertFormat(limited(t), "JSONEachRow", "INSERT INTO n (a, b)", strings.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		if got := mustGet[uint64](t, conn, "SELECT count() FROM n"); got != 5000 {
			t.Error(got)
		}
	})
	t.Run("data in the statement", func(t *testing.T) {
		conn := enginetest.Open(t)
		mustExec(t, conn, numbersTable, "INSERT INTO n VALUES (1, 'a'), (2, 'it''s; -- ')", "INSERT INTO n FORMAT JSONEachRow {\"a\": 3, \"b\": \"c\"}",
			"WITH x AS (SELECT 4 AS a) INSERT INTO n SELECT a, 'd' FROM x")
		if got := mustGet[uint64](t, conn, "SELECT sum(a) FROM n"); got != 10 {
			t.Error(got)
		}
	})
}

func TestInsertErrors(t *testing.T) {
	conn := enginetest.Open(t)
	mustExec(t, conn, numbersTable)
	tests := []struct{ name, query, data, want string }{
		{"no table", "INSERT INTO nowhere", "1\tx\n", "UNKNOWN_TABLE"},
		{"no column", "INSERT INTO n (c)", "1\n", "NO_SUCH_COLUMN_IN_TABLE"},
		{"bad data", "INSERT INTO n (a, b)", "1\tx\nyz\tx\n", "CANNOT_PARSE"},
		{"much bad data", "INSERT INTO n (a, b)", "x\ty\n" + strings.Repeat("1\tx\n", 1<<20), "CANNOT_PARSE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := conn.InsertFormat(limited(t), "TSV", tt.query, strings.NewReader(tt.data))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	if got := mustGet[uint64](t, conn, "SELECT count() FROM n"); got != 0 {
		t.Errorf("%d rows of failed inserts are stored", got)
	}
}

func TestDeduplicationToken(t *testing.T) {
	conn := enginetest.Open(t)
	mustExec(t, conn, numbersTable)
	tests := []struct {
		name     string
		settings clickhouse.Settings
		from     uint64
		want     uint64 // rows afterwards
	}{
		{"a token", clickhouse.Settings{"insert_deduplication_token": "one"}, 0, 100},
		{"the same token", clickhouse.Settings{"insert_deduplication_token": "one"}, 0, 100},
		{"the same token with other rows", clickhouse.Settings{"insert_deduplication_token": "one"}, 500, 100},
		{"another token with the same rows", clickhouse.Settings{"insert_deduplication_token": "two"}, 0, 200},
		{"the first token again", clickhouse.Settings{"insert_deduplication_token": "one"}, 0, 200},
		{"no token, new rows", nil, 900, 300},
		{"no token, the same rows", nil, 900, 300},
		{"no deduplication", clickhouse.Settings{"insert_deduplicate": 0}, 900, 400},
		{"a known token without deduplication", clickhouse.Settings{"insert_deduplicate": 0, "insert_deduplication_token": "one"}, 0, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := clickhouse.Context(limited(t), clickhouse.WithSettings(tt.settings))
			if err := insertNumbers(ctx, conn, "n", tt.from, 100); err != nil {
				t.Fatal(err)
			}
			if got := mustGet[uint64](t, conn, "SELECT count() FROM n"); got != tt.want {
				t.Errorf("%d rows, want %d", got, tt.want)
			}
		})
	}
}

// A client that dies halfway must not leave half an insert.
func TestTornInsertStoresNothing(t *testing.T) {
	o := enginetest.New(t)
	conn := connect(t, o)
	mustExec(t, conn, numbersTable)
	c, err := o.DialContext(limited(t), "")
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"database": {o.Auth.Database}, "query": {"INSERT INTO n (a, b) FORMAT TSV"}}
	w := bufio.NewWriter(c)
	fmt.Fprintf(w, "POST /?%s HTTP/1.1\r\nHost: engine\r\nTransfer-Encoding: chunked\r\n\r\n", query.Encode())
	rows := strings.Repeat("1\tx\n", 100_000)
	fmt.Fprintf(w, "%x\r\n%s\r\n", len(rows), rows)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	inserts := func() uint64 {
		return mustGet[uint64](t, conn, "SELECT count() FROM system.processes WHERE query LIKE '%INSERT INTO n (a, b)%' AND query NOT LIKE '%system.processes%'")
	}
	eventually(t, "the insert runs", func() bool { return inserts() == 1 })
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the insert is gone", func() bool { return inserts() == 0 })
	if got := mustGet[uint64](t, conn, "SELECT count() FROM n"); got != 0 {
		t.Errorf("%d rows are stored", got)
	}
}
