package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// baton is one installation: a data folder and addresses, and the process that serves them now.
type baton struct {
	t               *testing.T
	dir             string
	web, grpc, http string
	env             []string // more of the environment, and what overrides it
	args            []string // more arguments of serve
	unsettled       bool     // something is missing or too much: accounts read every flow, to tell what
	*process
}

// install makes an installation with an empty data folder and the demo's owners. Nothing is started.
func install(t *testing.T, args ...string) *baton {
	t.Helper()
	return &baton{t: t, dir: filepath.Join(t.TempDir(), "data"), web: freeAddress(t), grpc: freeAddress(t), http: freeAddress(t),
		env: []string{"BATON_OWNERSHIP=" + ownership(t)}, args: args}
}

// serve is an installation that runs and is healthy.
func serve(t *testing.T, args ...string) *baton {
	t.Helper()
	b := install(t, args...)
	b.start()
	return b
}

// launch starts Baton and does not wait.
func (b *baton) launch() {
	b.t.Helper()
	env := append([]string{"BATON_DATA_DIR=" + b.dir, "BATON_ENGINE_LIB=" + engineLib, "BATON_WEB_ENDPOINT=" + b.web,
		"BATON_OTLP_GRPC_ENDPOINT=" + b.grpc, "BATON_OTLP_HTTP_ENDPOINT=" + b.http}, b.env...)
	b.process = start(b.t, "baton", env, append([]string{"serve"}, b.args...)...)
}

// start starts Baton and waits until it is healthy.
func (b *baton) start() {
	b.t.Helper()
	b.launch()
	b.awaitHealth()
}

func (b *baton) awaitHealth() {
	b.t.Helper()
	eventually(b.t, 2*time.Minute, "Baton is healthy", func() error {
		if !b.alive() {
			b.t.Fatalf("Baton ended: %v", b.err)
		}
		return b.health()
	})
}

func (b *baton) health() error {
	res, err := client.Get("http://" + b.web + "/healthz")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

// stop ends Baton as a service manager does.
func (b *baton) stop() {
	b.t.Helper()
	b.process.stop(b.t)
}

// engine is the process id of the engine's child.
func (b *baton) engine() int {
	b.t.Helper()
	var pid int
	eventually(b.t, time.Minute, "the engine's process runs", func() error {
		pids := children(b.pid())
		if len(pids) == 0 {
			return errors.New("Baton has no child")
		}
		pid = pids[0]
		return nil
	})
	return pid
}

// killEngine is kill -9 of the engine alone.
func (b *baton) killEngine() {
	b.t.Helper()
	if err := syscall.Kill(b.engine(), syscall.SIGKILL); err != nil {
		b.t.Fatal(err)
	}
}

// eventually tries until there is no error. The limit is generous: it ends a test that would hang, and says why.
func eventually(t *testing.T, limit time.Duration, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v: %v", what, limit, err)
		}
		time.Sleep(pause)
	}
}

var given sync.Map

// freeAddress is a loopback address nobody listens at. Its port is below those that the system gives to outgoing
// connections, and is given once, so that it is still free when it is used.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20000+rand.IntN(12000)))
		if _, taken := given.LoadOrStore(address, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// ownership is a copy of the demo estate's ownership file.
func ownership(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ownership.yaml")
	p := start(t, "write-ownership", nil, "demo", "--write-ownership", path)
	if err := p.wait(time.Minute); err != nil {
		t.Fatal(fmt.Errorf("write the ownership file: %w", err))
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}
