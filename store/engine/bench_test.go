//go:build linux

package engine_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

func BenchmarkStartToFirstQuery(b *testing.B) {
	for b.Loop() {
		e := started(b, enginetest.Config(b))
		mustGet[uint8](b, connect(b, e.Options("")), "SELECT 1")
		b.StopTimer()
		stop(b, e)
		b.StartTimer()
	}
}

func BenchmarkFirstQueryAfterKill(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		e := started(b, enginetest.Config(b)) // a new one: repeated kills would measure the back-off
		conn := connect(b, e.Options(""))
		mustGet[uint8](b, conn, "SELECT 1")
		b.StartTimer()
		if err := syscall.Kill(e.State().PID, syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		for conn.QueryRow(limited(b), "SELECT 1").Scan(new(uint8)) != nil {
			time.Sleep(time.Millisecond)
		}
		b.StopTimer()
		if e.State().Restarts == 0 {
			b.Fatal("the query was answered by the engine that was killed")
		}
		stop(b, e)
		b.StartTimer()
	}
}

func BenchmarkInsert(b *testing.B) {
	for _, rows := range []uint64{1_000, 10_000, 50_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			conn := enginetest.Open(b)
			mustExec(b, conn, numbersTable)
			var from uint64
			for b.Loop() {
				if err := insertNumbers(limited(b), conn, "n", from, rows); err != nil {
					b.Fatal(err)
				}
				from += rows
			}
		})
	}
}

func BenchmarkSmallestQuery(b *testing.B) {
	conn := enginetest.Open(b)
	for b.Loop() {
		mustGet[uint8](b, conn, "SELECT 1")
	}
}

// BenchmarkIdle reports what an engine costs that has a table and nothing to do.
func BenchmarkIdle(b *testing.B) {
	e := started(b, enginetest.Config(b))
	conn := connect(b, e.Options(""))
	mustExec(b, conn, numbersTable)
	if err := insertNumbers(limited(b), conn, "n", 0, 1000); err != nil {
		b.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	const watched = 10 * time.Second
	for b.Loop() {
		before := cpuTime(b, e)
		time.Sleep(watched)
		b.ReportMetric(100*float64(cpuTime(b, e)-before)/float64(watched), "%cpu")
	}
	for name, unit := range map[string]string{"VmRSS": "MB-rss", "RssAnon": "MB-anonymous", "VmHWM": "MB-peak"} {
		b.ReportMetric(float64(statusKB(b, e.State().PID, name))/1024, unit)
	}
	b.ReportMetric(float64(statusKB(b, e.State().PID, "Threads")), "threads")
}

// cpuTime that the engine's process has used.
func cpuTime(tb testing.TB, e *engine.Engine) time.Duration {
	tb.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", e.State().PID))
	if err != nil {
		tb.Fatal(err)
	}
	var sum time.Duration
	for _, t := range threads {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", e.State().PID, t.Name()))
		if err != nil {
			continue // it has ended
		}
		var ns int64
		if _, err := fmt.Sscan(string(b), &ns); err != nil {
			tb.Fatal(err)
		}
		sum += time.Duration(ns)
	}
	return sum
}

// statusKB is a line of a process's status: a size in KB, or a plain number.
func statusKB(tb testing.TB, pid int, name string) (n int) {
	tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if _, err := fmt.Sscanf(line, name+": %d", &n); err == nil {
			return n
		}
	}
	tb.Fatalf("no %s", name)
	return 0
}
