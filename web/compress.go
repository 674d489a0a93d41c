package web

import (
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/labstack/echo/v4"
)

// minCompress is where compression begins to pay: below it the answer fits
// into one packet either way.
const minCompress = 1 << 10

// gzipLevel is where columns of JSON stop losing much of their size: a tenth
// less than at 2, a hundredth more than at 9.
const gzipLevel = 5

var gzips = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzipLevel); return w }}

// compress sends API answers of JSON, CSV and Markdown above minCompress as
// gzip. It holds back only what is below the limit, the rest streams through.
func compress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !isAPI(r) || r.Method == http.MethodHead || !accepts(r, "gzip") {
			return next(c)
		}
		res := c.Response()
		res.Header().Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		cw := &compressWriter{ResponseWriter: res.Writer}
		res.Writer = cw
		defer func() { res.Writer = cw.ResponseWriter }()
		err := next(c)
		if err != nil {
			c.Error(err) // written through cw, so that its end is below
		}
		cw.finish()
		return nil
	}
}

type compressWriter struct {
	http.ResponseWriter
	status int
	held   []byte
	gz     *gzip.Writer
	plain  bool
}

func (w *compressWriter) WriteHeader(status int) {
	w.status = status
	// Event streams must leave at once.
	if strings.HasPrefix(w.Header().Get(echo.HeaderContentType), "text/event-stream") {
		w.plain = true
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *compressWriter) Write(b []byte) (int, error) {
	switch {
	case w.plain:
		return w.ResponseWriter.Write(b)
	case w.gz != nil:
		return w.gz.Write(b)
	}
	if len(w.held)+len(b) < minCompress {
		w.held = append(w.held, b...)
		return len(b), nil
	}
	w.Header().Del(echo.HeaderContentLength)
	w.Header().Set(echo.HeaderContentEncoding, "gzip")
	w.ResponseWriter.WriteHeader(max(w.status, http.StatusOK))
	w.gz = gzips.Get().(*gzip.Writer)
	w.gz.Reset(w.ResponseWriter)
	if _, err := w.gz.Write(w.held); err != nil {
		return 0, err
	}
	w.held = nil
	return w.gz.Write(b)
}

// finish writes what is held, or ends the compressed stream. An error means
// that the client is gone; there is nobody left to tell.
func (w *compressWriter) finish() {
	switch {
	case w.gz != nil:
		_ = w.gz.Close()
		gzips.Put(w.gz)
	case !w.plain && (w.status != 0 || len(w.held) > 0):
		w.Header().Set(echo.HeaderContentLength, strconv.Itoa(len(w.held)))
		w.ResponseWriter.WriteHeader(max(w.status, http.StatusOK))
		_, _ = w.ResponseWriter.Write(w.held)
	}
}

// FlushError lets event streams through.
func (w *compressWriter) FlushError() error {
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (w *compressWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// accepts reports whether the client takes an encoding. A quality of 0 refuses it.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values(echo.HeaderAcceptEncoding), ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name = strings.TrimSpace(name); !strings.EqualFold(name, encoding) && name != "*" {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
		if !ok {
			return true
		}
		v, err := strconv.ParseFloat(q, 64)
		return err == nil && v > 0
	}
	return false
}
