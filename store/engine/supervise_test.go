//go:build linux

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

func TestKilledDuringInserts(t *testing.T) {
	const writers, rows, kills = 4, 500, 3
	e := started(t, enginetest.Config(t))
	conn := connect(t, e.Options(""))
	mustExec(t, conn, numbersTable)

	ctx, cancel := context.WithCancel(limited(t))
	var mu sync.Mutex
	var acknowledged []uint64 // first number of each batch
	var failed int
	written := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(acknowledged)
	}
	var all sync.WaitGroup
	for w := range uint64(writers) {
		all.Go(func() {
			for i := uint64(0); ctx.Err() == nil; i++ {
				from := (i*writers + w) * rows
				err := insertNumbers(ctx, conn, "n", from, rows)
				mu.Lock()
				if err == nil {
					acknowledged = append(acknowledged, from)
				} else {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	for kill := range kills {
		before := written()
		eventually(t, "inserts succeed", func() bool { return written() > before+20 })
		pid := e.State().PID
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is up again", func() bool {
			s := e.State()
			return s.Up && s.Restarts == kill+1 && s.PID != pid
		})
	}
	after := written()
	eventually(t, "inserts succeed", func() bool { return written() > after+20 })
	cancel()
	all.Wait()

	if s := e.State(); !strings.Contains(s.LastError, "killed") {
		t.Errorf("the last error is %q", s.LastError)
	}
	stored := map[uint64]uint64{}
	result, err := conn.Query(limited(t), fmt.Sprintf("SELECT intDiv(a, %d) * %[1]d AS batch, count() FROM n GROUP BY batch", rows))
	if err != nil {
		t.Fatal(err)
	}
	for result.Next() {
		var from, n uint64
		if err := result.Scan(&from, &n); err != nil {
			t.Fatal(err)
		}
		if stored[from] = n; n != rows {
			t.Errorf("batch %d has %d rows", from, n)
		}
	}
	if result.Err() != nil {
		t.Fatal(result.Err())
	}
	for _, from := range acknowledged {
		if stored[from] == 0 {
			t.Errorf("batch %d was acknowledged and is lost", from)
		}
	}
	t.Logf("%d batches acknowledged, %d failed, %d stored", len(acknowledged), failed, len(stored))
}

func TestAStatementFailsWhenTheEngineDies(t *testing.T) {
	e := started(t, enginetest.Config(t))
	conn := connect(t, e.Options(""))
	failed := make(chan error, 1)
	go func() {
		failed <- conn.QueryRow(limited(t), "SELECT sum(cityHash64(number)) FROM numbers(1e13)").Scan(new(uint64))
	}()
	eventually(t, "the statement runs", func() bool {
		return mustGet[uint64](t, conn, "SELECT count() FROM system.processes WHERE query LIKE '%numbers(1e13)' AND query NOT LIKE '%system.processes%'") == 1
	})
	if err := syscall.Kill(e.State().PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failed:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(patient):
		t.Fatal("the statement hangs")
	}
	eventually(t, "the same client works again", func() bool { return conn.QueryRow(limited(t), "SELECT 1").Scan(new(uint8)) == nil })
}

func TestStopFreesTheFolderAndKeepsTheData(t *testing.T) {
	c := enginetest.Config(t)
	c.Ephemeral = false
	e := started(t, c)
	mustExec(t, connect(t, e.Options("")), "CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a AS SELECT 1 AS a")
	pid := e.State().PID
	stop(t, e)
	stop(t, e) // twice is fine
	if !processGone(pid) {
		t.Error("the child runs")
	}
	if s := e.State(); s.Up || s.PID != 0 {
		t.Errorf("state %+v", s)
	}
	if _, err := e.DialContext(limited(t), ""); !errors.Is(err, engine.ErrDown) {
		t.Errorf("got %v", err)
	}
	e = started(t, c)
	if got := mustGet[uint64](t, connect(t, e.Options("")), "SELECT count() FROM kept"); got != 1 {
		t.Error(got)
	}
}

func TestStopRemovesAnEphemeralFolder(t *testing.T) {
	c := enginetest.Config(t)
	stop(t, started(t, c))
	if _, err := os.Stat(c.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", c.Dir, err)
	}
}

func TestStopKillsAnEngineThatDoesNotAnswer(t *testing.T) {
	e := started(t, enginetest.Config(t))
	pid := e.State().PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := e.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if !processGone(pid) {
		t.Error("the child is still there")
	}
}

func TestStopEndsLongStatements(t *testing.T) {
	e := started(t, enginetest.Config(t))
	conn := connect(t, e.Options(""))
	failed := make(chan error, 1)
	go func() { failed <- conn.Exec(limited(t), "SELECT sum(cityHash64(number)) FROM numbers(1e13)") }()
	eventually(t, "the statement runs", func() bool {
		return mustGet[uint64](t, conn, "SELECT count() FROM system.processes WHERE query LIKE '%numbers(1e13)' AND query NOT LIKE '%system.processes%'") == 1
	})
	stop(t, e)
	if err := <-failed; err == nil {
		t.Error("no error")
	}
}

// Ctrl-C and service managers signal the whole group; the parent needs its engine to drain.
func TestTheChildIgnoresTheSignalsOfItsGroup(t *testing.T) {
	e := started(t, enginetest.Config(t))
	conn := connect(t, e.Options(""))
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := syscall.Kill(e.State().PID, sig); err != nil {
			t.Fatal(err)
		}
		if got := mustGet[uint8](t, conn, "SELECT 1"); got != 1 {
			t.Error(got)
		}
	}
	if s := e.State(); s.Restarts != 0 {
		t.Errorf("state %+v", s)
	}
}

func TestFolderInUse(t *testing.T) {
	c := enginetest.Config(t)
	c.Ephemeral = false
	first := started(t, c)
	second := start(t, c)
	err := second.Ready(limited(t))
	want := fmt.Sprintf("the data folder %s is in use by process %d", c.Dir, first.State().PID)
	if !errors.Is(err, engine.ErrDown) || !strings.Contains(err.Error(), want) {
		t.Fatalf("got %v, want %q", err, want)
	}
	if s := second.State(); s.Up || !strings.Contains(s.LastError, want) {
		t.Errorf("state %+v", s)
	}
	if got := mustGet[uint8](t, connect(t, first.Options("")), "SELECT 1"); got != 1 {
		t.Error("the first one is disturbed")
	}
	stop(t, first)
	eventually(t, "the second one takes over", func() bool { return second.State().Up })
}

func TestUnusableLibrary(t *testing.T) {
	c := enginetest.Config(t)
	c.Lib = filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(c.Lib, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := start(t, c)
	if err := e.Ready(limited(t)); err == nil || !strings.Contains(err.Error(), c.Lib) {
		t.Errorf("got %v", err)
	}
}

func TestBrokenTable(t *testing.T) {
	c := enginetest.Config(t)
	c.Ephemeral = false
	e := started(t, c)
	mustExec(t, connect(t, e.Options("")), numbersTable)
	stop(t, e)
	definitions, err := filepath.Glob(filepath.Join(c.Dir, "store", "*", "*", "n.sql"))
	if err != nil || len(definitions) != 1 {
		t.Fatalf("definitions %v, error %v", definitions, err)
	}
	if err := os.WriteFile(definitions[0], []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	e = start(t, c)
	if err := e.Ready(limited(t)); err == nil || !strings.Contains(err.Error(), definitions[0]) {
		t.Errorf("%v does not say what is broken", err)
	}
}

func TestSocketIsPrivateAndFits(t *testing.T) {
	tests := map[string]string{
		"a short folder": "x",
		"a deep folder":  filepath.Join(slices.Repeat([]string{"a-folder-of-thirty-characters-"}, 5)...),
	}
	for name, below := range tests {
		t.Run(name, func(t *testing.T) {
			c := enginetest.Config(t)
			c.Dir = filepath.Join(c.Dir, below)
			e := started(t, c)
			conn, err := e.DialContext(limited(t), "")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			st, err := os.Stat(conn.RemoteAddr().(*net.UnixAddr).Name)
			if err != nil || st.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, error %v", st.Mode(), err)
			}
			if got := mustGet[string](t, connect(t, e.Options("")), "SELECT timezone()"); got != "UTC" {
				t.Errorf("time zone %s", got)
			}
			stop(t, e)
			if _, err := os.Stat(conn.RemoteAddr().(*net.UnixAddr).Name); !os.IsNotExist(err) {
				t.Errorf("the socket is left behind: %v", err)
			}
		})
	}
}

func TestReadyEndsWithItsContext(t *testing.T) {
	c := enginetest.Config(t)
	c.Command = []string{"/bin/sleep"} // never becomes ready: it does not know the arguments
	e := start(t, c)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := e.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, engine.ErrDown) {
		t.Errorf("got %v", err)
	}
	var refused clickhouse.Conn = connect(t, e.Options(""))
	if err := refused.Ping(limited(t)); !errors.Is(err, engine.ErrDown) {
		t.Errorf("got %v", err)
	}
}
