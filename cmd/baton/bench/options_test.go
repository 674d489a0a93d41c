package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "20000": 20_000, "20k": 20_000, "1.5M": 1_500_000, "5m": 5_000_000, "1G": 1_000_000_000} {
		var s size
		require.NoError(t, s.Set(text), text)
		require.Equal(t, want, int64(s), text)
		var again size
		require.NoError(t, again.Set(s.String()), s.String())
		require.Equal(t, s, again)
	}
	for _, text := range []string{"", "M", "0", "-1k", "2G", "NaN", "1e30", "five", "1T"} {
		var s size
		require.Error(t, s.Set(text), text)
	}
}

func TestValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*options)
		want   string // in the error, "" for none
	}{
		"defaults":            {func(*options) {}, ""},
		"growth":              {func(o *options) { o.grow = []string{"1M", "5M"} }, ""},
		"growth that shrinks": {func(o *options) { o.grow = []string{"5M", "1M"} }, "sizes that grow"},
		"no size":             {func(o *options) { o.grow = []string{"much"} }, "--grow"},
		"protocol":            {func(o *options) { o.protocol = "http/json" }, "--protocol"},
		"connections":         {func(o *options) { o.connections = 0 }, "--connections"},
		"queries":             {func(o *options) { o.queries = 0 }, "--queries"},
		"days":                {func(o *options) { o.days = 31 }, "--days"},
		"rest":                {func(o *options) { o.rest = -1 }, "--rest"},
		"idle":                {func(o *options) { o.idle = -1 }, "--idle"},
		"probes":              {func(o *options) { o.probes = -1 }, "--probes"},
		"rate":                {func(o *options) { o.rate = -1 }, "--rate"},
	} {
		t.Run(name, func(t *testing.T) {
			o := defaults()
			tt.change(&o)
			err := o.validate()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestTheCommandIsOneThatOthersCanCall(t *testing.T) {
	require.Equal(t, "baton bench --spans 5M --md docs/benchmarks.md",
		called([]string{"bench", "--dir", "/some/disk", "--spans", "5M", "--json=/some/file", "--md", "docs/benchmarks.md"}))
}
