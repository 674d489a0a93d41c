package spanlog

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestRangesAreTheSameAfterARestart(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	var cuts []Range
	var want [][][]byte
	for i := range 5 {
		var end Position
		for j := range 7 {
			mustAppend(t, l, record(i*7+j, 500), 2)
		}
		_, end = all(t, l, l.Uncut())
		r, err := l.Cut(end)
		if err != nil {
			t.Fatal(err)
		}
		cuts = append(cuts, r)
		want = append(want, inRange(t, l, r))
		if r.Records() != 7 || r.Rows() != 14 || len(want[i]) != 7 {
			t.Fatalf("range %+v has %d records", r, len(want[i]))
		}
	}
	for _, done := range []int{1, 3} {
		if err := l.Done(cuts[done].ID); err != nil {
			t.Fatal(err)
		}
	}
	mustAppend(t, l, record(1000, 10), 1)
	l.Close()

	l = open(t, cfg)
	open := l.Ranges()
	if len(open) != 3 {
		t.Fatalf("%d ranges", len(open))
	}
	for i, n := range []int{0, 2, 4} {
		if open[i] != cuts[n] || !same(inRange(t, l, open[i]), want[n]) {
			t.Errorf("range %d came back as %+v, was %+v", n, open[i], cuts[n])
		}
	}
	if rest, _ := all(t, l, l.Uncut()); len(rest) != 1 {
		t.Errorf("%d records are in no range", len(rest))
	}
	if s := l.Stats(); s.LostRecords != 0 || s.WaitingRecords != 22 {
		t.Errorf("%+v", s)
	}
}

func TestRangeIDsAreNeverUsedTwice(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	seen := map[string]bool{}
	for i := range 6 {
		l := open(t, cfg)
		mustAppend(t, l, record(i, 10), 1)
		r, err := l.Cut(l.end())
		if err != nil {
			t.Fatal(err)
		}
		if seen[r.ID] {
			t.Fatalf("%s again", r.ID)
		}
		seen[r.ID] = true
		if i%2 == 0 {
			if err := l.Done(r.ID); err != nil {
				t.Fatal(err)
			}
		}
		l.Close()
	}
}

