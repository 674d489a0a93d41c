package web

import (
	"fmt"
	"net"
	"strings"
)

// IsLoopback reports whether a listener at endpoint (host:port) can be reached
// from this machine only. An empty host is every interface, so it is not.
func IsLoopback(endpoint string) bool {
	host, _, err := net.SplitHostPort(endpoint)
	if err != nil {
		host = endpoint
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}

// CheckListener says whether a listener may open at endpoint. Beyond loopback it
// demands a token and TLS, unless the operator said insecure aloud. The error
// names what is missing and the ways out.
func CheckListener(endpoint string, hasTLS, hasToken, insecure bool) error {
	if _, _, err := net.SplitHostPort(endpoint); err != nil {
		return fmt.Errorf("endpoint %q: want host:port, for example localhost:8080: %w", endpoint, err)
	}
	if insecure || IsLoopback(endpoint) || hasTLS && hasToken {
		return nil
	}
	missing := "neither TLS nor a token"
	switch {
	case hasTLS:
		missing = "no token"
	case hasToken:
		missing = "no TLS"
	}
	return fmt.Errorf("endpoint %q can be reached from other machines but has %s: add what is missing, listen on localhost, or say --insecure",
		endpoint, missing)
}
