package web

import (
	"errors"
	"fmt"
	"time"
)

// Config is what the server needs to know about its surroundings.
type Config struct {
	// Endpoint is the host:port the caller listens at. On loopback, requests
	// with a foreign Host are refused, because a page of another site could
	// otherwise read this server through DNS rebinding.
	Endpoint string

	// AllowedHosts are the names (without port) a request may carry in Host
	// besides loopback ones. Beyond loopback an empty list allows every name.
	AllowedHosts []string

	// Token, when set, must come with every request but /healthz: as a bearer
	// token, or as the password of HTTP basic authentication, which is what a
	// browser can ask a person for.
	Token string

	// Version is shown by the status endpoint.
	Version string

	// RequestTimeout ends a request and its query (default 20 s: the slowest
	// query a person still waits for).
	RequestTimeout time.Duration

	// MaxConcurrent bounds API requests at work at once (default 32: the store
	// has a few connections, and more waiters only use memory).
	MaxConcurrent int

	// MaxLive bounds listeners of live updates (default 64: each is a
	// goroutine and a connection).
	MaxLive int

	// Now is the clock (default time.Now).
	Now func() time.Time
}

// maxBody is what is read of a request's body. No endpoint takes one.
const maxBody = 64 << 10

func (c Config) withDefaults() Config {
	if c.RequestTimeout == 0 {
		c.RequestTimeout = 20 * time.Second
	}
	if c.MaxConcurrent == 0 {
		c.MaxConcurrent = 32
	}
	if c.MaxLive == 0 {
		c.MaxLive = 64
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Validate names the first setting that cannot work and its remedy.
func (c Config) Validate() error {
	switch {
	case c.Endpoint == "":
		return errors.New("endpoint is empty: set host:port, for example localhost:8080")
	case c.RequestTimeout < 0:
		return fmt.Errorf("request timeout %s: use 0 for the default, or a positive duration", c.RequestTimeout)
	case c.MaxConcurrent < 0, c.MaxLive < 0:
		return errors.New("limits cannot be negative: use 0 for the default")
	}
	return nil
}
