package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// TestDiskFull: when the disk is full, senders are told to come again and Baton stays up; when there is room again it
// goes on by itself, and everything that was acknowledged is there.
func TestDiskFull(t *testing.T) {
	for name, tt := range map[string]struct{ reserve string }{
		"up to the reserve": {"64MiB"},
		"to the last byte":  {"0B"},
	} {
		t.Run(name, func(t *testing.T) {
			b := install(t, "--set", "exporters::baton::log::reserve_free="+tt.reserve)
			mountSmall(t, b.dir, 320<<20)
			b.start()
			full(t, b, func() { fill(t, b.dir) }, func() { remove(t, ballast(b.dir)) })
		})
	}
}

// TestLogFull is the same where the log reaches its bound because the engine hangs.
func TestLogFull(t *testing.T) {
	b := serve(t, "--set", "exporters::baton::log::max_size=6MiB")
	engine := b.engine()
	signal := func(s syscall.Signal) func() {
		return func() {
			if err := syscall.Kill(engine, s); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { _ = syscall.Kill(engine, syscall.SIGCONT) }) // it may be gone
	full(t, b, signal(syscall.SIGSTOP), signal(syscall.SIGCONT))
}

// full runs the demo, takes the room away in the middle, and gives it back.
func full(t *testing.T, b *baton, take, giveBack func()) {
	t.Helper()
	s := scenario{flows: 600, begin: time.Now().Add(-time.Minute).UTC()}
	g := newGate(t, b.grpc, s.bytes()/4)
	d := startDemo(t, g.address, s.args()...)
	reached(t, d, g.stops[0])
	take()
	close(g.stops[0].on)
	eventually(t, time.Minute, "a sender over HTTP is told to come again", func() error {
		td, spans := newTrace("filler")
		for range 2000 {
			addSpan(spans, newTraceID(), "fill").Attributes().PutStr("filling", "some room, some room, some room, some room")
		}
		r, err := b.post(proto(t, td), "application/x-protobuf", "X-Scope-OrgID", "filler")
		if err != nil {
			return err
		}
		if r.status != http.StatusTooManyRequests {
			return errors.New(r.String())
		}
		if after, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || after < 1 {
			t.Errorf("429 with Retry-After %q, want seconds", r.header.Get("Retry-After"))
		}
		return nil
	})
	td, spans := newTrace("filler")
	for range 2000 {
		addSpan(spans, newTraceID(), "fill").Attributes().PutStr("filling", "some room, some room, some room, some room")
	}
	if code, after := refusal(b.exportGRPC(td, false, "x-scope-orgid", "filler")); code != codes.ResourceExhausted || after <= 0 {
		t.Errorf("gRPC answers %v, retry after %v, want ResourceExhausted and a time", code, after)
	}
	if !b.alive() || !d.alive() {
		t.Fatalf("Baton runs: %v, the demo runs: %v; want both to wait", b.alive(), d.alive())
	}
	giveBack()
	flows, sent := d.finish(t, 3*time.Minute)
	b.awaitHealth()
	list := b.settled(flows, sent, 2*time.Minute)
	total, traces := 0, 0
	for _, f := range list {
		total, traces = total+f.SpanCount, traces+f.TraceCount
	}
	if total != sent || len(list) != len(flows) {
		t.Errorf("%d flows of %d spans, want %d of the %d spans that were acknowledged", len(list), total, len(flows), sent)
	}
	b.stop()
}

func ballast(dir string) string { return filepath.Join(dir, "ballast") }

// fill writes until the disk has no byte left, again while what others free is taken too.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(ballast(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for len(block) > 0 {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// mountSmall makes dir a file system of its own in memory.
func mountSmall(t *testing.T, dir string, size int64) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skip("mounting a small disk is for root; TestLogFull covers the same without")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}
