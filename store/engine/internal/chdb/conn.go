//go:build linux && amd64

package chdb

import (
	"errors"
	"runtime"
	"unsafe"
)

// Conn is one session of the engine. It runs one statement at a time and must not be used concurrently.
type Conn struct {
	connection handle // chdb_connection*, what close wants
	conn       handle // chdb_connection, what everything else wants
}

// Open starts a session. The arguments are those of clickhouse-local ("--path=DIR", "--max_server_memory_usage=N"); the first call
// of a process starts the engine with them. The library prints the reason of a failure to standard error only.
func Open(args ...string) (*Conn, error) {
	argv := make([]*byte, 0, len(args)+2)
	for _, a := range append([]string{"clickhouse"}, args...) {
		argv = append(argv, &append([]byte(a), 0)[0])
	}
	argc := int32(len(argv))
	argv = append(argv, nil)
	var p handle
	keepSignals(func() { p = lib.connect(argc, unsafe.Pointer(&argv[0])) })
	runtime.KeepAlive(argv)
	if p == 0 {
		return nil, errors.New("the engine did not start")
	}
	return &Conn{connection: p, conn: *at[handle](p)}, nil
}

// Close ends the session. A second call does nothing.
func (c *Conn) Close() {
	if c.connection == 0 {
		return
	}
	keepSignals(func() { lib.closeAll(c.connection) })
	c.connection, c.conn = 0, 0
}

// Query runs a statement and holds its whole result in memory, in the named format ("Native", "TSV").
func (c *Conn) Query(query, format string, params ...Param) (*Result, error) {
	p := pack(params)
	r := &Result{lib.query(c.conn, address(query), uintptr(len(query)), address(format), uintptr(len(format)),
		p.names, p.nameLens, p.values, p.valueLens, uintptr(len(params)))}
	runtime.KeepAlive(query)
	runtime.KeepAlive(p)
	return r.checked()
}

// Exec runs a statement and drops its result.
func (c *Conn) Exec(query string) error {
	r, err := c.Query(query, "Null")
	if err != nil {
		return err
	}
	r.Free()
	return nil
}

// Text runs a query and returns its result as tab-separated text.
func (c *Conn) Text(query string) (string, error) {
	r, err := c.Query(query, "TSV")
	if err != nil {
		return "", err
	}
	defer r.Free()
	return string(r.Bytes()), nil
}

// Param is the value of a {name:Type} placeholder, as text.
type Param struct{ Name, Value string }

// packed is a parameter list as the four C arrays the library wants. refs keeps the texts reachable.
type packed struct {
	names, nameLens, values, valueLens unsafe.Pointer
	refs                               []Param
}

func pack(params []Param) *packed {
	n := len(params)
	if n == 0 {
		return &packed{}
	}
	names, values := make([]unsafe.Pointer, n), make([]unsafe.Pointer, n)
	nameLens, valueLens := make([]uintptr, n), make([]uintptr, n)
	for i, p := range params {
		names[i], nameLens[i] = address(p.Name), uintptr(len(p.Name))
		values[i], valueLens[i] = address(p.Value), uintptr(len(p.Value))
	}
	return &packed{unsafe.Pointer(&names[0]), unsafe.Pointer(&nameLens[0]), unsafe.Pointer(&values[0]), unsafe.Pointer(&valueLens[0]), params}
}

// Result is the answer to a statement, in memory of the engine until Free.
type Result struct{ r handle }

// Free gives the memory back; Bytes must not be used afterwards.
func (r *Result) Free() {
	if r.r != 0 {
		lib.resultFree(r.r)
		r.r = 0
	}
}

// Bytes of the result, without a copy: valid until Free.
func (r *Result) Bytes() []byte {
	if r.r == 0 {
		return nil
	}
	b, n := lib.resultBuffer(r.r), lib.resultLength(r.r)
	if b == 0 || n == 0 {
		return nil
	}
	return unsafe.Slice(at[byte](b), int(n))
}

// checked returns r, or the error it carries.
func (r *Result) checked() (*Result, error) {
	if r.r == 0 {
		return r, nil
	}
	if msg := text(lib.resultError(r.r)); msg != "" {
		r.Free()
		return nil, errors.New(msg)
	}
	return r, nil
}
