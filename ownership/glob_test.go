package ownership

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern string
		yes, no []string
	}{
		{"payment", []string{"payment"}, []string{"", "Payment", "payments", "xpayment"}},
		{"payment*", []string{"payment", "payment-api", "payment/a.b"}, []string{"", "pay", "a-payment"}},
		{"*", []string{"a", "a/b.c", "\xff"}, []string{""}},
		{"**", []string{"a"}, []string{""}},
		{"", []string{""}, []string{"a"}},
		{"*-dlq", []string{"-dlq", "orders-dlq", "a-dlq-dlq"}, []string{"orders-dlq2", "dlq"}},
		{"a*b*c", []string{"abc", "a.b.c", "abbcc", "a/b/c/b/c"}, []string{"ac", "acb", "abcd"}},
		{"*aab*", []string{"aaab", "xaabx"}, []string{"aba"}},
		{"a*a", []string{"aa", "aba"}, []string{"a"}},
		{"ab*ba", []string{"abba", "abxba"}, []string{"aba"}},
		{"order-?", []string{"order-1", "order-é"}, []string{"order-", "order-12"}},
		{"?", []string{"x", "語"}, []string{"", "xy"}},
		{"*?", []string{"x", "xy", "é"}, []string{""}},
		{"*?x*", []string{"ax", "xx", "éxyz"}, []string{"x", "xa"}},
		{"v[0-9]", []string{"v0", "v9"}, []string{"v", "va", "v10"}},
		{"v[!0-9]*", []string{"va", "vab"}, []string{"v1", "v"}},
		{"[]a]", []string{"]", "a"}, []string{"[", "b"}},
		{"[a-]", []string{"a", "-"}, []string{"b"}},
		{`[\]x]`, []string{"]", "x"}, []string{`\`}},
		{`/orders/\[id\]`, []string{"/orders/[id]"}, []string{"/orders/i"}},
		{`a\*b`, []string{"a*b"}, []string{"ab", "axb"}},
		{`a\\b`, []string{`a\b`}, []string{"ab"}},
		{`\*x*`, []string{"*x", "*xy"}, []string{"x", "ax"}},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			g, err := compileGlob(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range tt.yes {
				if !g.match(v) {
					t.Errorf("%q does not match %q", tt.pattern, v)
				}
			}
			for _, v := range tt.no {
				if g.match(v) {
					t.Errorf("%q matches %q", tt.pattern, v)
				}
			}
		})
	}
}

func TestGlobRefuses(t *testing.T) {
	for _, p := range []string{"[", "a[", "[a", "[!", "[a-", `[\`, `a\`, "[z-a]", "[]"} {
		if _, err := compileGlob(p); err == nil {
			t.Errorf("%q is accepted", p)
		}
	}
}

// globRegexp is the same language by another road: a regular expression.
func globRegexp(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	rs := []rune(pattern)
	for i := 0; i < len(rs); i++ {
		switch rs[i] {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '\\':
			i++
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		case '[':
			// Sets of the generators below hold only plain letters.
			end := i + strings.IndexRune(string(rs[i:]), ']')
			b.WriteString(strings.Replace(string(rs[i:end+1]), "[!", "[^", 1))
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		}
	}
	b.WriteString(`$`)
	return regexp.MustCompile(b.String())
}

func naiveGlob(pattern, v string) bool {
	if v == "" || pattern == "" {
		return v == pattern
	}
	return globRegexp(pattern).MatchString(v)
}

var (
	genPattern = rapid.StringOfN(rapid.SampledFrom([]rune("aab-.*?")), 0, 8, -1)
	genPiece   = rapid.SampledFrom([]string{"a", "b", "-", "é", "*", "?", `\*`, `\?`, `\[`, `\\`, "[ab]", "[!a]", "[a-z]"})
	genRich    = rapid.Map(rapid.SliceOfN(genPiece, 0, 8), func(s []string) string { return strings.Join(s, "") })
	genValue   = rapid.StringOfN(rapid.SampledFrom([]rune(`aab-.é*?[\`)), 0, 10, -1)
)

func TestGlobEqualsRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.OneOf(genPattern, genRich).Draw(t, "pattern")
		v := genValue.Draw(t, "value")
		g, err := compileGlob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := g.match(v), naiveGlob(pattern, v); got != want {
			t.Fatalf("%q on %q: %v, the regular expression says %v", pattern, v, got, want)
		}
	})
}

func FuzzGlob(f *testing.F) {
	f.Add("a*[b-d]?", "axxc\xff")
	f.Add(`*\*é*`, "\xc3*é")
	f.Fuzz(func(t *testing.T, pattern, v string) {
		g, err := compileGlob(pattern)
		if err != nil {
			return
		}
		g.match(v)
		if g.exact && !g.match(g.prefix) {
			t.Errorf("%q does not match its own text", pattern)
		}
	})
}
