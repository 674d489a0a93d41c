package spanlog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Wherever damage ends, and however it lies to what is read at a time, the next frame is found.
func TestNextFrameBehindAnyLengthOfDamage(t *testing.T) {
	const base = 1 << 20
	for _, damage := range []int{1, 2, 63, 64, 65, scanChunk - 4, scanChunk - 3, scanChunk - 2, scanChunk - 1, scanChunk, scanChunk + 1,
		scanChunk + 2, 2*scanChunk - 7, 2*scanChunk - 6, 2*scanChunk - 5, 2*scanChunk - 4, 2 * scanChunk, 3*scanChunk + 5} {
		b := bytes.Repeat([]byte{magicBytes[0]}, segmentHeader+damage+frameHeader+5)
		f := frame{length: 5, rows: 3, at: Position{Offset: base + uint64(segmentHeader+damage)}}
		f.put(b[segmentHeader+damage:])
		got, skipped, ok, err := nextFrame(bytes.NewReader(b), base, 0, int64(len(b)))
		if err != nil || !ok || got != f || skipped != int64(damage) {
			t.Errorf("behind %d bytes: %+v, skipped %d, %v, %v", damage, got, skipped, ok, err)
		}
		got, skipped, ok, err = nextFrame(bytes.NewReader(b), base, 0, int64(len(b))-1)
		if err != nil || ok || skipped != int64(damage+frameHeader+4) {
			t.Errorf("behind %d bytes, cut short: %+v, skipped %d, %v, %v", damage, got, skipped, ok, err)
		}
	}
	if _, _, _, err := nextFrame(bytes.NewReader(make([]byte, 50)), base, 0, 200); err == nil {
		t.Error("a file shorter than its limit is no error")
	}
}

// A record may itself be a piece of a log. When its header is damaged, what is inside it is not taken for records.
func TestFramesInsideARecordAreNotRecords(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	path := filepath.Join(cfg.Dir, "0000000000000000.log")
	for i := range 3 {
		mustAppend(t, l, record(i, 100), 1)
	}
	inside, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pos := mustAppend(t, l, inside, 1)
	mustAppend(t, l, record(9, 100), 1)
	flip(t, path, int64(pos.Offset)+20)
	if got, _ := all(t, l, Position{}); len(got) != 4 || !bytes.Equal(got[3], record(9, 100)) {
		t.Fatalf("%d records", len(got))
	}
	if s := l.Stats(); s.LostRecords != 1 {
		t.Fatalf("%+v", s)
	}
}

// What a refused write left behind in a file, where cutting it back did not work, is no part of the log.
func TestRestOfARefusedWriteIsNotRead(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	mustAppend(t, l, record(0, 100), 1)
	mustAppend(t, l, record(1, 4000), 1)
	l.Close()
	path := filepath.Join(cfg.Dir, "0000000000000000.log")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rest := make([]byte, frameHeader+50)
	frame{length: 50, rows: 1, at: Position{Offset: uint64(len(b)), Records: 1, Rows: 1}}.put(rest)
	if err := os.WriteFile(path, append(b, rest...), 0o600); err != nil {
		t.Fatal(err)
	}
	l = open(t, cfg)
	if got, _ := all(t, l, Position{}); len(got) != 2 || l.Stats().DamagedBytes != 0 || l.Stats().Bytes != int64(len(b)+segmentHeader+frameHeader+4000) {
		t.Fatalf("%d records, %+v", len(got), l.Stats())
	}
}

func TestOneHugeRecordDoesNotStayInMemory(t *testing.T) {
	l := open(t, small(t.TempDir(), nil))
	mustAppend(t, l, record(0, keepBuffer+1), 1)
	mustAppend(t, l, record(1, 100), 1)
	r := l.Reader(Position{})
	defer r.Close()
	for _, want := range []int{keepBuffer + 1, 100} {
		rec, err := r.Next(t.Context())
		if err != nil || len(rec.Data) != want {
			t.Fatalf("%d bytes, %v", len(rec.Data), err)
		}
	}
	if cap(r.buf) > keepBuffer {
		t.Fatalf("the buffer keeps %d bytes", cap(r.buf))
	}
}
