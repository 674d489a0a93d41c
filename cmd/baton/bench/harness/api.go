package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/baton-observability/baton/web"
)

// API asks Baton as its page does.
type API struct {
	Address string
	client  *http.Client
}

// NewAPI is the API at an address, over connections that are kept, without compression: both ends are on one machine.
func NewAPI(address string) API {
	return API{address, &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}}
}

// Fetch reads an answer whole and says how long that took.
func (a API) Fetch(ctx context.Context, path string) ([]byte, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Address+path, nil)
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	res, err := a.client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	took := time.Since(began)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s: %.200s", path, res.Status, b)
	}
	return b, took, err
}

// Get decodes an answer.
func (a API) Get(ctx context.Context, path string, into any) error {
	b, _, err := a.Fetch(ctx, path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Figures are the named figures of the status page.
func (a API) Figures(ctx context.Context) (map[string]float64, error) {
	var s web.SystemStatus
	if err := a.Get(ctx, "/api/v1/status", &s); err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, f := range s.Figures {
		out[f.Name] = f.Value
	}
	return out, nil
}
