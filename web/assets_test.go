package web

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
	"github.com/labstack/echo/v4"
)

func page(t *testing.T) *assets {
	t.Helper()
	a, err := newAssets(fstest.MapFS{
		"index.html":                 {Data: []byte("<!doctype html>" + strings.Repeat("index ", 500))},
		"favicon.svg":                {Data: []byte("<svg/>")},
		"assets/app-Dk3_x9Za.js":     {Data: []byte(strings.Repeat("console.log(1);", 500))},
		"assets/font-Dk3_x9Za.woff2": {Data: bytes.Repeat([]byte{1, 2, 3}, 2000)},
		".gitkeep":                   {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func fetch(t *testing.T, a *assets, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	e := echo.New()
	e.GET("/*", a.serve)
	return get(e, path, header...)
}

func TestAssets(t *testing.T) {
	tests := []struct {
		name, path, accept string
		status             int
		ctype, encoding    string
		cache              string
	}{
		{"root", "/", "br", 200, "text/html", "br", "no-cache"},
		{"route of the page", "/flows/abc", "gzip", 200, "text/html", "gzip", "no-cache"},
		{"hashed file", "/assets/app-Dk3_x9Za.js", "gzip, br", 200, "javascript", "br", "public, max-age=31536000, immutable"},
		{"hashed file, plain", "/assets/app-Dk3_x9Za.js", "", 200, "javascript", "", "public, max-age=31536000, immutable"},
		{"small file is left alone", "/favicon.svg", "br", 200, "svg", "", "no-cache"},
		{"compressed format is left alone", "/assets/font-Dk3_x9Za.woff2", "br", 200, "woff2", "", "public, max-age=31536000, immutable"},
		{"missing script is no page", "/assets/app-00000000.js", "", 404, "", "", ""},
		{"missing file is no page", "/robots.txt", "", 404, "", "", ""},
		{"hidden file", "/.gitkeep", "", 404, "", "", ""},
		{"way out", "/../../etc/passwd", "", 200, "text/html", "", "no-cache"},
	}
	a := page(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rec := fetch(t, a, tc.path, "Accept-Encoding", tc.accept)
			h := rec.Header()
			if rec.Code != tc.status || !strings.Contains(h.Get("Content-Type"), tc.ctype) || h.Get("Content-Encoding") != tc.encoding {
				t.Fatalf("%d %s %q", rec.Code, h.Get("Content-Type"), h.Get("Content-Encoding"))
			}
			if tc.cache != "" && h.Get("Cache-Control") != tc.cache {
				t.Errorf("cache %q", h.Get("Cache-Control"))
			}
		})
	}
}

func TestRouteWithADotIsAPage(t *testing.T) {
	a := page(t)
	for accept, status := range map[string]int{"text/html,*/*;q=0.8": 200, "*/*": 404} {
		if rec := fetch(t, a, "/teams/payments.eu", "Accept", accept); rec.Code != status {
			t.Errorf("Accept %s: %d, want %d", accept, rec.Code, status)
		}
	}
}

func TestBrotliReadsBack(t *testing.T) {
	a := page(t)
	rec := fetch(t, a, "/", "Accept-Encoding", "br")
	b, err := io.ReadAll(brotli.NewReader(rec.Body))
	if err != nil || !bytes.Equal(b, a.index.body) {
		t.Errorf("%v: %d bytes", err, len(b))
	}
}

func TestETag(t *testing.T) {
	a := page(t)
	tags := map[string]bool{}
	for _, accept := range []string{"", "gzip", "br"} {
		tag := fetch(t, a, "/", "Accept-Encoding", accept).Header().Get("ETag")
		if tags[tag] || tag == "" {
			t.Errorf("two encodings share the tag %q", tag)
		}
		tags[tag] = true
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			rec := fetch(t, a, "/", "Accept-Encoding", accept, "If-None-Match", header)
			if rec.Code != http.StatusNotModified || rec.Body.Len() != 0 {
				t.Errorf("If-None-Match %s: %d with %d bytes", header, rec.Code, rec.Body.Len())
			}
		}
		if rec := fetch(t, a, "/", "Accept-Encoding", accept, "If-None-Match", `"other"`); rec.Code != http.StatusOK {
			t.Errorf("a foreign tag: %d", rec.Code)
		}
	}
}

func TestBinaryWithoutPageSaysHowToBuildIt(t *testing.T) {
	a, err := newAssets(fstest.MapFS{".gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	if rec := fetch(t, a, "/flows"); rec.Code != 200 || !strings.Contains(rec.Body.String(), "make build") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
