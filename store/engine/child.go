package engine

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"github.com/baton-observability/baton/store/engine/internal/chdb"
	"github.com/baton-observability/baton/store/engine/internal/httpapi"
)

// Child runs the engine in this process until its standard input ends: the other end is held by Engine, which closes it to stop the
// child, and which the system closes when the parent dies. It is the body of the hidden command "baton engine".
func Child(args []string) error {
	o, err := parseChild(args)
	if err != nil {
		return err
	}
	report := os.NewFile(uintptr(o.reportFD), "report")
	err = o.run(func(r childReport) error { return json.NewEncoder(report).Encode(r) })
	if err != nil {
		_ = json.NewEncoder(report).Encode(childReport{Error: err.Error()}) // the parent may be gone
	}
	return err
}

// childReport is the one line that the child sends to its parent: it is ready, or why it cannot be.
type childReport struct {
	LibVersion string `json:"lib_version,omitempty"`
	Error      string `json:"error,omitempty"`
}

type childOptions struct {
	dir, socket, lib   string
	maxMemory          int64
	sessions, reportFD int
	ephemeral          bool
}

func parseChild(args []string) (childOptions, error) {
	var o childOptions
	f := flag.NewFlagSet("engine", flag.ContinueOnError)
	f.StringVar(&o.dir, "dir", "", "data folder")
	f.StringVar(&o.socket, "socket", "", "unix socket to serve the ClickHouse HTTP interface on")
	f.StringVar(&o.lib, "lib", "", "path of "+libName)
	f.Int64Var(&o.maxMemory, "max-memory", 0, "bytes the engine may allocate")
	f.IntVar(&o.sessions, "sessions", 0, "statements at the same time")
	f.IntVar(&o.reportFD, "report-fd", 2, "file descriptor for the line that says it is ready")
	f.BoolVar(&o.ephemeral, "ephemeral", false, "remove the data folder at the end")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.dir == "" || o.socket == "" || o.lib == "" || o.maxMemory <= 0 || o.sessions <= 0 || f.NArg() > 0 {
		return o, errors.New("the engine is started by `baton serve`, with --dir, --socket, --lib, --max-memory and --sessions")
	}
	return o, nil
}

// childArgs is the inverse of parseChild.
func childArgs(c Config, reportFD int) []string {
	args := []string{
		"--dir", c.Dir, "--socket", c.Socket, "--lib", c.Lib, "--max-memory", strconv.FormatInt(c.MaxMemory, 10),
		"--sessions", strconv.Itoa(c.Sessions), "--report-fd", strconv.Itoa(reportFD),
	}
	if c.Ephemeral {
		args = append(args, "--ephemeral")
	}
	return args
}

// drainTime is what running statements get to finish, and exitTime when the process goes in any case: a stop must be over before
// service managers lose patience.
const drainTime, exitTime = 5 * time.Second, 9 * time.Second

func (o childOptions) run(report func(childReport) error) error {
	stop := stopRequested()
	lock, err := lockDir(o.dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	// Of all processes the system should end this one first when memory runs out: it is restarted and nothing is lost.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0o600)
	if err := chdb.Load(o.lib); err != nil {
		return err
	}
	if err := writeSettings(o.dir); err != nil {
		return err
	}
	api, err := httpapi.Open(o.sessions, engineArgs(o.dir, o.maxMemory)...)
	if err != nil {
		return err
	}
	dropPages(o.lib)
	l, err := listen(o.socket)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	go rest(api.Statements, func() { dropPages(o.lib) })
	if err := report(childReport{LibVersion: chdb.Version()}); err != nil {
		return fmt.Errorf("tell the parent: %w", err)
	}
	select {
	case err = <-served:
		return fmt.Errorf("serve %s: %w", o.socket, err)
	case <-stop:
	}
	time.AfterFunc(exitTime, func() { os.Exit(1) })
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if srv.Shutdown(ctx) != nil {
		err = srv.Close()
	}
	err = errors.Join(err, api.Close(ctx))
	if o.ephemeral {
		err = errors.Join(err, removeAll(o.dir))
	}
	return err
}

// restLook is how often it is looked whether a rush is over.
const restLook = 20 * time.Second

// rest gives memory back while there is no rush.
func rest(statements func() uint64, drop func()) {
	var c calm
	for range time.Tick(restLook) {
		if c.due(statements()) {
			drop()
		}
	}
}

// calm tells from the statements so far when memory is given back: at the first look with few of them, and at every third of those that follow.
type calm struct {
	before uint64
	looks  int // without a rush
}

// calmBelow statements between two looks are no rush: nothing comes in, and somebody may be looking at a page.
const calmBelow = 100

func (c *calm) due(statements uint64) bool {
	few := statements-c.before < calmBelow
	c.before = statements
	if !few {
		c.looks = 0
		return false
	}
	c.looks++
	return c.looks%3 == 1
}

// DropPages gives back the memory that holds pages of this program which nobody needs for the moment.
func DropPages() { dropPages("") }

// removeAll removes a folder to which merges may still write.
func removeAll(dir string) (err error) {
	for range 10 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
	}
	return err
}

// stopRequested closes its channel when standard input ends, or at SIGUSR1, which the system sends when the parent is gone. The signals
// of terminals and service managers are not for the child: they reach the whole group, and the parent wants its engine to the last.
func stopRequested() <-chan struct{} {
	signal.Ignore(groupSignals...)
	orphaned := make(chan os.Signal, 1)
	signal.Notify(orphaned, parentDied)
	eof := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // an error ends it as well as the end does
		close(eof)
	}()
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		select {
		case <-orphaned:
		case <-eof:
		}
	}()
	return stop
}

// listen opens a socket that only this user can connect to. A file left behind by a killed engine is replaced: the lock on the data
// folder says that it is nobody's.
func listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	defer privateFiles()() // from the first moment on; nothing else makes files at this time
	return net.Listen("unix", path)
}
