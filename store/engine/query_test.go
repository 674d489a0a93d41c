//go:build linux

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"

	"github.com/baton-observability/baton/store/engine/enginetest"
)

// compressions are the ones that clickhouse-go can use here.
var compressions = map[string]clickhouse.CompressionMethod{
	"plain": clickhouse.CompressionNone, "lz4": clickhouse.CompressionLZ4, "zstd": clickhouse.CompressionZSTD,
}

func compressed(o *clickhouse.Options, m clickhouse.CompressionMethod) *clickhouse.Options {
	o.Compression = &clickhouse.Compression{Method: m}
	return o
}

func TestErrorsHaveCodes(t *testing.T) {
	conn := enginetest.Open(t)
	tests := []struct {
		name, query  string
		settings     clickhouse.Settings
		code, status int
	}{
		{"syntax", "SELEKT 1", nil, 62, 400},
		{"no table", "SELECT * FROM nowhere", nil, 60, 404},
		{"no database", "SELECT * FROM nowhere.at_all", nil, 81, 404},
		{"no column", "SELECT nothing", nil, 47, 400},
		{"no function", "SELECT nofunction(1)", nil, 46, 400},
		{"no setting", "SELECT 1", clickhouse.Settings{"nonsense": 1}, 115, 400},
		{"bare expression", "1 + 1", nil, 62, 400},
		{"too slow", "SELECT count() FROM numbers(1e12) WHERE cityHash64(number) = 1", clickhouse.Settings{"max_execution_time": "0.1"}, 159, 408},
		{"too big", "SELECT length(groupArray(toString(number))) FROM numbers(3e6)", clickhouse.Settings{"max_memory_usage": 20_000_000}, 241, 503},
		{"external table", "SELECT 1", nil, 48, 501},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := clickhouse.Context(limited(t), clickhouse.WithSettings(tt.settings))
			if tt.code == 48 {
				table, err := ext.NewTable("x", ext.Column("a", "UInt8"))
				if err != nil {
					t.Fatal(err)
				}
				ctx = clickhouse.Context(ctx, clickhouse.WithExternalTable(table))
			}
			rows, err := conn.Query(ctx, tt.query)
			if err == nil {
				for rows.Next() {
				}
				err = rows.Err()
			}
			var ex *clickhouse.Exception
			if !errors.As(err, &ex) || int(ex.Code) != tt.code {
				t.Fatalf("got %v, want code %d", err, tt.code)
			}
			var status *clickhouse.HTTPError
			if !errors.As(err, &status) || status.StatusCode != tt.status {
				t.Errorf("got %v, want status %d", err, tt.status)
			}
		})
	}
}

func TestAnErrorAfterTheFirstRowsIsSeen(t *testing.T) {
	const query = "SELECT number, throwIf(number = 1000000, 'too far') FROM numbers(2000000)"
	for name, method := range compressions {
		t.Run(name, func(t *testing.T) {
			conn := connect(t, compressed(enginetest.New(t), method))
			rows, err := conn.Query(limited(t), query)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rows.Next() {
				n++
			}
			var ex *clickhouse.Exception
			if !errors.As(rows.Err(), &ex) || ex.Code != 395 || !strings.Contains(ex.Message, "too far") {
				t.Fatalf("after %d rows: %v", n, rows.Err())
			}
			if n == 0 {
				t.Error("no rows before the error")
			}
		})
	}
	t.Run("as a format", func(t *testing.T) {
		r, err := enginetest.Open(t).QueryFormat(limited(t), "TSV", query)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		var ex *clickhouse.Exception
		if !errors.As(err, &ex) || ex.Code != 395 {
			t.Fatal(err)
		}
	})
}

func TestBigResultsStream(t *testing.T) {
	const rows, rowSize = 500_000, 400 // few rows, because reading them is what takes the time
	for name, method := range compressions {
		t.Run(name, func(t *testing.T) {
			e := started(t, enginetest.Config(t))
			conn := connect(t, compressed(e.Options(""), method))
			before := statusKB(t, e.State().PID, "VmHWM") << 10
			small := clickhouse.Context(limited(t), clickhouse.WithSettings(clickhouse.Settings{"max_block_size": 8192}))
			result, err := conn.Query(small, fmt.Sprintf("SELECT number, repeat('x', %d) FROM numbers(%d)", rowSize, rows))
			if err != nil {
				t.Fatal(err)
			}
			var n, last uint64
			var text string
			for result.Next() {
				if err := result.Scan(&last, &text); err != nil {
					t.Fatal(err)
				}
				n++
			}
			if result.Err() != nil || n != rows || last != rows-1 || len(text) != rowSize {
				t.Fatalf("%d rows, the last %d, error %v", n, last, result.Err())
			}
			if grown := statusKB(t, e.State().PID, "VmHWM")<<10 - before; grown > rows*rowSize/2 {
				t.Errorf("the engine grew by %d MB for a result of %d MB: it does not stream", grown>>20, rows*rowSize>>20)
			}
		})
	}
}

