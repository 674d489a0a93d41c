package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// envReportToken goes with --post as a bearer token, envWebToken to Baton.
const (
	envReportToken = "BATON_REPORT_POST_TOKEN" // #nosec G101 -- the name of a variable
	envWebToken    = "BATON_WEB_TOKEN"         // #nosec G101
)

// settle is how long after its end a window is asked for: spans arrive late, and
// a verdict needs seconds.
const settle = time.Minute

func report() *cobra.Command {
	r := &reporter{client: &http.Client{Timeout: 2 * time.Minute}, now: time.Now, sleep: sleep}
	c := &cobra.Command{
		Use:   "report",
		Short: "Write the ownership report: who caused and suffered what, and how fast it was over",
		Long: `Asks a running Baton for the ownership report of a window: for each team the
flows it touched, failures caused and suffered, time to recovery, stalled and slow
flows, failed hand-offs, its share of latency, and what nobody owned; beside each
figure the change since the window before. Owners are those of the time at which a
flow failed (--owners now for those of today). docs/report.md defines each figure.

Times are RFC 3339 (2026-11-22T00:00:00Z), now, or now-7d with s, m, h or d.

With --every it stays and reports on each period when it is over: with 24h on each
day, from midnight to midnight UTC. Files are named after the start of the period,
so that a restart writes what is missing and nothing twice. A report that cannot be
had or delivered is tried five times, then the error is printed and the next period
waits its turn.

A token for Baton is read from ` + envWebToken + `, one for --post (sent as
"Authorization: Bearer ...") from ` + envReportToken + `; neither is ever printed,
nor is more of the --post address than its host.`,
		Example: `  baton report                                     the last 24 hours, as Markdown
  baton report --from now-7d --format html --out week.html
  baton report --team payments --format csv --out - | column -s, -t
  baton report --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z --owners now
  baton report --every 24h --to-folder /var/reports --format html
  baton report --every 168h --post https://hooks.example.com/T0/B0 --format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r.out, r.log = c.OutOrStdout(), c.ErrOrStderr()
			if err := r.check(c.Flags().Changed); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if r.every > 0 {
				return r.keep(ctx)
			}
			return r.once(ctx)
		},
	}
	f := c.Flags()
	f.StringVar(&r.url, "url", "http://localhost:8080", "where Baton's page is")
	f.StringVar(&r.from, "from", "now-24h", "start of the window")
	f.StringVar(&r.to, "to", "now", "end of the window")
	f.StringVar(&r.team, "team", "", "only this team, by id")
	f.StringVar(&r.environment, "environment", "", "only this environment")
	f.StringVar(&r.owners, "owners", "then", "whose failures they are: the owners' of that time (then) or today's (now)")
	f.StringVar(&r.format, "format", "md", "md, html, csv or json")
	f.StringVar(&r.file, "out", "-", "the file to write, - for standard output")
	f.DurationVar(&r.every, "every", 0, "stay, and report on each period of this length (24h, 168h) when it is over")
	f.StringVar(&r.folder, "to-folder", "", "with --every: write a file for each period into this folder")
	f.StringVar(&r.post, "post", "", "send the report to this address with POST")
	return c
}

// reporter fetches and delivers reports.
type reporter struct {
	url, from, to, team, environment, owners, format string
	file, folder, post                               string
	every                                            time.Duration

	client *http.Client
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	out    io.Writer
	log    io.Writer
}

var contentTypes = map[string]string{"md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8", "json": "application/json"}

// check refuses what cannot be meant, and names the remedy.
func (r *reporter) check(given func(flag string) bool) error {
	if contentTypes[r.format] == "" {
		return fmt.Errorf("--format %q: use md, html, csv or json", r.format)
	}
	for flag, address := range map[string]string{"url": r.url, "post": r.post} {
		if u, err := url.Parse(address); (flag == "url" || address != "") && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("--%s: want http://host or https://host", flag) // not the address: it may hold a secret
		}
	}
	switch {
	case r.every == 0 && r.folder != "":
		return errors.New("--to-folder needs --every; for one report use --out FILE")
	case r.every == 0:
		return nil
	case r.every < time.Minute:
		return errors.New("--every: a period is a minute or longer")
	case given("from") || given("to") || given("out"):
		return errors.New("--every makes its own windows and files: leave --from, --to and --out out")
	case r.folder == "" && r.post == "":
		return errors.New("--every needs --to-folder DIR or --post URL")
	}
	return nil
}

// once reports on the window that was asked for.
func (r *reporter) once(ctx context.Context) error {
	body, err := r.fetch(ctx, r.from, r.to)
	if err != nil {
		return err
	}
	if r.post != "" {
		return r.deliver(ctx, body)
	}
	if r.file == "-" {
		_, err := r.out.Write(body)
		return err
	}
	return writeFile(r.file, body)
}

// keep reports on each period when it is over, until the context ends. What was
// over before is written to a folder that lacks it; who is sent reports has it
// already, or never asked.
func (r *reporter) keep(ctx context.Context) error {
	if r.folder != "" {
		if err := os.MkdirAll(r.folder, 0o750); err != nil {
			return err
		}
	}
	end := r.now().Add(-settle).UTC().Truncate(r.every)
	first := true
	for {
		if wait := end.Add(settle).Sub(r.now()); wait > 0 {
			if r.sleep(ctx, wait) != nil {
				return nil
			}
		}
		if err := r.period(ctx, end.Add(-r.every), end, first); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			fmt.Fprintf(r.log, "%s report on %s: %v\n", r.now().UTC().Format(time.RFC3339), end.Add(-r.every).Format(time.RFC3339), err)
		}
		first = false
		// After a sleep of the machine only the last period is made up for.
		if last := r.now().Add(-settle).UTC().Truncate(r.every); last.After(end) {
			end = last
		} else {
			end = end.Add(r.every)
		}
	}
}

func (r *reporter) period(ctx context.Context, from, to time.Time, past bool) error {
	name := filepath.Join(r.folder, "ownership-"+from.Format("20060102T150405Z")+"."+r.format)
	file, post := r.folder != "", r.post != "" && !past
	if file {
		if _, err := os.Stat(name); err == nil {
			file = false
		}
	}
	if !file && !post {
		return nil
	}
	body, err := r.fetch(ctx, from.Format(time.RFC3339), to.Format(time.RFC3339))
	if err != nil {
		return err
	}
	var errs []error
	if file {
		if err := writeFile(name, body); err != nil {
			errs = append(errs, err)
		} else {
			fmt.Fprintf(r.log, "%s wrote %s\n", r.now().UTC().Format(time.RFC3339), name)
		}
	}
	if post {
		if err := r.deliver(ctx, body); err != nil {
			errs = append(errs, err)
		} else {
			fmt.Fprintf(r.log, "%s sent the report on %s\n", r.now().UTC().Format(time.RFC3339), from.Format(time.RFC3339))
		}
	}
	return errors.Join(errs...)
}

// fetch asks Baton.
func (r *reporter) fetch(ctx context.Context, from, to string) ([]byte, error) {
	q := url.Values{"from": {from}, "to": {to}, "owners": {r.owners}, "format": {r.format}}
	for name, v := range map[string]string{"team": r.team, "environment": r.environment} {
		if v != "" {
			q.Set(name, v)
		}
	}
	address := strings.TrimSuffix(r.url, "/") + "/api/v1/ownership/report?" + q.Encode()
	return r.try(ctx, "ask Baton", func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if token := os.Getenv(envWebToken); err == nil && token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		return req, err
	})
}

// deliver sends a report on.
func (r *reporter) deliver(ctx context.Context, body []byte) error {
	_, err := r.try(ctx, "send the report", func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.post, strings.NewReader(string(body)))
		if err == nil {
			req.Header.Set("Content-Type", contentTypes[r.format])
			if token := os.Getenv(envReportToken); token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
		}
		return req, err
	})
	return err
}

// writeFile leaves no half-written file behind.
func writeFile(name string, body []byte) error {
	t, err := os.CreateTemp(filepath.Dir(cmp.Or(name, ".")), ".report-*")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name()) // gone already when all went well
	_, err = t.Write(body)
	err = errors.Join(err, t.Chmod(0o640), t.Close())
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), name)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
