package main

import (
	"strings"
	"testing"
)

// The embedded configuration is what --set changes, and what validate checks.
func TestServeConfiguration(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string // in the error, "" for none
	}{
		"embedded":             {nil, ""},
		"one value changed":    {[]string{"--set", "exporters::baton::range_time=1s"}, ""},
		"a value that fails":   {[]string{"--set", "exporters::baton::range_time=never"}, "range_time"},
		"an open listener":     {[]string{"--set", "extensions::baton_web::endpoint=0.0.0.0:8080"}, "can be reached from other machines"},
		"a file that is there": {[]string{"--config", "../../collector/default.yaml"}, ""},
		"a file that is not":   {[]string{"--config", "testdata/nowhere.yaml"}, "nowhere.yaml"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := root()
			c.SetArgs(append([]string{"serve", "validate"}, tt.args...))
			err := c.Execute()
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
