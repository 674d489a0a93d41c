// Package webextension owns the web server's lifetime: the page and the API.
package webextension

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"

	"github.com/baton-observability/baton/collector/storeextension"
	"github.com/baton-observability/baton/web"
)

// Type of the extension in a configuration.
var Type = component.MustNewType("baton_web")

// NewFactory makes the extension's factory.
func NewFactory() extension.Factory {
	return extension.NewFactory(Type, defaultConfig, func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
		return &webExtension{cfg: cfg.(*Config), set: set}, nil
	}, component.StabilityLevelDevelopment)
}

type webExtension struct {
	cfg    *Config
	set    extension.Settings
	server *http.Server

	pipelines pipelines
	done      sync.WaitGroup
}

var _ extensioncapabilities.Dependent = (*webExtension)(nil)

// Dependencies makes the store start first and stop last.
func (e *webExtension) Dependencies() []component.ID { return []component.ID{e.cfg.Storage} }

// Start listens before it returns, so that a port in use stops the process.
func (e *webExtension) Start(ctx context.Context, host component.Host) error {
	x, err := storeextension.Find(host, e.cfg.Storage)
	if err != nil {
		return err
	}
	log := e.set.Logger
	st := x.Store()
	server, err := web.New(web.Config{Endpoint: e.cfg.Endpoint, AllowedHosts: e.cfg.AllowedHosts, Token: e.cfg.Token, Version: e.set.BuildInfo.Version},
		web.Deps{Flows: st, Sums: st, Spans: st, Endpoints: st, Search: st, Extractor: x.Extractor(), Owners: x.Owners(), History: st, Parts: []web.Part{x.Part(), &e.pipelines}, Log: log})
	if err != nil {
		return err
	}
	e.server = server.HTTPServer()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", e.cfg.Endpoint)
	if err != nil {
		return fmt.Errorf("listen at %s: %w; another Baton may be running, or set BATON_WEB_ENDPOINT", e.cfg.Endpoint, err)
	}
	scheme := "http"
	if e.cfg.TLS != nil {
		c, err := e.cfg.TLS.LoadTLSConfig(ctx)
		if err != nil {
			return errors.Join(fmt.Errorf("tls: %w", err), l.Close())
		}
		l, scheme = tls.NewListener(l, c), "https"
	}
	e.done.Go(func() {
		if err := e.server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(err))
		}
	})
	log.Info("the page is at " + scheme + "://" + l.Addr().String())
	return nil
}

// Shutdown lets requests finish for a moment, then ends them.
func (e *webExtension) Shutdown(ctx context.Context) error {
	if e.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := e.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = e.server.Close()
	}
	e.done.Wait()
	return err
}
