package httpapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/compress"

	"github.com/baton-observability/baton/store/engine/internal/chdb"
)

// maxText bounds the text of a statement, with the rows of an INSERT ... VALUES in it. The body of an insert stream has no bound: it
// goes to the engine piece by piece, under the engine's memory limits.
const maxText = 64 << 20

// request is one statement with everything that goes with it.
type request struct {
	text         string
	insertFormat string    // of an insert stream whose data is body; else empty
	body         io.Reader // data of an insert stream, decompressed
	format       string    // wanted for the result
	database     string
	revision     int // protocol revision the client asked for
	settings     map[string]string
	params       []chdb.Param
}

// notSettings are the URL parameters of the interface that are not settings of the engine.
var notSettings = map[string]bool{
	"query": true, "database": true, "default_format": true, "client_protocol_version": true, "compress": true, "decompress": true,
	"network_compression_method": true, "network_zstd_compression_level": true, "query_id": true, "session_id": true,
	"session_timeout": true, "session_check": true, "quota_key": true, "user": true, "password": true, "role": true,
	"wait_end_of_query": true, "buffer_size": true, "enable_http_compression": true, "send_progress_in_http_headers": true,
	"http_write_exception_in_output_format": true, "close_session": true, "stacktrace": true,
}

func readRequest(r *http.Request) (*request, error) {
	if e := r.Header.Get("Content-Encoding"); e != "" {
		return nil, fmt.Errorf("%w: content encoding %q; use LZ4, ZSTD or no compression", errNotImplemented, e)
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil, fmt.Errorf("%w: external tables", errNotImplemented)
	}
	q := r.URL.Query()
	req := &request{
		text: q.Get("query"), body: r.Body, format: q.Get("default_format"), database: q.Get("database"), settings: map[string]string{},
	}
	if req.format == "" {
		req.format = "TabSeparated"
	}
	if req.database == "" {
		req.database = "default"
	}
	if q.Get("decompress") == "1" {
		req.body = compress.NewReader(r.Body)
	}
	req.revision, _ = strconv.Atoi(q.Get("client_protocol_version")) // no number, no revision
	for k, v := range q {
		if name, isParam := strings.CutPrefix(k, "param_"); isParam {
			req.params = append(req.params, chdb.Param{Name: name, Value: v[0]})
		} else if !notSettings[k] {
			req.settings[k] = v[0]
		}
	}
	if req.format == "Native" {
		// The engine writes Native at revision 0, where JSON and Dynamic columns have an old form that clickhouse-go no longer reads.
		const flat = "output_format_native_use_flattened_dynamic_and_json_serialization"
		if _, ok := req.settings[flat]; !ok {
			req.settings[flat] = "1"
		}
	}
	return req, req.readText()
}

// readText completes the statement from the body, unless the body is the data of an insert stream.
func (req *request) readText() error {
	if text, format, ok := splitInsert(req.text); ok {
		req.text, req.insertFormat = text, format
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(req.body, maxText+1))
	if err != nil && !errors.Is(err, io.EOF) { // the decompressing reader wraps the end
		return fmt.Errorf("read the statement: %w", err)
	}
	if len(b) > maxText {
		return fmt.Errorf("%w: more than %d bytes", errTooLong, maxText)
	}
	switch {
	case req.text == "":
		req.text = string(b)
	case len(b) > 0:
		req.text += "\n" + string(b)
	}
	req.text = strings.TrimRight(req.text, "; \t\r\n")
	return nil
}
