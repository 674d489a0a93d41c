package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// answers plays a server that answers one after another, the last for ever.
type answers struct {
	status []int
	body   string
	seen   []string
	header http.Header
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	a.seen = append(a.seen, r.Method+" "+r.URL.String()+" "+string(b))
	a.header = r.Header
	status := a.status[min(len(a.seen), len(a.status))-1]
	w.Header().Set("Retry-After", "3")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, a.body)
}

func (a *answers) start(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	return s.URL
}

// newReporter is one whose clock runs only while it sleeps.
func newReporter(out, log io.Writer) (*reporter, *[]time.Duration) {
	now := time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)
	var slept []time.Duration
	r := &reporter{from: "now-24h", to: "now", owners: "then", format: "md", file: "-", client: http.DefaultClient, out: out, log: log,
		now: func() time.Time { return now }}
	r.sleep = func(ctx context.Context, d time.Duration) error {
		slept = append(slept, d)
		now = now.Add(d)
		return ctx.Err()
	}
	return r, &slept
}

func TestReportOnce(t *testing.T) {
	t.Setenv(envWebToken, "web-secret")
	tests := map[string]struct {
		status []int
		body   string
		tries  int
		want   string // in the error, "" for none
	}{
		"at once":          {[]int{200}, "report", 1, ""},
		"after a restart":  {[]int{503, 502, 200}, "report", 3, ""},
		"never":            {[]int{503}, "{}", 5, "(tried 5 times)"},
		"too many":         {[]int{429, 200}, "report", 2, ""},
		"a bad parameter":  {[]int{400}, `{"detail":"from: no time.","errors":[{"remedy":"Use RFC 3339."}]}`, 1, "from: no time. Use RFC 3339."},
		"too expensive":    {[]int{504}, `{"detail":"Narrow the window."}`, 1, "Narrow the window."},
		"token not taken":  {[]int{401}, "", 1, "see --help"},
		"something else's": {[]int{404}, "<html>", 1, "404 Not Found"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			r, slept := newReporter(&out, io.Discard)
			a := &answers{status: tt.status, body: tt.body}
			r.url = a.start(t) + "/"
			r.team = "a&b"
			err := r.once(context.Background())
			switch {
			case tt.want == "" && (err != nil || out.String() != "report"):
				t.Fatalf("%v, %q", err, out.String())
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Fatalf("error %v, want one with %q", err, tt.want)
			case len(a.seen) != tt.tries || len(*slept) != tt.tries-1:
				t.Fatalf("tried %d times, slept %v", len(a.seen), *slept)
			case len(*slept) > 0 && (*slept)[0] != 3*time.Second:
				t.Errorf("slept %v, the server asked for 3 s", *slept)
			case a.seen[0] != "GET /api/v1/ownership/report?format=md&from=now-24h&owners=then&team=a%26b&to=now ":
				t.Error(a.seen[0])
			case a.header.Get("Authorization") != "Bearer web-secret":
				t.Error("the token was not sent")
			}
		})
	}
}

// What is secret is sent and never said.
func TestReportKeepsSecrets(t *testing.T) {
	t.Setenv(envReportToken, "post-secret")
	baton := &answers{status: []int{200}, body: "<p>"}
	hook := &answers{status: []int{500}}
	var log bytes.Buffer
	r, _ := newReporter(io.Discard, &log)
	r.url, r.format = baton.start(t), "html"
	for name, post := range map[string]string{"refused": hook.start(t) + "/T0/path-secret?k=query-secret", "nobody there": "http://127.0.0.1:1/path-secret"} {
		r.post = post
		err := r.once(context.Background())
		if err == nil || !strings.Contains(err.Error(), "send the report at 127.0.0.1:") {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error()+log.String(), "secret") {
			t.Errorf("%s tells a secret: %v %s", name, err, &log)
		}
	}
	if hook.header.Get("Authorization") != "Bearer post-secret" || hook.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasSuffix(hook.seen[0], " <p>") {
		t.Errorf("%v %v", hook.header, hook.seen[0])
	}
	if err := r.check(func(string) bool { return false }); err != nil {
		t.Error(err)
	}
	r.post = "ftp://user:post-secret@host"
	if err := r.check(func(string) bool { return false }); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

// Each whole day once: the last one at the start, a failing one does not end it.
func TestReportEveryDay(t *testing.T) {
	baton := &answers{status: []int{200, 500, 500, 500, 500, 500, 200}, body: "report"}
	hook := &answers{status: []int{204}}
	var log bytes.Buffer
	r, _ := newReporter(io.Discard, &log)
	r.url, r.post, r.folder, r.every = baton.start(t), hook.start(t), filepath.Join(t.TempDir(), "reports"), 24*time.Hour
	ctx, stop := context.WithCancel(context.Background())
	pass := r.sleep
	r.sleep = func(ctx context.Context, d time.Duration) error {
		if r.now().After(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)) {
			stop()
		}
		return pass(ctx, d)
	}
	if err := r.keep(ctx); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(r.folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	if !slices.Equal(files, []string{"ownership-20261121T000000Z.md", "ownership-20261123T000000Z.md", "ownership-20261124T000000Z.md"}) {
		t.Errorf("files %v\n%s", files, &log)
	}
	if len(hook.seen) != 2 || len(baton.seen) != 8 || !strings.Contains(baton.seen[0], "from=2026-11-21T00%3A00%3A00Z") ||
		!strings.Contains(baton.seen[0], "to=2026-11-22T00%3A00%3A00Z") {
		t.Errorf("%d sent, asked %v", len(hook.seen), baton.seen)
	}
	if !strings.Contains(log.String(), "report on 2026-11-22T00:00:00Z: ask Baton at ") || strings.Count(log.String(), "\n") != 6 {
		t.Errorf("log:\n%s", &log)
	}

	// After a restart on the same day nothing is written twice.
	again, _ := newReporter(io.Discard, io.Discard)
	again.url, again.folder, again.every = r.url, r.folder, r.every
	ended := errors.New("ended")
	again.sleep = func(context.Context, time.Duration) error { return ended }
	if err := again.keep(context.Background()); err != nil || len(baton.seen) != 8 {
		t.Errorf("%v, asked %d times", err, len(baton.seen))
	}
}

func TestReportFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--format pdf":                         "use md, html, csv or json",
		"--url localhost:8080":                 "--url: want http://host",
		"--to-folder x":                        "needs --every",
		"--every 24h":                          "needs --to-folder DIR or --post URL",
		"--every 1s --to-folder x":             "a minute or longer",
		"--every 24h --from now --to-folder x": "makes its own windows",
		"extra":                                "unknown command",
	} {
		c := root()
		c.SetArgs(append([]string{"report"}, strings.Fields(args)...))
		if err := c.Execute(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

func TestReportFileIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.md")
	if err := writeFile(name, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(dir, "no", "a.md"), nil); err == nil {
		t.Error("a folder that is not there was written to")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v %v", entries, err)
	}
}
