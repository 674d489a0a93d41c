// Package httpapi speaks the ClickHouse HTTP interface on top of the embedded engine, as far as clickhouse-go/v2 uses it.
//
// One request runs one statement in one session of a bounded pool. Left out on purpose: content encodings (clickhouse-go's LZ4 and
// ZSTD block compression is there), external tables, session_id, query_id and progress; a request that needs one of the first two
// is refused, the others are ignored.
package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-observability/baton/store/engine/internal/chdb"
)

// Handler is the engine behind an http.Handler.
type Handler struct {
	pool     *pool
	version  string
	timezone string
	lastMark atomic.Uint64

	control   *chdb.Conn // kills statements; never runs anything long
	controlMu sync.Mutex
}

// Open starts the engine with clickhouse-local arguments and allows that many statements at the same time.
func Open(sessions int, args ...string) (*Handler, error) {
	control, err := chdb.Open(args...)
	if err != nil {
		return nil, err
	}
	h := &Handler{control: control}
	if err := h.describe(sessions, args); err != nil {
		control.Close()
		return nil, err
	}
	return h, nil
}

// describe asks the new engine for what the pool and the hello need.
func (h *Handler) describe(sessions int, args []string) error {
	facts, err := h.control.Text("SELECT version(), timezone()")
	if err != nil {
		return fmt.Errorf("ask the engine for its version: %w", err)
	}
	h.version, h.timezone, _ = strings.Cut(strings.TrimSpace(facts), "\t")
	start, err := h.control.Text("SELECT name, value FROM system.settings WHERE changed")
	if err != nil {
		return fmt.Errorf("ask the engine for its settings: %w", err)
	}
	base := map[string]string{}
	for line := range strings.Lines(start) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		base[name] = value
	}
	h.pool = newPool(sessions, base, args)
	return nil
}

// Version of ClickHouse in the library, such as "26.7.2.1".
func (h *Handler) Version() string { return h.version }

// Statements is how many were run.
func (h *Handler) Statements() uint64 { return h.lastMark.Load() }

// Close waits for running statements until the context ends, kills those that remain, and closes all sessions. Merges go on until the
// process ends.
func (h *Handler) Close(ctx context.Context) error {
	if err := h.pool.close(ctx); err != nil {
		h.kill("%")
		killed, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := h.pool.close(killed); err != nil {
			return fmt.Errorf("statements still run: %w", err)
		}
	}
	h.controlMu.Lock()
	defer h.controlMu.Unlock()
	h.control.Close()
	return nil
}

// ServeHTTP runs one statement.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/ping" {
		_, _ = io.WriteString(w, "Ok.\n")
		return
	}
	out := newOutput(w, r.URL.Query())
	if err := h.serve(r, out); err != nil {
		out.fail(err)
		return
	}
	out.close()
}

func (h *Handler) serve(r *http.Request, out *output) error {
	req, err := readRequest(r)
	if err != nil {
		return err
	}
	if req.isHello() {
		_, err := out.Write(hello(req.revision, h.version, h.timezone))
		return err
	}
	s, err := h.pool.take(r.Context(), req.database, req.settings)
	if err != nil {
		return err
	}
	reusable := false
	defer func() { h.pool.give(s, reusable) }()
	if err := s.prepare(req.database, req.settings); err != nil {
		return err
	}
	m, done := h.markAndWatch(r.Context())
	defer done()
	if req.insertFormat != "" {
		err = insert(s, m+req.text, req.insertFormat, req.body)
	} else {
		err = query(r.Context(), s, m, req, out)
	}
	// A killed statement now and then stays in the session, and in the table of processes, until the session ends.
	reusable = r.Context().Err() == nil && !req.changesSession()
	return err
}
