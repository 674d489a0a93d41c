package audit

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// generic are words that names of services share whoever owns them.
var generic = []string{"service", "services", "svc", "api", "app", "worker", "server", "client", "job", "jobs", "function", "func", "consumer", "producer",
	"processor", "handler", "backend", "frontend", "gateway", "adapter", "prod", "dev", "test", "staging", "queue", "topic", "events", "event", "the", "v1", "v2", "v3",
	"com", "net", "org", "example", "internal", "local", "dlq", "retry", "subscription", "www", "http", "https"}

// words splits a name at punctuation, at digits and at humps.
func words(name string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if w := strings.ToLower(b.String()); len(w) > 1 && !slices.Contains(generic, w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
		b.Reset()
	}
	var last rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(last):
			flush()
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		last = r
	}
	flush()
	return out
}

// vocabulary knows how telling a word is: one that half of all names have
// tells little.
type vocabulary struct {
	names int
	in    map[string]int // names that have the word
}

func newVocabulary(names []string) *vocabulary {
	v := &vocabulary{names: len(names), in: map[string]int{}}
	for _, n := range names {
		for _, w := range words(n) {
			v.in[w]++
		}
	}
	return v
}

func (v *vocabulary) weight(word string) float64 {
	return math.Log(1 + float64(v.names+1)/float64(v.in[word]+1))
}

// alike is how much of a name's telling words another name has, 0 to 1.
func (v *vocabulary) alike(name, other string) float64 {
	own, theirs := words(name), words(other)
	var all, shared float64
	for _, w := range own {
		all += v.weight(w)
		if slices.Contains(theirs, w) {
			shared += v.weight(w)
		}
	}
	if all == 0 {
		return 0
	}
	return shared / all
}
