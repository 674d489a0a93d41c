//go:build linux && amd64

package chdb

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// handle is an opaque pointer of the library. The memory is the library's, never Go's, so the garbage collector has no say in it.
type handle = uintptr

// lib holds the functions of libchdb.so that are used here, under their C names without the prefix. Texts are passed as pointer and
// length, so they need no terminating zero and no copy.
var lib struct {
	version  func() handle
	signals  func(on int32)
	connect  func(argc int32, argv unsafe.Pointer) handle
	closeAll func(connection handle)

	query       func(conn handle, q unsafe.Pointer, qn uintptr, format unsafe.Pointer, fn uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) handle
	streamQuery func(conn handle, q unsafe.Pointer, qn uintptr, format unsafe.Pointer, fn uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) handle
	streamFetch func(conn, stream handle) handle
	streamStop  func(conn, stream handle)

	resultBuffer  func(result handle) handle
	resultLength  func(result handle) uintptr
	resultError   func(result handle) handle
	resultWritten func(result handle) uint64
	resultFree    func(result handle)

	insert       func(conn handle, q unsafe.Pointer, qn uintptr, format unsafe.Pointer, fn uintptr) handle
	insertAppend func(insert handle, data unsafe.Pointer, n uintptr) int32
	insertDone   func(insert handle) handle
	insertCancel func(insert handle)
	insertError  func(insert handle) handle
	insertFree   func(insert handle)
}

var loading struct {
	sync.Mutex
	done bool
}

// Load opens the library at path. It does so once per process; later calls return nil whatever their path.
func Load(path string) error {
	loading.Lock()
	defer loading.Unlock()
	if loading.done {
		return nil
	}
	so, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	for _, f := range []struct {
		ptr  any
		name string
	}{
		{&lib.version, "chdb_version"},
		{&lib.signals, "chdb_set_signal_handlers_enabled"},
		{&lib.connect, "chdb_connect"},
		{&lib.closeAll, "chdb_close_conn"},
		{&lib.query, "chdb_query_with_params_n"},
		{&lib.streamQuery, "chdb_stream_query_with_params_n"},
		{&lib.streamFetch, "chdb_stream_fetch_result"},
		{&lib.streamStop, "chdb_stream_cancel_query"},
		{&lib.resultBuffer, "chdb_result_buffer"},
		{&lib.resultLength, "chdb_result_length"},
		{&lib.resultError, "chdb_result_error"},
		{&lib.resultWritten, "chdb_result_rows_written"},
		{&lib.resultFree, "chdb_destroy_query_result"},
		{&lib.insert, "chdb_stream_insert_n"},
		{&lib.insertAppend, "chdb_stream_append"},
		{&lib.insertDone, "chdb_stream_done"},
		{&lib.insertCancel, "chdb_stream_cancel_insert"},
		{&lib.insertError, "chdb_stream_insert_error"},
		{&lib.insertFree, "chdb_destroy_insert_stream"},
	} {
		sym, err := purego.Dlsym(so, f.name)
		if err != nil {
			return fmt.Errorf("%s is not the libchdb this binary was made for: %w", path, err)
		}
		purego.RegisterFunc(f.ptr, sym)
	}
	// The library would install its own handlers for fatal signals on the first connection. Go needs its own: without them a nil
	// pointer is no longer a panic and goroutines are not preempted.
	keepSignals(func() { lib.signals(0) })
	loading.done = true
	return nil
}

// Version of the loaded library, such as "26.7.3".
func Version() string { return text(lib.version()) }

// at makes a C address a Go pointer, in the form that go vet can tell from an arithmetic mistake.
func at[T any](p handle) *T { return *(**T)(unsafe.Pointer(&p)) }

// text copies a C string.
func text(p handle) string {
	if p == 0 {
		return ""
	}
	b := at[byte](p)
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(b), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(b, n))
}

// address of the bytes of s; never nil, because the library reads an address even when the length is zero.
func address(s string) unsafe.Pointer {
	if s == "" {
		return unsafe.Pointer(&empty[0])
	}
	return unsafe.Pointer(unsafe.StringData(s))
}

var empty = [1]byte{}
