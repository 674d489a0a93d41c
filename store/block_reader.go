package store

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/ClickHouse/ch-go/proto"
)

// blockReader is a block in the Native format as the body of a request. It
// encodes one column at a time, so that a block of 50,000 rows needs the memory
// of its largest column and not that of another block.
type blockReader struct {
	in     proto.Input
	next   int // column
	buf    *proto.Buffer
	unread []byte
	bad    atomic.Pointer[error] // the columns cannot be encoded
	once   sync.Once
	closed chan struct{}
}

func newBlockReader(in proto.Input, buf *proto.Buffer) *blockReader {
	buf.Reset()
	buf.PutInt(len(in))
	buf.PutInt(rows(in))
	return &blockReader{in: in, buf: buf, unread: buf.Buf, closed: make(chan struct{})}
}

// Read implements io.Reader.
func (r *blockReader) Read(p []byte) (int, error) {
	for len(r.unread) == 0 {
		if r.next == len(r.in) {
			return 0, io.EOF
		}
		if err := r.encode(&r.in[r.next]); err != nil {
			r.bad.Store(&err)
			return 0, err
		}
		r.next++
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

func (r *blockReader) encode(c *proto.InputColumn) error {
	if have, want := c.Data.Rows(), rows(r.in); have != want {
		return fmt.Errorf("encode column %s: it has %d rows of %d", c.Name, have, want)
	}
	r.buf.Reset()
	c.EncodeStart(r.buf, 0) // FORMAT Native in a body has no protocol revision
	if v, ok := c.Data.(proto.Preparable); ok {
		if err := v.Prepare(); err != nil {
			return fmt.Errorf("encode column %s: %w", c.Name, err)
		}
	}
	if v, ok := c.Data.(proto.StateEncoder); ok {
		v.EncodeState(r.buf)
	}
	c.Data.EncodeColumn(r.buf)
	r.unread = r.buf.Buf
	return nil
}

// Close implements io.Closer: who reads has ended.
func (r *blockReader) Close() error {
	r.once.Do(func() { close(r.closed) })
	return nil
}

// wait returns when nobody reads any more.
func (r *blockReader) wait() { <-r.closed }
