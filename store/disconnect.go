package store

import (
	"errors"
	"io"
	"syscall"
)

// isDisconnect recognises a peer that went away in the middle of an answer.
func isDisconnect(err error) bool {
	for _, e := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNREFUSED} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
