package spanlog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// fill appends until the log refuses, and returns what was taken.
func fill(l *Log, size, most int) (taken [][]byte, err error) {
	for i := range most {
		rec := record(len(taken)*1000+size%1000+i, size)
		if _, _, err = l.Append(context.Background(), rec, 1); err != nil {
			return taken, err
		}
		taken = append(taken, rec)
	}
	return taken, errors.New("a full log did not refuse")
}

func TestFullLogRefusesUntilRangesAreDone(t *testing.T) {
	for name, c := range map[string]struct{ segment, max int64 }{
		"many segments":                    {4096, 100_000},
		"segment larger than the log":      {64 << 20, 100_000},
		"hardly more than the largest one": {64 << 20, 9000},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir(), nil)
			cfg.SegmentSize, cfg.MaxSize = c.segment, c.max
			l := open(t, cfg)
			var refused int64
			for round := range 5 {
				taken, err := fill(l, 1000+round, 1000)
				if !errors.Is(err, ErrFull) || len(taken) < int((c.max-l.cfg.SegmentSize)/1100) {
					t.Fatalf("round %d: %v after %d records", round, err, len(taken))
				}
				refused++
				if s := l.Stats(); s.Refused != refused || s.Bytes > s.MaxBytes {
					t.Fatalf("%+v", s)
				}
				got, end := all(t, l, l.Uncut())
				if !same(got, taken) {
					t.Fatalf("round %d: %d records of %d", round, len(got), len(taken))
				}
				r, err := l.Cut(end)
				if err != nil {
					t.Fatal(err)
				}
				if err := l.Done(r.ID); err != nil {
					t.Fatal(err)
				}
			}
			mustAppend(t, l, record(9, 1000), 1)
		})
	}
}

func TestRecordThatNeverFitsIsTooLarge(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	cfg.MaxSize = 10_000
	l := open(t, cfg)
	if _, _, err := l.Append(context.Background(), record(1, 10_000), 1); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
}

func TestReservedSpaceIsKeptFree(t *testing.T) {
	cfg := small(t.TempDir(), nil)
	cfg.ReserveFree = 1 << 60
	l := open(t, cfg)
	_, _, err := l.Append(context.Background(), record(1, 10), 1)
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "reserved") {
		t.Fatal(err)
	}
	if _, duplicate, err := l.Append(context.Background(), record(1, 10), 1); duplicate || !errors.Is(err, ErrFull) {
		t.Fatalf("the retry of a refused record: duplicate %v, %v", duplicate, err)
	}
}

// A write that the kernel ends in the middle (here at the size that the process may give a file, which any user may
// set) leaves only whole records, refuses, and the log works again when there is room.
func TestWriteCutShortIsRolledBack(t *testing.T) {
	out, err := child(t, "full", t.TempDir()).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func childFillsFile(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	cfg := small(dir, nil)
	cfg.SegmentSize = 1 << 20
	l, err := Open(cfg, zap.NewNop())
	if err != nil {
		return err
	}
	defer l.Close()
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	// The state file is 128 KiB long, and must stay writable.
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 200_001, Max: before.Max}); err != nil {
		return err
	}
	taken, err := fill(l, 3000, 1000)
	if !errors.Is(err, ErrFull) || !errors.Is(err, unix.EFBIG) {
		return fmt.Errorf("%w after %d records: %w", errNotRefused, len(taken), err)
	}
	path, err := onlySegment(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if want := segmentHeader + int64(len(taken))*(3000+frameHeader); info.Size() != want {
		return fmt.Errorf("the file has %d bytes after the refusal, want %d", info.Size(), want)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	retried := record(len(taken)*1000+len(taken), 3000)
	if _, duplicate, err := l.Append(context.Background(), retried, 1); err != nil || duplicate {
		return fmt.Errorf("with room again: duplicate %v, %w", duplicate, err)
	}
	r := l.Reader(Position{})
	defer r.Close()
	for i, want := range append(taken, retried) {
		rec, err := r.Next(context.Background())
		if err != nil || string(rec.Data) != string(want) {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return nil
}

// The same on a real file system that is really full, where mounting one is allowed.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("this user may not mount a small disk (%v: %s); TestWriteCutShortIsRolledBack covers the same path", err, out)
	}
	defer func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	for name, c := range map[string]struct {
		segment int64
		fsync   string
	}{
		"one large segment":        {64 << 20, FsyncNever},
		"many segments":            {256 << 10, FsyncNever},
		"many segments and synced": {256 << 10, FsyncAlways},
	} {
		t.Run(name, func(t *testing.T) {
			sub, err := os.MkdirTemp(dir, "log")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(sub)
			cfg := small(sub, nil)
			cfg.SegmentSize, cfg.Fsync = c.segment, c.fsync
			l := open(t, cfg)
			for round := range 4 {
				taken, err := fill(l, 30_000+round, 1000)
				if !errors.Is(err, ErrFull) || !errors.Is(err, unix.ENOSPC) || len(taken) < 100 {
					t.Fatalf("round %d: %v after %d records", round, err, len(taken))
				}
				if round == 1 {
					// A restart on a full disk.
					if err := l.Close(); err != nil {
						t.Fatal(err)
					}
					l = open(t, cfg)
					if s := l.Stats(); s.TornBytes != 0 {
						t.Fatalf("the refused write was left on disk: %+v", s)
					}
				}
				got, end := all(t, l, l.Uncut())
				if !same(got, taken) {
					t.Fatalf("round %d: %d records of %d", round, len(got), len(taken))
				}
				r, err := l.Cut(end)
				if err != nil {
					t.Fatalf("cut on a full disk: %v", err)
				}
				if err := l.Done(r.ID); err != nil {
					t.Fatalf("done on a full disk: %v", err)
				}
			}
			if s := l.Stats(); s.LostRecords != 0 || s.DamagedBytes != 0 {
				t.Fatalf("%+v", s)
			}
			l.Close()
			l = open(t, cfg)
			if _, duplicate, err := l.Append(context.Background(), record(1000*3+30_003%1000+3, 30_003), 1); err != nil || !duplicate {
				t.Errorf("a retry of the last round after a restart: duplicate %v, %v", duplicate, err)
			}
			l.Close()
		})
	}
}
