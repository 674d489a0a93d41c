package e2e

import (
	"io"
	"net"
	"sync"
	"testing"
)

// gate stands between the demo and Baton and counts what is sent. It stops the sender at chosen amounts, in the middle
// of whatever it is sending, so that what a test does to Baton is done under load however fast the machine is.
type gate struct {
	address string
	to      string
	wg      sync.WaitGroup

	mu      sync.Mutex
	passed  int64
	stops   []stop
	conns   map[net.Conn]bool
	stopped bool
}

// stop is an amount at which reached is closed, and then nothing passes until on is.
type stop struct {
	at          int64
	reached, on chan struct{}
}

// newGate listens in front of an address and stops at each amount in turn.
func newGate(t *testing.T, to string, amounts ...int64) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{address: l.Addr().String(), to: to, conns: map[net.Conn]bool{}}
	for _, at := range amounts {
		g.stops = append(g.stops, stop{at, make(chan struct{}), make(chan struct{})})
	}
	g.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.wg.Go(func() { g.pass(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		g.mu.Lock()
		g.stopped = true
		for c := range g.conns {
			_ = c.Close()
		}
		for _, s := range g.stops {
			select {
			case <-s.on:
			default:
				close(s.on)
			}
		}
		g.mu.Unlock()
		g.wg.Wait()
	})
	return g
}

// pass copies both ways until one side ends. A Baton that is away looks like one that hangs up.
func (g *gate) pass(c net.Conn) {
	defer g.forget(c)
	if !g.keep(c) {
		return
	}
	up, err := net.Dial("tcp", g.to)
	if err != nil {
		return
	}
	defer g.forget(up)
	if !g.keep(up) {
		return
	}
	g.wg.Go(func() {
		defer c.Close()
		_, _ = io.Copy(c, up) // ends when either side does
	})
	buf := make([]byte, 16<<10)
	for {
		n, err := c.Read(buf)
		if n > 0 {
			g.count(int64(n))
			if _, err := up.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// count waits at a stop. Whoever comes while the gate is shut waits with the first.
func (g *gate) count(n int64) {
	g.mu.Lock()
	g.passed += n
	var wait []chan struct{}
	for _, s := range g.stops {
		if g.passed < s.at {
			break
		}
		select {
		case <-s.reached:
		default:
			close(s.reached)
		}
		wait = append(wait, s.on)
	}
	g.mu.Unlock()
	for _, on := range wait {
		<-on
	}
}

func (g *gate) keep(c net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.stopped {
		g.conns[c] = true
	}
	return !g.stopped
}

func (g *gate) forget(c net.Conn) {
	_ = c.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
}
