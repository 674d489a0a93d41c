package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/labstack/echo/v4"
)

// distFS is the built page. Only a placeholder is committed, so that Go builds
// without Node; then the root says how to build the page.
//
//go:embed all:dist
var distFS embed.FS

func dist() fs.FS {
	sub, err := fs.Sub(distFS, "dist")
	if err != nil {
		panic(err) // the name is a constant above
	}
	return sub
}

// noPage is the page of a binary that was built without one.
const noPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Baton</title>
<h1>The page is not part of this binary</h1>
<p>It was built without the user interface. Run <code>make build</code>, which needs Node, and start Baton again.
<p>The HTTP interface works all the same: <a href="/api/v1/flows">flows</a>, <a href="/api/v1/status">status</a>,
<a href="/api/openapi.json">contract</a>.
</html>
`

// hashedName is how the build names files whose content never changes.
var hashedName = regexp.MustCompile(`^assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$`)

// asset is one file of the page with its compressed forms, made at first use.
type asset struct {
	body     []byte
	ctype    string
	etag     string
	cache    string
	compress bool
	brotli   func() []byte
	gzip     func() []byte
}

type assets struct {
	files map[string]*asset
	index *asset
}

func newAssets(root fs.FS) (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		a.files[name] = newAsset(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	if a.index = a.files["index.html"]; a.index == nil {
		a.index = newAsset("index.html", []byte(noPage))
	}
	return a, nil
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	a := &asset{body: body, ctype: mime.TypeByExtension(path.Ext(name)), etag: hex.EncodeToString(sum[:12]), cache: "no-cache"}
	if hashedName.MatchString(name) {
		a.cache = "public, max-age=31536000, immutable"
	}
	if a.ctype == "" {
		a.ctype = "application/octet-stream"
	}
	for _, text := range []string{"text/", "javascript", "json", "svg", "wasm", "manifest"} {
		a.compress = a.compress || strings.Contains(a.ctype, text)
	}
	a.compress = a.compress && len(body) >= minCompress
	a.brotli = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w := brotli.NewWriterLevel(&b, 9)
		_, _ = w.Write(body) // a bytes.Buffer does not refuse
		_ = w.Close()
		return b.Bytes()
	})
	a.gzip = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(body)
		_ = w.Close()
		return b.Bytes()
	})
	return a
}

// serve answers files of the page. A path that is no file is a route of the
// page and gets index.html, unless it looks like a file and is not asked for
// as a page: a team's id may have a dot.
func (a *assets) serve(c echo.Context) error {
	name := strings.TrimPrefix(path.Clean("/"+c.Request().URL.Path), "/")
	f, ok := a.files[name]
	if !ok {
		if strings.HasPrefix(name, "assets/") || path.Ext(name) != "" && !strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/html") {
			return echo.ErrNotFound
		}
		f = a.index
	}
	return f.write(c)
}

func (f *asset) write(c echo.Context) error {
	body, etag := f.body, f.etag
	h := c.Response().Header()
	if f.compress {
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		switch {
		case accepts(c.Request(), "br"):
			body, etag = f.brotli(), etag+"-br"
			h.Set(echo.HeaderContentEncoding, "br")
		case accepts(c.Request(), "gzip"):
			body, etag = f.gzip(), etag+"-gz"
			h.Set(echo.HeaderContentEncoding, "gzip")
		}
	}
	etag = `"` + etag + `"`
	h.Set("ETag", etag)
	h.Set(echo.HeaderCacheControl, f.cache)
	if matchesETag(c.Request().Header.Get("If-None-Match"), etag) {
		h.Del(echo.HeaderContentEncoding)
		return c.NoContent(http.StatusNotModified)
	}
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, f.ctype, body)
}

func matchesETag(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == etag {
			return true
		}
	}
	return false
}
