package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// markAndWatch returns a comment to put before the statement's text and starts to watch the client: when it goes away, the statement
// that carries the comment is killed from the control connection, for a connection busy with a statement cannot be told anything.
// done ends the watch.
func (h *Handler) markAndWatch(ctx context.Context) (mark string, done func()) {
	id := fmt.Sprint(h.lastMark.Add(1))
	ended, watched := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(watched)
		for {
			h.kill(id)
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Millisecond): // the statement may not have been there yet
			}
		}
	})
	return "/*baton:" + id + "*/ ", func() {
		close(ended)
		if !stop() {
			<-watched
		}
	}
}

// kill ends the statement of that mark, or of all marks for "%".
func (h *Handler) kill(mark string) {
	h.controlMu.Lock()
	defer h.controlMu.Unlock()
	// ASYNC: waiting for the statement's end would hold up other kills. An error means that the engine is going away.
	_ = h.control.Exec("KILL QUERY WHERE query LIKE '/*baton:" + mark + "*/%' ASYNC")
}

// query runs a statement and writes its result, piece by piece if the engine can.
func query(ctx context.Context, s *session, mark string, req *request, out *output) error {
	if req.isStreamable() {
		st, err := s.conn.Stream(mark+req.text, req.format, req.params...)
		if err == nil {
			defer st.Close()
			for ctx.Err() == nil {
				piece, err := st.Next()
				if piece == nil || err != nil {
					return err
				}
				_, err = out.Write(piece.Bytes())
				piece.Free()
				if err != nil {
					return err
				}
			}
			return ctx.Err()
		}
		// WITH ... INSERT is the one statement that looks like a query and is none.
		if !strings.Contains(err.Error(), "Streaming query is not supported") {
			return err
		}
	}
	r, err := s.conn.Query(mark+req.text, req.format, req.params...)
	if err != nil {
		return err
	}
	defer r.Free()
	_, err = out.Write(r.Bytes())
	return err
}

// pieces are what an insert stream hands to the engine at a time.
var pieces = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// insert feeds an insert stream from the body.
func insert(s *session, text, format string, body io.Reader) error {
	in, err := s.conn.Insert(text, format)
	if err != nil {
		return err
	}
	piece := pieces.Get().(*[256 << 10]byte)
	defer pieces.Put(piece)
	for {
		n, err := fill(piece[:], body)
		if err := in.Append(piece[:n]); err != nil {
			in.Cancel()
			return err
		}
		if errors.Is(err, io.EOF) { // the decompressing reader wraps it
			break
		}
		if err != nil {
			in.Cancel()
			return fmt.Errorf("read the data: %w", err)
		}
	}
	_, err = in.Done()
	return err
}

// fill reads until b is full or r ends or fails. It is not io.ReadFull, which tells a short last piece by the very error that a body
// torn off halfway has: half an insert must not be stored.
func fill(b []byte, r io.Reader) (n int, err error) {
	for n < len(b) && err == nil {
		var read int
		read, err = r.Read(b[n:])
		n += read
	}
	return n, err
}
