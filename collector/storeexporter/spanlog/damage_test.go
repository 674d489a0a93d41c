package spanlog

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
)

func flip(t testing.TB, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x10
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// bumpVersion makes a version that is valid but unknown; a slot that was never written stays so.
func bumpVersion(b []byte, version, sum, end int) {
	if binary.LittleEndian.Uint32(b[version:]) == 0 {
		return
	}
	binary.LittleEndian.PutUint32(b[version:], 99)
	binary.LittleEndian.PutUint32(b[sum:], crc32.Checksum(b[version:end], castagnoli))
}

// Every bit of a middle record or of a file header may flip: the others are read, and the loss is counted and told.
func TestFlippedBitsLoseOneRecordAndSaySo(t *testing.T) {
	const size = 100
	frameAt := func(i int) int64 { return segmentHeader + int64(i)*(frameHeader+size) }
	type damage struct {
		at   int64
		lost int
	}
	cases := map[string]damage{
		"file magic":    {0, 0},
		"file version":  {12, 0},
		"file seed":     {17, 0},
		"first record":  {frameAt(0) + frameHeader, 1},
		"last byte":     {frameAt(4) - 1, 1},
		"length":        {frameAt(3) + 10, 1},
		"frame magic":   {frameAt(3), 1},
		"frame sum":     {frameAt(3) + 4, 1},
		"rows":          {frameAt(3) + 12, 1},
		"offset":        {frameAt(3) + 16, 1},
		"digest":        {frameAt(3) + 50, 1},
		"first header":  {frameAt(0), 1},
		"second header": {frameAt(1) + 9, 1},
	}
	for name, c := range cases {
		for _, when := range []string{"open", "reopened", "older segment"} {
			t.Run(name+", "+when, func(t *testing.T) {
				cfg := small(t.TempDir(), nil)
				l, logs := openLogged(t, cfg)
				for i := range 6 {
					mustAppend(t, l, record(i, size), 10)
				}
				if when == "older segment" {
					mustAppend(t, l, record(7, 4096), 10)
				}
				if when != "open" {
					l.Close()
				}
				flip(t, filepath.Join(cfg.Dir, "0000000000000000.log"), c.at)
				if when != "open" {
					l, logs = openLogged(t, cfg)
				}
				want := 6 - c.lost
				if when == "older segment" {
					want++
				}
				for range 2 {
					if got, _ := all(t, l, Position{}); len(got) != want {
						t.Fatalf("%d records, want %d", len(got), want)
					}
				}
				s := l.Stats()
				if s.LostRecords != int64(c.lost) || s.LostRows != int64(10*c.lost) || (s.DamagedBytes > 0) != (c.lost > 0) || s.TornBytes != 0 {
					t.Errorf("%+v", s)
				}
				if told := logs.FilterMessageSnippet("are lost").Len(); told != c.lost {
					t.Errorf("told %d times: %v", told, logs.All())
				}
				if name == "last byte" && when == "open" {
					// Its bytes are on disk no more, so a retry is no duplicate.
					mustAppend(t, l, record(3, size), 10)
					want++
				}
				if c.lost > 0 {
					mustAppend(t, l, record(3, size+1), 10)
					if got, _ := all(t, l, Position{}); len(got) != want+1 {
						t.Errorf("%d records after one more", len(got))
					}
				}
			})
		}
	}
}

// The last record cannot be told from a write that was not finished, so it is cut off; its retry is stored.
func TestDamagedLastRecordIsCutOff(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	for i := range 3 {
		mustAppend(t, l, record(i, 100), 1)
	}
	l.Close()
	flip(t, filepath.Join(cfg.Dir, "0000000000000000.log"), segmentHeader+3*(frameHeader+100)-1)
	l, logs := openLogged(t, cfg)
	if s := l.Stats(); s.TornBytes != frameHeader+100 || logs.FilterMessageSnippet("cut off").Len() != 1 {
		t.Fatalf("%+v, %v", s, logs.All())
	}
	mustAppend(t, l, record(2, 100), 1)
	if got, _ := all(t, l, Position{}); len(got) != 3 || l.Stats().LostRecords != 0 {
		t.Fatalf("%d records, %+v", len(got), l.Stats())
	}
}

func TestARangeWithDamageKeepsItsBounds(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	for i := range 6 {
		mustAppend(t, l, record(i, 100), 10)
	}
	r, err := l.Cut(l.end())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		mustAppend(t, l, record(100+i, 100), 10)
	}
	// The last record of the range: the next frame is behind its end.
	flip(t, filepath.Join(cfg.Dir, "0000000000000000.log"), int64(r.To.Offset)-130)
	if got := inRange(t, l, r); len(got) != 5 {
		t.Fatalf("%d records", len(got))
	}
	if s := l.Stats(); s.LostRecords != 1 {
		t.Fatalf("%+v", s)
	}
	if got, _ := all(t, l, l.Uncut()); len(got) != 6 {
		t.Fatalf("%d records behind the range", len(got))
	}
}

// A file may end at any byte: what is whole is kept, the rest is cut off, and the log goes on.
func TestTailTornAtAnyByte(t *testing.T) {
	const size = 50
	dir := t.TempDir()
	l := open(t, small(dir, nil))
	for i := range 3 {
		mustAppend(t, l, record(i, size), 1)
	}
	l.Close()
	whole, err := os.ReadFile(filepath.Join(dir, "0000000000000000.log"))
	if err != nil {
		t.Fatal(err)
	}
	for length := range whole {
		cfg := small(t.TempDir(), nil)
		path := filepath.Join(cfg.Dir, "0000000000000000.log")
		state, err := os.ReadFile(filepath.Join(dir, stateFile))
		if err != nil {
			t.Fatal(err)
		}
		for p, b := range map[string][]byte{path: whole[:length], filepath.Join(cfg.Dir, stateFile): state} {
			if err := os.WriteFile(p, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l := open(t, cfg)
		want := max(length-segmentHeader, 0) / (frameHeader + size)
		torn := max(length-segmentHeader, 0) % (frameHeader + size)
		if got, _ := all(t, l, Position{}); len(got) != want || l.Stats().TornBytes != int64(torn) || l.Stats().LostRecords != 0 {
			t.Fatalf("cut at %d: %d records, want %d, %+v", length, len(got), want, l.Stats())
		}
		mustAppend(t, l, record(9, size), 1)
		l.Close()
		l = open(t, cfg)
		if got, _ := all(t, l, Position{}); len(got) != want+1 || l.Stats().TornBytes != 0 || l.Stats().LostRecords != 0 {
			t.Fatalf("cut at %d, reopened: %d records, want %d, %+v", length, len(got), want+1, l.Stats())
		}
		l.Close()
	}
}
