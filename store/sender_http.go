package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/ch-go/proto"
)

// httpSender speaks to the embedded engine, whose interface is HTTP.
type httpSender struct {
	client   *http.Client
	inserts  *atomic.Uint64
	database string
	buffers  shelf[*proto.Buffer]
}

func newHTTPSender(database string, inserts *atomic.Uint64, dial func(ctx context.Context, addr string) (net.Conn, error)) *httpSender {
	return &httpSender{
		database: database,
		inserts:  inserts,
		client: &http.Client{Transport: &http.Transport{
			DialContext:        func(ctx context.Context, _, addr string) (net.Conn, error) { return dial(ctx, addr) },
			DisableCompression: true, // the socket is local
			// Two batches in flight keep both the encoder and the engine busy.
			MaxIdleConnsPerHost: 4,
			IdleConnTimeout:     time.Minute,
			WriteBufferSize:     256 << 10,
			// An insert of 50k rows takes 0.3 s; past a minute the engine is not coming back to it.
			ResponseHeaderTimeout: time.Minute,
		}},
		buffers: newShelf(2, func() *proto.Buffer { return new(proto.Buffer) }),
	}
}

func (s *httpSender) send(ctx context.Context, table, token string, in proto.Input) error {
	s.inserts.Add(1)
	q := url.Values{"query": {insertInto(table, in) + insertSettings(token) + " FORMAT Native"}, "database": {s.database}}
	buf := s.buffers.take()
	defer func() {
		if cap(buf.Buf) <= maxKept {
			s.buffers.give(buf)
		}
	}()
	body := newBlockReader(in, buf)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://engine/?"+q.Encode(), body)
	if err != nil {
		return &InsertError{Table: table, Err: err}
	}
	// The transport may read on for a while after it has answered, and the columns are the caller's again then.
	defer body.wait()
	res, err := s.client.Do(req)
	if err != nil {
		if bad := body.bad.Load(); bad != nil {
			return &InsertError{Table: table, Poison: true, Err: *bad}
		}
		return &InsertError{Table: table, Err: err}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 16<<10))
	if err != nil {
		return &InsertError{Table: table, Err: fmt.Errorf("read answer: %w", err)}
	}
	if res.StatusCode == http.StatusOK && res.Header.Get("X-ClickHouse-Exception-Code") == "" && !bytes.Contains(answer, []byte("__exception__")) {
		return nil
	}
	code, _ := strconv.ParseInt(res.Header.Get("X-ClickHouse-Exception-Code"), 10, 32)
	return &InsertError{Table: table, Poison: poisonCode(int32(code)), Err: fmt.Errorf("code %d: %s", code, bytes.TrimSpace(answer))}
}

// insertSettings goes with the statement: a setting of the request would be set
// and taken back in the engine's session, which is a statement each.
func insertSettings(token string) string {
	if token == "" {
		return ""
	}
	return " SETTINGS insert_deduplication_token = '" + literals.Replace(token) + "'"
}

var literals = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

func (s *httpSender) close() error {
	s.client.CloseIdleConnections()
	return nil
}

func (s *httpSender) rest() bool { return s.buffers.clear() }
