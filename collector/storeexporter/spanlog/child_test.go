package spanlog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/zap"
)

// runChild is the process that the tests start: it uses the log in dir and says on its output what it was told.
func runChild(name, dir string) int {
	run := map[string]func(string) error{"append": childAppends, "full": childFillsFile}[name]
	if err := run(dir); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

func child(t testing.TB, name, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "SPANLOG_CHILD="+name, "SPANLOG_DIR="+dir)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func crashConfig(dir string) Config {
	cfg := small(dir, nil)
	cfg.SegmentSize = 64 << 10
	return cfg
}

// crashRecord is unique by its number, of a size that follows from it.
func crashRecord(n uint64) []byte {
	b := bytes.Repeat([]byte{byte(n)}, int(16+n*7919%9000))
	binary.LittleEndian.PutUint64(b, n)
	return b
}

// childAppends appends with eight senders until it is killed, cuts ranges, and marks two of three as done. It prints
// "acked N" after an acknowledgement, "cut ID N,N,..." after a cut and "done ID" before marking it.
func childAppends(dir string) error {
	l, err := Open(crashConfig(dir), zap.NewNop())
	if err != nil {
		return err
	}
	first, err := strconv.ParseUint(os.Getenv("SPANLOG_FIRST"), 10, 64)
	if err != nil {
		return err
	}
	errs := make(chan error, 9)
	for sender := range uint64(8) {
		go func() {
			for n := first + sender; ; n += 8 {
				if _, duplicate, err := l.Append(context.Background(), crashRecord(n), 1); err != nil || duplicate {
					errs <- fmt.Errorf("append %d: duplicate %v, %w", n, duplicate, err)
					return
				}
				fmt.Printf("acked %d\n", n)
			}
		}()
	}
	go func() { errs <- childCuts(l) }()
	return <-errs
}

func childCuts(l *Log) error {
	r := l.Reader(l.Uncut())
	for i := 0; ; i++ {
		var numbers []string
		var end Position
		for range 13 {
			rec, err := r.Next(context.Background())
			if err != nil {
				return err
			}
			numbers = append(numbers, strconv.FormatUint(binary.LittleEndian.Uint64(rec.Data), 10))
			end = rec.End
		}
		cut, err := l.Cut(end)
		if err != nil {
			return err
		}
		fmt.Println("cut", cut.ID, strings.Join(numbers, ","))
		if i%3 == 2 && len(l.Ranges()) < 100 {
			continue
		}
		fmt.Println("done", cut.ID)
		if err := l.Done(cut.ID); err != nil {
			return err
		}
	}
}

// seen is what all the killed processes said together.
type seen struct {
	acked map[uint64]bool
	cut   map[string]string
	done  map[string]bool
}

// A process that is killed at any moment loses nothing it acknowledged, gives every range again with the same records
// and the same id, and knows the retries of what it took.
func TestKilledProcessesLoseNothing(t *testing.T) {
	dir := t.TempDir()
	s := seen{map[uint64]bool{}, map[string]string{}, map[string]bool{}}
	kills := 25
	if testing.Short() {
		kills = 5
	}
	stored := map[uint64]bool{}
	var torn int64
	for round := range kills {
		// The number of lines to wait for moves the kill over all phases of the work.
		s.run(t, dir, uint64(round+1)*1_000_000, 20+round*37)
		l := open(t, crashConfig(dir))
		s.check(t, l, stored)
		torn += l.Stats().TornBytes
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d records acknowledged, %d ranges, %d torn bytes", kills, len(s.acked), len(s.cut), torn)
}

func (s *seen) run(t *testing.T, dir string, first uint64, lines int) {
	cmd := child(t, "append", dir, fmt.Sprintf("SPANLOG_FIRST=%d", first))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(out)
	for n := 0; scan.Scan(); n++ {
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		f := strings.Fields(scan.Text())
		switch {
		case len(f) == 2 && f[0] == "acked":
			number, err := strconv.ParseUint(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			s.acked[number] = true
		case len(f) == 3 && f[0] == "cut":
			s.cut[f[1]] = f[2]
		case len(f) == 2 && f[0] == "done":
			s.done[f[1]] = true
		default:
			t.Fatalf("child says %q", scan.Text())
		}
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatal(err)
	}
}

// check reads the log as an inserter does after the crash. stored is what is in a range that was marked done.
func (s *seen) check(t *testing.T, l *Log, stored map[uint64]bool) {
	t.Helper()
	found := map[uint64]int{}
	open := map[string]bool{}
	for _, r := range l.Ranges() {
		open[r.ID] = true
		var numbers []string
		for _, data := range inRange(t, l, r) {
			n := binary.LittleEndian.Uint64(data)
			if !bytes.Equal(data, crashRecord(n)) {
				t.Fatalf("record %d changed", n)
			}
			found[n]++
			numbers = append(numbers, strconv.FormatUint(n, 10))
		}
		if said, ok := s.cut[r.ID]; ok && said != strings.Join(numbers, ",") {
			t.Fatalf("range %s was %s and is %v", r.ID, said, numbers)
		}
	}
	for id, numbers := range s.cut {
		if !open[id] && !s.done[id] {
			t.Fatalf("range %s is gone and was not done", id)
		}
		if s.done[id] && !open[id] {
			for _, number := range strings.Split(numbers, ",") {
				n, _ := strconv.ParseUint(number, 10, 64)
				stored[n] = true
			}
		}
	}
	rest, _ := all(t, l, l.Uncut())
	for _, data := range rest {
		found[binary.LittleEndian.Uint64(data)]++
	}
	for n, times := range found {
		if times != 1 || stored[n] {
			t.Fatalf("record %d is there %d times, stored: %v", n, times, stored[n])
		}
	}
	for n := range s.acked {
		if found[n] == 0 && !stored[n] {
			t.Fatalf("record %d was acknowledged and is lost", n)
		}
		if _, duplicate, err := l.Append(context.Background(), crashRecord(n), 1); err != nil || !duplicate {
			t.Fatalf("retry of %d: duplicate %v, %v", n, duplicate, err)
		}
	}
	if st := l.Stats(); st.LostRecords != 0 || st.DamagedBytes != 0 {
		t.Fatalf("%+v", st)
	}
}

var errNotRefused = errors.New("a full disk did not refuse")

func onlySegment(dir string) (string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err != nil || len(names) != 1 {
		return "", fmt.Errorf("%d segments, %w", len(names), err)
	}
	return names[0], nil
}
