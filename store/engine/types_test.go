//go:build linux

package engine_test

import (
	"fmt"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/baton-observability/baton/store/engine/enginetest"
)

func TestTypesThereAndBack(t *testing.T) {
	text := "a 'quoted'\ttext\nwith \\ and ü"
	at := time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC)
	tests := []struct {
		kind  string
		value any
	}{
		{"UInt8", uint8(255)},
		{"UInt64", uint64(1<<64 - 1)},
		{"Int64", int64(-1 << 63)},
		{"UInt128", new(big.Int).Lsh(big.NewInt(1), 127)},
		{"Float64", 0.1},
		{"Bool", true},
		{"String", text},
		{"FixedString(16)", "sixteen bytes..."},
		{"FixedString(8)", "\x00\x01\xff\xfe\x80\n\t\\"},
		{"LowCardinality(String)", text},
		{"LowCardinality(Nullable(String))", ptr(text)},
		{"LowCardinality(FixedString(4))", "abcd"},
		{"Nullable(UInt64)", ptr(uint64(7))},
		{"Nullable(String)", (*string)(nil)},
		{"Array(UInt64)", []uint64{1, 1<<64 - 1}},
		{"Array(String)", []string{}},
		{"Array(LowCardinality(String))", []string{"a", "b", "a"}},
		{"Array(Array(Int32))", [][]int32{{1}, {}, {2, 3}}},
		{"Array(FixedString(2))", []string{"ab", "cd"}},
		{"Map(String, String)", map[string]string{"k": text, "": ""}},
		{"Map(LowCardinality(String), UInt64)", map[string]uint64{"a": 1}},
		{"Tuple(UInt8, String)", []any{uint8(1), "a"}},
		{"DateTime64(9)", at},
		{"DateTime", at.Truncate(time.Second)},
		{"Date", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"Enum8('ok' = 1, 'bad' = -1)", "bad"},
		{"UUID", uuid.MustParse("0191b2c3-7d4e-7f60-8a9b-0c1d2e3f4a5b")},
		{"Decimal(18, 4)", decimal.RequireFromString("12345.6789")},
		{"SimpleAggregateFunction(max, DateTime64(9))", at},
	}
	conn := enginetest.Open(t)
	for i, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			table := fmt.Sprintf("t%d", i)
			mustExec(t, conn, "CREATE TABLE "+table+" (v "+tt.kind+") ENGINE = MergeTree ORDER BY tuple()")
			batch, err := conn.PrepareBatch(limited(t), "INSERT INTO "+table)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := batch.Append(tt.value); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			rows, err := conn.Query(limited(t), "SELECT v FROM "+table)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rows.Next() {
				got := reflect.New(reflect.TypeOf(tt.value))
				if err := rows.Scan(got.Interface()); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got.Elem().Interface(), tt.value) {
					t.Fatalf("got %#v, want %#v", got.Elem(), tt.value)
				}
				n++
			}
			if rows.Err() != nil || n != 3 {
				t.Fatalf("%d rows, error %v", n, rows.Err())
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestParameters(t *testing.T) {
	conn := enginetest.Open(t)
	tests := []struct {
		name, kind string
		value      any
		want       string
	}{
		{"number", "UInt64", uint64(1<<64 - 1), "18446744073709551615"},
		{"text that looks like SQL", "String", "'; DROP TABLE x --", "'; DROP TABLE x --"},
		{"text with escapes", "String", "tab\t line\n zero\x00 \\t quote ' ü", "tab\t line\n zero\x00 \\t quote ' ü"},
		{"empty text", "String", "", ""},
		{"array of texts", "Array(String)", []string{"a", "b'c", `d\e`, "f\tg"}, `['a','b\'c','d\\e','f\tg']`},
		{"array of numbers", "Array(UInt64)", []uint64{1, 2}, "[1,2]"},
		{"map", "Map(String, UInt8)", map[string]uint8{"k": 1}, "{'k':1}"},
		{"time", "DateTime64(9)", time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC), "2024-02-29 23:59:59.123456789"},
		{"null", "Nullable(UInt8)", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustGet[string](t, conn, "SELECT ifNull(toString({v:"+tt.kind+"}), '')", clickhouse.Named("v", tt.value))
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("identifier", func(t *testing.T) {
		got := mustGet[uint8](t, conn, "SELECT dummy FROM {d:Identifier}.{t:Identifier}", clickhouse.Named("d", "system"), clickhouse.Named("t", "one"))
		if got != 0 {
			t.Error(got)
		}
	})
	t.Run("several, in a statement that is not a query", func(t *testing.T) {
		mustExec(t, conn, "CREATE TABLE p (a UInt8, b String) ENGINE = Memory")
		err := conn.Exec(limited(t), "INSERT INTO p SELECT {a:UInt8}, {b:String}", clickhouse.Named("a", "1"), clickhouse.Named("b", "x"))
		if err != nil {
			t.Fatal(err)
		}
		if got := mustGet[string](t, conn, "SELECT b FROM p WHERE a = {a:UInt8}", clickhouse.Named("a", "1")); got != "x" {
			t.Error(got)
		}
	})
	t.Run("question marks, bound by the client", func(t *testing.T) {
		if got := mustGet[string](t, conn, "SELECT ?", "it's"); got != "it's" {
			t.Error(got)
		}
	})
}
