package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
)

// Refusals of this package. They have codes of ClickHouse, so that a client sees one kind of error.
var (
	errNotImplemented = errors.New("not supported by the embedded engine")
	errTooLong        = errors.New("the statement is too long")
	errBusy           = errors.New("too many statements at the same time")
)

var exception = regexp.MustCompile(`(?s)Code:\s*(\d+)\..*`)

// maxMessage bounds an exception: clickhouse-go reads 32 KiB of a frame, and syntax errors list the whole grammar.
const maxMessage = 16 << 10

// describe returns ClickHouse's error code, the HTTP status and the text "Code: N. ..." of an error.
func describe(err error) (code, status int, msg string) {
	msg = err.Error()
	switch {
	case errors.Is(err, errNotImplemented):
		code = 48
	case errors.Is(err, errTooLong):
		code = 62
	case errors.Is(err, errBusy):
		code = 202
	default:
		m := exception.FindStringSubmatch(msg)
		if m == nil {
			return 1002, http.StatusInternalServerError, cut("Code: 1002. DB::Exception: " + msg + " (UNKNOWN_EXCEPTION)")
		}
		code, _ = strconv.Atoi(m[1]) // digits, by the pattern
		return code, statusOf(code), cut(m[0])
	}
	return code, statusOf(code), cut(fmt.Sprintf("Code: %d. DB::Exception: %s", code, msg))
}

func cut(s string) string { return s[:min(len(s), maxMessage)] }

// statusOf follows the server's own table (programs/server/HTTPHandler) for the codes that a client may want to tell apart.
func statusOf(code int) int {
	switch code {
	case 6, 20, 26, 27, 36, 38, 41, 43, 46, 47, 50, 53, 62, 69, 70, 72, 115, 117, 456, 457:
		return http.StatusBadRequest
	case 60, 81, 5, 79, 16, 10:
		return http.StatusNotFound
	case 497, 516:
		return http.StatusForbidden
	case 159, 209:
		return http.StatusRequestTimeout
	case 48:
		return http.StatusNotImplemented
	case 202, 203, 241, 252:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}
