package webextension

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/web"
)

// A changed rule changes the pages with no restart, and no report on what was
// before.
func TestAChangedRuleChangesPagesAndNoReport(t *testing.T) {
	c, h := newCompany(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); c.owns.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })

	var before, after web.OwnershipReport
	c.ask(t, h, "/api/v1/ownership/report", &before)
	owned := func(team string) (n int) { // by the pages of the endpoints
		for _, id := range c.own {
			var x web.OwnerExplanation
			c.ask(t, h, "/api/v1/endpoints/"+flow.FormatEndpointID(id)+"/owner", &x)
			if x.Team != nil && *x.Team == team {
				n++
			}
		}
		return n
	}
	all := len(c.own)
	if owned("late") != all {
		t.Fatalf("%d of %d endpoints have the first owner", owned("late"), all)
	}
	start := time.Now()
	if err := os.WriteFile(c.rules, []byte(strings.Replace(companyYAML, "owner: late", "owner: idle", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for owned("idle") != all {
		if time.Since(start) > time.Minute {
			t.Fatalf("%d of %d endpoints have the new owner", owned("idle"), all)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("the pages show the new owner after %v", time.Since(start).Round(time.Millisecond))
	c.ask(t, h, "/api/v1/ownership/report", &after)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the report changed:\n%+v\n%+v", before, after)
	}
}
