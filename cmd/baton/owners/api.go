package owners

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/audit"
)

// client asks a running Baton.
type client struct {
	base, token, tenant string
}

const (
	defaultURL = "http://localhost:8080"

	// maxAnswer is above a page of a thousand endpoints, maxPages above a
	// million of them.
	maxAnswer = 32 << 20
	maxPages  = 1_000
	pageSize  = 1_000
)

func (c *client) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.base, "url", defaultURL, "address of a running Baton")
	f.StringVar(&c.token, "token", "", "token, when it asks for one (default $BATON_WEB_TOKEN)")
	f.StringVar(&c.tenant, "tenant", "", "tenant, sent as X-Scope-OrgID")
	mustComplete(cmd, "url", cobra.NoFileCompletions)
}

// get reads one answer into out.
func (c *client) get(ctx context.Context, path string, q url.Values, out any) error {
	u, err := url.Parse(c.base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--url %q is not a web address: write it like %s", c.base, defaultURL)
	}
	address := strings.TrimSuffix(c.base, "/") + path
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("--url %q: %w", c.base, err)
	}
	if token := cmp.Or(c.token, os.Getenv("BATON_WEB_TOKEN")); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if c.tenant != "" {
		req.Header.Set("X-Scope-OrgID", c.tenant)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return fmt.Errorf("%s does not answer: %w; is Baton running there? --url names another address", c.base, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", c.base, err)
	case len(body) > maxAnswer:
		return fmt.Errorf("%s answers with more than %d MB", address, maxAnswer>>20)
	case resp.StatusCode != http.StatusOK:
		return refused(c.base, resp.StatusCode, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s does not answer as Baton does: %w", address, err)
	}
	return nil
}

// refused tells what Baton said in its own words.
func refused(base string, status int, body []byte) error {
	var p struct {
		Title, Detail string
		Errors        []struct{ Remedy string }
	}
	if json.Unmarshal(body, &p) != nil || p.Detail == "" {
		return fmt.Errorf("%s answers with status %d", base, status)
	}
	text := p.Detail
	for _, e := range p.Errors {
		text += " " + e.Remedy
	}
	return errors.New(strings.TrimSpace(text))
}

// endpoint is one as Baton's API lists it.
type endpoint struct {
	ID          string            `json:"id"`
	Tenant      string            `json:"tenant"`
	Service     string            `json:"service"`
	Namespace   string            `json:"namespace"`
	Environment string            `json:"environment"`
	Kind        string            `json:"kind"`
	System      string            `json:"system"`
	Operation   string            `json:"operation"`
	Route       string            `json:"route"`
	Destination string            `json:"destination"`
	Workflow    string            `json:"workflow"`
	Host        string            `json:"host"`
	Role        string            `json:"role"`
	Attributes  map[string]string `json:"attributes"`
	Owner       *string           `json:"owner"`
	OwnerSource string            `json:"owner_source"`
	SpanCount   uint64            `json:"span_count"`
	ErrorCount  uint64            `json:"error_count"`
}

func (e *endpoint) audit() audit.Endpoint {
	return audit.Endpoint{ID: e.ID, Subject: e.subject(), Traffic: e.SpanCount, Failures: e.ErrorCount}
}

// subject is the endpoint as rules see it.
func (e *endpoint) subject() ownership.Subject {
	s := ownership.Subject{Tenant: e.Tenant, Environment: e.Environment, Namespace: e.Namespace, Service: e.Service, Kind: e.Kind, System: e.System,
		Operation: e.Operation, Route: e.Route, Destination: e.Destination, Workflow: e.Workflow, Host: e.Host, Role: e.Role}
	for _, k := range slices.Sorted(maps.Keys(e.Attributes)) {
		s.Attrs = append(s.Attrs, ownership.Attr{Key: k, Value: e.Attributes[k]})
	}
	return s
}

// endpoints reads all pages of the list.
func (c *client) endpoints(ctx context.Context, environment string) ([]endpoint, error) {
	var out []endpoint
	q := url.Values{"limit": {fmt.Sprint(pageSize)}}
	if environment != "" {
		q.Set("environment", environment)
	}
	for range maxPages {
		var page struct {
			Endpoints  []endpoint `json:"endpoints"`
			NextCursor *string    `json:"next_cursor"`
		}
		if err := c.get(ctx, "/api/v1/endpoints", q, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Endpoints...)
		if page.NextCursor == nil || *page.NextCursor == "" {
			return out, nil
		}
		q.Set("cursor", *page.NextCursor)
	}
	return nil, fmt.Errorf("%s has more than %d endpoints", c.base, maxPages*pageSize)
}

// failures are the flows that failed since a time, by the endpoint that
// caused it.
func (c *client) failures(ctx context.Context, since time.Time, environment string) (map[string]uint64, error) {
	out := map[string]uint64{}
	q := url.Values{"limit": {fmt.Sprint(pageSize)}, "from": {since.UTC().Format(time.RFC3339Nano)}}
	if environment != "" {
		q.Set("environment", environment)
	}
	for range maxPages {
		var page struct {
			Failures []struct {
				Culprit *struct {
					Endpoint string `json:"endpoint_id"`
				} `json:"culprit"`
				Flows uint64 `json:"flow_count"`
			} `json:"failures"`
			NextCursor *string `json:"next_cursor"`
		}
		if err := c.get(ctx, "/api/v1/failures", q, &page); err != nil {
			return nil, err
		}
		for _, f := range page.Failures {
			if f.Culprit != nil {
				out[f.Culprit.Endpoint] += f.Flows
			}
		}
		if page.NextCursor == nil || *page.NextCursor == "" {
			break
		}
		q.Set("cursor", *page.NextCursor)
	}
	return out, nil
}