func TestSegmentsGoWhenDone(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	var ids []string
	for i := range 10 {
		mustAppend(t, l, record(i, 3000), 1)
		r, err := l.Cut(l.end())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if n := len(segmentFiles(t, cfg.Dir)); n != 10 {
		t.Fatalf("%d segments", n)
	}
	for i := len(ids) - 1; i > 0; i-- {
		if err := l.Done(ids[i]); err != nil {
			t.Fatal(err)
		}
		if n := len(segmentFiles(t, cfg.Dir)); n != 10 {
			t.Fatalf("%d segments while the first range is open", n)
		}
	}
	if err := l.Done(ids[0]); err != nil {
		t.Fatal(err)
	}
	if n, s := len(segmentFiles(t, cfg.Dir)), l.Stats(); n != 1 || s.Segments != 1 || s.WaitingRecords != 0 {
		t.Fatalf("%d segments, %+v", n, s)
	}
	l.Close()
	l = open(t, cfg)
	if n, s := len(segmentFiles(t, cfg.Dir)), l.Stats(); n != 0 || s.Bytes != 0 {
		t.Fatalf("%d segments after a restart, %+v", n, s)
	}
	mustAppend(t, l, record(100, 10), 1)
	if got, end := all(t, l, l.Uncut()); len(got) != 1 || end.Records != 11 {
		t.Fatalf("%d records to %+v", len(got), end)
	}
}

// The newest segment may be wholly done before it is full: it goes when the next one begins.
func TestDoneSegmentGoesWhenTheNextBegins(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	mustAppend(t, l, record(0, 1000), 1)
	finish(t, l)
	mustAppend(t, l, record(1, 4000), 1)
	if n := len(segmentFiles(t, cfg.Dir)); n != 1 {
		t.Fatalf("%d segments", n)
	}
	// A reader from before what was deleted begins at what is left, which is no loss.
	if got, end := all(t, l, Position{}); len(got) != 1 || end.Records != 2 || l.Stats().LostRecords != 0 {
		t.Fatalf("%d records to %+v, %+v", len(got), end, l.Stats())
	}
}

func TestCutAndDoneRefuse(t *testing.T) {
	l := open(t, small(t.TempDir(), nil))
	if _, err := l.Cut(l.end()); !errors.Is(err, ErrNothingToCut) {
		t.Errorf("empty: %v", err)
	}
	pos := mustAppend(t, l, record(1, 10), 1)
	if _, err := l.Cut(Position{Offset: l.end().Offset + 1}); !errors.Is(err, ErrNothingToCut) {
		t.Errorf("behind the end: %v", err)
	}
	if _, err := l.Cut(l.end()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Cut(pos); !errors.Is(err, ErrNothingToCut) {
		t.Errorf("inside a range: %v", err)
	}
	if err := l.Done("nobody-1"); !errors.Is(err, ErrUnknownRange) {
		t.Errorf("unknown range: %v", err)
	}
	for i := 1; i < maxRanges; i++ {
		mustAppend(t, l, record(i+1, 10), 1)
		if _, err := l.Cut(l.end()); err != nil {
			t.Fatal(err)
		}
	}
	mustAppend(t, l, record(0, 10), 1)
	if _, err := l.Cut(l.end()); !errors.Is(err, ErrTooManyRanges) {
		t.Errorf("the 513th range: %v", err)
	}
	if len(putState(l.state)) > stateSlot {
		t.Error("the state does not fit its slot")
	}
	l.Close()
	if _, err := l.Cut(l.end()); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// A write of the state that the death of the machine tears leaves the other slot, which is one step older.
func TestTornStateFallsBackToTheSlotBefore(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	l := open(t, cfg)
	mustAppend(t, l, record(1, 10), 1)
	if _, err := l.Cut(l.end()); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, record(2, 10), 1)
	if _, err := l.Cut(l.end()); err != nil {
		t.Fatal(err)
	}
	newest := int64(l.state.generation%2) * stateSlot
	l.Close()
	flip(t, filepath.Join(cfg.Dir, stateFile), newest+30)
	l = open(t, cfg)
	if got, _ := all(t, l, l.Uncut()); len(l.Ranges()) != 1 || len(got) != 1 {
		t.Fatalf("%d ranges, %d records behind", len(l.Ranges()), len(got))
	}
}

func TestLostStateReadsEverythingAgainUnderNewIDs(t *testing.T) {
	for name, harm := range map[string]func(path string) error{
		"deleted": os.Remove,
		"zeroed":  func(path string) error { return os.WriteFile(path, make([]byte, 2*stateSlot), 0o600) },
		"empty":   func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir(), nil)
			l := open(t, cfg)
			for i := range 5 {
				mustAppend(t, l, record(i, 1000), 1)
			}
			old, err := l.Cut(l.end())
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
			if err := harm(filepath.Join(cfg.Dir, stateFile)); err != nil {
				t.Fatal(err)
			}
			l, logs := openLogged(t, cfg)
			got, end := all(t, l, l.Uncut())
			if len(got) != 5 || logs.FilterMessageSnippet("state of the log").Len() != 1 {
				t.Fatalf("%d records, log %v", len(got), logs.All())
			}
			again, err := l.Cut(end)
			if err != nil || again.ID == old.ID {
				t.Fatalf("range %v, %v", again.ID, err)
			}
		})
	}
}

func TestNewerFormatsAreRefusedUnharmed(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		edit func([]byte)
	}{
		"state":   {stateFile, func(b []byte) { bumpVersion(b, 12, 8, stateHeader+int(b[16])) }},
		"segment": {"0000000000000000.log", func(b []byte) { bumpVersion(b, 12, 8, segmentHeader) }},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir(), nil)
			l := open(t, cfg)
			mustAppend(t, l, record(1, 10), 1)
			l.Close()
			path := filepath.Join(cfg.Dir, c.file)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c.edit(b)
			if name == "state" {
				c.edit(b[stateSlot:])
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(cfg, l.log); err == nil {
				t.Fatal("opened")
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(b) {
				t.Fatalf("changed: %v", err)
			}
		})
	}
}
