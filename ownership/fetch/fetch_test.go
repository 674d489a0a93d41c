package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/baton-observability/baton/ownership"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const secret = "s3cret-t0ken"

func client(t *testing.T) *Client {
	t.Helper()
	c := New(func() (string, error) { return secret, nil }).(*Client)
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestGet(t *testing.T) {
	var asked, full atomic.Int32
	etag := atomic.Value{}
	etag.Store(`"1"`)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Authorization") != "Bearer "+secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("ETag", etag.Load().(string))
		if r.Header.Get("If-None-Match") == etag.Load().(string) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full.Add(1)
		fmt.Fprintf(w, "version %s of %s", etag.Load(), r.URL.RequestURI())
	})
	c := client(t)
	for _, want := range []string{`version "1" of /a?b=c`, `version "1" of /a?b=c`} {
		if b, err := c.Get(t.Context(), address+"/a?b=c"); err != nil || string(b) != want {
			t.Fatalf("%s, %v", b, err)
		}
	}
	if asked.Load() != 2 || full.Load() != 1 {
		t.Errorf("asked %d times, answered in full %d times", asked.Load(), full.Load())
	}
	etag.Store(`"2"`)
	if b, err := c.Get(t.Context(), address+"/a?b=c"); err != nil || string(b) != `version "2" of /a?b=c` {
		t.Errorf("%s, %v", b, err)
	}
}

func TestGetRefuses(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "the token is %s", r.Header.Get("Authorization"))
	})
	here := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			fmt.Fprint(w, "fine")
		case "/within":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/elsewhere":
			http.Redirect(w, r, strings.Replace(elsewhere, "127.0.0.1", "localhost", 1), http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/large":
			_, _ = w.Write(make([]byte, maxBody+1))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 200 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		case "/html":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<form>")
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "short")
		case "/304":
			w.WriteHeader(http.StatusNotModified)
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	})
	tests := []struct{ name, address, want string }{
		{"fine", here + "/ok", ""},
		{"a redirect within the host", here + "/within", ""},
		{"a redirect to another host", here + "/elsewhere", "a redirect to another host"},
		{"a redirect to a file", here + "/file", "a redirect from http to file"},
		{"a circle of redirects", here + "/loop", "more than 5 redirects"},
		{"a file", "file:///etc/passwd", "file:///etc/passwd: is not a web address"},
		{"no host", "http:///x", "is not a web address"},
		{"too large", here + "/large", "answers with more than 10 MB"},
		{"too large when unpacked", here + "/bomb", "answers with more than 10 MB"},
		{"a login page", here + "/html", "answers with a web page"},
		{"forbidden", here + "/x?token=" + secret, "/x: answers with status 403; give the source a token that may read it"},
		{"cut off", here + "/cut", "unexpected EOF"},
		{"not modified since never", here + "/304", "answers with status 304"},
		{"nobody there", "http://127.0.0.1:1/", "connection refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := client(t).Get(t.Context(), tt.address)
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want == "":
			case err == nil || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, want %q", err, tt.want)
			case strings.Contains(err.Error(), secret):
				t.Errorf("the token is in %v", err)
			}
		})
	}
}

func TestGetEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	address := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := client(t).Get(ctx, address); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestTokens(t *testing.T) {
	got := make(chan string, 1)
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Authorization") })
	none := New(func() (string, error) { return "", nil }).(*Client)
	t.Cleanup(none.http.CloseIdleConnections)
	if _, err := none.Get(t.Context(), address); err != nil || <-got != "" {
		t.Error("a header without a token", err)
	}
	missing := New(func() (string, error) { return "", ownership.Problem{What: "no token"} }).(*Client)
	if _, err := missing.Get(t.Context(), address); err == nil || !strings.Contains(err.Error(), "no token") {
		t.Error(err)
	}
	odd := New(func() (string, error) { return secret + "\nX: y", nil }).(*Client)
	if _, err := odd.Get(t.Context(), address); err == nil || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

func TestKeepIsBounded(t *testing.T) {
	c := client(t)
	for i := range 20 {
		c.keep(fmt.Sprint(i), page{etag: "e", body: make([]byte, maxBody)})
	}
	if c.size > maxKept || len(c.kept)*maxBody != c.size {
		t.Errorf("%d bytes in %d pages", c.size, len(c.kept))
	}
	c.keep("19", page{})
	if _, ok := c.page("19"); ok {
		t.Error("a page that cannot be asked for again is kept")
	}
}
