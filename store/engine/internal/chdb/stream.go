//go:build linux && amd64

package chdb

import "runtime"

// Stream is a running SELECT whose result is read piece by piece.
type Stream struct {
	c    *Conn
	h    handle
	done bool
}

// Stream starts a SELECT. The connection is busy until Close.
func (c *Conn) Stream(query, format string, params ...Param) (*Stream, error) {
	p := pack(params)
	h := lib.streamQuery(c.conn, address(query), uintptr(len(query)), address(format), uintptr(len(format)),
		p.names, p.nameLens, p.values, p.valueLens, uintptr(len(params)))
	runtime.KeepAlive(query)
	runtime.KeepAlive(p)
	if _, err := (&Result{h}).checked(); err != nil {
		return nil, err
	}
	return &Stream{c: c, h: h}, nil
}

// Next returns the next piece, which the caller frees, or nil at the end.
func (s *Stream) Next() (*Result, error) {
	if s.done {
		return nil, nil
	}
	r, err := (&Result{lib.streamFetch(s.c.conn, s.h)}).checked()
	if err == nil && len(r.Bytes()) > 0 {
		return r, nil
	}
	s.done = true
	if r != nil {
		r.Free()
	}
	return nil, err
}

// Close ends the SELECT, cancelling it when it is not at its end. It must not run beside Next.
func (s *Stream) Close() {
	if s.h == 0 {
		return
	}
	if !s.done {
		lib.streamStop(s.c.conn, s.h)
	}
	lib.resultFree(s.h)
	s.h = 0
}
