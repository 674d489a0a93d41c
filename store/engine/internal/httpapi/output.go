package httpapi

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
)

// maxBlock is the most that goes into one compressed block, the server's own max_compress_block_size.
const maxBlock = 1 << 20

// output is the answer: plain or in compressed blocks, and an exception in either.
type output struct {
	w       http.ResponseWriter
	blocks  *compress.Writer // nil: plain
	tag     string           // marks the exception of this answer, so that data cannot be taken for one
	started bool
}

func newOutput(w http.ResponseWriter, q url.Values) *output {
	var tag [8]byte
	_, _ = rand.Read(tag[:]) // never fails
	o := &output{w: w, tag: hex.EncodeToString(tag[:])}
	w.Header().Set("X-ClickHouse-Exception-Tag", o.tag)
	if q.Get("compress") == "1" {
		method := compress.LZ4
		if strings.EqualFold(q.Get("network_compression_method"), "ZSTD") {
			method = compress.ZSTD
		}
		o.blocks = compress.NewWriter(compress.LevelZero, method)
	}
	return o
}

func (o *output) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	o.started = true
	if o.blocks == nil {
		return o.w.Write(p)
	}
	for from := 0; from < len(p); from += maxBlock {
		if err := o.blocks.Compress(p[from:min(from+maxBlock, len(p))]); err != nil {
			return from, err
		}
		if _, err := o.w.Write(o.blocks.Data); err != nil {
			return from, err
		}
	}
	return len(p), nil
}

// close ends a good answer; clickhouse-go takes a Content-Length of zero for "no result".
func (o *output) close() {
	if !o.started {
		o.w.WriteHeader(http.StatusOK)
	}
}

// fail ends the answer with an error: a status when nothing has been written, else the frame that ClickHouse puts behind the data.
// The frame is never compressed, because clickhouse-go looks for it in the raw bytes.
func (o *output) fail(err error) {
	code, status, msg := describe(err)
	if !o.started {
		if code > 0 {
			o.w.Header().Set("X-ClickHouse-Exception-Code", fmt.Sprint(code))
		}
		o.w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		o.w.WriteHeader(status)
		_, _ = io.WriteString(o.w, msg+"\n") // nobody is left to tell
		return
	}
	_, _ = fmt.Fprintf(o.w, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", o.tag, msg, len(msg)+1, o.tag)
}
