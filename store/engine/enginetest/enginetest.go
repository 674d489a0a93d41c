// Package enginetest gives tests the real embedded ClickHouse: one engine per test process, one database per test.
//
// The engine runs in a child process as it does in production; the child is this test binary, which becomes an engine when it is
// started with childArg. It ends with the test process, however that ends, and removes its data folder.
package enginetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/store/engine"
)

// childArg makes a test binary that imports this package run as an engine. The check is in an init function, because it must come
// before the test flags are parsed and must work in every package without a TestMain.
const childArg = "enginetest-child"

func init() {
	if len(os.Args) < 2 || os.Args[1] != childArg {
		return
	}
	if err := engine.Child(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// New returns options for a clickhouse-go client of a database made for this test, which is dropped at its end. The test fails when
// there is no engine, with advice on how to get it.
func New(t testing.TB) *clickhouse.Options {
	t.Helper()
	e := Engine(t)
	name := databaseName(t.Name())
	exec(t, e, "CREATE DATABASE "+name)
	t.Cleanup(func() { exec(t, e, "DROP DATABASE "+name+" SYNC") })
	return e.Options(name)
}

// Open is New with a connection, closed at the end of the test.
func Open(t testing.TB) clickhouse.Conn {
	t.Helper()
	conn, err := clickhouse.Open(New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Engine returns the engine of this test process, and starts it for the first caller.
func Engine(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := e.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return e
}

// Config for an engine of a test's own, such as one that is to be killed: its folder is removed when it stops, which is the test's
// duty.
func Config(t testing.TB) engine.Config {
	t.Helper()
	c, err := config()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(c.Dir) })
	return c
}

// Main runs the tests and stops the engine, for packages that look for leaked goroutines or children at the end. Others need no
// TestMain.
func Main(m interface{ Run() int }) int {
	code := m.Run()
	running.Lock()
	defer running.Unlock()
	if running.engine != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := running.engine.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}

var running struct {
	sync.Mutex
	engine *engine.Engine
	err    error
}

func shared() (*engine.Engine, error) {
	running.Lock()
	defer running.Unlock()
	if running.engine == nil && running.err == nil {
		running.engine, running.err = start()
	}
	return running.engine, running.err
}

func start() (*engine.Engine, error) {
	c, err := config()
	if err != nil {
		return nil, err
	}
	log, err := zap.NewDevelopment(zap.IncreaseLevel(zap.WarnLevel), zap.AddStacktrace(zap.PanicLevel))
	if err != nil {
		return nil, err
	}
	return engine.Start(context.Background(), c, log)
}

func config() (engine.Config, error) {
	lib, err := findLib()
	if err != nil {
		return engine.Config{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return engine.Config{}, err
	}
	dir, err := os.MkdirTemp("", "baton-enginetest-")
	if err != nil {
		return engine.Config{}, err
	}
	return engine.Config{Lib: lib, Dir: dir, Command: []string{self, childArg}, Ephemeral: true}, nil
}

// findLib is engine.FindLib with bin/engine of the module in addition: test binaries are far from it.
func findLib() (string, error) {
	found, err := engine.FindLib()
	if err == nil {
		return found, nil
	}
	dir, wdErr := os.Getwd()
	if wdErr != nil {
		return "", wdErr
	}
	for {
		lib := filepath.Join(dir, "bin", "engine", "libchdb.so")
		if st, statErr := os.Stat(lib); statErr == nil && st.Mode().IsRegular() {
			return lib, nil
		}
		parent := filepath.Dir(dir)
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil || parent == dir {
			return "", fmt.Errorf("%w, %s", err, lib)
		}
		dir = parent
	}
}

var databases atomic.Int64

// databaseName is unique and tells whose it is.
func databaseName(test string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, test)
	return fmt.Sprintf("t%d_%.80s", databases.Add(1), clean)
}

func exec(t testing.TB, e *engine.Engine, query string) {
	t.Helper()
	conn, err := clickhouse.Open(e.Options(""))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(context.Background(), query); err != nil {
		t.Errorf("%s: %v", query, err)
	}
}
