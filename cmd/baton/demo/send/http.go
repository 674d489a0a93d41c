package send

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// maxAnswer bounds what is read of an answer: a success is a few bytes, an error a sentence.
const maxAnswer = 64 << 10

type httpClient struct {
	url     string
	json    bool
	gzip    bool
	headers map[string]string
	client  *http.Client
}

func newHTTP(c Config) client {
	url := c.Endpoint
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	if !strings.HasSuffix(url, "/v1/traces") {
		url = strings.TrimSuffix(url, "/") + "/v1/traces"
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64 // as many as there may be connections, so that none is dialled anew for each request
	return &httpClient{url: url, json: c.Protocol == HTTPJSON, gzip: c.Gzip, headers: c.Headers, client: &http.Client{Transport: transport}}
}

func (h *httpClient) close() error {
	h.client.CloseIdleConnections()
	return nil
}

func (h *httpClient) export(ctx context.Context, request []byte) (int64, error) {
	body, err := h.encode(request)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("request: %w", err)
	}
	for k, v := range h.headers {
		req.Header.Set(k, v)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	if h.json {
		req.Header.Set("Content-Type", "application/json")
	}
	if h.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	res, err := h.client.Do(req)
	if err != nil {
		return 0, &retryable{cause: err} // nobody answered: restarting, or not there yet
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, &retryable{cause: fmt.Errorf("answer of the receiver: %w", err)}
	}
	if res.StatusCode/100 != 2 {
		return 0, httpError(res, answer)
	}
	return h.rejected(answer)
}

// encode turns the protobuf request into what goes over the wire.
func (h *httpClient) encode(request []byte) ([]byte, error) {
	body := request
	if h.json {
		decoded := ptraceotlp.NewExportRequest()
		if err := decoded.UnmarshalProto(request); err != nil {
			return nil, fmt.Errorf("request: %w", err)
		}
		var err error
		if body, err = decoded.MarshalJSON(); err != nil {
			return nil, fmt.Errorf("request as JSON: %w", err)
		}
	}
	if !h.gzip {
		return body, nil
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("compress request: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress request: %w", err)
	}
	return packed.Bytes(), nil
}

func (h *httpClient) rejected(answer []byte) (int64, error) {
	response := ptraceotlp.NewExportResponse()
	decode := response.UnmarshalProto
	if h.json {
		decode = response.UnmarshalJSON
	}
	if len(answer) > 0 {
		if err := decode(answer); err != nil {
			return 0, fmt.Errorf("answer of the receiver: %w", err)
		}
	}
	return response.PartialSuccess().RejectedSpans(), nil
}

// httpError sorts answers as the OTLP specification does.
func httpError(res *http.Response, answer []byte) error {
	err := fmt.Errorf("receiver answered %s: %s", res.Status, bytes.TrimSpace(answer[:min(len(answer), 300)]))
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return &retryable{after: retryAfter(res.Header.Get("Retry-After"), time.Now()), cause: err}
	}
	return err
}

// retryAfter reads a Retry-After header, seconds or a date; 0 when there is none or it lies in the past.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
