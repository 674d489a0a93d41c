//go:build linux && amd64

package chdb

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

var dir string

// TestMain starts and ends the one engine that a process can have.
func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	lib := os.Getenv("BATON_ENGINE_LIB")
	if lib == "" {
		lib = filepath.Join("..", "..", "..", "..", "bin", "engine", "libchdb.so")
	}
	if err := Load(lib); err != nil {
		return 1, errors.Join(errors.New("get the library with `make engine`"), err)
	}
	if dir, err = os.MkdirTemp("", "baton-chdb-"); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	keep, err := Open("--path=" + dir)
	if err != nil {
		return 1, err
	}
	code = m.Run()
	keep.Close()
	keep.Close() // twice is fine
	return code, nil
}

func open(t *testing.T) *Conn {
	t.Helper()
	c, err := Open("--path=" + dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestLoadAgainDoesNothing(t *testing.T) {
	if err := Load("/no/such/file"); err != nil {
		t.Error(err)
	}
	if v := Version(); !strings.HasPrefix(v, "26.") {
		t.Errorf("version %q", v)
	}
}

func TestQuery(t *testing.T) {
	c := open(t)
	got, err := c.Text("SELECT 1, 'a'")
	if err != nil || got != "1\ta\n" {
		t.Errorf("got %q, error %v", got, err)
	}
	r, err := c.Query("SELECT {a:UInt8} + {b:UInt8}, {c:String}", "TSV", Param{"a", "1"}, Param{"b", "2"}, Param{"c", ""})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.Bytes()); got != "3\t\n" {
		t.Errorf("got %q", got)
	}
	r.Free()
	r.Free() // twice is fine
	if r.Bytes() != nil {
		t.Error("there are bytes after Free")
	}
	if _, err := c.Query("SELECT FROM WHERE", "TSV"); err == nil || !strings.Contains(err.Error(), "Code: 62.") {
		t.Errorf("got %v", err)
	}
}

func TestStream(t *testing.T) {
	c := open(t)
	for _, rows := range []int{0, 1, 1_000_000} {
		s, err := c.Stream("SELECT 'x' FROM numbers({rows:UInt64})", "TSV", Param{"rows", strconv.Itoa(rows)})
		if err != nil {
			t.Fatal(err)
		}
		n, pieces := 0, 0
		for {
			r, err := s.Next()
			if err != nil {
				t.Fatal(err)
			}
			if r == nil {
				break
			}
			n, pieces = n+len(r.Bytes()), pieces+1
			r.Free()
		}
		s.Close()
		s.Close() // twice is fine
		if n != 2*rows || rows > 100_000 && pieces < 2 {
			t.Errorf("%d bytes in %d pieces for %d rows", n, pieces, rows)
		}
	}
	t.Run("left early, the connection is free again", func(t *testing.T) {
		s, err := c.Stream("SELECT number FROM numbers(1e12)", "TSV")
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		r.Free()
		s.Close()
		if got, err := c.Text("SELECT 1"); got != "1\n" || err != nil {
			t.Errorf("got %q, error %v", got, err)
		}
	})
	t.Run("error after some pieces", func(t *testing.T) {
		s, err := c.Stream("SELECT throwIf(number = 500000) FROM numbers(1e6)", "TSV")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var r *Result
		for r, err = s.Next(); r != nil; r, err = s.Next() {
			r.Free()
		}
		if err == nil || !strings.Contains(err.Error(), "Code: 395.") {
			t.Errorf("got %v", err)
		}
		if r, err := s.Next(); r != nil || err != nil {
			t.Errorf("after the end: %v, error %v", r, err)
		}
	})
}

func TestInsert(t *testing.T) {
	c := open(t)
	if err := c.Exec("CREATE TABLE i (a UInt8) ENGINE = Memory"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		pieces []string
		cancel bool
		rows   uint64
		fails  bool
	}{
		{"pieces that end anywhere", []string{"1\n2", "2\n", "", "3", "\n"}, false, 3, false},
		{"no data", nil, false, 0, false},
		{"bad data", []string{"1\nx\n"}, false, 0, true},
		{"cancelled", []string{"1\n"}, true, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := c.Exec("TRUNCATE TABLE i"); err != nil {
				t.Fatal(err)
			}
			in, err := c.Insert("INSERT INTO i", "TSV")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tt.pieces {
				if err = in.Append([]byte(p)); err != nil {
					break // the engine parses beside us, and may know already
				}
			}
			var n uint64
			if tt.cancel || err != nil {
				in.Cancel()
				in.Cancel() // twice is fine
			} else {
				n, err = in.Done()
			}
			if n != tt.rows || (err != nil) != tt.fails {
				t.Errorf("%d rows, error %v", n, err)
			}
			if got, err := c.Text("SELECT count() FROM i"); strings.TrimSpace(got) != strconv.FormatUint(tt.rows, 10) || err != nil {
				t.Errorf("stored %q, error %v", got, err)
			}
		})
	}
	if _, err := c.Insert("INSERT INTO nowhere", "TSV"); err == nil || !strings.Contains(err.Error(), "Code: 60.") {
		t.Errorf("got %v", err)
	}
}

// A nil pointer is a panic and signals arrive, whatever the library did to their handlers.
func TestGoKeepsItsSignals(t *testing.T) {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGUSR2)
	defer signal.Stop(got)
	var none kernelSigaction
	keepSignals(func() {
		for _, s := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGUSR2} {
			syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&none)), 0, maskSize, 0, 0)
		}
	})
	open(t).Close()
	func() {
		defer func() {
			var fault runtime.Error
			if r, _ := recover().(error); !errors.As(r, &fault) {
				t.Errorf("recovered %v", r)
			}
		}()
		var nowhere *[1 << 20]byte
		_ = nowhere[len(os.Args)]
	}()
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	select {
	case <-got:
	case <-time.After(time.Minute):
		t.Error("no signal")
	}
}
