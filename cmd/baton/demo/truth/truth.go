// Package truth writes down what really happened in each flow, as JSON lines, once its last span was acknowledged.
package truth

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// Writer writes truths to a file. A nil Writer takes them and writes nothing, for runs without --truth. It is safe for
// concurrent use.
type Writer struct {
	mu   sync.Mutex
	file *os.File
	buf  *bufio.Writer
	err  error
}

// Create opens the file anew; an empty path answers a nil Writer.
func Create(path string) (*Writer, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("truth file: %w", err)
	}
	return &Writer{file: f, buf: bufio.NewWriterSize(f, 64<<10)}, nil
}

// Write adds one line. The first error is kept and answered by Close.
func (w *Writer) Write(t sim.Truth) {
	if w == nil {
		return
	}
	line, err := json.Marshal(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		_, err = w.buf.Write(append(line, '\n'))
	}
	if w.err == nil {
		w.err = err
	}
}

// Flush hands what was written so far to the operating system, so that a reader of a live run sees it.
func (w *Writer) Flush() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.buf.Flush(); w.err == nil {
		w.err = err
	}
}

// Close flushes, syncs to disk and closes, and answers the first error of the whole life of the writer.
func (w *Writer) Close() error {
	if w == nil {
		return nil
	}
	w.Flush()
	if err := w.file.Sync(); w.err == nil {
		w.err = err
	}
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	if w.err != nil {
		return fmt.Errorf("truth file: %w", w.err)
	}
	return nil
}
