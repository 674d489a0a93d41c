package main

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/baton-observability/baton/collector"
)

func TestCollectBefore(t *testing.T) {
	if !strings.Contains(collector.DefaultConfig, "BATON_MEMORY_LIMIT_MIB:-"+memoryLimit+"}") {
		t.Errorf("the configuration has another limit than %s MiB", memoryLimit)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	for _, tt := range []struct {
		limit, own string
		want       int64
	}{{"", "", 768 << 20 * 4 / 5}, {"640", "", 512 << 20}, {"640", "1GiB", math.MaxInt64}, {"much", "", math.MaxInt64}, {"-1", "", math.MaxInt64}} {
		t.Setenv("GOMEMLIMIT", tt.own)
		debug.SetMemoryLimit(math.MaxInt64)
		collectBefore(tt.limit)
		if got := debug.SetMemoryLimit(-1); got != tt.want {
			t.Errorf("%q beside GOMEMLIMIT=%q: %d bytes, want %d", tt.limit, tt.own, got, tt.want)
		}
	}
}
