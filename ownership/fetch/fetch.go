// Package fetch reads documents over HTTP for sources that are behind a web
// address: bounded, with the source's token, and only when they have changed.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/baton-observability/baton/ownership"
)

const (
	// timeout is for one answer. A page of a catalogue takes a second or two.
	timeout = 30 * time.Second

	maxBody      = 10 << 20
	maxKept      = 64 << 20 // of bodies, for answers that say "not modified"
	maxRedirects = 5
)

// Client reads for one source.
type Client struct {
	token func() (string, error)
	http  *http.Client

	mu   sync.Mutex
	kept map[string]page // by address
	size int
}

// page is what an address held when it last answered in full.
type page struct {
	etag, modified string
	body           []byte
}

var _ ownership.Connect = New

// New makes a Client. The token, when there is one, is sent as a bearer token
// to the host of the address that is asked for and to no other.
func New(token func() (string, error)) ownership.Getter {
	// A transport of its own, so that no idle connection outlives a source
	// for long, and nobody's changes to the default one apply.
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  timeout,
		IdleConnTimeout:        10 * time.Second,
		MaxIdleConns:           2,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
	return &Client{token: token, kept: map[string]page{}, http: &http.Client{Transport: t, Timeout: timeout, CheckRedirect: checkRedirect}}
}

// checkRedirect follows within one host, and from http to https.
func checkRedirect(req *http.Request, via []*http.Request) error {
	from := via[len(via)-1].URL
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case req.URL.Scheme != "https" && req.URL.Scheme != from.Scheme:
		return fmt.Errorf("a redirect from %s to %s", from.Scheme, req.URL.Scheme)
	case req.URL.Hostname() != from.Hostname():
		return fmt.Errorf("a redirect to another host, %s", req.URL.Host)
	}
	return nil
}

// Get reads what is at an address. Errors are of type ownership.Problems, or
// *ownership.StatusError.
func (c *Client) Get(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, problem(address, "is not a web address", "write it in full: https://backstage.example.com/api/catalog")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, problem(address, "is not a web address", "correct it")
	}
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(token, "\r\n") {
		return nil, problem(address, "the token of the source holds a line break", "take the line break away")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Accept", "application/json, application/yaml, text/*;q=0.9, */*;q=0.1")
	req.Header.Set("User-Agent", "baton")
	old, known := c.page(address)
	if known && old.etag != "" {
		req.Header.Set("If-None-Match", old.etag)
	}
	if known && old.modified != "" {
		req.Header.Set("If-Modified-Since", old.modified)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(ctx, address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusNotModified && known:
		return old.body, nil
	case resp.StatusCode != http.StatusOK:
		return nil, &ownership.StatusError{URL: short(address), Code: resp.StatusCode}
	case isPage(resp.Header.Get("Content-Type")):
		return nil, problem(address, "answers with a web page, which is perhaps its login", "name the address of its API, and give the source a token")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, unreachable(ctx, address, err)
	}
	if len(body) > maxBody {
		return nil, problem(address, fmt.Sprintf("answers with more than %d MB", maxBody>>20), "name an address that answers in pages")
	}
	c.keep(address, page{resp.Header.Get("ETag"), resp.Header.Get("Last-Modified"), body})
	return body, nil
}

func isPage(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "text/html"
}

func (c *Client) page(address string) (page, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.kept[address]
	return p, ok
}

// keep remembers a page that can be asked for again. Addresses of pages of
// long ago add up, so when there is too much all of it goes.
func (c *Client) keep(address string, p page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size -= len(c.kept[address].body)
	delete(c.kept, address)
	if p.etag == "" && p.modified == "" {
		return
	}
	if c.size+len(p.body) > maxKept {
		clear(c.kept)
		c.size = 0
	}
	c.kept[address] = p
	c.size += len(p.body)
}

// unreachable says why there is no answer, without the parts of the error
// that name the request: its address may hold what is nobody's business.
func unreachable(ctx context.Context, address string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		if ue.Timeout() {
			return problem(address, fmt.Sprintf("does not answer within %s", timeout), "see whether it is up, and whether this machine may reach it")
		}
		err = ue.Err
	}
	return problem(address, "cannot be read: "+err.Error(), "see whether it is up, and whether this machine may reach it")
}

func problem(address, what, remedy string) error {
	return ownership.Problems{{File: short(address), What: what, Remedy: remedy}}
}

// short is an address without its query, for people.
func short(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return before
}
