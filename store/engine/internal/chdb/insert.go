//go:build linux && amd64

package chdb

import (
	"errors"
	"runtime"
	"unsafe"
)

// Insert is a running INSERT that is fed piece by piece. Exactly one of Done and Cancel ends it.
type Insert struct{ h handle }

// Insert starts an INSERT; the query has no FORMAT clause and no data. The connection is busy until Done or Cancel. Data inside
// the query text would work for text formats only.
func (c *Conn) Insert(query, format string) (*Insert, error) {
	h := lib.insert(c.conn, address(query), uintptr(len(query)), address(format), uintptr(len(format)))
	runtime.KeepAlive(query)
	if h == 0 {
		return nil, errors.New("the engine refused the insert without a reason")
	}
	if msg := text(lib.insertError(h)); msg != "" {
		lib.insertFree(h)
		return nil, errors.New(msg)
	}
	return &Insert{h}, nil
}

// Append gives the engine the next bytes of the data; pieces may end anywhere.
func (i *Insert) Append(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	code := lib.insertAppend(i.h, unsafe.Pointer(&b[0]), uintptr(len(b)))
	runtime.KeepAlive(b)
	if code == 0 {
		return nil
	}
	if msg := text(lib.insertError(i.h)); msg != "" {
		return errors.New(msg)
	}
	return errors.New("the engine refused the data of an insert without a reason")
}

// Done ends the data, waits until the rows are stored and returns their number.
func (i *Insert) Done() (uint64, error) {
	r, err := (&Result{lib.insertDone(i.h)}).checked()
	var n uint64
	if err == nil {
		n = lib.resultWritten(r.r)
		r.Free()
	}
	lib.insertFree(i.h)
	i.h = 0
	return n, err
}

// Cancel drops the insert; rows may be stored already when it spans several blocks.
func (i *Insert) Cancel() {
	if i.h != 0 {
		lib.insertCancel(i.h)
		lib.insertFree(i.h)
		i.h = 0
	}
}
