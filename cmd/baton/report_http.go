package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// tries and firstPause: 1, 2, 4 and 8 seconds between five tries outlast a
	// restart of Baton, and do not keep a person waiting for long.
	tries      = 5
	firstPause = time.Second
	maxPause   = time.Minute // whatever the other side asks for

	maxBody = 64 << 20 // thousands of teams are some MB
)

// try makes a request until it is answered well. What the other side will not
// take however often it comes is not repeated. Errors name the host alone.
func (r *reporter) try(ctx context.Context, what string, request func() (*http.Request, error)) ([]byte, error) {
	pause := firstPause
	for n := 1; ; n++ {
		req, err := request()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, withoutURL(err))
		}
		body, again, err := r.do(req)
		if err == nil {
			return body, nil
		}
		err = fmt.Errorf("%s at %s: %w", what, req.URL.Host, err)
		switch {
		case again < 0 || ctx.Err() != nil:
			return nil, err
		case n == tries:
			return nil, fmt.Errorf("%w (tried %d times)", err, n)
		}
		if err := r.sleep(ctx, min(max(pause, again), maxPause)); err != nil {
			return nil, err
		}
		pause *= 2
	}
}

// do makes one request. again is how long to wait before the next, below zero
// when there is no use in one.
func (r *reporter) do(req *http.Request) (body []byte, again time.Duration, err error) {
	res, err := r.client.Do(req)
	if err != nil {
		return nil, 0, withoutURL(err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, 0, err
	case len(body) > maxBody:
		return nil, -1, fmt.Errorf("the answer is larger than %d MiB: ask for one --team", maxBody>>20)
	case res.StatusCode/100 == 2:
		return body, 0, nil
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode/100 == 5 && res.StatusCode != http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		again = time.Duration(max(seconds, 0)) * time.Second
	default:
		again = -1 // a question that was refused, or that is too expensive, stays so
	}
	return nil, again, refusal(res, body)
}

// refusal is what the other side says for people.
func refusal(res *http.Response, body []byte) error {
	var p struct {
		Detail string
		Errors []struct{ Remedy string }
	}
	text := res.Status
	if json.Unmarshal(body, &p) == nil && p.Detail != "" {
		text += ": " + p.Detail
		for _, e := range p.Errors {
			text += " " + e.Remedy
		}
	}
	if res.StatusCode == http.StatusUnauthorized {
		text += " (the token is read from the environment, see --help)"
	}
	return errors.New(text)
}

// withoutURL takes the address off an error: it may hold a secret.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
