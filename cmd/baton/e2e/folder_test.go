package e2e

import (
	"context"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sql runs a statement in the engine, over its socket in the data folder.
func (b *baton) sql(statement string) string {
	b.t.Helper()
	socket := ""
	eventually(b.t, time.Minute, "the engine's socket", func() error {
		return filepath.WalkDir(b.dir, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Base(path) == "engine.sock" {
				socket = path
			}
			return err
		})
	})
	if socket == "" {
		b.t.Fatal("the engine has no socket in the data folder")
	}
	c := http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	defer c.CloseIdleConnections()
	res, err := c.Post("http://engine/?query=", "text/plain", strings.NewReader(statement))
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s, %v, %s", statement, res.Status, err, answer)
	}
	return strings.TrimSpace(string(answer))
}

// TestNewerFolder: a data folder of a newer Baton is refused with advice and left as it is.
func TestNewerFolder(t *testing.T) {
	b := serve(t)
	td, spans := newTrace("kept")
	trace := newTraceID()
	addSpan(spans, trace, "kept")
	b.mustPost(td)
	b.awaitSpans(trace, 1)
	table := b.sql("SELECT database || '.' || name FROM system.tables WHERE name = 'schema_version'")
	b.sql("INSERT INTO " + table + " (version, name, checksum, applied) VALUES (9999, 'from_the_future', 'ab', now64())")
	b.stop()
	before := files(t, b.dir)
	refused(t, b, "version 9999", "at least as new", "another data folder")
	for path, content := range files(t, b.dir) {
		if before[path] != content {
			t.Errorf("%s is new or changed", path)
		}
		delete(before, path)
	}
	for path := range before {
		t.Errorf("%s is gone", path)
	}
}

// merged is in a part that the engine made of others, as it may do whenever it runs: the others stay for minutes.
var merged = regexp.MustCompile(`/[0-9a-z]+_\d+_\d+_[1-9]\d*/`)

// files are the data in a folder: what tables and the log are made of, without what a starting engine notes and merges for itself.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) == ".lock" || d.Name() == "status" || merged.MatchString(path) {
			return err
		}
		content, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, dir)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestSecondBaton: a folder in use is refused, and whoever uses it goes on.
func TestSecondBaton(t *testing.T) {
	b := serve(t)
	second := install(t)
	second.dir = b.dir
	refused(t, second, "in use by process", "another folder")
	if err := b.health(); err != nil {
		t.Errorf("the first Baton: %v", err)
	}
	b.stop()
}

func TestMissingEngine(t *testing.T) {
	b := install(t)
	b.env = append(b.env, "BATON_ENGINE_LIB="+filepath.Join(b.dir, "none.so"))
	refused(t, b, "none.so", "make engine", "BATON_ENGINE_LIB")
}

func TestPortInUse(t *testing.T) {
	for name, set := range map[string]func(b *baton, address string){
		"page":      func(b *baton, address string) { b.web = address },
		"OTLP gRPC": func(b *baton, address string) { b.grpc = address },
		"OTLP HTTP": func(b *baton, address string) { b.http = address },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			b := install(t)
			set(b, l.Addr().String())
			refused(t, b, l.Addr().String(), "address already in use")
		})
	}
}
