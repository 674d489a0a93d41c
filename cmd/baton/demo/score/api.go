package score

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// API asks a running Baton.
type API struct {
	Address string            // of its web page
	Headers map[string]string // such as authorization
	Client  *http.Client
}

// flowRow is what is needed of a flow in the list.
type flowRow struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	Correlations []struct {
		Value string `json:"value"`
	} `json:"correlations"`
	Culprit *culprit `json:"culprit"`
}

type culprit struct {
	Service      string    `json:"service"`
	Operation    string    `json:"operation"`
	Role         string    `json:"role"`
	Team         *string   `json:"team"`
	Reason       string    `json:"reason"`
	Rule         string    `json:"rule"`
	Between      []string  `json:"between"`
	Alternatives []culprit `json:"alternatives"`
}

func (c *culprit) suspect() Suspect {
	out := Suspect{Service: c.Service, Role: c.Role, Reason: c.Reason, Rule: c.Rule, Between: c.Between}
	if c.Role == "channel" {
		out.Service = c.Operation
	}
	if c.Team != nil {
		out.Team = *c.Team
	}
	return out
}

// Answers reads all flows with activity in a window, with their traces.
func (a *API) Answers(ctx context.Context, from, to time.Time) ([]Answer, error) {
	var out []Answer
	query := url.Values{"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {to.UTC().Format(time.RFC3339Nano)}, "limit": {"1000"}}
	for {
		var page struct {
			Flows      []flowRow `json:"flows"`
			NextCursor *string   `json:"next_cursor"`
		}
		if err := a.get(ctx, "/api/v1/flows?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		for _, f := range page.Flows {
			out = append(out, f.answer())
		}
		if page.NextCursor == nil {
			break
		}
		query.Set("cursor", *page.NextCursor)
	}
	return out, a.traces(ctx, out)
}

func (f *flowRow) answer() Answer {
	a := Answer{ID: f.ID, Verdict: f.Status}
	for _, c := range f.Correlations {
		a.Keys = append(a.Keys, c.Value)
	}
	if f.Culprit != nil {
		a.Suspects = append(a.Suspects, f.Culprit.suspect())
		for i := range f.Culprit.Alternatives {
			a.Suspects = append(a.Suspects, f.Culprit.Alternatives[i].suspect())
		}
	}
	return a
}

// readers ask for pages of flows at the same time: enough to keep a server busy that has two cores, no more.
const readers = 4

// traces fills in the traces of each flow, which only its page lists.
func (a *API) traces(ctx context.Context, flows []Answer) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := make(chan *Answer)
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for f := range work {
				var page struct {
					TraceIDs []string `json:"trace_ids"`
				}
				if err := a.get(ctx, "/api/v1/flows/"+f.ID+"?limit=1", &page); err != nil {
					stop(err)
					continue
				}
				f.Traces = page.TraceIDs
			}
		})
	}
	for i := range flows {
		work <- &flows[i]
	}
	close(work)
	all.Wait()
	return context.Cause(ctx)
}

func (a *API) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(a.Address, "/")+path, nil)
	if err != nil {
		return err
	}
	for k, v := range a.Headers {
		req.Header.Set(k, v)
	}
	resp, err := a.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
