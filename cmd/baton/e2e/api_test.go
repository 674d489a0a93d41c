package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// client has a limit per request, so that a server that hangs fails a test instead of stopping it.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}

// The parts of the API's answers that tests read, written from the contract and not from the server's own types.
type (
	apiFlow struct {
		ID, Status, Environment string
		TraceCount              int         `json:"trace_count"`
		SpanCount               int         `json:"span_count"`
		Type                    apiFlowType `json:"type"`
		Culprit                 *apiCulprit
		Start, LastActivity     time.Time
		TraceIDs                []string `json:"trace_ids"` // of the detail alone
		Revisions               []struct{ Status string }
		Joins                   []struct {
			TraceID string `json:"trace_id"`
		}
	}
	apiFlowType struct{ Service, Operation string }
	apiCulprit  struct {
		Service, Role, Reason, Rule string
		Team                        *string
	}
	apiFlows struct {
		Flows      []apiFlow
		NextCursor *string `json:"next_cursor"`
	}
	apiSpans struct {
		SpanCount int `json:"span_count"`
		Traces    []string
		Columns   struct {
			SpanIDs string `json:"span_ids"`
			Trace   []int
			Flags   []int
		}
	}
	apiStatus struct {
		Ready   bool
		Parts   []struct{ Name, State, Detail string }
		Figures []struct {
			Name  string
			Value float64
		}
	}
)

func (s apiStatus) figure(name string) float64 {
	i := slices.IndexFunc(s.Figures, func(f struct {
		Name  string
		Value float64
	}) bool {
		return f.Name == name
	})
	if i < 0 {
		return -1
	}
	return s.Figures[i].Value
}

// get reads an answer of the API.
func (b *baton) get(path string, into any) error {
	res, err := client.Get("http://" + b.web + path)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %.300s", path, res.Status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (b *baton) status() (apiStatus, error) {
	var s apiStatus
	return s, b.get("/api/v1/status", &s)
}

// flows pages through the list with some query, such as a window and a status.
func (b *baton) flows(query url.Values) ([]apiFlow, error) {
	var all []apiFlow
	query = cloneValues(query)
	query.Set("limit", "1000")
	for {
		var page apiFlows
		if err := b.get("/api/v1/flows?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Flows...)
		if page.NextCursor == nil {
			return all, nil
		}
		query.Set("cursor", *page.NextCursor)
	}
}

func cloneValues(v url.Values) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = slices.Clone(x)
	}
	return out
}

func (b *baton) flow(id string) (apiFlow, error) {
	var f apiFlow
	return f, b.get("/api/v1/flows/"+id, &f)
}

func (b *baton) byTrace(trace string) ([]apiFlow, error) {
	var page apiFlows
	return page.Flows, b.get("/api/v1/flows/by-trace/"+trace, &page)
}

func (b *baton) trace(id string) (apiSpans, error) {
	var s apiSpans
	return s, b.get("/api/v1/traces/"+id, &s)
}

func (b *baton) flowSpans(id string) (apiSpans, error) {
	var s apiSpans
	return s, b.get("/api/v1/flows/"+id+"/spans", &s)
}

// key is the partition's name for a flow: its traces, whatever its id.
func key(traces []string) string {
	return strings.Join(slices.Sorted(slices.Values(traces)), " ")
}