func TestCancelKillsTheStatement(t *testing.T) {
	conn := enginetest.Open(t)
	mustExec(t, conn, "CREATE TABLE sink (a UInt64) ENGINE = Null")
	tests := map[string]func(ctx context.Context) error{
		"query": func(ctx context.Context) error {
			return conn.QueryRow(ctx, "SELECT sum(cityHash64(number, 'query')) FROM numbers(1e13)").Scan(new(uint64))
		},
		"stream": func(ctx context.Context) error {
			rows, err := conn.Query(ctx, "SELECT number, 'stream' FROM numbers(1e13)")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
			}
			return rows.Err()
		},
		"insert from select": func(ctx context.Context) error {
			return conn.Exec(ctx, "INSERT INTO sink SELECT sum(cityHash64(number, 'insert')) FROM numbers(1e13)")
		},
		"explain": func(ctx context.Context) error {
			return conn.Exec(ctx, "EXPLAIN SELECT (SELECT sum(cityHash64(number, 'explain')) FROM numbers(1e13))")
		},
	}
	// The table of processes shows the marks of statements that run, but for the one that asks.
	others := func() uint64 {
		return mustGet[uint64](t, conn, "SELECT count() FROM system.processes WHERE query LIKE '/*baton:%' AND query NOT LIKE '%system.processes%'")
	}
	for name, run := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(limited(t))
			failed := make(chan error, 1)
			go func() { failed <- run(ctx) }()
			eventually(t, "the statement runs", func() bool {
				select {
				case err := <-failed:
					t.Fatalf("the statement ended by itself: %v", err)
				default:
				}
				return others() == 1
			})
			cancel()
			eventually(t, "the statement is gone", func() bool { return others() == 0 })
			if err := <-failed; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestStatementsRunBesideEachOther(t *testing.T) {
	conn := enginetest.Open(t)
	const at = 8
	began := time.Now()
	err := together(at, func(i int) error {
		ctx := clickhouse.Context(limited(t), clickhouse.WithSettings(clickhouse.Settings{"log_comment": fmt.Sprint("own ", i)}))
		var slept uint8
		var comment string
		var me uint64
		err := conn.QueryRow(ctx, "SELECT sleep(1), getSetting('log_comment'), {me:UInt64}", clickhouse.Named("me", i)).Scan(&slept, &comment, &me)
		if err == nil && (comment != fmt.Sprint("own ", i) || me != uint64(i)) {
			err = fmt.Errorf("statement %d got %q and %d", i, comment, me)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > at*time.Second {
		t.Errorf("%d sleeps of one second took %s: one after the other", at, took)
	}
}

func TestNothingStaysInASession(t *testing.T) {
	o := enginetest.New(t)
	o.MaxOpenConns, o.MaxIdleConns = 1, 1
	conn := connect(t, o)
	get := func(name string) string {
		return mustGet[string](t, conn, "SELECT toString(getSetting('"+name+"'))")
	}
	limit := get("max_memory_usage")
	if limit == "0" {
		t.Fatal("statements have no memory limit")
	}
	t.Run("settings of a statement", func(t *testing.T) {
		own := clickhouse.Context(limited(t), clickhouse.WithSettings(clickhouse.Settings{"max_memory_usage": 50_000_000, "max_threads": 1}))
		var got string
		if err := conn.QueryRow(own, "SELECT toString(getSetting('max_memory_usage'))").Scan(&got); err != nil || got != "50000000" {
			t.Fatalf("the setting is %s, error %v", got, err)
		}
		if got := get("max_memory_usage"); got != limit {
			t.Errorf("the limit is %s afterwards, was %s", got, limit)
		}
	})
	t.Run("settings of a statement that failed", func(t *testing.T) {
		own := clickhouse.Context(limited(t), clickhouse.WithSettings(clickhouse.Settings{"max_memory_usage": 50_000_000, "nonsense": 1}))
		if err := conn.Exec(own, "SELECT 1"); err == nil {
			t.Fatal("no error")
		}
		if got := get("max_memory_usage"); got != limit {
			t.Errorf("the limit is %s afterwards, was %s", got, limit)
		}
	})
	t.Run("SET", func(t *testing.T) {
		mustExec(t, conn, "-- a comment\nSET max_memory_usage = 50000000")
		if got := get("max_memory_usage"); got != limit {
			t.Errorf("the limit is %s afterwards, was %s", got, limit)
		}
	})
	t.Run("USE", func(t *testing.T) {
		mustExec(t, conn, "USE system")
		if got := mustGet[string](t, conn, "SELECT currentDatabase()"); got != o.Auth.Database {
			t.Errorf("the database is %s", got)
		}
	})
	t.Run("temporary table", func(t *testing.T) {
		mustExec(t, conn, "CREATE TEMPORARY TABLE tmp (a UInt8)")
		if err := conn.Exec(limited(t), "SELECT * FROM tmp"); err == nil {
			t.Error("the table is still there")
		}
	})
}

func TestFileSettings(t *testing.T) {
	conn := connect(t, started(t, enginetest.Config(t)).Options(""))
	changed := mustGet[string](t, conn, "SELECT arrayStringConcat(arraySort(groupArray(name || '=' || value)), ' ') FROM system.merge_tree_settings WHERE changed")
	const want = "auto_statistics_types= materialize_statistics_on_merge=0 merge_selector_enable_heuristic_to_remove_small_parts_at_right=0 " +
		"min_columns_to_activate_adaptive_write_buffer=1 vertical_merge_algorithm_min_rows_to_activate=1"
	if changed != want {
		t.Errorf("changed are %s, want %s", changed, want)
	}
	if ms := mustGet[string](t, conn, "SELECT value FROM system.server_settings WHERE name = 'memory_worker_period_ms'"); ms != "500" {
		t.Errorf("the resident size is read every %s ms", ms)
	}
	if n := mustGet[string](t, conn, "SELECT value FROM system.server_settings WHERE name = 'max_thread_pool_free_size'"); n != "48" {
		t.Errorf("%s idle threads are kept", n)
	}
	if free := mustGet[string](t, conn, "SELECT value FROM system.settings WHERE name = 'max_threads_min_free_memory_per_thread'"); free != "0" {
		t.Errorf("a statement has a thread for each %s bytes", free)
	}
}
