package spanlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkAppendPaced is the wait of 100 senders that together offer what Baton should take, 150,000 spans a second,
// rather than as much as goes in.
func BenchmarkAppendPaced(b *testing.B) {
	for _, fsync := range []string{FsyncNever, "200ms", FsyncAlways} {
		b.Run("fsync="+fsync, func(b *testing.B) {
			benchmarkAppend(b, 512*584, 512, 100, fsync, 100*512*time.Second/150_000)
		})
	}
}

// BenchmarkAppend is the price of an acknowledgement: MB/s, the latency that a sender waits, and the CPU of the whole
// process, in which an inserter reads everything back, cuts ranges of 10,000 rows and marks them as done.
//
//	go test ./collector/storeexporter/spanlog -run xxx -bench Append -benchtime 3s
func BenchmarkAppend(b *testing.B) {
	for _, size := range []struct {
		name        string
		bytes, rows int
	}{{"512spans", 512 * 584, 512}, {"1span", 584, 1}} {
		for _, senders := range []int{1, 100} {
			for _, fsync := range []string{FsyncNever, "200ms", FsyncAlways} {
				b.Run(fmt.Sprintf("%s/senders=%d/fsync=%s", size.name, senders, fsync), func(b *testing.B) {
					benchmarkAppend(b, size.bytes, size.rows, senders, fsync, 0)
				})
			}
		}
	}
}

func benchmarkAppend(b *testing.B, size, rows, senders int, fsync string, every time.Duration) {
	cfg := DefaultConfig(b.TempDir())
	cfg.Fsync, cfg.ReserveFree = fsync, 0
	l := open(b, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	drained := make(chan error, 1)
	go func() { drained <- insert(ctx, l, 10_000) }()

	records := make([][]byte, senders)
	for i := range records {
		records[i] = make([]byte, size)
		for j := range records[i] {
			records[i][j] = byte(rand.Uint32())
		}
	}
	waits := make([][]time.Duration, senders)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.SetBytes(int64(size))
	cpu := cpuTime(b)
	b.ResetTimer()
	for i := range senders {
		wg.Go(func() {
			// Paced senders begin spread over their period, as senders that know nothing of each other do.
			due := time.Now().Add(every * time.Duration(i) / time.Duration(senders))
			for {
				time.Sleep(time.Until(due))
				due = due.Add(every)
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				binary.LittleEndian.PutUint64(records[i], uint64(n))
				start := time.Now()
				if _, _, err := l.Append(ctx, records[i], rows); err != nil {
					b.Error(err)
					return
				}
				waits[i] = append(waits[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	cpu = cpuTime(b) - cpu
	cancel()
	if err := <-drained; !errors.Is(err, context.Canceled) {
		b.Fatal(err)
	}
	all := slices.Concat(waits...)
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(cpu.Seconds()/float64(b.N*rows)*1e6, "CPU-s/Mspan")
}

// insert is what the exporter does with the log, without a store.
func insert(ctx context.Context, l *Log, rows int) error {
	r := l.Reader(l.Uncut())
	defer r.Close()
	for waiting := 0; ; {
		rec, err := r.Next(ctx)
		if err != nil {
			return err
		}
		if waiting += rec.Rows; waiting < rows {
			continue
		}
		waiting = 0
		cut, err := l.Cut(rec.End)
		if err != nil {
			return err
		}
		if err := l.Done(cut.ID); err != nil {
			return err
		}
	}
}

func cpuTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDigest is the share of the checksum and the recognition of duplicates.
func BenchmarkDigest(b *testing.B) {
	data := record(1, 512*584)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		digestOf(data, 1)
	}
}

// BenchmarkOpen reopens a log with a backlog of 256 MB.
func BenchmarkOpen(b *testing.B) {
	cfg := DefaultConfig(b.TempDir())
	cfg.ReserveFree = 0
	l := open(b, cfg)
	for i := range 900 {
		mustAppend(b, l, record(i, 512*584), 512)
	}
	for b.Loop() {
		l.Close()
		l = open(b, cfg)
	}
}
