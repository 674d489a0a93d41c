//go:build !linux || !amd64

package chdb

import (
	"errors"
	"runtime"
)

// ErrPlatform is what every call returns where the engine cannot be embedded.
var ErrPlatform = errors.New("the embedded engine is for linux/amd64 with glibc, not for " + runtime.GOOS + "/" + runtime.GOARCH +
	": point BATON_CLICKHOUSE_DSN at a ClickHouse server")

type (
	// Conn cannot be made on this platform.
	Conn struct{}
	// Stream cannot be made on this platform.
	Stream struct{}
	// Insert cannot be made on this platform.
	Insert struct{}
	// Result cannot be made on this platform.
	Result struct{}
	// Param is the value of a {name:Type} placeholder, as text.
	Param struct{ Name, Value string }
)

// Load refuses.
func Load(string) error { return ErrPlatform }

// Version is unknown.
func Version() string { return "" }

// Open refuses.
func Open(...string) (*Conn, error) { return nil, ErrPlatform }

// Close does nothing.
func (*Conn) Close() {}

// Query refuses.
func (*Conn) Query(_, _ string, _ ...Param) (*Result, error) { return nil, ErrPlatform }

// Exec refuses.
func (*Conn) Exec(string) error { return ErrPlatform }

// Text refuses.
func (*Conn) Text(string) (string, error) { return "", ErrPlatform }

// Stream refuses.
func (*Conn) Stream(_, _ string, _ ...Param) (*Stream, error) { return nil, ErrPlatform }

// Insert refuses.
func (*Conn) Insert(_, _ string) (*Insert, error) { return nil, ErrPlatform }

// Next is at the end.
func (*Stream) Next() (*Result, error) { return nil, ErrPlatform }

// Close does nothing.
func (*Stream) Close() {}

// Append refuses.
func (*Insert) Append([]byte) error { return ErrPlatform }

// Done refuses.
func (*Insert) Done() (uint64, error) { return 0, ErrPlatform }

// Cancel does nothing.
func (*Insert) Cancel() {}

// Free does nothing.
func (*Result) Free() {}

// Bytes are none.
func (*Result) Bytes() []byte { return nil }
