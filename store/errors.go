package store

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/baton-observability/baton/store/engine"
)

// What a caller can tell apart. Everything else is a defect or a damaged disk.
var (
	// ErrUnavailable: the engine or the server is away; the same call may succeed later.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrNotFound: there is no such flow or endpoint.
	ErrNotFound = errors.New("not found")
	// ErrTooExpensive: the answer needs more time, memory or rows than a query
	// may have. A narrower question can be answered.
	ErrTooExpensive = errors.New("the query is too expensive: narrow its time range or filters")
	// ErrCursor: a paging cursor that this list did not hand out.
	ErrCursor = errors.New("invalid cursor")
)

// InsertError says which table refused a batch. A poisonous batch is refused
// for its data and will be refused again; every other error is worth a retry.
type InsertError struct {
	Table  string
	Poison bool
	Err    error
}

func (e *InsertError) Error() string { return fmt.Sprintf("insert into %s: %v", e.Table, e.Err) }

func (e *InsertError) Unwrap() error { return e.Err }

// IsPoison reports whether an error of Insert is about the data itself.
func IsPoison(err error) bool {
	e, ok := errors.AsType[*InsertError](err)
	return ok && e.Poison
}

// ClickHouse's error codes, by what they mean to us.
const (
	codeTimeoutExceeded = 159
	codeTooManyRows     = 158
	codeTooSlow         = 160
	codeMemoryLimit     = 241
	codeTooManyBytes    = 307
	codeTooManyResults  = 396
	codeDatabaseUnknown = 81
)

// poisonCode reports codes that say that a block cannot be read: its values do
// not parse or are out of range. Insert repairs values so that they never come.
func poisonCode(code int32) bool {
	switch code {
	case 6, 26, 27, 38, 41, 53, 69, 70, 72, 117, 130, 131, 190, 321, 349:
		return true
	}
	return false
}

// readError gives an error of a read its meaning.
func readError(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, meaning(err))
}

func meaning(err error) error {
	if errors.Is(err, ErrUnavailable) || errors.Is(err, context.Canceled) {
		return err
	}
	var code int32
	if x, ok := errors.AsType[*clickhouse.Exception](err); ok {
		code = x.Code
	} else if x, ok := errors.AsType[*ch.Exception](err); ok {
		code = int32(x.Code)
	}
	switch code {
	case codeTimeoutExceeded, codeTooManyRows, codeTooSlow, codeMemoryLimit, codeTooManyBytes, codeTooManyResults:
		return fmt.Errorf("%w: %w", ErrTooExpensive, err)
	case 0:
	default:
		return err
	}
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrTooExpensive, err)
	case errors.Is(err, engine.ErrDown), errors.As(err, &network), isDisconnect(err),
		errors.Is(err, clickhouse.ErrAcquireConnTimeout), errors.Is(err, clickhouse.ErrConnectionClosed):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
