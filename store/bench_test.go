package store

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/store/engine/enginetest"
)

// BenchmarkAdd is the encoding alone: pdata to columns.
func BenchmarkAdd(b *testing.B) {
	s := testStore(b)
	requests := estate(10_000, 1)
	insertBench(b, s, "warm", requests)
	b.ReportAllocs()
	for b.Loop() {
		batch := s.NewBatch("x")
		for _, td := range requests {
			batch.Add("", td)
		}
		batch.Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/span")
}

func insertBench(b *testing.B, s *Store, id string, requests []ptrace.Traces) {
	b.Helper()
	insert(b, s, id, "", requests...)
}

// BenchmarkInsert is the whole way of a batch, and what it leaves on disk
// once the engine has merged. CPU is of this process and of the engine, until
// the engine is idle.
func BenchmarkInsert(b *testing.B) {
	for _, rows := range []int{10_000, 50_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			s := testStore(b)
			insertBench(b, s, "warm", estate(1000, 9))
			// Each batch is a corpus of its own, made before the clock starts.
			const total = 200_000
			batches := make([][]ptrace.Traces, total/rows)
			for i := range batches {
				batches[i] = estate(rows, uint64(i))
			}
			pid := enginetest.Engine(b).State().PID
			b.ResetTimer()
			before, beforeEngine := ownCPU(b), cpuOf(b, pid)
			begun := time.Now()
			for n := range b.N {
				for i, requests := range batches {
					insertBench(b, s, fmt.Sprint(n, "/", i), requests)
				}
			}
			spent := time.Since(begun)
			b.StopTimer()
			own := ownCPU(b) - before
			waitIdle(b, pid)
			engine := cpuOf(b, pid) - beforeEngine
			spans := float64(b.N * total)
			b.ReportMetric(spans/spent.Seconds(), "spans/s")
			b.ReportMetric(own.Seconds()/spans*1e6, "own-CPU-s/M")
			b.ReportMetric(engine.Seconds()/spans*1e6, "engine-CPU-s/M")
			reportDisk(b, s, spans)
		})
	}
}

func reportDisk(b *testing.B, s *Store, spans float64) {
	b.Helper()
	all := 0.0
	st, err := s.Status(context.Background())
	require.NoError(b, err)
	for _, t := range st.Tables {
		require.NoError(b, s.read.Exec(context.Background(), "OPTIMIZE TABLE "+t.Name+" FINAL"))
	}
	st, err = s.Status(context.Background())
	require.NoError(b, err)
	for _, t := range st.Tables {
		if float64(t.Bytes)/spans > 0.05 {
			b.ReportMetric(float64(t.Bytes)/spans, t.Name+"-B/span")
		}
		all += float64(t.Bytes)
	}
	b.ReportMetric(all/spans, "all-B/span")
	for _, c := range strings.Fields("trace_id ids start dur endpoint name service environment rule res shape vals extra flags status kind hop role day tenant msg") {
		n := count(b, s, "SELECT sum(column_data_compressed_bytes) FROM system.parts_columns WHERE database = currentDatabase() AND active AND table = 'spans' AND column = ?", c)
		b.Logf("spans.%s %.2f B/span", c, float64(n)/spans)
	}
}

func ownCPU(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cpuOf reads a process's CPU time in ticks of 10 ms.
func cpuOf(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(b, err)
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err := strconv.ParseInt(fields[11], 10, 64)
	require.NoError(b, err)
	system, err := strconv.ParseInt(fields[12], 10, 64)
	require.NoError(b, err)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// waitIdle waits until the engine has merged what it wants to merge.
func waitIdle(b *testing.B, pid int) {
	b.Helper()
	for quiet := 0; quiet < 3; {
		before := cpuOf(b, pid)
		time.Sleep(time.Second)
		if cpuOf(b, pid)-before < 50*time.Millisecond {
			quiet++
		} else {
			quiet = 0
		}
	}
}
