package web

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
)

// Server answers the HTTP interface. Make it with New, stop it with Close.
type Server struct {
	cfg     Config
	deps    Deps
	log     *zap.Logger
	echo    *echo.Echo
	spec    []byte // openapi.yaml as JSON
	slots   chan struct{}
	live    *live
	lists   lists
	stories together[storyKey, *story]
	started time.Time
	close   sync.Once
}

// New prepares a server. It opens no listener and starts nothing that Close
// does not end.
func New(cfg Config, deps Deps) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	spec, err := specJSON()
	if err != nil {
		return nil, err
	}
	pages, err := newAssets(dist())
	if err != nil {
		return nil, err
	}
	log := deps.Log
	if log == nil {
		log = zap.NewNop()
	}
	s := &Server{cfg: cfg, deps: deps, log: log, spec: spec, slots: make(chan struct{}, cfg.MaxConcurrent), started: cfg.Now()}
	s.live = newLive(deps.Flows.FlowsRevision, cfg.MaxLive, log)
	s.echo = s.routes(pages)
	return s, nil
}

func (s *Server) routes(pages *assets) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	// Headers come first, so that refusals carry them too; recover comes last,
	// so that everything before it sees a panic as an ordinary error.
	e.Use(requestID, securityHeaders, s.guardHost, s.authenticate, limitBody, compress, checkTenant, s.limit, recoverPanic)
	RegisterHandlers(withHead{e}, s)
	withHead{e}.GET("/api/*", func(echo.Context) error { return echo.ErrNotFound })
	withHead{e}.GET("/*", pages.serve)
	return e
}

// Handler is the whole interface, the page included.
func (s *Server) Handler() http.Handler { return s.echo }

// HTTPServer wraps the handler with limits on connections. Live streams end
// when its Shutdown begins. The caller owns the listener.
func (s *Server) HTTPServer() *http.Server {
	h := &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          zap.NewStdLog(s.log),
	}
	h.RegisterOnShutdown(s.Close)
	return h
}

// Close ends live streams and waits for the goroutine behind them.
func (s *Server) Close() { s.close.Do(s.live.close) }

// withHead registers every GET for HEAD too; net/http drops the body.
type withHead struct{ *echo.Echo }

func (r withHead) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	r.Echo.HEAD(path, h, m...)
	return r.Echo.GET(path, h, m...)
}

// GetOpenAPI answers the contract itself.
func (s *Server) GetOpenAPI(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
	return c.JSONBlob(http.StatusOK, s.spec)
}

// Healthz answers 200 when spans can be taken and questions answered.
func (s *Server) Healthz(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if err := s.ready(c.Request().Context()); err != nil {
		return unavailable("not-ready", "Not ready: "+err.Error()+".", 1, nil)
	}
	return c.JSON(http.StatusOK, Health{Status: "ok"})
}

// answer writes a body of the contract. Data changes all the time, so nothing
// is kept by caches.
func answer(c echo.Context, body any) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, body)
}

// tenantHeader says whose flows are asked for; none means the default tenant.
const tenantHeader = "X-Scope-OrgID"

// tenant is the tenant a request asks for.
func tenant(c echo.Context) string { return c.Request().Header.Get(tenantHeader) }

// untimed are the paths that neither take a slot nor end by the clock.
var untimed = []string{"/healthz", "/api/v1/flows/live"}

// limit bounds how many API requests are at work, and for how long. A request
// waits for its turn up to two seconds, long enough for a burst to pass.
func (s *Server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !isAPI(r) || slices.Contains(untimed, c.Path()) {
			return next(c)
		}
		ctx, cancel := context.WithTimeout(r.Context(), s.cfg.RequestTimeout)
		defer cancel()
		turn := time.NewTimer(2 * time.Second)
		defer turn.Stop()
		select {
		case s.slots <- struct{}{}:
		case <-turn.C:
			return unavailable("busy", "Too many requests are at work. Try again in a second.", 1, nil)
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { <-s.slots }()
		// A reader that stalls must not hold its slot for ever.
		_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(s.cfg.RequestTimeout + 40*time.Second))
		c.SetRequest(r.WithContext(ctx))
		return next(c)
	}
}
