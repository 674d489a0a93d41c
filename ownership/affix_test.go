package ownership

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAffixes(t *testing.T) {
	text := rapid.StringMatching(`[ab-]{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		a := affixes{fromEnd: rapid.Bool().Draw(t, "from end")}
		has := strings.HasPrefix
		if a.fromEnd {
			has = strings.HasSuffix
		}
		texts := rapid.SliceOfNDistinct(text, 0, 20, rapid.ID[string]).Draw(t, "texts")
		for i, s := range texts {
			a.add(s, []entry{{rule: int32(i)}})
		}
		a.link()
		v := rapid.StringMatching(`[ab-]{1,8}`).Draw(t, "value")
		var got, want []string
		for p := a.longest(v); p >= 0; p = a.nodes[p].parent {
			got = append(got, a.nodes[p].text)
		}
		for _, s := range texts {
			if has(v, s) {
				want = append(want, s)
			}
		}
		slices.SortFunc(want, func(x, y string) int { return len(y) - len(x) })
		if !slices.Equal(got, want) {
			t.Fatalf("%q has %q, found %q", v, want, got)
		}
	})
}
