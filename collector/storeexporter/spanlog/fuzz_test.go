package spanlog

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// FuzzSegment puts any bytes where a segment should be. Opening and reading never panics and never ends in an error,
// what is read matches its checksum, and the log takes a record and gives it back afterwards.
func FuzzSegment(f *testing.F) {
	dir := f.TempDir()
	l := open(f, small(dir, nil))
	for i := range 4 {
		mustAppend(f, l, record(i, 60*i), i)
	}
	l.Close()
	state, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "0000000000000000.log"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, true)
	f.Add(whole, false)
	f.Add(whole[:len(whole)-7], true)
	f.Add(slices.Concat(whole[:40], whole), true)
	f.Add(slices.Concat(whole, whole), false)
	f.Add(bytes.Repeat(magicBytes, 100), true)
	f.Fuzz(func(t *testing.T, b []byte, last bool) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, stateFile), state, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "0000000000000000.log"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if !last {
			// Behind it stands a good one, so nothing is cut off and the reader has to find its way.
			if err := os.WriteFile(segmentPath(dir, uint64(len(b))), rebase(whole, uint64(len(b))), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l := open(t, small(dir, nil))
		defer l.Close()
		all(t, l, Position{})
		if _, _, err := l.Append(context.Background(), []byte("after"), 1); err != nil {
			t.Fatal(err)
		}
		got, _ := all(t, l, Position{})
		if n := len(got); n == 0 || string(got[n-1]) != "after" || (!last && len(b) > 0 && n < 5) {
			t.Fatalf("%d records", n)
		}
	})
}

// rebase moves a segment of the log to another offset.
func rebase(segment []byte, base uint64) []byte {
	b := slices.Clone(segment)
	for pos := uint64(segmentHeader); pos < uint64(len(b)); {
		f, ok := parseFrame(b[pos:], pos)
		if !ok {
			return b
		}
		pos = f.end().Offset
		f.at.Offset += base
		f.put(b[f.at.Offset-base:])
	}
	return b
}

// FuzzState and FuzzDigests: any bytes parse without a panic, and what was parsed is written and parsed the same.
func FuzzState(f *testing.F) {
	f.Add(putState(state{generation: 7, seed: 1, ranges: []Range{{number: 3, To: Position{1, 2, 3}}}}), false)
	f.Add(putState(state{}), true)
	f.Fuzz(func(t *testing.T, b []byte, mend bool) {
		if mend && len(b) > stateHeader {
			// Past the checksum, or nothing behind it is ever reached.
			copy(b, stateMagic)
			end := min(stateHeader+int(binary.LittleEndian.Uint32(b[16:])), len(b))
			binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b[12:end], castagnoli))
		}
		st, ok, err := parseState(b)
		if !ok || err != nil {
			return
		}
		again, ok, err := parseState(putState(st))
		if !ok || err != nil || !slices.Equal(again.ranges, st.ranges) || again.uncut != st.uncut {
			t.Fatalf("%+v became %+v", st, again)
		}
	})
}

func FuzzDigests(f *testing.F) {
	one := putDigests([]entry{{digest{1}, 2, 3}, {digest{4}, 5, 6}})
	f.Add(one)
	f.Add(slices.Concat(one, one, one[:20]))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, _ := parseDigests(b)
		if len(entries) == 0 {
			return
		}
		again, whole := parseDigests(putDigests(entries))
		if !whole || !slices.Equal(again, entries) {
			t.Fatalf("%v became %v", entries, again)
		}
	})
}
