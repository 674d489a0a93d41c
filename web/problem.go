package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"github.com/baton-observability/baton/store"
)

// problem is an error that knows its HTTP answer. What it says is for the
// client; what must not leave the process is wrapped in cause and logged.
type problem struct {
	status     int
	name       string // last part of the type URI
	title      string
	detail     string
	errors     []FieldError
	retryAfter int // seconds; 0 for none
	cause      error
}

func (p *problem) Error() string {
	if p.cause != nil {
		return fmt.Sprintf("%s: %v", p.title, p.cause)
	}
	return p.title + ": " + p.detail
}

func (p *problem) Unwrap() error { return p.cause }

// badParameter is the answer to fields that cannot be read.
func badParameter(fields ...FieldError) *problem {
	details := make([]string, len(fields))
	for i, f := range fields {
		details[i] = f.Field + ": " + f.Detail
	}
	return &problem{status: http.StatusBadRequest, name: "bad-parameter", title: "A parameter cannot be read",
		detail: strings.Join(details, "; ") + ".", errors: fields}
}

func notFound(field, detail, remedy string) *problem {
	return &problem{status: http.StatusNotFound, name: "not-found", title: "Not found", detail: detail,
		errors: []FieldError{{Field: field, Detail: detail, Remedy: remedy}}}
}

func unavailable(name, detail string, retryAfter int, cause error) *problem {
	return &problem{status: http.StatusServiceUnavailable, name: name, title: "Not available at the moment", detail: detail,
		retryAfter: retryAfter, cause: cause}
}

// asProblem maps every error that a handler can return. It is the only such place.
func asProblem(err error) *problem {
	var p *problem
	var he *echo.HTTPError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrUnavailable):
		return unavailable("not-ready", "Baton or its engine is starting, or away; see /api/v1/status.", 1, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, store.ErrTooExpensive):
		return &problem{status: http.StatusGatewayTimeout, name: "too-slow", title: "The query costs too much",
			detail: "The query was stopped at a limit of time, memory or rows. Narrow the window with from and to, or add a filter.", cause: err}
	case errors.Is(err, context.Canceled):
		return &problem{status: 499, name: "client-gone", title: "The client closed the request", cause: err}
	case errors.As(err, &tooLarge):
		return &problem{status: http.StatusRequestEntityTooLarge, name: "too-large", title: "The body is too large",
			detail: fmt.Sprintf("At most %d bytes are read.", tooLarge.Limit)}
	case errors.As(err, &he):
		return fromEcho(he)
	}
	return &problem{status: http.StatusInternalServerError, name: "internal", title: "A defect in Baton",
		detail: "The log has the cause under this request_id.", cause: err}
}

func fromEcho(he *echo.HTTPError) *problem {
	switch he.Code {
	case http.StatusNotFound:
		return &problem{status: he.Code, name: "not-found", title: "Not found", detail: "There is nothing at this path; /api/openapi.json lists the paths."}
	case http.StatusMethodNotAllowed:
		return &problem{status: he.Code, name: "method-not-allowed", title: "Method not allowed", detail: "This path is read with GET or HEAD."}
	}
	msg := fmt.Sprint(he.Message)
	// The generated binder says "Invalid format for parameter NAME: ...", or
	// "Query argument NAME is required, but not found".
	if rest, ok := strings.CutPrefix(msg, "Invalid format for parameter "); ok {
		field, why, _ := strings.Cut(rest, ": ")
		remedy := "Give one value, percent-encoded where needed."
		if strings.Contains(why, "is required") {
			why, remedy = "is required", "Add "+field+" to the query."
		}
		return badParameter(FieldError{Field: field, Detail: why, Remedy: remedy})
	}
	return &problem{status: he.Code, name: "http-" + strconv.Itoa(he.Code), title: http.StatusText(he.Code), detail: msg, cause: he.Internal}
}

// handleError is echo's error handler.
func (s *Server) handleError(err error, c echo.Context) {
	p := asProblem(err)
	id := c.Response().Header().Get(echo.HeaderXRequestID)
	if p.status >= 500 && p.cause != nil {
		s.log.Warn("request failed", zap.String("request_id", id), zap.String("path", c.Request().URL.Path), zap.Int("status", p.status), zap.Error(err))
	}
	if c.Response().Committed {
		return
	}
	if p.errors == nil {
		p.errors = []FieldError{}
	}
	body, err := json.Marshal(Problem{Type: "/problems/" + p.name, Title: p.title, Status: p.status, Detail: p.detail, Errors: p.errors, RequestID: id})
	if err != nil {
		s.log.Error("problem cannot be written", zap.Error(err))
		return
	}
	h := c.Response().Header()
	if p.retryAfter > 0 {
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(p.retryAfter))
	}
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set(echo.HeaderContentType, "application/problem+json")
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	c.Response().WriteHeader(p.status)
	_, _ = c.Response().Write(body)
}
