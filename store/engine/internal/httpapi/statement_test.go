package httpapi

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestStatements(t *testing.T) {
	tests := []struct {
		text                 string
		streamable, stateful bool
	}{
		{"SELECT 1", true, false},
		{"  -- why\n/* a */ select 1", true, false},
		{"((SELECT 1)) UNION ALL SELECT 2", true, false},
		{"WITH 1 AS x SELECT x", true, false},
		{"selected", false, false},
		{"SHOW TABLES", false, false},
		{"SET x = 1", false, true},
		{"# shell style\nUSE system", false, true},
		{"SETTINGS", false, false},
		{"CREATE OR REPLACE TEMPORARY TABLE x (a UInt8)", false, true},
		{"CREATE TABLE temporary (a UInt8)", false, false},
		{"INSERT INTO t SELECT 1", false, false},
		{"/* never closed", false, false},
		{"", false, false},
	}
	for _, tt := range tests {
		req := &request{text: tt.text}
		if req.isStreamable() != tt.streamable || req.changesSession() != tt.stateful {
			t.Errorf("%q: streamable %v, stateful %v", tt.text, req.isStreamable(), req.changesSession())
		}
	}
}

func TestSplitInsert(t *testing.T) {
	tests := []struct {
		text, query, format string
	}{
		{"INSERT INTO t (a, b) FORMAT Native", "INSERT INTO t (a, b) ", "Native"},
		{"-- c\n insert into `format x` (a)\nformat TSV ;\n", "insert into `format x` (a)\n", "TSV"},
		{"INSERT INTO t (a) SETTINGS x = 1 FORMAT Native", "INSERT INTO t (a) SETTINGS x = 1 ", "Native"},
		{"INSERT INTO t VALUES (1)", "", ""},
		{"SELECT 1 FORMAT Native", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		query, format, ok := splitInsert(tt.text)
		if ok != (tt.format != "") || ok && (query != tt.query || format != tt.format) {
			t.Errorf("%q: got %q, %q, %v", tt.text, query, format, ok)
		}
	}
}

func FuzzSplitInsert(f *testing.F) {
	f.Add("INSERT INTO t (a) FORMAT Native")
	f.Add("/* */ -- \n insert a format\tformat b;")
	f.Fuzz(func(t *testing.T, text string) {
		query, format, ok := splitInsert(text)
		if !ok {
			return
		}
		if format == "" || !strings.Contains(text, query) || !strings.Contains(text[len(query):], format) {
			t.Errorf("%q became %q and %q", text, query, format)
		}
		again, sameFormat, ok := splitInsert(query + "FORMAT " + format)
		if !ok || again != query || sameFormat != format {
			t.Errorf("%q and %q became %q and %q", query, format, again, sameFormat)
		}
	})
}

func TestFillTellsTheEndFromATornBody(t *testing.T) {
	torn := errors.New("torn")
	tests := []struct {
		name string
		body string
		end  error
		want string
		err  string
	}{
		{"full", "abcdef", nil, "abcd", ""},
		{"short", "ab", nil, "ab", "EOF"},
		{"empty", "", nil, "", "EOF"},
		{"torn", "ab", torn, "ab", "torn"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := iotest.OneByteReader(strings.NewReader(tt.body))
			if tt.end != nil {
				r = &endsWith{r: strings.NewReader(tt.body), err: tt.end}
			}
			var b [4]byte
			n, err := fill(b[:], r)
			if got := string(b[:n]); got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
				t.Errorf("got %q, error %v", got, err)
			}
		})
	}
}

// endsWith is a reader whose end is another error than io.EOF.
type endsWith struct {
	r   *strings.Reader
	err error
}

func (e *endsWith) Read(p []byte) (int, error) {
	if e.r.Len() == 0 {
		return 0, e.err
	}
	return e.r.Read(p)
}

func TestDescribe(t *testing.T) {
	tests := []struct {
		err          string
		code, status int
		msg          string
	}{
		{"Code: 60. DB::Exception: no table. (UNKNOWN_TABLE)", 60, 404, "Code: 60. DB::Exception: no table. (UNKNOWN_TABLE)"},
		{"query: Code: 999. X", 999, 500, "Code: 999. X"},
		{"broken", 1002, 500, "Code: 1002. DB::Exception: broken (UNKNOWN_EXCEPTION)"},
	}
	for _, tt := range tests {
		if code, status, msg := describe(errors.New(tt.err)); code != tt.code || status != tt.status || msg != tt.msg {
			t.Errorf("%q: got %d, %d, %q", tt.err, code, status, msg)
		}
	}
	if _, _, msg := describe(errors.New("Code: 1. " + strings.Repeat("x", 100<<10))); len(msg) > maxMessage {
		t.Errorf("a message of %d bytes", len(msg))
	}
}
