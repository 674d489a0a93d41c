package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
)

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// requestID gives each request an id of our own making; one that a client
// sends is not trusted into the log.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var b [8]byte
		_, _ = rand.Read(b[:])
		c.Response().Header().Set(echo.HeaderXRequestID, hex.EncodeToString(b[:]))
		return next(c)
	}
}

// csp lets the page load its own files and talk to its own server, nothing else.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderContentSecurityPolicy, csp)
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		h.Set(echo.HeaderReferrerPolicy, "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		return next(c)
	}
}

// guardHost refuses names that this server was not given. See Config.Endpoint.
func (s *Server) guardHost(next echo.HandlerFunc) echo.HandlerFunc {
	loopback := IsLoopback(s.cfg.Endpoint)
	return func(c echo.Context) error {
		host := c.Request().Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !loopback && len(s.cfg.AllowedHosts) == 0 || IsLoopback(host) ||
			slices.ContainsFunc(s.cfg.AllowedHosts, func(a string) bool { return strings.EqualFold(a, host) }) {
			return next(c)
		}
		return &problem{status: http.StatusMisdirectedRequest, name: "host", title: "This server does not answer to that name",
			detail: fmt.Sprintf("The request named the host %.100q.", host),
			errors: []FieldError{{Field: "Host", Detail: "not an allowed name", Remedy: "Use localhost, or add the name to allowed_hosts."}}}
	}
}

// authenticate demands the token. Hashes are compared, so that neither the
// token's length nor its content can be timed.
func (s *Server) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	if s.cfg.Token == "" {
		return next
	}
	want := sha256.Sum256([]byte(s.cfg.Token))
	return func(c echo.Context) error {
		if c.Request().URL.Path == "/healthz" {
			return next(c)
		}
		given, ok := bearer(c.Request())
		got := sha256.Sum256([]byte(given))
		if ok && subtle.ConstantTimeCompare(want[:], got[:]) == 1 {
			return next(c)
		}
		h := c.Response().Header()
		h.Add(echo.HeaderWWWAuthenticate, `Bearer realm="baton"`)
		h.Add(echo.HeaderWWWAuthenticate, `Basic realm="baton: any user, the token as password", charset="UTF-8"`)
		return &problem{status: http.StatusUnauthorized, name: "unauthorized", title: "A token is needed",
			detail: "The request carries no token, or not the right one.",
			errors: []FieldError{{Field: "Authorization", Detail: "no valid token", Remedy: "Send Authorization: Bearer TOKEN, or basic authentication with the token as password."}}}
	}
}

func bearer(r *http.Request) (string, bool) {
	if _, password, ok := r.BasicAuth(); ok {
		return password, true
	}
	scheme, token, ok := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer")
}

// checkTenant refuses names that ingest refuses too, instead of answering that
// there is nothing.
func checkTenant(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		given := r.Header.Values(tenantHeader)
		if !isAPI(r) || len(given) == 0 {
			return next(c)
		}
		remedy := fmt.Sprintf("Name one tenant, at most %d letters, digits, '-', '_' and '.'.", flow.MaxTenant)
		if len(given) > 1 {
			return badParameter(FieldError{Field: tenantHeader, Detail: "is given more than once", Remedy: remedy})
		}
		if err := flow.CheckTenant(given[0]); err != nil {
			return badParameter(FieldError{Field: tenantHeader, Detail: err.Error(), Remedy: remedy})
		}
		return next(c)
	}
}

func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.ContentLength > maxBody {
			return &http.MaxBytesError{Limit: maxBody}
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
		return next(c)
	}
}

// recoverPanic turns a panic into a 500 whose cause goes to the log only.
func recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if cause, ok := r.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
					panic(r)
				}
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		return next(c)
	}
}
