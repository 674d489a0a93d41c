package web

import (
	"strings"
	"testing"
)

func TestCheckListener(t *testing.T) {
	tests := []struct {
		name, endpoint       string
		tls, token, insecure bool
		want                 string // part of the error, "" for none
	}{
		{"loopback name", "localhost:4317", false, false, false, ""},
		{"loopback IPv4", "127.0.0.53:4317", false, false, false, ""},
		{"loopback IPv6", "[::1]:4317", false, false, false, ""},
		{"every interface", ":4317", false, false, false, "neither TLS nor a token"},
		{"any IPv4", "0.0.0.0:4317", true, false, false, "no token"},
		{"any IPv6", "[::]:4317", false, true, false, "no TLS"},
		{"a name that may be anything", "baton.example:4317", false, false, false, "--insecure"},
		{"a name that only begins well", "localhost.example:4317", false, false, false, "--insecure"},
		{"protected", "0.0.0.0:4317", true, true, false, ""},
		{"said aloud", "0.0.0.0:4317", false, false, true, ""},
		{"no port", "localhost", false, false, true, "want host:port"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := CheckListener(tc.endpoint, tc.tls, tc.token, tc.insecure)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
